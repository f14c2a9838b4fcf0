import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Secret } from '../src/base/secret.ts'
import { findingsOn } from './audit.ts'
import {
  freshOrderId,
  merchantServer,
  type MerchantServer,
  type TestGateway,
  testGateway,
  testMasterKey,
} from './gateway.ts'

let gateway: TestGateway
let shop: MerchantServer
before(async () => {
  gateway = await testGateway({ GERBANG_SEED: '1' })
  shop = await merchantServer()
})
after(async () => {
  await gateway.close()
  await shop.close()
})

const { stringify } = JSON
let plans = 0
function freshPlanId(): string {
  plans += 1
  return `plan-${plans}`
}

const monthly = (id: string, changes: object = {}) => ({
  subscribe: 'Y',
  type: 'PURCHASE',
  id,
  amount: '25000',
  interval: '1',
  intervalUnit: 'monthly',
  ...changes,
})

/** Opens an order that begins a plan, and pays it as its payer would. */
async function begin(recurring: object, pay: object = {}): Promise<string> {
  const id = freshOrderId()
  const opened = await gateway.initiate({ order: { id }, url: { callbackUrl: `${shop.url}/callback` }, recurring })
  assert.equal(opened.status, 200, stringify(opened.body))
  const before = shop.received.length
  assert.equal((await gateway.client.pay(id, pay)).status, 'CAPTURED')
  await shop.wait(before + 1)
  return id
}

async function statusOf(orderId: string): Promise<string> {
  const answer = (await gateway.client.check(orderId)) as { data: { result: { payment: { status: string } } } }
  return answer.data.result.payment.status
}

suite('a plan', () => {
  test('charges twelve months in less than a second, each with its own order and callback', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { maxInterval: '12' }))
    const before = shop.received.length
    const from = performance.now()
    await gateway.client.clock.to('2027-01-01T00:00:00+07:00')
    const tookMs = performance.now() - from
    for (let no = 1; no <= 12; no += 1) assert.equal(await statusOf(`${planId}-${no}`), 'CAPTURED')
    await shop.wait(before + 12)
    const told = shop.received
      .slice(before)
      .map(({ body }) => JSON.parse(body) as { order: { id: string; amount: number } })
    assert.deepEqual(
      told.map(({ order }) => order.id),
      Array.from({ length: 12 }, (_, index) => `${planId}-${index + 1}`),
    )
    assert.ok(told.every(({ order }) => order.amount === 25_000))
    assert.ok(tookMs < 1_000, `${tookMs} ms`)
  })
})

test('the auditor finds nothing in what these plans have left', async () => {
  assert.deepEqual(await findingsOn(gateway.database, new Secret(Buffer.from(testMasterKey, 'hex'))), [])
})
