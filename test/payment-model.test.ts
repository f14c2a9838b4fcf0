import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { chainStart, link } from '../src/event/chain.ts'
import { chainOf } from '../src/event/store.ts'
import { fold } from '../src/payment/history.ts'
import { attemptsOf, findStandings } from '../src/payment/standing-store.ts'
import { statement } from '../src/postgres/database.ts'
import { type TestGateway, testGateway } from './gateway.ts'
import { playSequences } from './sequence/run.ts'

let gateway: TestGateway

before(async () => {
  gateway = await testGateway()
})
after(async () => gateway?.close())

/** What may happen to an order, in any sequence and partly at once. */
const step = fc.oneof(
  fc.record({ pay: fc.constantFrom('approved', 'declined', 'timeout', 'late'), times: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ authentication: fc.constantFrom('fail', 'abandon', 'success') }),
  fc.record({ advance: fc.constantFrom('PT1M', 'PT5M', 'PT16M', 'PT2H') }),
  fc.constant({ cancel: true }),
  fc.constant({ repeat: true }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const vaultRows = statement('test.vault', 'select token from vault_entry where merchant_id = $1 and token = any($2)')
const countCallbacks = statement(
  'test.callbacks',
  'select callback_id from callback where merchant_id = $1 and order_id = $2',
)

async function take(orderId: string, one: Step): Promise<void> {
  const refused = () => undefined
  if ('pay' in one) {
    const pays = Array.from({ length: one.times }, () =>
      gateway.client.pay(orderId, { outcome: one.pay as 'late', attempts: 1, card: { number: '4111111111111111' } }),
    )
    await Promise.allSettled(pays)
  } else if ('authentication' in one) {
    await gateway.client.pay(orderId, { authentication: one.authentication as 'fail', attempts: 1 }).catch(refused)
  } else if ('advance' in one) await gateway.client.clock.advance(one.advance)
  else if ('cancel' in one) await gateway.fetch(`/pg/payment/card/cancel/${orderId}`)
  else await gateway.initiate({ order: { id: orderId, timeout: 60 }, url: { callbackUrl: 'http://127.0.0.1:9/' } })
}

/** Invariants 2, 5, 6 and 8 on what the database holds. */
async function audit(orderId: string): Promise<void> {
  const { database } = gateway
  const merchantId = gateway.gateway.merchant?.merchantId ?? ''
  const [{ order } = {}] = await findStandings(database, [{ merchantId, orderId }])
  assert.ok(order)
  const chain = await chainOf(database, merchantId, orderId)
  let previous: Buffer = chainStart
  for (const [index, event] of chain.entries()) {
    const expected = link(previous, index + 1, event.type, event.at, JSON.parse(event.data) as object)
    assert.deepEqual({ ...event }, { ...expected }, 'the chain holds')
    previous = event.hash
  }
  assert.equal(fold(chain.map(({ type }) => type)), order.state, 'the state is the fold of the events')
  assert.equal(order.eventSeq, chain.length)
  assert.deepEqual(order.eventHash, previous)
  const attempts = await attemptsOf(database, merchantId, orderId)
  const captured = attempts.filter(({ state }) => state === 'captured')
  assert.equal(captured.length, order.state === 'captured' ? 1 : 0, 'one success, and only of a captured order')
  const ended = attempts.filter(({ endedAt }) => endedAt !== null)
  for (const { attemptToken } of ended) assert.equal(attemptToken, null)
  const live = attempts.flatMap(({ attemptToken }) => (attemptToken ? [attemptToken] : []))
  assert.equal((await database.query(vaultRows, [merchantId, live])).length, live.length)
  assert.ok(live.length <= 1, 'at most one attempt lives')
  const callbacks = await database.query(countCallbacks, [merchantId, orderId])
  assert.equal(callbacks.length, order.settledAt ? 1 : 0, 'one callback for one final state')
}

test('whatever happens to an order in whatever sequence, its invariants hold (2, 5, 6, 8)', async (context) => {
  let count = 0
  const { failure, seed } = await playSequences(
    fc.array(step, { minLength: 1, maxLength: 8 }),
    async (steps) => {
      count += 1
      const orderId = `model-${count}`
      await gateway.initiate({ order: { id: orderId, timeout: 60 }, url: { callbackUrl: 'http://127.0.0.1:9/' } })
      for (const one of steps) await take(orderId, one)
      await audit(orderId)
      // In the end nothing is left open: every order settles, and no outcome stays unknown (invariant 4).
      await gateway.client.clock.advance('P4D')
      await audit(orderId)
      const merchantId = gateway.gateway.merchant?.merchantId ?? ''
      const [{ order } = {}] = await findStandings(gateway.database, [{ merchantId, orderId }])
      assert.ok(order?.settledAt, 'the order has settled')
      await gateway.client.clock.reset()
    },
    { file: 'payment-model', sequences: 40, asItIs: true },
  )
  context.diagnostic(`seed ${seed}, ${count} sequences`)
  if (failure !== null) assert.fail(failure)
})
