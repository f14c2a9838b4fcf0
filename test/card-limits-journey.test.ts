import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { fillCard, payer, shoot, submit } from './journey.ts'

let gateway: TestGateway
let browser: Browser
before(async () => {
  ;[gateway, browser] = await Promise.all([testGateway({ GERBANG_CARD_LIMITS: 'card=1/1h' }), launchBrowser()])
  // Somebody has used up what this card may be tried.
  await gateway.initiate({ order: { id: 'used-up' } })
  const card = { number: '5123450000000008', expiryDate: '3309', cvv: '100', nameOnCard: 'Budi' }
  await gateway.client.pay('used-up', { card, outcome: 'declined', attempts: 1 })
})
after(async () => {
  await browser?.close()
  await gateway?.close()
})

const eyes = [
  // width, language, script
  [320, 'id-ID', true],
  [1280, 'en-GB', true],
  [320, 'en-GB', false],
  [1280, 'id-ID', false],
] as const

for (const [width, locale, script] of eyes) {
  const who = `${width}px-${locale.slice(0, 2)}${script ? '' : '-without-script'}`
  test(`a payer whose card was tried too often is told so, and pays with another: ${who}`, async () => {
    const id = freshOrderId()
    const { body } = await gateway.initiate({ order: { id, amount: '285000' } })
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    await page.goto(body['redirecturl'] ?? '')
    await fillCard(page)
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await submit(page)
    assert.equal((await answered).status(), 422)
    const summary = page.locator('[data-focus]')
    await summary.and(page.locator(':focus')).waitFor()
    const text = (await summary.textContent()) ?? ''
    assert.match(
      text,
      locale === 'id-ID'
        ? /Tidak ada uang yang ditarik.*Terlalu banyak pembayaran dicoba dengan kartu ini/s
        : /No money was taken.*Too many payments were tried with this card/s,
    )
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, 'it fits')
    // The checker is a script.
    if (script) await assertAccessible(page, who)
    await shoot(page, `blocked-${who}`)
    assert.equal(await page.inputValue('[name=number]'), '', 'the number is typed anew')
    await fillCard(page, { number: '4111111111111111' })
    await submit(page)
    const paid = page.locator('h1', { hasText: /berhasil|successful/i })
    // Without script the payer goes on from the bank's look at the browser by a button.
    await paid.or(page.locator('form[action$="/authenticate"]')).first().waitFor()
    if (!script && (await paid.count()) === 0) await submit(page)
    await paid.waitFor()
    assert.deepEqual(complaints, [])
    await context.close()
  })
}
