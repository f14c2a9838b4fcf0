import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { findingsOn } from './audit.ts'
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

async function order(type: string | undefined, changes: Record<string, unknown> = {}) {
  const id = freshOrderId()
  const { body, status } = await gateway.initiate({
    order: { id, amount: '285000', description: 'Kopi Gayo 1 kg' },
    sourceOfFunds: type === undefined ? null : { type },
    ...changes,
  })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, link: body['redirecturl'] ?? '', body }
}

async function statusOf(id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as unknown as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

async function look(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

const paid = (page: Page) => page.locator('h1', { hasText: /berhasil|successful|received|diterima/i }).first()

for (const [width, locale] of [
  [320, 'id-ID'],
  [1280, 'en-GB'],
] as const)
  suite(`at ${width} px in ${locale.slice(0, 2)}`, () => {
    const name = (what: string) => `ways-${what}-${width}-${locale.slice(0, 2)}`

    test('a payer picks a bank, sees the number, changes to another, and the page shows that it was paid', async () => {
      const { id, link } = await order(undefined)
      const { page, context, complaints } = await payer(browser, { locale, width })
      await page.goto(link)
      await look(page, name('picker'))
      await page
        .locator('summary', { hasText: /virtual account/i })
        .first()
        .click()
      await page.getByRole('button', { name: /BCA/ }).first().click()
      await page.locator('h1', { hasText: /BCA/ }).waitFor()
      const { data } = (await gateway.client.check(id)) as unknown as {
        data: { sourceOfFunds: { paymentCode: string } }
      }
      const shown = (await page.locator('.value').first().innerText()).replaceAll(/\s/g, '')
      assert.equal(shown, data.sourceOfFunds.paymentCode)
      await look(page, name('code'))

      await page.getByRole('button', { name: /ganti|change/i }).click()
      await page.locator('h1', { hasText: /pilih|choose|how/i }).waitFor()
      await page
        .locator('summary', { hasText: /virtual account/i })
        .first()
        .click()
      await page
        .getByRole('button', { name: /Mandiri/ })
        .first()
        .click()
      await page.locator('h1', { hasText: /Mandiri/ }).waitFor()
      await gateway.client.pay(id)
      // By itself, without a reload.
      await paid(page).waitFor({ timeout: 20_000 })
      await look(page, name('code-paid'))
      assert.equal(await statusOf(id), 'PAID')

      // The browser remembers, also at another order.
      const next = await order(undefined)
      await page.goto(next.link)
      await page
        .getByRole('button', { name: /Mandiri/ })
        .first()
        .waitFor()
      assert.match((await page.locator('.picks').first().innerText()).toLowerCase(), /mandiri/)
      // Back to what is paid pays nothing.
      await page.goto(link)
      await paid(page).waitFor()
      assert.deepEqual(complaints, [])
      await context.close()
    })

    test('a QRIS code is shown, and read off the picture it pays', async () => {
      const { id, link, body } = await order('qris')
      const { page, context, complaints } = await payer(browser, { locale, width })
      await page.goto(link)
      const picture = page.locator('img')
      await picture.waitFor()
      assert.ok(await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 100))
      await look(page, name('qris'))
      const png = await fetch(body['imageurl'] ?? '')
      assert.equal(png.headers.get('content-type'), 'image/png')
      assert.match(body['stringQr'] ?? '', /^000201010212.*6304[0-9A-F]{4}$/)
      await gateway.client.pay(id)
      await paid(page).waitFor({ timeout: 20_000 })
      assert.deepEqual(complaints, [])
      await context.close()
    })

    test('a wallet that is pushed to a phone asks for its number, and says whose app to open', async () => {
      const { id, link } = await order(undefined)
      const { page, context, complaints } = await payer(browser, { locale, width })
      await page.goto(link)
      await page
        .locator('summary', { hasText: /dompet|wallet/i })
        .first()
        .click()
      await page.locator('details details summary, ul ul summary', { hasText: 'OVO' }).click()
      await page.locator('#account-ovo').fill('0812')
      await page.locator('form:has(#account-ovo) button[type=submit]').click()
      await page.locator('#account-ovo-error, [aria-invalid=true]').first().waitFor()
      await page.locator('#account-ovo').fill('081286288844')
      await page.locator('form:has(#account-ovo) button[type=submit]').click()
      await page.locator('h1', { hasText: 'OVO' }).waitFor()
      assert.match(await page.locator('main').innerText(), /0812••••8844/)
      await look(page, name('pushed'))
      await gateway.client.pay(id)
      await paid(page).waitFor({ timeout: 20_000 })
      assert.deepEqual(complaints, [])
      await context.close()
    })
  })

const items = [{ name: 'Kopi', quantity: '1', unitPrice: '285000', category: 'food', url: 'https://shop.example/kopi' }]

/** One channel of each family that is not walked through elsewhere, by the link that `initiate` gives. */
for (const [type, changes] of [
  ['kredivo', { billing: { address: { city: 'Jakarta', country: 'IDN' } } }],
  ['octoclicks', {}],
  ['dana', {}],
  ['alipay', {}],
  ['alfamart', {}],
] as const)
  test(`a payer of ${type} pays where the link leads, and the order is paid`, async () => {
    const id = freshOrderId()
    const { body, status } = await gateway.initiate({
      order: { id, amount: '285000', item: items },
      sourceOfFunds: { type },
      ...changes,
    })
    assert.equal(status, 200, JSON.stringify(body))
    const { page, context, complaints } = await payer(browser, { locale: 'en-GB', width: 320 })
    await page.goto(body['redirecturl'] ?? '')
    // A code or a number is paid elsewhere: the sandbox's strip leads there.
    const strip = page.locator('.strip a')
    if (page.url().includes('/widgetpg/')) await strip.click()
    await page.getByText('Rp285.000').first().waitFor()
    await look(page, `family-${type}`)
    await submit(page)
    await page
      .locator('h1', { hasText: /received|paid|successful/i })
      .first()
      .waitFor()
    assert.equal(await statusOf(id), 'PAID')
    assert.deepEqual(complaints, [])
    await context.close()
  })

test('without script the number is there, and a reload shows that it was paid', async () => {
  const { id, link, body } = await order('finpaycode')
  const { page, context } = await payer(browser, { script: false, width: 320 })
  await page.goto(link)
  const text = (await page.locator('main').innerText()).replaceAll(/\s/g, '')
  assert.ok(text.includes(body['paymentCode'] ?? '?'))
  assert.equal(await page.locator('meta[http-equiv=refresh]').count(), 1)
  await gateway.client.pay(id)
  await page.reload()
  await paid(page).waitFor()
  await context.close()
})

test('two tabs with two methods race, and the order is paid once (invariant 2)', async () => {
  const { id, link } = await order(undefined)
  const { page, context } = await payer(browser)
  await page.goto(link)
  await page.getByRole('button', { name: /kartu/i }).first().click()
  await fillCard(page, { number: '4111 1111 1111 1111' })
  const other = await context.newPage()
  await other.goto(`${link}?methods=1`)
  await other
    .locator('summary', { hasText: /virtual account/i })
    .first()
    .click()
  await other.getByRole('button', { name: /BRI/ }).first().click()
  await other.locator('h1', { hasText: /BRI/ }).waitFor()
  await Promise.all([submit(page), gateway.client.pay(id, { outcome: 'late' })])
  await paid(other).waitFor({ timeout: 20_000 })
  await page.goto(link)
  await paid(page).waitFor({ timeout: 20_000 })
  await gateway.client.clock.advance('PT1S')
  const events = (await gateway.client.events(id)).map(({ type }) => type)
  assert.equal(events.filter((type) => type === 'order.paid' || type === 'order.captured').length, 1, events.join())
  assert.deepEqual(await findingsOn(gateway.database), [])
  await context.close()
})

test('nonsense in the forms changes nothing', async () => {
  const { id, link } = await order(undefined)
  const post = (step: string, body: Record<string, string>) =>
    fetch(`${link}/${step}`, { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' })
  assert.equal((await post('method', { formNo: '1' })).status, 422)
  assert.equal((await post('method', { formNo: '1', method: 'constructor' })).status, 422)
  // It needs items, which this order has not.
  assert.equal((await post('method', { formNo: '1', method: 'dana' })).status, 422)
  assert.equal((await post('method', { formNo: '1', method: 'ddbri' })).status, 422)
  assert.equal((await post('method', { formNo: '7', method: 'vabca' })).status, 303)
  assert.equal((await post('change', { formNo: '' })).status, 303)
  const types = (await gateway.client.events(id)).map(({ type }) => type)
  assert.deepEqual(types, ['order.initiated'])
  const fixed = await order('vabca')
  const answer = await fetch(`${fixed.link}/method`, {
    method: 'POST',
    body: new URLSearchParams({ formNo: '1', method: 'vabri' }),
    redirect: 'manual',
  })
  assert.equal(answer.status, 303)
  assert.deepEqual(
    (await gateway.client.events(fixed.id)).map(({ type }) => type),
    ['order.initiated'],
  )
})
