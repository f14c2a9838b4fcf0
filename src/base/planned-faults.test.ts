import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FaultPlan, PlannedFaults } from './planned-faults.ts'

type Message = 'refund' | 'capture' | 'reversal'
type Plan = FaultPlan<Message, string>

/** A plan for order A's next refund, and changes to it. */
const plan = (changes: Partial<Plan> = {}): Plan => ({
  orderId: 'A',
  message: 'refund',
  fault: 'lost',
  times: 1,
  share: 1,
  seed: 'seed',
  delayMs: null,
  ...changes,
})

const open = () => new PlannedFaults<Message, string>()
const taken = (faults: PlannedFaults<Message, string>, orderId: string, message: Message, merchantId = 'M') =>
  faults.take(merchantId, { orderId, message })?.fault

/** Which of so many refunds of each order are struck. */
function struck(faults: PlannedFaults<Message, string>, orders: number, refunds = 3): string[] {
  const found: string[] = []
  for (let n = 0; n < orders; n += 1)
    for (let nth = 1; nth <= refunds; nth += 1) if (taken(faults, `O${n}`, 'refund')) found.push(`O${n}.${nth}`)
  return found
}

test('a fault strikes the next messages of its kind about its order, so many times', () => {
  const faults = open()
  faults.plan('M', plan({ times: 2 }))
  assert.equal(taken(faults, 'A', 'capture'), undefined)
  assert.equal(taken(faults, 'B', 'refund'), undefined)
  assert.equal(taken(faults, 'A', 'refund', 'N'), undefined)
  assert.deepEqual([taken(faults, 'A', 'refund'), taken(faults, 'A', 'refund')], ['lost', 'lost'])
  assert.equal(taken(faults, 'A', 'refund'), undefined)
  assert.equal(faults.has('M'), false)
})

test('faults of one order come in the order in which they were planned, and before those of any order', () => {
  const faults = open()
  faults.plan('M', plan({ orderId: null, fault: 'anybody' }))
  faults.plan('M', plan({ fault: 'first' }))
  faults.plan('M', plan({ fault: 'second' }))
  faults.plan('M', plan({ message: 'reversal', fault: 'other' }))
  const messages = ['refund', 'reversal', 'refund', 'refund', 'refund'] as const
  assert.deepEqual(
    messages.map((message) => taken(faults, 'A', message)),
    ['first', 'other', 'second', 'anybody', undefined],
  )
})

test('a share of the messages is struck, the same by the same seed, whatever other orders do', () => {
  const share = plan({ orderId: null, times: null, share: 0.3, seed: 'abc' })
  const runs = [open(), open(), open()].map((faults) => (faults.plan('M', share), faults))
  const [first = open(), second = open(), third = open()] = runs
  const found = struck(first, 1_000)
  assert.ok(found.length > 800 && found.length < 1_000, `${found.length} of 3000`)
  assert.deepEqual(struck(second, 1_000), found)
  const ofOthers = (names: string[]) => names.filter((name) => !/^O[01]\./.test(name))
  struck(third, 2, 5)
  assert.deepEqual(ofOthers(struck(third, 1_000)), ofOthers(found))
  const other = open()
  other.plan('M', { ...share, seed: 'abd' })
  assert.notDeepEqual(struck(other, 1_000), found)
})

test('shares of one seed that are planned for different faults strike different messages', () => {
  const faults = open()
  for (const fault of ['lost', 'twice']) faults.plan('M', plan({ orderId: null, times: null, share: 0.3, fault }))
  const counts = { lost: 0, twice: 0 }
  for (let n = 0; n < 1_000; n += 1) {
    const fault = taken(faults, `O${n}`, 'refund')
    if (fault === 'lost' || fault === 'twice') counts[fault] += 1
  }
  // The second has what the first leaves: 0.3 of 0.7.
  assert.ok(counts.lost > 250 && counts.lost < 350, JSON.stringify(counts))
  assert.ok(counts.twice > 160 && counts.twice < 260, JSON.stringify(counts))
})

test('a delay is what was stated, or follows from the seed', () => {
  const delay = (changes: Partial<Plan>, nth: string) => {
    const faults = open()
    faults.plan('M', plan(changes))
    return faults.take('M', { orderId: 'A', message: 'refund', nth })?.delayMs
  }
  assert.equal(delay({ delayMs: 7_000 }, '1'), 7_000)
  const seeded = Array.from({ length: 50 }, (_, nth) => delay({}, String(nth)) ?? assert.fail())
  assert.deepEqual(
    Array.from({ length: 50 }, (_, nth) => delay({}, String(nth))),
    seeded,
  )
  assert.ok(new Set(seeded).size > 30)
  for (const ms of seeded) assert.ok(ms >= 1_000 && ms <= 300_000 && ms % 1_000 === 0, String(ms))
})

test('what is planned can be seen and cleared, by order or all of a merchant and of nobody else', () => {
  const faults = open()
  faults.plan('M', plan({ times: 2 }))
  faults.plan('M', plan({ orderId: null, share: 0.5, times: null }))
  faults.plan('N', plan())
  taken(faults, 'A', 'refund')
  assert.deepEqual(faults.list('M'), [plan({ times: 1 }), plan({ orderId: null, share: 0.5, times: null })])
  assert.equal(faults.clear('M', 'A'), 1)
  assert.equal(faults.clear('M'), 1)
  assert.deepEqual([faults.list('M'), faults.clear('M')], [[], 0])
  assert.deepEqual(faults.list('N'), [plan()])
})

test('plans that nothing ever meets are forgotten, the oldest first, and nobody else’s', () => {
  const faults = open()
  faults.plan('N', plan())
  for (let n = 0; n <= 10_000; n += 1) faults.plan('M', plan({ orderId: `A${n}` }))
  assert.equal(taken(faults, 'A0', 'refund'), undefined)
  assert.equal(taken(faults, 'A1', 'refund'), 'lost')
  assert.equal(taken(faults, 'A', 'refund', 'N'), 'lost')
})
