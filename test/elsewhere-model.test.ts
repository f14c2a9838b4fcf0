import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { channelOf } from '../src/channel/catalogue.ts'
import { codePrefix } from '../src/channel/code.ts'
import { findingsOn } from './audit.ts'
import { cancelStep, Elsewhere, openStep, payStep, refundStep, troubleStep } from './sequence/elsewhere.ts'
import { type Place, sharedGateways } from './sequence/gateways.ts'
import { playSequences } from './sequence/run.ts'
import { openShop } from './sequence/shop.ts'

/*
 * Random sequences of payments that are made elsewhere: orders by each way or by none, payers who pick, pay, pay
 * wrongly, late or twice, refuse and leave, cancellations, expiry, refunds, reversals that get lost and a clock that
 * moves, several at once. After each the auditor looks at the whole database (invariants 2, 4, 5 and 6). A failure
 * prints the seed and the command that repeats it.
 */

const move = fc.record({ advance: fc.constantFrom('PT1M', 'PT59M', 'PT61M', 'P1D') })

const step = fc.oneof(
  { weight: 5, arbitrary: openStep },
  { weight: 9, arbitrary: payStep },
  { weight: 2, arbitrary: cancelStep },
  { weight: 2, arbitrary: refundStep },
  { weight: 2, arbitrary: troubleStep },
  { weight: 3, arbitrary: move },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Steps that go on at once. */
const sequence = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 10, size: 'max' })
type Sequence = typeof sequence extends fc.Arbitrary<infer T> ? T : never

const gateways = sharedGateways()

const play = (groups: Sequence) => gateways.play((place) => playOn(place, groups))

async function playOn({ gateway, server, no }: Place, groups: Sequence): Promise<void> {
  const { database, logged } = gateway
  const shop = await openShop(gateway, server, `SHOP${no}`)
  const [row] = await shop.rows<{ route: number }>('route', 'select route from merchant where merchant_id = $1')
  const { code } = channelOf('vamandiri')
  const prefix = code && codePrefix(code, row?.route ?? 0)
  assert.ok(prefix)
  const orders = new Elsewhere(shop, prefix)
  const take = async (one: Step): Promise<void> => {
    if ('open' in one) await orders.open(one)
    else if ('pay' in one) await orders.pay(one)
    else if ('cancel' in one) await orders.cancel(one)
    else if ('refund' in one) await orders.refund(one)
    else if ('trouble' in one) await orders.trouble(one)
    // Of two moves at once the second is refused.
    else await shop.client.clock.advance(one.advance).catch(() => undefined)
  }
  for (const group of groups) {
    const taken = await Promise.allSettled(group.map(take))
    for (const one of taken) if (one.status === 'rejected') throw one.reason
    await orders.look()
  }
  assert.deepEqual(await findingsOn(database), [])
  // In the end nothing is left open, and no outcome stays unknown (invariant 4).
  while ((await shop.client.clock.advance('P12D')).more);
  await orders.look()
  await orders.end(server.received)
  assert.deepEqual(await findingsOn(database), [])
  assert.deepEqual(
    logged.filter((line) => line.includes('"bug"')),
    [],
  )
}

test('whatever is paid elsewhere, what was kept stays kept once, and the rest goes back (2, 4, 5, 6)', async (context) => {
  const { failure, seed } = await playSequences(sequence, play, { file: 'elsewhere-model', sequences: 10 })
  context.diagnostic(`seed ${seed}, ${gateways.played()} sequences`)
  if (failure !== null) assert.fail(failure)
})
