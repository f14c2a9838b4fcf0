import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { payer, shoot, submit } from './journey.ts'

/* Payers of a bank, a counter and a wallet in a real Chromium, on a small phone and a large screen. */

let gateway: TestGateway
let browser: Browser
before(async () => {
  ;[gateway, browser] = await Promise.all([testGateway(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await gateway?.close()
})

async function open(type: string, changes: object = {}): Promise<{ id: string; body: Record<string, string> }> {
  const id = freshOrderId()
  const { status, body } = await gateway.initiate({
    order: { id, amount: 285_000 },
    sourceOfFunds: { type },
    ...changes,
  })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, body }
}

async function statusOf(id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as unknown as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

async function see(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

for (const [width, locale, script] of [
  [320, 'id-ID', true],
  [1280, 'en-GB', true],
  [360, 'en-GB', false],
] as const) {
  const who = `${width}px-${locale.slice(0, 2)}${script ? '' : '-without-script'}`
  // The accessibility checks are a script, which a page without one does not run.
  const look = (page: Page, name: string) => (script ? see(page, name) : shoot(page, name))

  test(`a payer finds the bank from the sandbox’s home, types the number, a wrong amount, and pays: ${who}`, async () => {
    const { id, body } = await open('vabca')
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    await page.goto(gateway.url)
    await look(page, `home-${who}`)
    await page.getByRole('link', { name: /konter|counter/ }).click()
    await page.locator('[name=code]').waitFor()
    await look(page, `bank-${who}`)
    await submit(page)
    await page.locator('[role=group]').waitFor()
    await look(page, `bank-mistakes-${who}`)
    await page.getByRole('combobox').selectOption('vabca')
    await page.fill('[name=code]', body['paymentCode'] ?? '')
    await submit(page)
    await page.getByText('Rp285.000').first().waitFor()
    await look(page, `screen-${who}`)
    await page.fill('[name=amount]', '200000')
    await page.locator('[name=typed]').click()
    await page.locator('#amount-error').waitFor()
    await look(page, `screen-wrong-${who}`)
    await submit(page)
    await page.locator('h1', { hasText: /Uang diterima|Money received/ }).waitFor()
    await look(page, `receipt-${who}`)
    assert.equal(await statusOf(id), 'PAID')
    await submit(page)
    await page.locator('h1', { hasText: /Uang dikembalikan|Money returned/ }).waitFor()
    await look(page, `receipt-taken-${who}`)
    assert.equal(await statusOf(id), 'CANCELLED')
    await page.goto(`${gateway.url}/sandbox/bank?channel=vabca&code=${body['paymentCode']}`)
    await page.locator('h1', { hasText: /sudah dibayar|already paid/ }).waitFor()
    await look(page, `screen-paid-${who}`)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test(`a payer of a wallet declines, tries again, and confirms: ${who}`, async () => {
    const { id, body } = await open('gopay')
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    await page.goto(body['redirecturl'] ?? '')
    await look(page, `wallet-${who}`)
    await page.locator('[value=decline]').click()
    await page.locator('h1', { hasText: /ditolak|declined/ }).waitFor()
    await look(page, `wallet-declined-${who}`)
    assert.equal(await statusOf(id), 'REQUEST_INITIATED')
    await page.locator('a.button').click()
    await page.locator('[value=confirm]').click()
    await page.locator('h1', { hasText: /berhasil|successful/ }).waitFor()
    await look(page, `wallet-paid-${who}`)
    assert.equal(await statusOf(id), 'PAID')
    // To go back and press again pays nothing.
    await page.goBack()
    await page.locator('h1').waitFor()
    assert.equal((await gateway.client.events(id)).filter(({ type }) => type === 'order.paid').length, 1)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test(`a payer of a wallet whose tries are used up is told so: ${who}`, async () => {
    const { id, body } = await open('gopay')
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    for (let tries = 0; tries < 5; tries += 1) {
      await page.goto(body['redirecturl'] ?? '')
      await page.locator('[value=decline]').click()
      await page.locator('[value=decline]').waitFor({ state: 'detached' })
    }
    await page.locator('h1', { hasText: /ditutup|closed/ }).waitFor()
    await look(page, `wallet-failed-${who}`)
    assert.equal(await statusOf(id), 'FAILURE')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test(`the pages that ask for a code or a link say what is wrong: ${who}`, async () => {
    const { page, context, complaints } = await payer(browser, { locale, script, width })
    for (const name of ['scan', 'wallet']) {
      await page.goto(`${gateway.url}/sandbox/${name}`)
      await look(page, `ask-${name}-${who}`)
      await submit(page)
      await page.locator('[role=group]').waitFor()
      await look(page, `ask-${name}-mistake-${who}`)
    }
    await page.goto(`${gateway.url}/sandbox/bank?channel=vabca&code=1`)
    await look(page, `screen-unknown-${who}`)
    assert.deepEqual(complaints, [])
    await context.close()
  })
}
