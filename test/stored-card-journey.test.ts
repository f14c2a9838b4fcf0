import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { fillCard, payer, shoot, submit } from './journey.ts'

let gateway: TestGateway
let browser: Browser
before(async () => {
  ;[gateway, browser] = await Promise.all([testGateway(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await gateway?.close()
})

async function order(customerId: string, card: object = {}): Promise<{ id: string; link: string }> {
  const id = freshOrderId()
  const { status, body } = await gateway.initiate({
    order: { id, amount: '285000' },
    customer: { id: customerId, mobilePhone: '+6281286288800' },
    card,
  })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, link: body['redirecturl'] ?? '' }
}

/** Types the one-time password at the bank, and comes back to the receipt. */
async function confirm(page: Page, script: boolean): Promise<void> {
  if (!script) {
    await submit(page)
    await submit(page)
  }
  await page.waitForURL(/\/sandbox\/acs\/challenge/)
  await page.fill('[name=otp]', '112233')
  await submit(page)
  if (!script) await submit(page)
  await page.waitForURL(/\/pg\/payment\/card\/access\//)
  await page.locator('h1', { hasText: /berhasil|successful/i }).waitFor()
}

async function fits(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

const eyes = [
  // width, language, script
  [320, 'id-ID', true],
  [1280, 'en-GB', true],
  [320, 'en-GB', false],
  [1280, 'id-ID', false],
] as const

for (const [width, locale, script] of eyes) {
  const who = `${width}px-${locale.slice(0, 2)}${script ? '' : '-without-script'}`
  test(`a payer saves a card, and pays again with the CVV only: ${who}`, async () => {
    const customer = `customer-${who}`
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    const first = await order(customer)
    await page.goto(first.link)
    const box = page.getByRole('checkbox')
    assert.equal(await box.isChecked(), false)
    await fillCard(page)
    // By its label, as a thumb does.
    await page.locator('label[for=save]').click()
    assert.equal(await box.isChecked(), true)
    if (script) await fits(page, `save-${who}`)
    await submit(page)
    await confirm(page, script)
    const [card, ...others] = await gateway.client.cards(customer)
    assert.deepEqual(others, [])
    assert.equal(card?.mask, '512345xxxxxx0008')

    const second = await order(customer, { token: card.token, storedOnFile: 'STORED' })
    await page.goto(second.link)
    assert.equal(await page.locator('input:not([type=hidden])').count(), 1)
    assert.match(await page.locator('.receipt').innerText(), /Mastercard.*0008/)
    if (script) await fits(page, `two-clicks-${who}`)
    // A CVV that is left out is said where it is missing.
    await submit(page)
    await page.locator('#cvv-error').waitFor()
    assert.equal(await page.locator('#cvv-error').isVisible(), true)
    await page.fill('[name=cvv]', '100')
    await submit(page)
    await confirm(page, script)
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

test('the page says that the merchant will store the card, and the keyboard alone can tick the box', async () => {
  const { page, context, complaints } = await payer(browser, { locale: 'en-GB', width: 320 })
  const kept = await order('customer-kept', { storedOnFile: 'TO_BE_STORED' })
  await page.goto(kept.link)
  assert.match(await page.locator('.keeping').innerText(), /will save this card/)
  await fits(page, 'kept-320px-en')
  const offered = await order('customer-keyboard')
  await page.goto(offered.link)
  await page.locator('[name=name]').focus()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'save')
  await page.keyboard.press('Space')
  assert.equal(await page.getByRole('checkbox').isChecked(), true)
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a payer who would rather use another card gets the whole form, and pays with it', async () => {
  const { page, context } = await payer(browser, { locale: 'en-GB', width: 320 })
  const customer = 'customer-other'
  const stored = await order(customer, { storedOnFile: 'TO_BE_STORED' })
  await gateway.client.pay(stored.id)
  const [card] = await gateway.client.cards(customer)
  const { id, link } = await order(customer, { token: card?.token, storedOnFile: 'STORED' })
  await page.goto(link)
  await page.getByRole('link', { name: 'Use another card' }).click()
  await fillCard(page, { number: '5111111111111118' })
  await submit(page)
  await page.locator('h1', { hasText: 'Payment successful' }).waitFor()
  const started = (await gateway.client.events(id)).find(({ type }) => type === 'attempt.started')
  assert.equal(started?.data['card'], '511111xxxxxx1118')
  await context.close()
})
