import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { findingsOn } from './audit.ts'
import { chargeStep, chargeTroubleStep, OneClick, refundStep } from './sequence/one-click.ts'
import { assertOrdersEnded } from './sequence/orders.ts'
import { beginStep, manageStep, Plans, planTroubleStep, restStep } from './sequence/plans.ts'
import { type Place, sharedGateways } from './sequence/gateways.ts'
import { playSequences } from './sequence/run.ts'
import { openShop } from './sequence/shop.ts'
import { removeStep, StoredCards, storeStep } from './sequence/stored-cards.ts'
import { bankStep, dropStep, openStep, payerStep, payStep, secureTroubleStep, ThreeDs } from './sequence/three-ds.ts'

/*
 * Random sequences of what merchants do with cards beside the payer's page: cards that are stored, listed and
 * deleted, payments by one click, plans, direct 3-D Secure; several at once, with an acquirer that fails in every
 * way it can and a clock that moves. Each noun says in `test/sequence/` what its answers may be. After each sequence
 * the auditor looks at the whole database (invariants 2, 4, 5, 6 and 8). A failure prints the seed and the
 * command that repeats it.
 */

const move = fc.record({ advance: fc.constantFrom('PT1M', 'PT3M', 'PT16M', 'P1D', 'P2D') })

const step = fc.oneof(
  { weight: 4, arbitrary: storeStep },
  { weight: 2, arbitrary: removeStep },
  { weight: 6, arbitrary: chargeStep },
  { weight: 1, arbitrary: chargeTroubleStep },
  { weight: 2, arbitrary: refundStep },
  { weight: 3, arbitrary: beginStep },
  { weight: 5, arbitrary: manageStep },
  { weight: 3, arbitrary: restStep },
  { weight: 3, arbitrary: planTroubleStep },
  { weight: 3, arbitrary: openStep },
  { weight: 3, arbitrary: payerStep },
  { weight: 2, arbitrary: bankStep },
  { weight: 3, arbitrary: payStep },
  { weight: 1, arbitrary: dropStep },
  { weight: 1, arbitrary: secureTroubleStep },
  { weight: 5, arbitrary: move },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Steps that go on at once. */
const sequence = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 14, size: 'max' })
type Sequence = typeof sequence extends fc.Arbitrary<infer T> ? T : never

const gateways = sharedGateways()

const play = (groups: Sequence) => gateways.play((place) => playOn(place, groups))

async function playOn({ gateway, server, no }: Place, groups: Sequence): Promise<void> {
  const { database, logged } = gateway
  const shop = await openShop(gateway, server, `SHOP${no}`)
  const cards = new StoredCards(shop)
  const clicks = new OneClick(shop, cards)
  const plans = new Plans(shop, cards)
  const secure = new ThreeDs(shop)
  const take = async (one: Step): Promise<void> => {
    if ('store' in one) await cards.store(one)
    else if ('remove' in one) await cards.remove(one)
    else if ('charge' in one) await clicks.charge(one)
    else if ('chargeTrouble' in one) await clicks.trouble(one)
    else if ('refund' in one) await clicks.refund(one)
    else if ('begin' in one) await plans.begin(one)
    else if ('manage' in one) await plans.manage(one)
    else if ('rest' in one) await plans.rest(one)
    else if ('planTrouble' in one) await plans.trouble(one)
    else if ('open' in one) await secure.open(one)
    else if ('payer' in one) await secure.payer(one)
    else if ('bank' in one) await secure.bank(one)
    else if ('pay' in one) await secure.pay(one)
    else if ('drop' in one) await secure.drop(one)
    else if ('secureTrouble' in one) await secure.trouble(one)
    // Of two moves at once the second is refused.
    else await shop.client.clock.advance(one.advance).catch(() => undefined)
  }
  const nouns = [cards, clicks, plans, secure]
  for (const group of groups) {
    const taken = await Promise.allSettled(group.map(take))
    for (const one of taken) if (one.status === 'rejected') throw one.reason
    for (const noun of nouns) await noun.look()
  }
  assert.deepEqual(await findingsOn(database), [])
  // In the end nothing is left open, and no outcome stays unknown (invariant 4).
  while ((await shop.client.clock.advance('P12D')).more);
  for (const noun of nouns) await noun.look()
  for (const noun of [clicks, plans, secure]) await noun.end()
  await assertOrdersEnded(shop, server.received)
  assert.deepEqual(await findingsOn(database), [])
  const bugs = logged.filter((line) => line.includes('"bug"'))
  assert.deepEqual(bugs, [])
}

test('whatever is done with stored cards, one click, plans and direct 3-D Secure, what was said stays true (2, 4, 5, 6, 8)', async (context) => {
  const { failure, seed } = await playSequences(sequence, play, { file: 'card-model', sequences: 10 })
  context.diagnostic(`seed ${seed}, ${gateways.played()} sequences`)
  if (failure !== null) assert.fail(failure)
})

suite('a seed', () => {
  test('draws the same sequences again', () => {
    const [once, again] = [1, 2].map(() => fc.sample(sequence, { seed: 7, numRuns: 20 }))
    assert.deepEqual(once, again)
  })

  test('is told with the command that repeats a failure', async () => {
    const drawn: Sequence[] = []
    const fails = async (groups: Sequence) => {
      drawn.push(groups)
      assert.ok(groups.length < 3, 'three are too many')
    }
    const run = { file: 'card-model', sequences: 50 }
    const { failure, seed } = await playSequences(sequence, fails, run, { seed: 7 })
    const [, path = ''] =
      /To repeat: SEQUENCE_SEED=7 SEQUENCE_PATH=(\S+) npm test -- card-model/.exec(failure ?? '') ?? []
    assert.equal(seed, 7)
    assert.match(failure ?? '', /three are too many/)
    const shortest = drawn.filter(({ length }) => length >= 3).at(-1)
    drawn.length = 0
    await playSequences(sequence, fails, run, { seed: 7, path })
    assert.deepEqual(drawn[0], shortest)
  })
})
