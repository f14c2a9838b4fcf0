import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fastify from 'fastify'
import { checkoutRoutes, type CheckoutDeps } from '../src/checkout/routes.ts'
import { operationRoutes } from '../src/http/operation.ts'
import { collectRoutes } from '../src/http/openapi.ts'
import { jsonRoutes } from '../src/openapi.ts'
import { packageRoot } from '../src/postgres/package-root.ts'
import type { Sql } from '../src/postgres/database.ts'
import { type AcsDeps, acsRoutes } from '../src/sandbox/acs-routes.ts'
import { type PageDeps, pageRoutes } from '../src/sandbox/page-routes.ts'
import { addMerchant, type Answer, answerOf, assertProblem, basic, bodyOf, sendRaw } from './api.ts'
import { freshOrderId, merchantServer, seedSample, type TestGateway, testGateway } from './gateway.ts'
import { answerTo, carriers, sampleWith, textMembers } from './initiate-members.ts'
import { until } from './process.ts'

/*
 * Requests that are made to hurt, against a running gateway: whoever sends them knows what can be known, and
 * the rule that each breaks on stands in SECURITY.md.
 */

const good = basic('FINPAY770', 'SoSecret123')
const json = { 'content-type': 'application/json' }
const initiatePath = '/pg/payment/card/initiate'

let gateway: TestGateway
before(async () => {
  gateway = await testGateway()
})
after(() => gateway.close())

const send = (path: string, init: RequestInit = {}) => answerOf(fetch(gateway.url + path, init))

/** Every route of every door, from the registrations themselves, with a name in place of each parameter. */
async function allRoutes(): Promise<{ method: string; url: string; path: string }[]> {
  const app = fastify()
  const pages = collectRoutes(app)
  const nothing: unknown = { merchant: {}, publicUrl: () => '' }
  await app.register(checkoutRoutes(nothing as CheckoutDeps))
  await app.register(acsRoutes(nothing as AcsDeps))
  await app.register(pageRoutes(nothing as PageDeps))
  await app.register(operationRoutes(nothing as Sql))
  await app.ready()
  await app.close()
  return [...pages, ...(await jsonRoutes())].map(({ method, url }) => ({
    method,
    url,
    path: url.replace(':language(^id$|^en$)', 'id').replace(/:\w+/g, 'x'),
  }))
}

describe('a page of another site', () => {
  /** Where another site may lead a browser: what is only looked at, and the ways to and from a bank. */
  const open = [
    'GET /',
    'GET /healthz',
    'GET /readyz',
    'GET /sandbox/cards',
    'POST /sandbox/acs/challenge',
    'POST /sandbox/acs/method',
    'GET /pg/payment/card/threeds/return/:token',
    'POST /pg/payment/card/threeds/return/:token',
    ...['/access/:token', '/v2/access/:token', '/:language(^id$|^en$)/v2/access/:token'].flatMap((form) => [
      `GET /pg/payment/card${form}`,
      `GET /pg/payment/card${form}/authenticate`,
      `GET /pg/payment/card${form}/cvv`,
      `GET /pg/payment/card${form}/stored`,
      `GET /pg/payment/card${form}/return`,
      `POST /pg/payment/card${form}/return`,
    ]),
  ]

  /** What a browser says of such a request: the first since 2023, the others where it says no more. */
  const foreign: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'something new' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
  ]

  test('is refused by every route of every door but those that it may lead to', async () => {
    const routes = await allRoutes()
    assert.ok(routes.length > 100)
    const taken: string[] = []
    for (const { method, url, path } of routes) {
      const refusals = new Set<boolean>()
      const step = /\/(cvv|stored|authenticate)$/.test(path) ? '' : '$&'
      for (const headers of foreign) {
        const answer = await send(path, {
          method,
          headers: { authorization: good, ...headers },
          redirect: 'manual',
        })
        // A payer whose shop posts to the page is shown the page, and nothing that was posted is read.
        const isShown = answer.status === 303 && answer.headers.get('location') === path.replace(/\/\w+$/, step)
        refusals.add(answer.status === 403 || isShown)
      }
      assert.equal(refusals.size, 1, `${method} ${url} treats all of them alike`)
      if (refusals.has(false)) taken.push(`${method} ${url}`)
    }
    assert.deepEqual(taken.toSorted(), open.toSorted())
  })

  test('learns nothing of paths that are not there', async () => {
    assertProblem(await send('/nothing', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }), '4040002')
  })

  test('is told apart from our own pages and from programs', async () => {
    const { host } = new URL(gateway.url)
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      { origin: `http://${host}` },
      { origin: `https://${host}` },
    ]) {
      const answer = await send('/sandbox/clock', { headers: { authorization: good, ...headers } as HeadersInit })
      assert.equal(answer.status, 200, JSON.stringify(headers))
    }
    const behindProxy = await testGateway({ GERBANG_PUBLIC_URL: 'https://pay.example.com' })
    for (const [origin, status] of [
      ['https://pay.example.com', 404],
      ['https://pay.example.com.evil.example', 303],
      ['https://evil.example', 303],
    ] as const) {
      const path = `${behindProxy.url}/pg/payment/card/access/${'0'.repeat(64)}`
      assert.equal(
        (await fetch(path, { method: 'POST', redirect: 'manual', headers: { origin } })).status,
        status,
        origin,
      )
    }
    await behindProxy.close()
  })

  test('gets no leave to read an answer from any route (CORS)', async () => {
    for (const { method, url, path } of await allRoutes()) {
      for (const sent of new Set([method, 'OPTIONS'])) {
        const { headers } = await send(path, {
          method: sent,
          headers: {
            authorization: good,
            origin: 'https://evil.example',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization',
            'access-control-request-private-network': 'true',
          },
        })
        const leave = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
        assert.deepEqual(leave, [], `${sent} ${url}`)
        assert.equal(headers.get('x-content-type-options'), 'nosniff', `${sent} ${url}`)
        assert.equal(headers.get('cache-control'), 'no-store', `${sent} ${url}`)
      }
    }
  })
})

describe('a request line or header', () => {
  const raw = (head: string) => sendRaw(gateway.url, `${head}\r\nconnection: close\r\n\r\n`)

  test('that names another host is refused, however it is dressed up', async () => {
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'evil.example#127.0.0.1',
      'evil.example/127.0.0.1',
      '0.0.0.0',
      '[::]',
      '169.254.169.254',
      '10.0.0.1',
      '[::ffff:10.0.0.1]',
      'localhost.',
      '127.0.0.1.',
      'local\u0131host',
      'xlocalhost',
      '',
    ]) {
      assertProblem(await raw(`GET /sandbox/clock HTTP/1.1\r\nhost: ${host}`), '4030015', host)
      const forwarded = await raw(`GET /sandbox/clock HTTP/1.1\r\nhost: ${host}\r\nx-forwarded-host: 127.0.0.1`)
      assertProblem(forwarded, '4030015', `${host} behind a header that nobody vouches for`)
    }
    for (const extra of ['x-forwarded-host: evil.example', 'forwarded: host=evil.example', 'x-host: evil.example']) {
      assertProblem(await raw(`GET /sandbox/clock HTTP/1.1\r\nhost: 127.0.0.1\r\n${extra}`), '4010000', extra)
    }
  })

  test('is not turned into another method or path', async () => {
    const id = freshOrderId()
    await gateway.initiate({ order: { id } })
    for (const header of [
      'x-http-method-override',
      'x-http-method',
      'x-method-override',
      'x-original-url',
      'x-rewrite-url',
    ]) {
      const value = /url/.test(header) ? `/pg/payment/card/cancel/${id}` : 'POST'
      const answer = await send(`/pg/payment/card/check/${id}`, { headers: { authorization: good, [header]: value } })
      assert.equal(answer.status, 200, header)
    }
    for (const query of ['_method=POST', 'method=GET&_method=DELETE', `orderId=other`]) {
      const answer = await send(`/pg/payment/card/check/${id}?${query}`, { headers: { authorization: good } })
      assert.match(answer.text, /REQUEST_INITIATED/, query)
    }
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'DEBUG', 'PROPFIND']) {
      const answer = await raw(`${method} /pg/payment/card/check/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: secret=1`)
      assert.ok(Number.isNaN(answer.status) || answer.status >= 400, `${method} ${answer.status}`)
      assert.doesNotMatch(answer.text, /secret=1/)
    }
  })

  test('with a parameter twice is read one way', async () => {
    const { body } = await gateway.initiate()
    const link = new URL(body['redirecturl'] ?? '')
    for (const query of [
      'lang=en&lang=id',
      'lang[]=en',
      'lang=%00',
      '__proto__[lang]=en',
      'lang=en%0d%0ax-injected:1',
    ]) {
      const answer = await send(`${link.pathname}?${query}`)
      assert.ok(answer.status === 200 || answer.status === 404, `${query} ${answer.status}`)
      assert.match(answer.text, /<html lang="id"/, query)
      assert.equal(answer.headers.get('x-injected'), null)
    }
    const form = 'formNo=1&formNo=2&number=1&number=5123450000000008&expiry=09/33&cvv=100&name=Budi'
    const answer = await send(link.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    })
    assert.equal(answer.status, 422, 'of a name that comes twice the first counts')
  })
})

describe('a body', () => {
  test('changes no prototype, in whatever member it tries', async () => {
    const bombs = ['__proto__', 'constructor', 'prototype']
    for (const path of [[], ...textMembers().map((path) => path.slice(0, -1))]) {
      const places = path.filter((name) => name !== '0')
      const bomb = bombs
        .map(
          (name) =>
            `"${name}":{"polluted":"yes","prototype":{"polluted":"yes"},"url":{"callbackUrl":"http://evil.example"}}`,
        )
        .join(',')
      const text = places.reduceRight((inner, name) => `{"${name}":${inner}}`, `{${bomb}}`)
      for (const body of [text, JSON.stringify(seedSample(freshOrderId())).replace(/\}$/, `,${text.slice(1)}`)]) {
        await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body })
      }
      await send('/sandbox/clock', { method: 'POST', headers: { authorization: good, ...json }, body: text })
    }
    const id = freshOrderId()
    const data = `{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}`
    const body = JSON.stringify(seedSample(id)).replace(/\}$/, `,"meta":{"data":${data}}}`)
    assert.equal(
      (await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body })).status,
      200,
    )
    const check = await send(`/pg/payment/card/check/${id}`, { headers: { authorization: good } })
    assert.ok(check.text.includes(`"meta":{"data":${data}}`), 'what a merchant sends comes back as it was')
    // The gateway runs in this process, so that its prototypes are these.
    for (const target of [{}, [], '', () => undefined]) {
      assert.equal((target as Record<string, unknown>)['polluted'], undefined)
    }
  })

  test('with thousands of members, whose names are made to collide, is read in no more time than others', async () => {
    const many = (name: (n: number) => string, count: number) =>
      `{"order":{${Array.from({ length: count }, (_, n) => `"${name(n)}":0`).join(',')}}}`
    const bodies = {
      plain: many((n) => `k${n}`, 20_000),
      // Names that are numbers, whose hash was their value in V8 (CVE-2026-21717).
      'multiples of 2^16': many((n) => String((n % 40_000) * 65_536 + 1_000_000_000), 14_000),
      'multiples of 2^17 and beyond 32 bits': many((n) => String(2 ** 33 + n * 131_072), 14_000),
      negative: many((n) => `-${n * 65_536}`, 14_000),
      'names of every object': many((n) => `__proto__${n}`, 14_000),
    }
    for (const [what, body] of Object.entries(bodies)) {
      assert.ok(body.length < 256 * 1024, what)
      const times: number[] = []
      for (let n = 0; n < 3; n += 1) {
        const startedAt = performance.now()
        const answer = await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body })
        times.push(performance.now() - startedAt)
        assertProblem(answer, '4000001', what)
      }
      assert.ok(Math.min(...times) < 250, `${what}: ${Math.min(...times)} ms`)
    }
  })

  test('with an order id that could be taken for another is refused, or is that order', async () => {
    const initiate = async (id: string) => {
      const text = JSON.stringify(seedSample('ID')).replace('"id":"ID"', `"id":${id}`)
      return bodyOf(await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body: text }))
    }
    for (const id of [
      '9007199254740993',
      '1e3',
      '1.0',
      '-1',
      '0x10',
      '18446744073709551617',
      '"a b"',
      '"a\\n"',
      '"a\\u0000"',
      '"\\u0430bc"',
      '"a\\u200b"',
      '"a\\u202e"',
      '"\\uff11"',
      '"é"',
      '"e\\u0301"',
      '"../x"',
      '"a/b"',
      '"a?b"',
      '"a%2fb"',
      `"${'x'.repeat(65)}"`,
      '[1]',
      '{"a":1}',
      'true',
    ]) {
      assert.match(String((await initiate(id))['responseCode']), /^400000[01]$/, id)
    }
    const first = await initiate('9007199254740992')
    assert.equal(first['responseCode'], '2000000')
    assert.equal((await initiate('"9007199254740992"'))['redirecturl'], first['redirecturl'])
    const upper = await initiate('"Case-1"')
    const lower = await initiate('"case-1"')
    assert.notEqual(upper['redirecturl'], lower['redirecturl'], 'letters of either case are two orders')
  })
})

describe('a hostile text in any member of an order', () => {
  const sql = `'; drop table payment_order; --`
  const lines = 'x\n{"level":"error","msg":"forged"}\r\u001b[2Jx'
  const header = 'x\r\nx-injected: yes\r\n\r\nHTTP/1.1 200 OK'
  const plain = { sql: `'||pg_sleep(9)--@x.id`, url: `http://127.0.0.1:9/';drop%20table%20payment_order;--?'"\\` }

  test('is stored as text, and never read as SQL', async () => {
    const rows = async () => {
      const tables = await gateway.database.query<{ name: string }>({
        name: 'attack.tables',
        text: `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
      })
      return tables.map(({ name }) => name)
    }
    const before = await rows()
    const carried = await carriers(gateway, () => [sql, plain.sql, plain.url, `'--`, `'`, String.raw`\\'`])
    assert.ok(carried.length > 40, `${carried.length} members hold it`)
    const id = freshOrderId()
    const { code, ms } = await answerTo(gateway, sampleWith(id, new Map(carried.map(({ path, text }) => [path, text]))))
    assert.equal(code, '2000000')
    assert.ok(ms < 5_000, 'nobody sleeps')
    for (const path of [
      `/pg/payment/card/check/${sql}`,
      `/sandbox/callbacks?orderId=${sql}`,
      `/sandbox/orders/${sql}/events`,
    ])
      assert.ok((await send(encodeURI(path), { headers: { authorization: good } })).status < 500, path)
    assert.ok((await send('/', { headers: { authorization: basic(sql, sql) } })).status < 500)
    assert.deepEqual(await rows(), before)
    const check = await send(`/pg/payment/card/check/${id}`, { headers: { authorization: good } })
    assert.equal(check.status, 200, check.text)
  })

  test('adds no line to the log, and no header to a callback or an answer', async () => {
    const merchant = await merchantServer()
    const carried = await carriers(gateway, (path) =>
      path.at(-1) === 'callbackUrl'
        ? []
        : [lines, header, `${merchant.url}/%0d%0ax-injected:yes`, 'x\u001b[2J', '\u001b'],
    )
    assert.ok(carried.length > 30, `${carried.length} members hold it`)
    const id = freshOrderId()
    const url = `${merchant.url}/callback?%0d%0ax-injected:%20yes`
    const changes = new Map<readonly string[], unknown>(carried.map(({ path, text }) => [path, text]))
    const { code, text } = await answerTo(gateway, sampleWith(id, changes.set(['url', 'callbackUrl'], url)))
    assert.equal(code, '2000000', text)
    await gateway.client.pay(id)
    const [received] = await merchant.wait(1)
    assert.equal(received?.headers['x-injected'], undefined)
    assert.equal(received?.path, '/callback?%0d%0ax-injected:%20yes')
    assert.deepEqual(JSON.parse(received?.body ?? '').order.id, id)
    await merchant.close()

    const link = new URL(String(bodyOf({ text })['redirecturl'])).pathname
    for (const path of [link, `/pg/payment/card/check/${id}`, `/${encodeURIComponent(header)}`]) {
      const answer = await send(path, { headers: { authorization: good, 'user-agent': 'x\u0009y' } })
      assert.equal(answer.headers.get('x-injected'), null, path)
    }
    for (const line of gateway.logged) {
      assert.doesNotMatch(line.trimEnd(), /\p{Cc}/u)
      assert.doesNotMatch(line, /forged/, 'nor is the text in it')
    }
    assert.deepEqual(
      gateway.logged.filter((line) => line.includes('"bug"')),
      [],
    )
  })
})

describe('a pattern', () => {
  /** Regular expressions of the program, with where they stand. The page's script runs in the payer's own browser. */
  function patterns(): Map<string, string> {
    const src = join(packageRoot(), 'src')
    const found = new Map<string, string>()
    for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
      if (!/(?<!\.test|fixture)\.tsx?$/.test(file) || ['pages/script.ts', 'pages/stylesheet.ts'].includes(file))
        continue
      const code = readFileSync(join(src, file), 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/(^|\s)\/\/.*$/gm, '')
      const literal =
        /(?<=(?:[=(,:!&|?{};[>]|\breturn)\s*)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/g
      for (const [, pattern = '', flags = ''] of code.matchAll(literal)) found.set(`/${pattern}/${flags}`, file)
      for (const [, pattern = ''] of code.matchAll(/String\.raw`([^`]+)`/g)) found.set(`/${pattern}/`, file)
      for (const [, pattern = ''] of code.matchAll(/(?:\bcode\(|pattern: )'([^']+)'/g)) found.set(`/${pattern}/`, file)
    }
    return found
  }

  /** Those that take time in the square of the length, and why nobody can make them do so. */
  const bounded: Readonly<Record<string, string>> = {
    'base/money.ts': 'amounts have at most 14 digits',
    'postgres/cluster.ts': 'the text is our own',
    'wire/php-json.ts': 'the scanner lets through only texts that end',
  }

  const pumps = [' ', '1', '0', 'a', '.', '-', '/', '"', '\\', '%', '@', ',', 'é', '1 ', 'a.', '\\"', '\t ']
  const starts = ['', '1', 'a', '+1', 'http://', 'P', '"', '-', 'a@']
  const ends = ['', 'x', '!', '\n', '1']

  const timeOf = (pattern: RegExp, text: string) => {
    const startedAt = performance.now()
    pattern.test(text)
    return performance.now() - startedAt
  }

  /** How long a pattern is held up by the first text of 16 kB that holds it up; 0 where there is none. */
  function slowest(pattern: RegExp): number {
    for (const pump of pumps)
      for (const start of starts)
        for (const last of ends) {
          const text = (length: number) => start + pump.repeat(length / pump.length) + last
          if (timeOf(pattern, text(2_000)) < 0.4) continue
          const best = Math.min(...[1, 2, 3].map(() => timeOf(pattern, text(16_000))))
          if (best > 20) return best
        }
    return 0
  }

  test('takes time linear in the text, so that no text of 16 kB holds anybody up', () => {
    const all = patterns()
    assert.ok(all.size > 80, `${all.size} patterns`)
    const slow = new Set<string>()
    for (const [source, file] of all) {
      const end = source.lastIndexOf('/')
      let pattern: RegExp
      try {
        pattern = new RegExp(source.slice(1, end), source.slice(end + 1).replace(/[gy]/g, ''))
      } catch {
        continue // A division, or a path in a text.
      }
      const worst = slowest(pattern)
      if (worst > 0) slow.add(`${file} ${source}: ${Math.round(worst)} ms`)
    }
    const unexplained = [...slow].filter((each) => !bounded[each.split(' ')[0] ?? ''])
    assert.deepEqual(unexplained, [])
  })

  test('holds up no request, whatever is sent in a header, a form or a member', async () => {
    const { body } = await gateway.initiate()
    const link = new URL(body['redirecturl'] ?? '').pathname
    const blank = '\t'.repeat(15_000)
    const within50 = async (what: string, ask: () => Promise<unknown>) => {
      const times: number[] = []
      for (let n = 0; n < 20; n += 1) {
        const startedAt = performance.now()
        await ask()
        times.push(performance.now() - startedAt)
        if (Math.min(...times) < 50) return
      }
      assert.fail(`${what}: ${Math.min(...times)} ms`)
    }
    await within50('accept-language', () => send(link, { headers: { 'accept-language': `id${blank}x` } }))
    await within50('authorization', () => send('/sandbox/clock', { headers: { authorization: `Basic ${blank}x` } }))
    for (const field of ['expiry', 'number', 'cvv', 'name', 'formNo', 'lang']) {
      const fields = new URLSearchParams({ formNo: '1', [field]: `1${' '.repeat(15_000)}x` })
      await within50(field, () => send(link, { method: 'POST', body: fields }))
    }
    for (const path of textMembers()) {
      for (const pump of ['1', ' ', 'a@', '+1 ', '\\'])
        await within50(`${path.join('.')} ${pump}`, () =>
          answerTo(gateway, sampleWith(freshOrderId(), new Map([[path, `${pump.repeat(40_000 / pump.length)}!`]]))),
        )
    }
    for (const member of ['advance', 'to'])
      await within50(member, () =>
        send('/sandbox/clock', {
          method: 'POST',
          headers: { authorization: good, ...json },
          body: JSON.stringify({ [member]: `P${'1'.repeat(100_000)}T1` }),
        }),
      )
  })
})

describe('a merchant who is hostile to another', () => {
  interface Operation {
    readonly requestBody?: object
    readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  }
  const document = JSON.parse(readFileSync(join(packageRoot(), 'openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>
  }

  /** Without what differs from one answer to the next by itself. */
  const comparable = ({ status, headers, text }: Answer) => ({
    status,
    headers: [...headers].filter(([name]) => !['date', 'content-length', 'keep-alive'].includes(name)),
    text: text
      .replace(/"processingTime":[\d.e-]+/, '')
      .replace(/"traceId":"[^"]+"/, '')
      .replace(/[0-9a-f]{64}/, '')
      .replace(/"expiryLink":"[^"]+"/, '')
      .replace(/"customer":\{"id":"[^"]+"\}/, '')
      .replace(/"now":"[^"]+"/, ''),
  })

  test("learns nothing of the other's orders and changes none, by any call of openapi.json (invariant 9)", async () => {
    const merchant = await merchantServer()
    const authorization = await addMerchant(gateway, 'HOSTILE1', 'HostileKey123')
    const open = freshOrderId()
    const paid = freshOrderId()
    for (const id of [open, paid]) await gateway.initiate({ order: { id }, url: { callbackUrl: merchant.url } })
    await gateway.client.pay(paid)
    const owner = { id: 'pelanggan', mobilePhone: '+6281286288800' }
    const kept = freshOrderId()
    await gateway.initiate({ order: { id: kept }, customer: owner, card: { storedOnFile: 'TO_BE_STORED' } })
    await gateway.client.pay(kept)
    const planned = freshOrderId()
    const planId = `plan-${planned}`
    await gateway.initiate({
      order: { id: planned },
      customer: owner,
      recurring: { subscribe: 'Y', type: 'PURCHASE', id: planId, amount: '1000', intervalUnit: 'monthly' },
    })
    await gateway.client.pay(planned)
    const [card] = await gateway.client.cards(owner.id)
    assert.ok(card)
    // Delivered and written down, so that nothing of it moves any more.
    const callback = await until('the callback', async () =>
      (await gateway.client.callbacks(paid)).find(({ state }) => state === 'delivered'),
    )
    const missing = {
      orderId: 'missing-1',
      id: '00000000-0000-4000-8000-000000000000',
      cardToken: 'f'.repeat(64),
      customerId: 'nobody',
      planId: 'no-plan',
      after: '',
      limit: '1',
      state: 'active',
    }
    const orderOf = (orderId: string) => ({
      orderId,
      id: callback.id,
      cardToken: card.token,
      customerId: owner.id,
      planId,
      after: '',
      limit: '1',
      state: 'active',
    })

    const look = async () => {
      const seen = [
        '/sandbox/clock',
        `/pg/payment/card/check/${open}`,
        `/sandbox/orders/${open}/events`,
        '/sandbox/callbacks',
        `/gerbang/plans/${planId}`,
      ]
      const answers = await Promise.all(seen.map((path) => send(path, { headers: { authorization: good } })))
      return [...answers.map(comparable), await gateway.client.cards(owner.id)]
    }
    const before = await look()

    let calls = 0
    // What opens an order comes last, as the names are free before.
    const paths = Object.entries(document.paths).toSorted(([one]) => (one === initiatePath ? 1 : -1))
    for (const [path, operations] of paths) {
      for (const [method, { requestBody, parameters = [] }] of Object.entries(operations)) {
        /** The call with the names of an order and a callback wherever one can be named. */
        const call = async (names: typeof missing) => {
          const nameOf = (name: string) => {
            assert.ok(Object.hasOwn(names, name), `say here what a hostile merchant puts for {${name}}`)
            // The line above has checked that it is one of them.
            return names[name as keyof typeof names]
          }
          const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => nameOf(name))
          const query = parameters.filter((each) => each.in === 'query').map(({ name }) => `${name}=${nameOf(name)}`)
          const bodies: Readonly<Record<string, object>> = {
            [initiatePath]: seedSample(names.orderId),
            '/sandbox/clock': { advance: 'PT1M' },
            '/pg/payment/card/customer': { customer: { id: names.customerId } },
            '/pg/payment/card/payment': {
              customer: { id: names.customerId },
              order: { id: names.orderId, amount: 1_000 },
              card: { token: names.cardToken, storedOnFile: 'STORED' },
            },
          }
          const body = bodies[path] ?? {}
          const answer = await send(`${filled}?${query.join('&')}`, {
            method: method.toUpperCase(),
            headers: { authorization, ...(requestBody && json) },
            ...(requestBody && { body: JSON.stringify(body) }),
          })
          assert.ok(!answer.text.includes('FINPAY770'), `${method} ${path}`)
          calls += 1
          return comparable(answer)
        }
        const nothing = await call(missing)
        if (path.includes('{')) assert.equal(nothing.status, 404, `${method} ${path}`)
        // A clock that is moved differs by the move; what it must not do is move the other's, which is looked at below.
        if (path === '/sandbox/clock') continue
        for (const orderId of [open, paid])
          assert.deepEqual(
            await call(orderOf(orderId)),
            nothing,
            `${method} ${path} tells ${orderId} from a missing one`,
          )
      }
    }
    assert.ok(calls > 15)
    const after = await look()
    assert.deepEqual(after, before, "nothing of the other's has changed")
    await merchant.close()
  })
})

describe('a secret', () => {
  const src = join(packageRoot(), 'src')
  const codeOf = (file: string) => readFileSync(join(src, file), 'utf8')

  test('is compared in constant time, on values whose length says nothing', () => {
    const comparing = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /(?<!\.test)\.tsx?$/.test(file) && codeOf(file).includes('timingSafeEqual('),
    )
    assert.deepEqual(comparing.toSorted(), [
      'http/direct.ts',
      'http/guess-guard.ts',
      'merchant/directory.ts',
      'payment/page-token.ts',
      'wire/signature.ts',
    ])
    // Keys and credentials by their digests, or in a place of one size; page secrets are 16 bytes each by the form of the token.
    assert.match(codeOf('http/guess-guard.ts'), /timingSafeEqual\(trusted\.digest, digestOf\(header\)\)/)
    assert.match(codeOf('http/direct.ts'), /timingSafeEqual\(known, padded\(credentials, given\)\)/)
    assert.match(codeOf('merchant/directory.ts'), /timingSafeEqual\(given, digestOfKey\(key\)\)/)
    assert.match(codeOf('payment/page-token.ts'), /timingSafeEqual\(token\.secret, order\.pageSecret\)/)
    // What is never a secret's business: comparing a revealed one by hand.
    const byHand = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        /\.ts$/.test(file) &&
        !/\.test\.ts$/.test(file) &&
        /reveal\(\) [!=]==? given|given [!=]==? .*reveal\(\)/.test(codeOf(file)),
    )
    assert.deepEqual(byHand, [])
  })

  test('costs whoever guesses the same answer for an unknown merchant as for a wrong key', async () => {
    const answers = await Promise.all(
      ['FINPAY770:wrong', 'NOBODY:wrong', 'FINPAY770:', `FINPAY770:${'x'.repeat(5_000)}`, ':', 'no colon'].map((text) =>
        send('/sandbox/clock', { headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } }),
      ),
    )
    const shapes = answers.map(({ status, text, headers }) => ({
      status,
      text: text.replace(/"processingTime":[\d.e-]+/, '').replace(/"traceId":"[^"]+"/, ''),
      names: [...headers.keys()].toSorted(),
    }))
    for (const shape of shapes) assert.deepEqual(shape, shapes[0])
  })
})
