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

const point = {
  last4: '1118',
  ownedPoints: '9999',
  rule: [{ cardBin: '511111', pointToIdr: '5', max: { amount: '3000' } }],
}

async function look(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

for (const [width, locale, script] of [
  [320, 'id-ID', true],
  [1280, 'en-GB', false],
] as const) {
  const who = `${width}px-${locale.slice(0, 2)}${script ? '' : '-without-script'}`
  test(`a payer ticks the points, is told that they are another card’s, and redeems them with theirs: ${who}`, async () => {
    const id = freshOrderId()
    const { body } = await gateway.initiate({ order: { id, amount: '285000', transactionFiltering: { point } } })
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    await page.goto(body['redirecturl'] ?? '')
    const box = page.getByRole('checkbox', { name: /Rp3\.000 .* 600 (poin|points) .* 1118$/ })
    assert.equal(await box.isChecked(), false)
    if (script) await look(page, `points-${who}`)
    await fillCard(page, { number: '4111 1111 1111 1111' })
    // By its label, as a thumb does.
    await page.locator('label[for=points]').click()
    await submit(page)
    await page.locator('#points-error').waitFor()
    assert.equal(await box.isChecked(), true)
    assert.equal(await box.getAttribute('aria-invalid'), 'true')
    assert.match((await box.getAttribute('aria-describedby')) ?? '', /\bpoints-error\b/)
    if (script) await look(page, `points-mistake-${who}`)
    assert.deepEqual(
      (await gateway.client.events(id)).map(({ type }) => type),
      ['order.initiated'],
    )
    await fillCard(page, { number: '5111 1111 1111 1118' })
    await submit(page)
    await page.locator('h1', { hasText: /berhasil|successful/i }).waitFor()
    const started = (await gateway.client.events(id)).find(({ type }) => type === 'attempt.started')
    assert.deepEqual(started?.data['points'], { count: '600', worth: '3000' })
    assert.deepEqual(complaints, [])
    await context.close()
  })
}
