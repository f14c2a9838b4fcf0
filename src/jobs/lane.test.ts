import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timerOf } from '../timer/timer.ts'
import { aheadAtMost, Lane } from './lane.ts'

const at = new Date('2030-01-01T12:00:00Z')
const aTimer = (merchantId: string, n = 0) => timerOf(merchantId, 'callback', `cb-${n}`, at)

function aLane() {
  return new Lane(['callback'], 4, 2)
}

test('a merchant takes its own places and leaves the others to others', () => {
  const lane = aLane()
  for (let n = 0; n < 5; n += 1) lane.offer(aTimer('A', n))
  lane.offer(aTimer('B'))
  assert.deepEqual(
    lane.take().map(({ merchantId }) => merchantId),
    ['A', 'A', 'B'],
  )
  assert.ok(lane.enter('A') && lane.enter('A') && lane.enter('B'))
  assert.equal(lane.enter('A'), false)
  assert.deepEqual(lane.take(), [])
  lane.leave('A')
  assert.deepEqual(lane.take(), [aTimer('A', 2)])
})

test('a merchant with more in the table is looked up from there on, once half of its places are free', () => {
  const lane = aLane()
  const last = aTimer('A', 1)
  lane.supply(aTimer('A'))
  lane.supply(last)
  lane.hasMore('A', last)
  assert.deepEqual(lane.drained, [], 'what was looked up comes first')
  for (const timer of lane.take()) lane.enter(timer.merchantId)
  assert.deepEqual(lane.drained, [], 'all its places are taken')
  lane.leave('A')
  assert.deepEqual(lane.drained, [['A', last]])
  assert.deepEqual(new Set(lane.supplied), new Set(['A']), 'a look at everybody leaves it out')
  lane.hasNoMore('A')
  assert.deepEqual(lane.drained, [])
  assert.deepEqual(lane.supplied, [])
})

test('what is offered while older ones wait in the table, or too many in memory, waits in the table', () => {
  const lane = aLane()
  lane.hasMore('A', aTimer('A'))
  lane.offer(aTimer('A', 1))
  assert.deepEqual(lane.take(), [])
  for (let n = 0; n <= aheadAtMost; n += 1) lane.offer(aTimer('B', n))
  lane.enter('B')
  lane.enter('B')
  assert.ok(lane.supplied.includes('B'))
  lane.forget('B')
  assert.deepEqual(lane.take(), [], 'what is let go of is looked up again')
})
