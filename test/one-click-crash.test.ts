import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { join } from 'node:path'
import { GatewayRefusal } from '../src/client.ts'
import { findingsIn } from './audit.ts'
import { type MerchantServer, merchantServer, seedSample } from './gateway.ts'
import { look, openFolder, processesNaming, type ServingProcess, serve, until } from './process.ts'
import { killAt, type Standstill } from './standstill.ts'

let folder: ReturnType<typeof openFolder>
let settings: Readonly<Record<string, string>>
let dataDir = ''
let shop: MerchantServer
beforeEach(async () => {
  folder = openFolder()
  dataDir = join(folder.path, 'data')
  settings = { GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path, GERBANG_PORT: '0' }
  shop = await merchantServer()
})
afterEach(async () => {
  await until('nothing to be left', () => processesNaming(folder.path).length === 0)
  folder.remove()
  await shop.close()
})

/** Asks for the payment, or asks again; the code, and what was paid. */
async function ask({ client }: ServingProcess, body: object): Promise<{ code: string; data: unknown }> {
  try {
    const { responseCode: code, data } = await client.call<{ responseCode: string; data: unknown }>(
      'POST',
      '/pg/payment/card/payment',
      body,
    )
    return { code, data }
  } catch (error) {
    if (!(error instanceof GatewayRefusal)) throw error
    return { code: error.responseCode, data: null }
  }
}

/** A gateway that keeps a card of its customer's, and the body that charges it as `click`. */
async function withStoredCard(): Promise<{ gateway: ServingProcess; body: object }> {
  const gateway = await serve(settings)
  const card = { storedOnFile: 'TO_BE_STORED' }
  await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample('first', { card }))
  assert.equal((await gateway.client.pay('first')).status, 'CAPTURED')
  const customer = { id: 'hajar.finnet@gmail.com' }
  const [stored] = await gateway.client.cards(customer.id)
  return {
    gateway,
    body: {
      customer,
      order: { id: 'click', amount: '1000' },
      url: { callbackUrl: `${shop.url}/click` },
      card: { token: stored?.token, storedOnFile: 'STORED' },
    },
  }
}

const taken = `select from simulated_authorization where state = 'approved' and order_id = 'click'`

async function countTaken(): Promise<number | null> {
  const acquirer = await look(dataDir)
  const { rowCount } = await acquirer.query(taken)
  await acquirer.end()
  return rowCount
}

/** The merchant is told once, and in the same bytes if again. */
async function statusTold({ client }: ServingProcess): Promise<string> {
  const callback = await until('the merchant to be told', async () => {
    const [first, ...others] = await client.callbacks('click')
    assert.deepEqual(others, [])
    return first?.state === 'delivered' && first
  })
  const told = shop.received.filter(({ path }) => path === '/click').map(({ body }) => body)
  assert.deepEqual([...new Set(told)], [callback.body])
  return (JSON.parse(callback.body) as { result: { payment: { status: string } } }).result.payment.status
}

const orderRow = `select from payment_order where order_id = 'click' for update`

/** Where a payment by one click is stopped, and what becomes of it. */
const steps: readonly (readonly [name: string, at: Standstill, status: 'CAPTURED' | 'FAILURE', events: string])[] = [
  [
    'after its order is written, before its attempt has begun',
    { table: 'attempt', mode: 'share', row: null },
    'CAPTURED',
    'order.initiated',
  ],
  [
    'after its attempt has begun, before the acquirer has heard of it',
    { table: 'simulated_authorization', row: null },
    'FAILURE',
    'attempt.authorizing',
  ],
  [
    'after the acquirer has taken the money, before its order says so',
    { table: 'simulated_authorization', row: orderRow, done: [taken] },
    'CAPTURED',
    'attempt.authorizing',
  ],
]

suite('a gateway that is killed while it charges a card by one click', () => {
  for (const [name, at, status, last] of steps)
    test(`${name}, charges it once at most and tells the merchant, who asks again, what became of it`, async () => {
      let { gateway, body } = await withStoredCard()
      await killAt(gateway, dataDir, at, () => ask(gateway, body))
      gateway = await serve(settings)
      assert.equal((await gateway.client.events('click')).at(-1)?.type, last)
      // Who asks again waits for the inquiry, which tells.
      const asking = ask(gateway, body)
      await gateway.client.clock.advance('PT30M')
      const again = await asking
      assert.equal(again.code, status === 'CAPTURED' ? '2000000' : '4030005')
      assert.deepEqual(await ask(gateway, body), again, 'and is answered alike from then on')
      assert.equal(await countTaken(), status === 'CAPTURED' ? 1 : 0)
      assert.equal(await statusTold(gateway), status)
      assert.deepEqual(await findingsIn(dataDir), [])
      await gateway.stop()
    })

  test('after it has written the answer, answers the merchant who asks again with it, and tells him', async () => {
    let { gateway, body } = await withStoredCard()
    await shop.close()
    // Nobody is told before the kill.
    shop = await merchantServer((_, count) => (count === 1 ? new Promise<number>(() => undefined) : 200))
    body = { ...body, url: { callbackUrl: `${shop.url}/click` } }
    const answer = await ask(gateway, body)
    await until('the callback to be on its way', () => shop.received.length === 1)
    await gateway.kill()
    gateway = await serve(settings)
    assert.equal(answer.code, '2000000')
    assert.deepEqual(await ask(gateway, body), answer)
    assert.equal(await countTaken(), 1)
    assert.equal(await statusTold(gateway), 'CAPTURED')
    assert.deepEqual(await findingsIn(dataDir), [])
    await gateway.stop()
  })

  test('after its order is written, charges nothing if nobody asks again, and tells that it has expired', async () => {
    let { gateway, body } = await withStoredCard()
    await killAt(gateway, dataDir, { table: 'attempt', mode: 'share', row: null }, () => ask(gateway, body))
    gateway = await serve(settings)
    await gateway.client.clock.advance('P2D')
    assert.equal((await ask(gateway, body)).code, '4090001')
    assert.equal(await countTaken(), 0)
    assert.equal(await statusTold(gateway), 'EXPIRED')
    assert.deepEqual(await findingsIn(dataDir), [])
    await gateway.stop()
  })
})
