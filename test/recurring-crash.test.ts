import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { join } from 'node:path'
import { findingsIn } from './audit.ts'
import { seedSample } from './gateway.ts'
import { look, openFolder, processesNaming, serve, until } from './process.ts'
import { killAt } from './standstill.ts'

let folder: ReturnType<typeof openFolder>
let settings: Readonly<Record<string, string>>
let dataDir = ''
beforeEach(() => {
  folder = openFolder()
  dataDir = join(folder.path, 'data')
  settings = { GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path, GERBANG_PORT: '0' }
})
afterEach(async () => {
  await until('nothing to be left', () => processesNaming(folder.path).length === 0)
  folder.remove()
})

const recurring = {
  type: 'PURCHASE',
  id: 'kopi',
  amount: '25000',
  intervalUnit: 'daily',
  maxInterval: '2',
  retry: { interval: '1', intervalUnit: 'minutes', maxInterval: '3' },
}

/*
 * Where a payment of a plan is stopped: a lock keeps the gateway at the step after that which it has committed.
 */
const steps = [
  ['after its plan has said so, before its order is there', 'payment_order', null],
  ['after its order has said so, before the acquirer has heard of it', 'simulated_authorization', null],
  [
    'after the acquirer has taken the money, before its order says so',
    'simulated_authorization',
    `select from payment_order where order_id = 'kopi-1' for update`,
  ],
  [
    'after its order has said that it is paid, before its plan does',
    'simulated_authorization',
    `select from plan where plan_id = 'kopi' for update`,
  ],
] as const

suite('a gateway that is killed while it makes a payment of a plan', () => {
  for (const [name, table, row] of steps)
    test(`${name}, makes it once`, async () => {
      let gateway = await serve(settings)
      await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample('first', { recurring }))
      assert.equal((await gateway.client.pay('first')).status, 'CAPTURED')
      const taken = `select order_id from simulated_authorization where state = 'approved' and order_id like 'kopi-%'`
      const isPaid = `select from payment_order where order_id = 'kopi-1' and state = 'captured'`

      await killAt(
        gateway,
        dataDir,
        {
          table,
          mode: table === 'payment_order' ? 'share' : 'access exclusive',
          row,
          done: row?.includes('from plan') ? [taken, isPaid] : [taken],
          atTable: async () => (await gateway.client.plan('kopi')).currentOrder === 'kopi-1',
        },
        () => gateway.client.clock.advance('P1D'),
      )

      gateway = await serve(settings)
      await gateway.client.clock.advance('PT30M')
      const plan = await until('the payment', async () => {
        const seen = await gateway.client.plan('kopi')
        return seen.charged === 1 && seen
      })
      assert.deepEqual(
        { state: plan.state, nextNo: plan.nextNo, currentOrder: plan.currentOrder },
        { state: 'active', nextNo: 2, currentOrder: null },
      )
      const acquirer = await look(dataDir)
      assert.equal((await acquirer.query(taken)).rowCount, 1, 'the money was taken once')
      await acquirer.end()
      assert.deepEqual(await findingsIn(dataDir), [])
      await gateway.client.clock.advance('P2D')
      assert.equal((await gateway.client.plan('kopi')).charged, 2)
      assert.deepEqual(await findingsIn(dataDir), [])
      await gateway.stop()
    })
})
