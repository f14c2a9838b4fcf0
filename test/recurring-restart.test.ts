import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { SandboxClient } from '../src/client.ts'
import { readConfig } from '../src/config.ts'
import { type Gateway, openGateway } from '../src/gateway.ts'
import { createLog } from '../src/log.ts'
import { findingsOn } from './audit.ts'
import { statement } from '../src/postgres/database.ts'
import { merchantServer, type MerchantServer, seedSample, testMasterKey } from './gateway.ts'
import { testDatabase, type TestDatabase } from './postgres.ts'
import { until } from './process.ts'

/*
 * A gateway that stands still while payments of plans fall due: closed, its merchant's clock goes on by days in
 * the database, and another one is opened there, whose job finds what is late.
 */

let own: TestDatabase
let shop: MerchantServer
let gateway: Gateway
let client: SandboxClient
beforeEach(async () => {
  ;[own, shop] = await Promise.all([testDatabase(), merchantServer()])
  await open()
})
afterEach(async () => {
  await gateway.close()
  await shop.close()
  await own.drop()
})

async function open(): Promise<void> {
  const config = readConfig({ GERBANG_PORT: '0', GERBANG_MASTER_KEY: testMasterKey })
  const { connection } = own
  gateway = await openGateway(config, { log: createLog('error'), say: () => undefined, connection })
  const { merchantId = '', key } = gateway.merchant ?? {}
  client = new SandboxClient({ url: gateway.url, merchantId, merchantKey: key?.reveal() ?? '' })
}

const dayMs = 86_400_000

const moveClock = statement(
  'test.move_clock',
  `insert into merchant_clock (merchant_id, offset_ms) values ('FINPAY770', $1)
   on conflict (merchant_id) do update set offset_ms = merchant_clock.offset_ms + excluded.offset_ms`,
)

/** The gateway is away while so many days go by. */
async function standStill(days: number): Promise<void> {
  await gateway.close()
  await own.database.query(moveClock, [days * dayMs])
  await open()
}

async function begin(id: string, recurring: object): Promise<void> {
  const body = seedSample(`first-${id}`, {
    customer: { id: `customer-of-${id}`, mobilePhone: '+6281286288800' },
    url: { callbackUrl: `${shop.url}/callback` },
    recurring: { type: 'PURCHASE', id, amount: '25000', intervalUnit: 'daily', ...recurring },
  })
  await client.call('POST', '/pg/payment/card/initiate', body)
  assert.equal((await client.pay(`first-${id}`)).status, 'CAPTURED')
}

/** What became of a plan, without what began it: `charging 2`, `charged 2`, … */
async function told(id: string): Promise<string[]> {
  return (await client.plan(id)).events.slice(1).map(({ type, data }) => `${type.slice(5)} ${String(data['no'])}`)
}

const selectTaken = statement(
  'test.taken',
  `select a.order_id
   from simulated_authorization as a
   join payment_order as o using (merchant_id, order_id)
   where a.state = 'approved' and a.order_id like $1
   order by o.created_at, length(a.order_id), a.order_id`,
)

/** Orders of a plan for which the acquirer took money, one for each time. */
async function taken(id: string): Promise<string[]> {
  const rows = await own.database.query<{ order_id: string }>(selectTaken, [`${id}-%`])
  return rows.map((row) => row.order_id)
}

async function heard(id: string): Promise<string[]> {
  const all = () =>
    shop.received
      .map(({ body }) => JSON.parse(body) as { order: { id: string }; result: { payment: { status: string } } })
      .filter(({ order }) => order.id.startsWith(`${id}-`))
      .map(({ order, result }) => `${order.id} ${result.payment.status}`)
      .toSorted()
  await until('the callbacks', async () => all().length >= (await client.plan(id)).charged)
  return all()
}

const nextNo = (id: string, no: number | null) =>
  until(`payment ${no} of ${id} to be the next`, async () => (await client.plan(id)).nextNo === no)

suite('payments that fell due while the gateway stood still', () => {
  test('are made when it is back: the oldest first, one after another, each once, and the calendar stays', async () => {
    await begin('kopi', { maxInterval: '6' })
    const { nextAt: second } = await client.plan('kopi')
    await standStill(4.5)
    await nextNo('kopi', 5)
    const made = [1, 2, 3, 4]
    assert.deepEqual(
      await told('kopi'),
      made.flatMap((no) => [`charging ${no}`, `charged ${no}`]),
    )
    assert.deepEqual(
      await taken('kopi'),
      made.map((no) => `kopi-${no}`),
    )
    assert.deepEqual(
      await heard('kopi'),
      made.map((no) => `kopi-${no} CAPTURED`),
    )
    const wib = (text: string | null) => Date.parse(`${String(text).replace(' ', 'T')}+07:00`)
    assert.equal(wib((await client.plan('kopi')).nextAt), wib(second) + 4 * dayMs)

    // Away again, while nothing fell due: nothing is made.
    await standStill(0)
    assert.equal((await client.clock.advance('PT1M')).more, false)
    assert.equal((await taken('kopi')).length, 4)

    // Away until after its end: the rest is made, and the plan is over.
    await standStill(30)
    await nextNo('kopi', null)
    const { state, charged } = await client.plan('kopi')
    assert.deepEqual({ state, charged }, { state: 'completed', charged: 6 })
    assert.equal(new Set(await taken('kopi')).size, 6)
    assert.equal((await taken('kopi')).length, 6)
    assert.deepEqual(await findingsOn(own.database), [])
  })

  test('are not made of a plan that was paused or cancelled before', async () => {
    for (const [id, wish] of [
      ['jeda', 'pause'],
      ['batal', 'cancel'],
    ] as const) {
      await begin(id, {})
      await client.managePlan(id, wish)
    }
    await begin('jalan', { maxInterval: '2' })
    await standStill(3.5)
    await nextNo('jalan', null)
    assert.deepEqual(
      [await taken('jeda'), await taken('batal'), await taken('jalan')],
      [[], [], ['jalan-1', 'jalan-2']],
    )
    assert.equal((await client.managePlan('jeda', 'resume')).nextNo, 4)
  })

  test('of several plans are made of each in its own order', async () => {
    const ids = ['a', 'b', 'c', 'd']
    for (const id of ids) await begin(id, { maxInterval: '3' })
    await standStill(5)
    for (const id of ids) await nextNo(id, null)
    for (const id of ids)
      assert.deepEqual(
        await taken(id),
        [1, 2, 3].map((no) => `${id}-${no}`),
      )
  })
})
