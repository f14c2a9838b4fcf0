import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { canHave, faults } from '../src/acquirer/faults.ts'
import { simulated } from '../src/acquirer/simulated.ts'
import { putAcquirer } from '../src/merchant/acquirer-store.ts'
import { isFinal } from '../src/wire/status.ts'
import { findStandings } from '../src/payment/standing-store.ts'
import type { Order } from '../src/payment/order.ts'
import { wireStatusOf } from '../src/payment/wire-status.ts'
import { findingsOn } from './audit.ts'
import { type TestGateway, testGateway } from './gateway.ts'
import { playSequences } from './sequence/run.ts'

/*
 * Random sequences of all that can happen to an order and its money: payments, captures, voids, refunds and
 * cancellations, several at once, with two acquirers that fail in every way they can and a clock that moves. After
 * each sequence, and again when all timers have run, the auditor looks at the whole database (invariants 2, 4, 5
 * and 6), and what merchants were told is compared with what is there (invariant 1). A failure prints the seed
 * and the command that repeats it.
 */

let gateway: TestGateway

before(async () => {
  gateway = await testGateway()
  // Before the first request, from which on the merchant is remembered.
  for (const [index, { id }] of simulated.entries())
    await putAcquirer(gateway.database, gateway.gateway.merchant?.merchantId ?? '', {
      name: id,
      acquirerId: id,
      priority: index + 1,
      bins: null,
      schemes: null,
      minMinor: null,
      maxMinor: null,
      isEnabled: true,
    })
})
after(async () => gateway.close())

const amountOfOrder = 1_000
const amounts = fc.constantFrom(1, 100, 400, 999, amountOfOrder)
const kinds = ['capture', 'refund', 'void'] as const

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ pay: fc.constantFrom('approved', 'declined', 'timeout', 'late') }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom(...kinds), amount: amounts, key: fc.constantFrom(null, 'k') }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ fault: fc.constantFrom(...faults), of: fc.constantFrom('authorize', ...kinds) })
      .filter(({ fault, of }) => canHave(of, fault)),
  },
  {
    weight: 1,
    arbitrary: fc.record({ lose: fc.constantFrom('inquiry', 'reversal'), times: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ cancel: true as const }) },
  { weight: 2, arbitrary: fc.record({ advance: fc.constantFrom('PT1M', 'PT3M', 'PT16M', 'PT20H', 'P8D') }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Steps that go on at once; a move of the clock goes alone. */
const group = fc.array(step, { minLength: 1, maxLength: 4 })

/** What the merchant was told is done. */
interface Acknowledged {
  capture: number
  refund: number
  voided: boolean
}

async function take(id: string, one: Step, acknowledged: Acknowledged): Promise<void> {
  const { client } = gateway
  if ('pay' in one) {
    await client.pay(id, { outcome: one.pay as 'late', attempts: 1, card: { number: '4111111111111111' } })
  } else if ('kind' in one) {
    const { kind, amount, key } = one
    if (kind === 'void') {
      await client.void(id)
      acknowledged.voided = true
    } else {
      await client[kind](id, amount, key ?? undefined)
      // Under one key it is one operation, however often it is acknowledged.
      if (key === null) acknowledged[kind] += amount
      else acknowledged[kind] = Math.max(acknowledged[kind], amount)
    }
  } else if ('fault' in one) await client.fault(id, one.of, one.fault)
  else if ('lose' in one) await client.fault(id, one.lose, 'lost_before', one.times)
  else if ('cancel' in one) await client.cancel(id)
  else await client.clock.advance(one.advance)
}

async function orderOf(id: string): Promise<Order> {
  const merchantId = gateway.gateway.merchant?.merchantId ?? ''
  const [standing] = await findStandings(gateway.database, [{ merchantId, orderId: id }])
  assert.ok(standing)
  return standing.order
}

/** A repeat of what was unknown is the operation that was, so that twice acknowledged may be done once. */
function assertDurable(order: Order, { capture, refund, voided }: Acknowledged, mayRepeat: boolean): void {
  if (voided) assert.equal(order.state, 'voided')
  if (mayRepeat) return
  assert.ok(order.captured.minor >= BigInt(capture), `${capture} was captured, ${order.captured.minor} is`)
  assert.ok(order.refunded.minor >= BigInt(refund), `${refund} was refunded, ${order.refunded.minor} is`)
}

test('whatever happens to an order and its money in whatever sequence, its invariants hold (1, 2, 4, 5, 6)', async (context) => {
  let count = 0
  const sequence = fc.record({
    isDeferred: fc.boolean(),
    unreachable: fc.nat({ max: 3 }),
    groups: fc.array(group, { minLength: 1, maxLength: 7 }),
  })
  const { failure, seed } = await playSequences(
    sequence,
    async ({ isDeferred, unreachable, groups }) => {
      count += 1
      const id = `money-${count}`
      await gateway.initiate({
        order: { id, amount: amountOfOrder, timeout: 60 },
        url: { callbackUrl: 'http://127.0.0.1:9/' },
        ...(isDeferred && { transaction: { mode: 'AUTHORIZE' } }),
      })
      if (unreachable > 0) await gateway.client.fault(id, 'authorize', 'unreachable', unreachable)
      await gateway.client.pay(id, { card: { number: '4111111111111111' } })
      const acknowledged: Acknowledged = { capture: 0, refund: 0, voided: false }
      for (const steps of groups) {
        const moves = steps.filter((one) => 'advance' in one).slice(0, 1)
        const others = steps.filter((one) => !('advance' in one))
        await Promise.allSettled(others.map((one) => take(id, one, acknowledged)))
        for (const one of moves) await take(id, one, acknowledged)
      }
      const mayRepeat = groups.flat().some((one) => 'fault' in one)
      assertDurable(await orderOf(id), acknowledged, mayRepeat)
      assert.deepEqual(await findingsOn(gateway.database), [])
      // In the end nothing is left open, and no outcome stays unknown (invariant 4).
      await gateway.client.clock.advance('P12D')
      const order = await orderOf(id)
      assertDurable(order, acknowledged, mayRepeat)
      assert.equal(order.pending, null, 'no operation is under way')
      assert.ok(order.settledAt, 'the order has settled')
      const now = new Date((await gateway.client.clock.get()).now)
      const status = wireStatusOf(order, undefined, now)
      assert.ok(isFinal(status) || status === 'PARTIALLY_CAPTURED', `${status} is an end`)
      assert.deepEqual(await findingsOn(gateway.database), [])
      await gateway.client.clock.reset()
    },
    { file: 'operation-model', sequences: 30, asItIs: true },
  )
  context.diagnostic(`seed ${seed}, ${count} sequences`)
  if (failure !== null) assert.fail(failure)
})
