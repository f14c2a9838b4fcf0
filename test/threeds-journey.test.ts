import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { payer, shoot, submit } from './journey.ts'

/*
 * Direct 3-D Secure in a real Chromium: the shop is another site (localhost, where the gateway is 127.0.0.1), which
 * puts what the second step answers into its own page and pays when its payer comes back.
 */

let gateway: TestGateway
let browser: Browser
let shop: Server
let shopUrl: string
/** What the shop shows, by order. */
const snippets = new Map<string, string>()
const returns: URL[] = []

const policy = {
  none: {},
  // As strict as a shop can be that embeds nothing of its own: the script does not run, the button is pressed.
  strict: { 'content-security-policy': "default-src 'none'; img-src data:" },
} as const

before(async () => {
  shop = createServer((request, response) => {
    const url = new URL(request.url ?? '/', shopUrl)
    const [, page = '', id = ''] = url.pathname.split('/')
    const headers = page === 'strict' ? policy.strict : policy.none
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers })
    if (page !== 'back') {
      response.end(`<!doctype html><title>shop</title><link rel="icon" href="data:,">${snippets.get(id) ?? ''}`)
      return
    }
    returns.push(url)
    response.end('<!doctype html><title>back at the shop</title><link rel="icon" href="data:,">')
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  shopUrl = `http://localhost:${(shop.address() as AddressInfo).port}`
  ;[gateway, browser] = await Promise.all([testGateway(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await gateway?.close()
  shop.closeAllConnections()
  shop.close()
})

const call = <Answer>(step: string, body: object) =>
  gateway.client.call<Answer>('POST', `/pg/payment/card/threeds/${step}`, body)

/** The first two steps; the shop then shows what the second has answered. */
async function authenticate(number: string): Promise<string> {
  const id = freshOrderId()
  const { sessionId } = await call<{ sessionId: string }>('initiate', {
    customer: { id: 'budi' },
    order: { id, amount: 285_000 },
    url: { threeDsResponseUrl: `${shopUrl}/back?order=${id}` },
    card: { number },
    device: { browser: 'MOZILLA', ipAddress: '10.14.1.2' },
  })
  const card = { number, expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }
  const { redirectHtml } = await call<{ redirectHtml: string }>('auth/payer', { card, transaction: { sessionId } })
  snippets.set(id, redirectHtml)
  return id
}

async function fits(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

/** Waits until the payer is back at the shop, and pays what came back with it. */
async function payAtShop(page: Page, id: string): Promise<string | null> {
  await page.waitForURL(`${shopUrl}/back?order=${id}&*`)
  assert.equal(await page.title(), 'back at the shop')
  const { searchParams } = returns.find(({ searchParams: each }) => each.get('order') === id) ?? new URL(shopUrl)
  await call('auth/payment', {
    mpgsOrderId: searchParams.get('mpgsOrderId'),
    mpgsTransactionId: searchParams.get('mpgsTransactionId'),
  })
  const { data } = (await gateway.client.check(id)) as { data: { result: { payment: { status: string } } } }
  assert.equal(data.result.payment.status, 'CAPTURED')
  return searchParams.get('result')
}

for (const [width, locale] of [
  [320, 'id-ID'],
  [1280, 'en-GB'],
] as const) {
  test(`a payer passes the OTP and comes back to the shop by itself: ${width} px, ${locale}`, async () => {
    const { page, context, complaints } = await payer(browser, { locale, width })
    const id = await authenticate('5123450000000008')
    const framed = page.waitForResponse(/\/sandbox\/acs\/method$/)
    await page.goto(`${shopUrl}/shop/${id}`)
    assert.equal((await framed).status(), 200)
    await page.waitForURL(/\/sandbox\/acs\/challenge/)
    await page.fill('[name=otp]', '112233')
    await submit(page)
    await page.waitForURL(/\/pg\/payment\/card\/threeds\/return\//)
    await page.locator('h1', { hasText: /selesai|finished/i }).waitFor()
    await page.getByRole('button').first().click()
    await fits(page, `threeds-return-${width}`)
    await page.locator('a.button').click()
    assert.equal(await payAtShop(page, id), 'SUCCESS')
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

test('a payer who does nothing at the page between is led on', async () => {
  const { page, context, complaints } = await payer(browser, { width: 320 })
  const id = await authenticate('5123450000000008')
  await page.goto(`${shopUrl}/shop/${id}`)
  await page.waitForURL(/\/sandbox\/acs\/challenge/)
  await page.fill('[name=otp]', '112233')
  await submit(page)
  assert.equal(await payAtShop(page, id), 'SUCCESS')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a payer without script, or in a shop whose policy runs none, presses the buttons', async () => {
  for (const [script, path] of [
    [false, 'shop'],
    [true, 'strict'],
  ] as const) {
    const { page, context } = await payer(browser, { script, width: 320 })
    const id = await authenticate('5123450000000008')
    await page.goto(`${shopUrl}/${path}/${id}`)
    await page.locator('#threeDsChallenge button').click()
    await page.waitForURL(/\/sandbox\/acs\/challenge/)
    await page.fill('[name=otp]', '112233')
    await submit(page)
    if (!script) {
      await submit(page)
      await page.locator('a.button').click()
    }
    assert.equal(await payAtShop(page, id), 'SUCCESS', path)
    await context.close()
  }
})

test('a payer who gives up at the bank comes back to the shop with FAILURE', async () => {
  const { page, context, complaints } = await payer(browser, { width: 320, locale: 'en-GB' })
  const id = await authenticate('5123450000000008')
  await page.goto(`${shopUrl}/shop/${id}`)
  await page.waitForURL(/\/sandbox\/acs\/challenge/)
  await page.locator('[name=cancel]').click()
  await page.locator('h1', { hasText: 'unsuccessful' }).waitFor()
  await page.getByRole('button').first().click()
  await fits(page, 'threeds-return-failed')
  await page.locator('a.button').click()
  await page.waitForURL(`${shopUrl}/back?order=${id}&*`)
  assert.equal(new URL(page.url()).searchParams.get('result'), 'FAILURE')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a payer whom the bank does not ask is led back at once', async () => {
  const { page, context, complaints } = await payer(browser, { width: 320 })
  const id = await authenticate('4111111111111111')
  await page.goto(`${shopUrl}/shop/${id}`)
  assert.equal(await payAtShop(page, id), 'SUCCESS')
  assert.deepEqual(complaints, [])
  await context.close()
})
