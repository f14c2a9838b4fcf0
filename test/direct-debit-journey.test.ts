import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { payer, shoot, submit } from './journey.ts'

let gateway: TestGateway
let browser: Browser
before(async () => {
  ;[gateway, browser] = await Promise.all([testGateway(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await gateway?.close()
})

async function fits(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

const customerOf = (id: string) => ({
  id,
  email: 'budi@example.com',
  firstName: 'Budi',
  lastName: 'Santoso',
  mobilePhone: '+6281286288800',
})

async function bind(customerId: string): Promise<string> {
  const { redirecturl } = await gateway.client.call<{ redirecturl: string }>(
    'POST',
    '/pg/payment/card/directdebit/bind',
    {
      customer: customerOf(customerId),
      url: { successUrl: 'https://shop.example/linked', failUrl: 'https://shop.example/failed' },
      sourceOfFunds: { type: 'ddbri' },
    },
  )
  return redirecturl
}

/** BRI's two steps: the merchant's own page asks for the OTP. */
async function buy(accountId: string, id: string, order: object = {}): Promise<{ referenceNumber: string }> {
  return gateway.client.call('POST', '/pg/payment/card/initiate', {
    customer: customerOf('budi'),
    order: { id, amount: '25000', ...order },
    sourceOfFunds: { type: 'ddbri', accountId },
  })
}

for (const [width, locale, script] of [
  [320, 'id-ID', true],
  [1280, 'en-GB', true],
  [320, 'en-GB', false],
] as const) {
  const who = `${width}px-${locale.slice(0, 2)}${script ? '' : '-without-script'}`
  test(`a payer links an account and buys with it: ${who}`, async () => {
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    await page.goto(await bind(who))
    if (script) await fits(page, `link-account-${who}`)
    // What is missing or no test account is said where it was typed.
    await submit(page)
    await page.locator('#account-error').waitFor()
    await page.fill('[name=account]', '9876543210')
    await submit(page)
    await page.locator('#account-error', { hasText: /bukan rekening uji|not a test account/ }).waitFor()
    if (script) await fits(page, `link-account-wrong-${who}`)
    await page.fill('[name=account]', '1234 5670 01')
    await submit(page)
    await page.locator('[name=otp]').waitFor()
    if (script) await fits(page, `link-otp-${who}`)
    await page.fill('[name=otp]', '000000')
    await submit(page)
    await page.locator('#otp-error', { hasText: '2' }).waitFor()
    await gateway.client.clock.advance('PT5M')
    await page.fill('[name=otp]', '112233')
    await submit(page)
    await page.locator('#otp-error', { hasText: /tidak berlaku|no longer valid/ }).waitFor()
    await page.locator('button[name=again]').click()
    await page.locator('#otp-error[hidden]').waitFor({ state: 'attached' })
    await page.fill('[name=otp]', '112233')
    await submit(page)
    await page.locator('h1', { hasText: /tertaut|linked/ }).waitFor()
    if (script) await fits(page, `linked-${who}`)
    assert.equal(await page.locator('a.button').getAttribute('href'), 'https://shop.example/linked')
    assert.doesNotMatch(await page.content(), /1234567001/)

    const [account, ...others] = await gateway.client.accounts(who)
    assert.deepEqual(others, [])
    const id = freshOrderId()
    const { referenceNumber } = await buy(account?.accountId ?? '', id)
    await buy(account?.accountId ?? '', id, { otp: '112233', referenceNumber })
    const { data } = (await gateway.client.check(id)) as { data: { result: { payment: { status: string } } } }
    assert.equal(data.result.payment.status, 'PAID')
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

test('a payer who gives up, and one who knows no such link, are told so', async () => {
  const { page, context } = await payer(browser, { locale: 'en-GB', width: 320 })
  await page.goto(await bind('gives-up'))
  await page.locator('button[name=cancel]').click()
  await page.locator('h1', { hasText: 'Account not linked' }).waitFor()
  await fits(page, 'link-cancelled')
  assert.equal(await page.locator('a.button').getAttribute('href'), 'https://shop.example/failed')
  await page.goto(`${gateway.url}/sandbox/directdebit/${'0'.repeat(64)}`)
  await page.locator('h1', { hasText: 'Unknown link' }).waitFor()
  await fits(page, 'link-unknown')
  await context.close()
})
