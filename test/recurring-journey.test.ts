import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from './axe.ts'
import { launchBrowser } from './browser.ts'
import { freshOrderId, type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { fillCard, payer, shoot, submit } from './journey.ts'

/*
 * A subscription as its payer and its merchant live it: the first payment in a Chromium with the bank's question,
 * the others by the clock, one of them refused and made up.
 */

let gateway: TestGateway
let shop: MerchantServer
let browser: Browser
before(async () => {
  ;[gateway, shop, browser] = await Promise.all([testGateway(), merchantServer(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await shop?.close()
  await gateway?.close()
})

/** What the merchant's server has heard of a plan's orders, in the order in which it came: id, status and amount. */
async function heard(orderIds: readonly string[]): Promise<(readonly [string, string, number])[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const told = shop.received
      .filter(({ body }) => isSigned(body, gateway.gateway.merchant?.key.reveal() ?? ''))
      .map(({ body }) => JSON.parse(body) as Told)
      .filter(({ order }) => orderIds.includes(order.id))
    if (told.length >= orderIds.length)
      return told.map(({ order, result }) => [order.id, result.payment.status, order.amount])
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not every callback came for ${orderIds.join(', ')}`)
}

interface Told {
  readonly order: { readonly id: string; readonly amount: number }
  readonly result: { readonly payment: { readonly status: string } }
}

/** The documented check, as a merchant would write it. */
function isSigned(body: string, key: string): boolean {
  const { signature } = JSON.parse(body) as { signature: string }
  const signed = body.replace(`,"signature":"${signature}"`, '')
  return createHmac('sha512', key).update(signed).digest('hex') === signature
}

async function fits(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} fits`)
  await assertAccessible(page, name)
  await shoot(page, name)
}

const eyes = [
  [320, 'id-ID', /menyimpan kartu ini dan menagihnya lagi: Rp49\.000 setiap bulan, 3 kali\./, /Pembayaran berhasil/],
  [1280, 'en-GB', /keeps this card and charges it again: Rp49\.000 every month, 3 times\./, /Payment successful/],
] as const

for (const [width, locale, agreed, paid] of eyes) {
  const who = `${width}px-${locale.slice(0, 2)}`
  test(`a payer subscribes, a payment is refused and made up, and the merchant hears all of it: ${who}`, async () => {
    const { page, context, complaints } = await payer(browser, { locale, width })
    const planId = `majalah-${who}`
    const first = freshOrderId()
    const { status, body } = await gateway.initiate({
      order: { id: first, amount: '15000' },
      customer: { id: `customer-${who}`, mobilePhone: '+6281286288800' },
      url: { callbackUrl: `${shop.url}/callback` },
      recurring: {
        subscribe: 'Y',
        type: 'PURCHASE',
        id: planId,
        amount: '49000',
        interval: '1',
        intervalUnit: 'monthly',
        maxInterval: '3',
        retry: { interval: '2', intervalUnit: 'daily', maxInterval: '2' },
      },
    })
    assert.equal(status, 200, JSON.stringify(body))

    // The payer is told what follows before a card is asked for, and pays the first amount only.
    await page.goto(body['redirecturl'] ?? '')
    assert.match(await page.locator('form').innerText(), agreed)
    assert.match(await page.locator('.facts').innerText(), /Rp49\.000 (setiap bulan, 3 kali|every month, 3 times)/)
    assert.equal(await page.getByRole('checkbox').count(), 0, 'the card is stored anyway: nothing is to be ticked')
    await fits(page, `subscribe-${who}`)
    await fillCard(page)
    await submit(page)
    await page.waitForURL(/\/sandbox\/acs\/challenge/)
    await page.fill('[name=otp]', '112233')
    await submit(page)
    await page.waitForURL(/\/pg\/payment\/card\/access\//)
    await page.locator('h1', { hasText: paid }).waitFor()
    await fits(page, `subscribed-${who}`)
    assert.deepEqual(await heard([first]), [[first, 'CAPTURED', 15_000]])

    // The first month is refused once, and made up two days later without its payer.
    await gateway.client.fault(`${planId}-1`, 'authorize', 'declined')
    await gateway.client.clock.advance('P31D')
    assert.deepEqual(await heard([`${planId}-1`]), [[`${planId}-1`, 'FAILURE', 49_000]])
    assert.deepEqual(await listed(planId), { state: 'active', charged: 0, nextNo: 1 })
    await gateway.client.clock.advance('P2D')
    assert.deepEqual(await heard([`${planId}-1.2`]), [[`${planId}-1.2`, 'CAPTURED', 49_000]])
    assert.deepEqual(await listed(planId), { state: 'active', charged: 1, nextNo: 2 })

    // The others fall where they would have fallen without that.
    await gateway.client.clock.advance('P65D')
    const all = [first, `${planId}-1`, `${planId}-1.2`, `${planId}-2`, `${planId}-3`]
    assert.deepEqual(
      await heard(all),
      all.map((id) => [id, id === `${planId}-1` ? 'FAILURE' : 'CAPTURED', id === first ? 15_000 : 49_000]),
    )
    assert.deepEqual(await listed(planId), { state: 'completed', charged: 3, nextNo: null })

    // Nobody has been at the page since, and it tells the payment that was made there.
    await page.reload()
    await page.locator('h1', { hasText: paid }).waitFor()
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

/** A plan as the merchant's list shows it. */
async function listed(planId: string) {
  const plan = (await gateway.client.plans()).plans.find(({ id }) => id === planId)
  assert.ok(plan, `${planId} is listed`)
  const { state, charged, nextNo } = plan
  return { state, charged, nextNo }
}
