import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { addMerchant, answerOf, assertProblem } from './api.ts'
import { findingsOn } from './audit.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway, testMasterKey } from './gateway.ts'
import { Secret } from '../src/base/secret.ts'

const stolen = { number: '5123450000000008', expiryDate: '3309', cvv: '100', nameOnCard: 'Budi' }
const other = { ...stolen, number: '4111111111111111' }

describe('who tries cards', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway({ GERBANG_CARD_LIMITS: 'card=2/1h,network=4/10m', GERBANG_METRICS_PORT: '0' })
  })
  after(() => gateway.close())

  async function open(more: object = {}): Promise<{ id: string; link: string }> {
    const id = freshOrderId()
    const { status, body } = await gateway.initiate({ order: { id }, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    return { id, link: body['redirecturl'] ?? '' }
  }

  const form = (link: string, number: string, language = 'en') =>
    fetch(link, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({
        formNo: '1',
        number,
        expiry: '09/33',
        cvv: '100',
        name: 'Budi Santoso',
        lang: language,
      }),
    })

  test('is stopped at the page: nothing is begun, the log says why, and the order can still be paid', async () => {
    const first = await open()
    const paid = await gateway.client.pay(first.id, { card: stolen, outcome: 'declined', attempts: 2 })
    assert.equal(paid.steps.filter(({ result }) => result === 'accepted').length, 2)

    const { id, link } = await open()
    const before = await gateway.client.events(id)
    const answer = await form(link, stolen.number)
    const page = await answer.text()
    assert.equal(answer.status, 422)
    assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/)
    assert.match(page, /Too many payments were tried with this card/)
    assert.match(page, /No money was taken/)
    assert.match(page, /Budi Santoso/, 'the name need not be typed again')
    assert.doesNotMatch(page, /more tries for this order/, 'nothing was used up')
    assert.match(
      await (await form(link, stolen.number, 'id')).text(),
      /Terlalu banyak pembayaran dicoba dengan kartu ini/,
    )

    const added = (await gateway.client.events(id)).slice(before.length)
    assert.deepEqual(
      added.map(({ type, data }) => ({ type, data })),
      [{ type: 'attempt.blocked', data: { rule: 'card', by: 'card' } }],
      'once, however often it is tried',
    )
    const blocked = await gateway.client.pay(id, { card: stolen })
    assert.deepEqual(blocked.steps, [{ step: 'card', attempt: 1, result: 'blocked' }])
    assert.equal((await gateway.client.pay(id, { card: other })).status, 'CAPTURED')
  })

  test('is stopped with a stored card as well, whose page says the same', async () => {
    const customer = { id: 'keeper', mobilePhone: '+6281286288800' }
    const kept = await open({ customer })
    const card = { ...stolen, number: '5111111111111118' }
    const { status } = await gateway.client.pay(kept.id, { card, saveCard: true })
    assert.equal(status, 'CAPTURED')
    const [stored] = await gateway.client.cards(customer.id)
    assert.ok(stored)
    const declined = await open({ customer })
    await gateway.client.pay(declined.id, { card, outcome: 'declined', attempts: 2 })

    const { id, link } = await open({ customer, card: { token: stored.token, storedOnFile: 'STORED' } })
    const answer = await fetch(`${link}/stored`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ formNo: '1', cvv: '100', lang: 'en' }),
    })
    assert.equal(answer.status, 422)
    const page = await answer.text()
    assert.match(page, /Too many payments were tried with this card/)
    assert.match(page, /Use another card/)
    assert.deepEqual((await gateway.client.events(id)).at(-1)?.data, { rule: 'card', by: 'card' })
    assert.deepEqual((await gateway.client.pay(id)).steps, [{ step: 'card', attempt: 1, result: 'blocked' }])
  })

  test('is told 429 with the seconds to wait where a merchant sends the card', async () => {
    const id = freshOrderId()
    const send = () =>
      answerOf(
        gateway.fetch('/pg/payment/card/payment', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...seedSample(id), card: stolen }),
        }),
      )
    const answer = await send()
    assertProblem(answer, '4290000')
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assertProblem(await send(), '4290000', 'and again: the order is not spent')
    assert.deepEqual(
      (await gateway.client.events(id)).map(({ type }) => type),
      ['order.initiated', 'attempt.blocked'],
    )
  })

  test('meets the limit of a network through its pages', async () => {
    // The scripted payer, from the same address, has used three.
    assert.equal((await form((await open()).link, '4242424242424242')).status, 303)
    const answer = await form((await open()).link, '2223000000000007')
    assert.equal(answer.status, 422)
    assert.match(await answer.text(), /from this device or connection/)
  })

  test('is counted in the metrics, by the rule', async () => {
    const text = await (await fetch(gateway.gateway.metricsUrl ?? '')).text()
    assert.match(text, /^gerbang_attempts_blocked_total\{rule="card"\} [1-9]/m)
    assert.match(text, /^gerbang_attempts_blocked_total\{rule="network"\} 1$/m)
  })

  test('does not stop the payers of another merchant', async () => {
    const authorization = await addMerchant(gateway, 'NEXTDOOR', 'ShopKey-123')
    const opened = await fetch(`${gateway.url}/pg/payment/card/initiate`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(seedSample(freshOrderId())),
    })
    const { redirecturl } = (await opened.json()) as { redirecturl: string }
    assert.equal((await form(redirecturl, stolen.number)).status, 303)
  })

  test('leaves a database in which the auditor finds nothing, the counts included', async () => {
    const counted = await gateway.database.query<{ outcome: string | null; state: string }>({
      name: 'card_limits_test.counted',
      text: 'select u.outcome, a.state from card_use u join attempt a using (merchant_id, order_id, attempt_no)',
    })
    assert.ok(counted.length >= 5)
    const expected: Readonly<Record<string, string>> = {
      captured: 'ended',
      abandoned: 'ended',
      declined: 'declined',
      refused: 'declined',
    }
    for (const { outcome, state } of counted) assert.equal(outcome, expected[state] ?? null, state)
    const key = new Secret(Buffer.from(testMasterKey, 'hex'))
    assert.deepEqual(await findingsOn(gateway.database, key), [])
  })
})

test('without limits nothing is counted', async () => {
  const gateway = await testGateway()
  try {
    const { body } = await gateway.initiate({ order: { id: 'free' } })
    assert.ok(body['redirecturl'])
    await gateway.client.pay('free', { card: stolen, outcome: 'declined' })
    const rows = await gateway.database.query({ name: 'card_limits_test.none', text: 'select 1 from card_use' })
    assert.deepEqual(rows, [])
  } finally {
    await gateway.close()
  }
})
