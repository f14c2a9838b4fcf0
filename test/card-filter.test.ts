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
  ;[gateway, browser] = await Promise.all([testGateway(), launchBrowser()])
})
after(async () => {
  await browser?.close()
  await gateway?.close()
})

async function restricted(transactionFiltering: object): Promise<{ id: string; link: string }> {
  const id = freshOrderId()
  const { status, body } = await gateway.initiate({ order: { id, transactionFiltering } })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, link: body['redirecturl'] ?? '' }
}

async function typesOf(id: string): Promise<string[]> {
  return (await gateway.client.events(id)).map(({ type }) => type)
}

test('a payer reads which cards are taken, is told at the number, and pays with one of them', async () => {
  const { id, link } = await restricted({ cardBin: ['443426', '411111'] })
  const { page, context, complaints } = await payer(browser, { width: 390 })
  await page.goto(link)
  const number = page.locator('[name=number]')
  const hint = 'Pesanan ini hanya menerima kartu dengan nomor berawalan 443426 atau 411111.'
  assert.equal(await page.locator('#number-hint').innerText(), hint)
  assert.match((await number.getAttribute('aria-describedby')) ?? '', /\bnumber-hint\b/)
  await assertAccessible(page, 'restricted')
  await shoot(page, 'restricted')
  await fillCard(page)
  await submit(page)
  const fault = page.locator('#number-error')
  await fault.waitFor()
  assert.equal(await fault.innerText(), 'Kartu ini tidak dapat dipakai untuk pesanan ini. Gunakan kartu lain.')
  assert.equal(await number.getAttribute('aria-invalid'), 'true')
  assert.equal(await page.locator('#number-hint').innerText(), hint)
  await assertAccessible(page, 'not allowed')
  await shoot(page, 'not-allowed')
  assert.deepEqual(await typesOf(id), ['order.initiated'])
  await fillCard(page, { number: '4111 1111 1111 1111' })
  await submit(page)
  await page.locator('h1', { hasText: /berhasil/i }).waitFor()
  assert.equal((await typesOf(id)).at(-1), 'order.captured')
  assert.deepEqual(complaints, [])
  await context.close()
})

test('the page says in English as well which types and numbers it takes', async () => {
  const { link } = await restricted({ cardBin: ['512345'], cardType: ['CREDIT', 'PREPAID'] })
  const html = await (await fetch(`${link}?lang=en`)).text()
  assert.match(html, /This order only takes credit or prepaid cards whose number begins with 512345\./)
})

test('a card is taken by its type, and one of no known type is not', async () => {
  const credit = await restricted({ cardType: ['CREDIT'] })
  const plain = gateway.client.pay(credit.id, { card: { number: '4111111111111111' } })
  await assert.rejects(plain, { status: 400, responseCode: '4000001' })
  assert.deepEqual(await typesOf(credit.id), ['order.initiated'])
  assert.equal((await gateway.client.pay(credit.id)).status, 'CAPTURED')
  const debit = await restricted({ cardType: ['DEBIT'] })
  await assert.rejects(gateway.client.pay(debit.id), { status: 400, responseCode: '4000001' })
})

test('an order without a restriction says nothing of cards', async () => {
  const { body } = await gateway.initiate()
  const html = await (await fetch(`${body['redirecturl']}?lang=en`)).text()
  assert.doesNotMatch(html, /only takes/)
})
