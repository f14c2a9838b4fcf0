import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventTypes, fold } from './history.ts'
import { orderStates } from './lifecycle.ts'

test('every state of an order is told by some event', () => {
  const told = new Set(Object.values(eventTypes).filter((state) => state !== null))
  assert.deepEqual([...told].toSorted(), [...orderStates].toSorted())
})

for (const [types, state] of [
  [[], undefined],
  [['order.initiated'], 'open'],
  [['order.initiated', 'attempt.started', 'attempt.authenticated', 'attempt.authorizing'], 'processing'],
  [['order.initiated', 'attempt.started', 'attempt.authorizing', 'attempt.unknown'], 'processing'],
  [['order.initiated', 'attempt.started', 'attempt.authorizing', 'attempt.declined'], 'open'],
  [['order.initiated', 'attempt.authorizing', 'attempt.declined', 'order.failed'], 'failed'],
  [['order.initiated', 'attempt.authorizing', 'attempt.reversing', 'attempt.reversed'], 'open'],
  [['order.initiated', 'attempt.authorizing', 'order.captured', 'callback.signed_anew'], 'captured'],
  [['order.initiated', 'order.expired'], 'expired'],
  [['order.initiated', 'order.cancelled'], 'cancelled'],
  [['order.initiated', 'method.picked', 'attempt.started', 'order.paid'], 'captured'],
  [['order.initiated', 'order.expired', 'attempt.started', 'order.paid'], 'captured'],
  [['order.initiated', 'order.cancelled', 'receipt.unwanted', 'receipt.returned'], 'cancelled'],
] as const) {
  test(`the log ${types.join(', ') || 'without events'} folds to ${state} (invariant 6)`, () => {
    assert.equal(fold(types), state)
  })
}

test('a log with an event that the catalogue does not know is refused', () => {
  assert.throws(() => fold(['order.initiated', 'order.stolen']), /order\.stolen is in the catalogue/)
})
