import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { statement } from '../src/postgres/database.ts'
import { findingsOn } from './audit.ts'
import { freshOrderId, type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'

/* A bank takes back what its customer has paid. */

let gateway: TestGateway
let shop: MerchantServer

before(async () => {
  // In the middle of a day in Western Indonesia, so that a test's day does not end while it runs.
  gateway = await testGateway({}, { startAt: new Date('2026-11-24T05:00:00Z') })
  shop = await merchantServer()
})
after(async () => {
  await gateway.close()
  await shop.close()
})

async function open(type: string): Promise<string> {
  const id = freshOrderId()
  const { status } = await gateway.initiate({
    order: { id, amount: 25_000 },
    url: { callbackUrl: `${shop.url}/${id}` },
    sourceOfFunds: { type },
  })
  assert.equal(status, 200)
  return id
}

interface Payment {
  readonly status: string
  readonly amount: number
}

async function paymentOf(id: string): Promise<Payment> {
  const { data } = (await gateway.client.check(id)) as unknown as { data: { result: { payment: Payment } } }
  return data.result.payment
}

const told = (id: string) =>
  shop.received
    .filter(({ path }) => path === `/${id}`)
    .map(({ body }) => (JSON.parse(body) as { result: { payment: Payment } }).result.payment)

const reverse = (id: string) => gateway.client.pay(id, { outcome: 'reversed' })
const types = async (id: string) => (await gateway.client.events(id)).map(({ type }) => type)
const findings = () => findingsOn(gateway.database)

test('a payment that its bank takes back cancels the order, tells its merchant, and goes back', async () => {
  const id = await open('vabca')
  await gateway.client.pay(id)
  assert.deepEqual(await reverse(id), {
    status: 'CANCELLED',
    steps: [{ step: 'reversal', attempt: 1, result: 'withdrawn' }],
  })
  await gateway.client.clock.advance('PT1S')
  assert.deepEqual((await types(id)).slice(-3), ['order.paid', 'order.withdrawn', 'receipt.returned'])
  const { status, amount } = await paymentOf(id)
  assert.deepEqual([status, amount], ['CANCELLED', 0])
  assert.deepEqual(
    told(id).map((payment) => [payment.status, payment.amount]),
    [
      ['PAID', 25_000],
      ['CANCELLED', 0],
    ],
  )
  assert.deepEqual(await findings(), [])
})

test('a payer who pays and whose bank takes it back at once is told both', async () => {
  const id = await open('shopeepay')
  const { status, steps } = await reverse(id)
  assert.equal(status, 'CANCELLED')
  assert.deepEqual(
    steps.map(({ step, result }) => `${step} ${result}`),
    ['session opened', 'payment kept', 'reversal withdrawn'],
  )
})

test('ten reversals at once are one, and one more changes nothing', async () => {
  const id = await open('vabni')
  await gateway.client.pay(id)
  const all = await Promise.all(Array.from({ length: 10 }, () => reverse(id)))
  assert.deepEqual(new Set(all.map(({ steps }) => steps[0]?.result)), new Set(['withdrawn']))
  assert.equal((await reverse(id)).steps[0]?.result, 'withdrawn')
  await gateway.client.clock.advance('PT1S')
  assert.equal((await types(id)).filter((type) => type === 'order.withdrawn').length, 1)
  assert.equal(told(id).filter(({ status }) => status === 'CANCELLED').length, 1)
  assert.deepEqual(await findings(), [])
})

test('what its merchant has given back in part or whole, its bank cannot take (invariant 5)', async () => {
  const id = await open('shopeepay')
  await gateway.client.pay(id)
  await gateway.client.refund(id, 5_000)
  assert.deepEqual((await reverse(id)).steps[0]?.result, 'given_back')
  await gateway.client.refund(id, 20_000)
  assert.deepEqual(await reverse(id), {
    status: 'REFUNDED',
    steps: [{ step: 'reversal', attempt: 1, result: 'given_back' }],
  })
  assert.deepEqual(await findings(), [])
})

test('a refund and a reversal at once give the money back once (invariant 5)', async () => {
  for (let round = 0; round < 8; round += 1) {
    const id = await open('gopay')
    await gateway.client.pay(id)
    const [refunded, reversed] = await Promise.allSettled([gateway.client.refund(id, 25_000), reverse(id)])
    await gateway.client.clock.advance('PT1S')
    const { status } = await paymentOf(id)
    const isReversed = reversed.status === 'fulfilled' && reversed.value.steps[0]?.result === 'withdrawn'
    assert.equal(status, isReversed ? 'CANCELLED' : 'REFUNDED')
    assert.equal(refunded.status, isReversed ? 'rejected' : 'fulfilled')
  }
  assert.deepEqual(await findings(), [])
})

test('what is withdrawn is not refunded, nor paid again', async () => {
  const id = await open('gopay')
  await gateway.client.pay(id)
  await reverse(id)
  await assert.rejects(gateway.client.refund(id, 1_000), { responseCode: '4030015' })
  const { steps } = await gateway.client.pay(id, { outcome: 'late' })
  assert.equal(steps[0]?.result, 'returning: paid_already')
  await gateway.client.clock.advance('PT1S')
  assert.deepEqual(await findings(), [])
})

test('a bank takes nothing back after the day in Western Indonesia', async () => {
  const id = await open('vabri')
  await gateway.client.pay(id)
  await gateway.client.clock.advance('PT13H')
  assert.deepEqual(await reverse(id), {
    status: 'PAID',
    steps: [{ step: 'reversal', attempt: 1, result: 'too_late' }],
  })
})

test('a card’s payment is its merchant’s to void', async () => {
  const id = await open('cc')
  await assert.rejects(reverse(id), { responseCode: '4000001' })
})

test('an order that expired or was cancelled is not paid, so that nothing is taken back', async () => {
  const id = await open('vabca')
  await gateway.client.call('GET', `/pg/payment/card/cancel/${id}`)
  await assert.rejects(reverse(id), { responseCode: '4040100' })
})

test('an acquirer that keeps what was withdrawn is found by the audit', async () => {
  const id = await open('vabca')
  await gateway.client.pay(id)
  await reverse(id)
  await gateway.client.clock.advance('PT1S')
  const hold = (state: string) =>
    gateway.database.query(
      statement('', `update simulated_authorization set state = '${state}' where order_id = '${id}'`),
      [],
    )
  await hold('approved')
  assert.deepEqual(
    (await findings()).map((finding) => finding.split(': ')[0]),
    [`acquirer ${id}`, `receipt-money ${id}`],
  )
  await hold('reversed')
  assert.deepEqual(await findings(), [])
})
