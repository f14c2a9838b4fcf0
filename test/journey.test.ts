import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { type MerchantServer, merchantServer, type TestGateway, testGateway, freshOrderId } from './gateway.ts'
import { fillCard, payer, shoot, submit } from './journey.ts'

let gateway: TestGateway
let merchant: MerchantServer
let browser: Browser

before(async () => {
  ;[gateway, merchant, browser] = await Promise.all([testGateway(), merchantServer(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await merchant?.close()
  await gateway?.close()
})

async function order(changes: Parameters<TestGateway['initiate']>[0] = {}) {
  const id = freshOrderId()
  const { body } = await gateway.initiate({
    ...changes,
    order: { id, ...changes.order },
    url: { callbackUrl: `${merchant.url}/callback`, successUrl: `${merchant.url}/ok?from=shop`, ...changes.url },
  })
  return { id, link: body['redirecturl'] ?? '' }
}

async function status(orderId: string): Promise<string> {
  const { data } = (await gateway.client.check(orderId)) as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

function callbackOf(orderId: string) {
  return merchant.received.find(({ body }) => JSON.parse(body).order.id === orderId)
}

async function callbackFor(orderId: string) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = callbackOf(orderId)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no callback came for ${orderId}`)
}

/** The documented check, as a merchant would write it: the body without `signature`, HMAC-SHA512, the key. */
function isSigned(body: string, key: string): boolean {
  const cut = body.lastIndexOf(',"signature":"')
  const signature = JSON.parse(body).signature as string
  const signed = `${body.slice(0, cut)}}`
  return createHmac('sha512', key).update(signed).digest('hex') === signature
}

for (const script of [true, false]) {
  test(`the seed's sample is paid with an OTP, ${script ? 'with' : 'without'} script`, async () => {
    const { id, link } = await order()
    const { page, context, complaints } = await payer(browser, { script })
    await page.goto(link)
    assert.match(await page.locator('body').innerText(), /Rp1\.000/)
    assert.equal(await page.locator('html').getAttribute('lang'), 'id')
    await fillCard(page)
    await submit(page)
    if (!script) {
      await submit(page)
      await submit(page)
    }
    await page.waitForURL(/\/sandbox\/acs\/challenge/)
    await shoot(page, `acs-${script}`)
    await page.fill('[name=otp]', '112233')
    await submit(page)
    if (!script) await submit(page)
    await page.waitForURL(/\/pg\/payment\/card\/access\//)
    await page.locator('h1', { hasText: /berhasil|diterima|lunas/i }).waitFor()
    await shoot(page, `paid-${script}`)
    assert.equal(await status(id), 'CAPTURED')
    const callback = await callbackFor(id)
    assert.ok(isSigned(callback.body, 'SoSecret123'))
    assert.equal(JSON.parse(callback.body).result.payment.status, 'CAPTURED')
    const back = page.locator(`a[href^="${merchant.url}/ok?from=shop"]`)
    assert.equal(await back.count(), 1)
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

test('a payer who presses back, reloads or comes in a second tab sees what is true', async () => {
  const { id, link } = await order()
  const { page, context, complaints } = await payer(browser, { locale: 'en-GB' })
  await page.goto(link)
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  const second = await context.newPage()
  await second.goto(link)
  await fillCard(second)
  await fillCard(page, { number: '4111111111111111' })
  await submit(page)
  await page
    .locator('[data-poll], h1', { hasText: /paid|received|successful/i })
    .first()
    .waitFor()
  assert.equal(await status(id), 'CAPTURED')
  // The second tab still shows its form, and pays nothing.
  await submit(second)
  await second.waitForURL(/again=1/)
  await shoot(second, 'already-paid-en')
  await page.goBack()
  await page.goto(link)
  await page
    .locator('h1', { hasText: /paid|received|successful/i })
    .first()
    .waitFor()
  const events = await gateway.client.events(id)
  assert.equal(events.filter(({ type }) => type === 'order.captured').length, 1)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a declined payer reads why, that no money moved, and pays with another card', async () => {
  const { id, link } = await order()
  const { page, context, complaints } = await payer(browser, { locale: 'en-GB', width: 320 })
  await page.goto(link)
  await fillCard(page, { number: '4111111111111111', expiry: '05/39' })
  await submit(page)
  await page
    .locator('[role=alert], .notice', { hasText: /no money/i })
    .first()
    .waitFor()
  await shoot(page, 'declined-en-320')
  assert.equal(await page.inputValue('[name=cvv]'), '')
  assert.equal(await page.inputValue('[name=number]'), '')
  assert.equal(await status(id), 'REQUEST_INITIATED')
  await fillCard(page, { number: '4111111111111111' })
  await submit(page)
  await page
    .locator('h1', { hasText: /paid|received|successful/i })
    .first()
    .waitFor()
  assert.equal(await status(id), 'CAPTURED')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('an order whose attempts are used up is failed, and its payer sent to failUrl', async () => {
  const { id, link } = await order({ url: { failUrl: 'http://127.0.0.1:9/sorry?a=1' } })
  const { page, context } = await payer(browser, { locale: 'en-GB' })
  await page.goto(link)
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await fillCard(page, { number: '4111111111111111', expiry: '05/39' })
    await submit(page)
    await page.waitForFunction((n) => !document.querySelector(`[name=formNo][value="${n}"]`), attempt)
  }
  await page.locator('a[href="http://127.0.0.1:9/sorry?a=1"]').waitFor()
  await shoot(page, 'failed-en')
  assert.equal(await status(id), 'FAILURE')
  assert.equal(JSON.parse((await callbackFor(id)).body).result.payment.status, 'FAILURE')
  await context.close()
})

test('a payer who gives up at the bank can use another card', async () => {
  const { id, link } = await order()
  const { page, context, complaints } = await payer(browser, { locale: 'en-GB' })
  await page.goto(link)
  await fillCard(page)
  await submit(page)
  await page.waitForURL(/\/sandbox\/acs\/challenge/)
  await page.locator('button[name=cancel]').click()
  await page.waitForURL(/\/pg\/payment\/card\/access\//)
  await page.locator('[name=number]').waitFor()
  await shoot(page, 'challenge-cancelled-en')
  // Abandoned at the bank: the link again, and another card.
  await fillCard(page)
  await submit(page)
  await page.waitForURL(/\/sandbox\/acs\/challenge/)
  await page.goto(link)
  await page.locator('a[href*="card=1"]').click()
  await fillCard(page, { number: '4242424242424242' })
  await submit(page)
  await page
    .locator('h1', { hasText: /paid|received|successful/i })
    .first()
    .waitFor()
  assert.equal(await status(id), 'CAPTURED')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a bank that does not answer leaves the payer on a page that says so, until it is reversed', async () => {
  const { id, link } = await order()
  const { page, context } = await payer(browser, { locale: 'en-GB' })
  await page.goto(link)
  await fillCard(page, { number: '4111111111111111', expiry: '08/28' })
  await submit(page)
  await page.locator('[data-poll]').waitFor()
  await shoot(page, 'processing-en')
  assert.equal(await status(id), 'PENDING')
  await gateway.client.clock.advance('PT16M')
  // The page's own script sees the change.
  await page.locator('[name=number]').waitFor()
  await shoot(page, 'reversed-en')
  assert.equal(await status(id), 'REQUEST_INITIATED')
  await gateway.client.clock.reset()
  await context.close()
})

test('an expired, a cancelled and an unknown link are pages of their own', async () => {
  const { page, context } = await payer(browser, { locale: 'id-ID' })
  const cancelled = await order()
  await gateway.fetch(`/pg/payment/card/cancel/${cancelled.id}`)
  await page.goto(cancelled.link)
  await page.locator('h1', { hasText: /batal/i }).waitFor()
  await shoot(page, 'cancelled-id')
  const expired = await order({ order: { timeout: 5 } })
  await page.goto(expired.link)
  await gateway.client.clock.advance('PT6M')
  await fillCard(page)
  await submit(page)
  await page.locator('h1', { hasText: /habis|kedaluwarsa|lewat/i }).waitFor()
  await shoot(page, 'expired-id')
  assert.equal(await status(expired.id), 'EXPIRED')
  const other = expired.link.replace(/.{4}$/, '0000')
  const response = await page.goto(other)
  assert.equal(response?.status(), 404)
  assert.doesNotMatch(await page.content(), new RegExp(expired.id))
  await shoot(page, 'unknown-id')
  await gateway.client.clock.reset()
  await context.close()
})

test('nonsense in the form is told field by field, and neither number nor CVV comes back', async () => {
  const { link } = await order()
  const { page, context } = await payer(browser, { locale: 'en-GB', script: false })
  await page.goto(link)
  await fillCard(page, { number: '4000000000000002', expiry: '13/20', cvv: '1', name: '' })
  await submit(page)
  await shoot(page, 'errors-en')
  assert.equal(await page.locator('[aria-invalid=true]').count(), 4)
  assert.equal(await page.inputValue('[name=number]'), '')
  assert.equal(await page.inputValue('[name=cvv]'), '')
  assert.doesNotMatch(await page.content(), /4000000000000002/)
  await context.close()
})

test('a double click makes one attempt', async () => {
  const { id, link } = await order()
  const { page, context } = await payer(browser, { script: false })
  await page.goto(link)
  const form = {
    formNo: '1',
    number: '4111111111111111',
    expiry: '09/33',
    cvv: '100',
    name: 'Budi Santoso',
    lang: 'id',
  }
  const answers = await Promise.all(
    [1, 2].map(() => fetch(link, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })),
  )
  for (const answer of answers) assert.equal(answer.status, 303)
  const events = await gateway.client.events(id)
  assert.equal(events.filter(({ type }) => type === 'attempt.started').length, 1)
  await context.close()
})

test('the picker leads to cards and is paid at its own address, in both languages', async () => {
  const { id, link } = await order({ sourceOfFunds: undefined })
  assert.match(link, /\/pg\/payment\/card\/v2\/access\/[0-9a-f]{64}$/)
  const { page, context, complaints } = await payer(browser, { locale: 'id-ID', width: 320 })
  await page.goto(link.replace('/v2/access/', '/en/v2/access/'))
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  await shoot(page, 'picker-en-320')
  await page.getByRole('button', { name: /card/i }).click()
  await fillCard(page, { number: '4242424242424242' })
  await submit(page)
  await page
    .locator('h1', { hasText: /paid|received|successful/i })
    .first()
    .waitFor()
  assert.equal(await status(id), 'CAPTURED')
  assert.deepEqual(complaints, [])
  await context.close()
})
