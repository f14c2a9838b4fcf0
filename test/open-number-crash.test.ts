import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { join } from 'node:path'
import { findingsIn } from './audit.ts'
import { type MerchantServer, merchantServer } from './gateway.ts'
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

const number = '8804483313131312'

/** A gateway that has a number that is registered. */
async function withNumber(): Promise<ServingProcess> {
  const gateway = await serve(settings)
  await gateway.client.call('POST', '/pg/payment/card/openpayment/register', {
    customer: { id: 'budi', mobilePhone: '+6281286288844' },
    url: { callbackUrl: `${shop.url}/paid` },
    sourceOfFunds: { type: 'vabca', paymentCode: number },
  })
  return gateway
}

const pay = ({ client }: ServingProcess) => client.payNumber('vabca', number, { amount: 12_000 })

/** Whatever the database says. */
async function ask<Row>(query: string): Promise<Row[]> {
  const session = await look(dataDir)
  const { rows } = await session.query(query)
  await session.end()
  return rows as Row[]
}

const taken = `select from simulated_authorization where state = 'approved'`

/** Where a payment to an open number is stopped, whether money has moved, and what is told of it before it heals. */
const steps: readonly (readonly [name: string, at: Standstill, isTaken: boolean, states: readonly string[]])[] = [
  ['before the bank has taken the money', { table: 'simulated_authorization', row: null }, false, []],
  ['after the bank has taken it, before there is an order', { table: 'payment_order', row: null }, true, []],
  ['after its order is written, before it is paid', { table: 'attempt', mode: 'share', row: null }, true, ['open']],
]

suite('a gateway that is killed while a payer pays to an open number', () => {
  for (const [name, at, isTaken, states] of steps)
    test(`${name}, has one order for money that was taken, none for other, and tells its merchant once`, async () => {
      let gateway = await withNumber()
      await killAt(gateway, dataDir, at, () => pay(gateway))
      gateway = await serve(settings)
      assert.equal((await ask(taken)).length, isTaken ? 1 : 0)
      const standing = await ask<{ state: string }>('select state from payment_order')
      assert.deepEqual(
        standing.map(({ state }) => state),
        states,
      )
      // The bank tells us again.
      await gateway.client.clock.advance('PT2M')
      const orders = await ask<{ order_id: string; state: string }>('select order_id, state from payment_order')
      assert.deepEqual(
        orders.map(({ state }) => state),
        isTaken ? ['captured'] : [],
      )
      const orderId = orders[0]?.order_id
      if (orderId !== undefined) {
        await until('the merchant to be told', async () => {
          const [first, ...others] = await gateway.client.callbacks(orderId)
          assert.deepEqual(others, [])
          return first?.state === 'delivered'
        })
      }
      const bodies = new Set(shop.received.map(({ body }) => body))
      assert.equal(bodies.size, isTaken ? 1 : 0)
      assert.equal((await pay(gateway)).result, 'kept', 'and the next payment is another order')
      assert.deepEqual(await findingsIn(dataDir), [])
      await gateway.stop()
    })

  test('after it has answered, has the order that it has answered with, and no other', async () => {
    let gateway = await withNumber()
    const { orderId } = await pay(gateway)
    await gateway.kill()
    gateway = await serve(settings)
    await gateway.client.clock.advance('PT2M')
    const orders = await ask<{ order_id: string; state: string }>('select order_id, state from payment_order')
    assert.deepEqual(orders, [{ order_id: orderId, state: 'captured' }])
    assert.deepEqual(await findingsIn(dataDir), [])
    await gateway.stop()
  })
})
