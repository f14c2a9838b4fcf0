import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attemptRows,
  attemptStates,
  finalAttemptStates,
  finalOrderStates,
  finalOperationStates,
  initialAttemptState,
  initialOperationState,
  initialOrderState,
  nextAttemptState,
  nextOperationState,
  nextOrderState,
  operationKinds,
  operationRows,
  operationStates,
  orderRows,
  orderStates,
  settledOrderStates,
} from './lifecycle.ts'

type Rows = readonly (readonly [string, string, string, string])[]

for (const [name, rows, states, initial] of [
  ['order', orderRows, orderStates, initialOrderState],
  ['attempt', attemptRows, attemptStates, initialAttemptState],
  ['operation', operationRows, operationStates, initialOperationState],
] as const satisfies readonly (readonly [string, Rows, readonly string[], string])[]) {
  test(`no row of the life of an ${name} stands twice`, () => {
    const keys = rows.map(([operation, from, outcome]) => `${operation} ${from} ${outcome}`)
    assert.deepEqual(keys, [...new Set(keys)])
  })

  test(`every state of an ${name} is reached from ${initial}`, () => {
    const reached = new Set<string>([initial])
    for (let round = 0; round < rows.length; round += 1) {
      for (const [, from, , to] of rows) if (reached.has(from)) reached.add(to)
    }
    assert.deepEqual([...states].toSorted(), [...reached].toSorted())
  })

  test(`an unknown outcome ends no ${name} (invariant 4)`, () => {
    const unknown = (rows as Rows).filter(([, , outcome]) => outcome === 'unknown')
    assert.ok(unknown.length > 0)
    const left = new Set((rows as Rows).map(([, from]) => from))
    for (const [, from, , to] of unknown) assert.ok(to === from || to === 'unknown')
    for (const [, , , to] of unknown) assert.ok(left.has(to), `${to} is left again`)
  })
}

test('an order that nothing can happen to any more is unpaid, voided, lapsed or refunded', () => {
  // Not expired: money that comes late is money all the same (invariant 2).
  const ends = ['cancelled', 'failed', 'lapsed', 'refunded', 'voided']
  assert.deepEqual([...finalOrderStates].toSorted(), ends)
  assert.equal(nextOrderState('receive', 'expired', 'kept'), 'captured')
})

test('a payer has something to do while an order is open or being paid, and not after', () => {
  const rest = orderStates.filter((state) => !settledOrderStates.has(state))
  assert.deepEqual(rest, ['open', 'processing'])
})

test('an attempt ends captured, authorized, declined, refused, reversed or abandoned', () => {
  const ends = ['abandoned', 'authorized', 'captured', 'declined', 'refused', 'reversed']
  assert.deepEqual([...finalAttemptStates].toSorted(), ends)
})

test('a capture, void or refund ends approved, declined or reversed', () => {
  assert.deepEqual([...finalOperationStates].toSorted(), ['approved', 'declined', 'reversed'])
  assert.equal(nextOperationState('send', 'reversing', 'approved'), undefined, 'a late approval resurrects nothing')
})

test('no money moves for an order that is not paid, nor twice for one that is voided or refunded whole', () => {
  for (const state of ['open', 'processing', 'failed', 'expired', 'cancelled', 'voided', 'lapsed', 'refunded'] as const)
    for (const kind of operationKinds)
      for (const outcome of ['part', 'whole'] as const) assert.equal(nextOrderState(kind, state, outcome), undefined)
})

test('money that flows back ends the capturing', () => {
  for (const state of ['partially_refunded', 'refunded'] as const)
    assert.equal(nextOrderState('capture', state, 'part'), undefined)
})

test('money that may be on its way cannot be expired, cancelled or abandoned', () => {
  assert.equal(nextOrderState('expire', 'processing', 'elapsed'), undefined)
  assert.equal(nextOrderState('cancel', 'processing', 'asked'), undefined)
  assert.equal(nextOrderState('fail', 'processing', 'exhausted'), undefined)
  assert.equal(nextAttemptState('abandon', 'authorizing', 'elapsed'), undefined)
  assert.equal(nextAttemptState('abandon', 'reversing', 'elapsed'), undefined)
})

test('money that was paid elsewhere is kept by an order that nobody is paying, and by no attempt of a card under way', () => {
  const takes = orderStates.filter((state) => nextOrderState('receive', state, 'kept') !== undefined)
  assert.deepEqual(takes.toSorted(), ['expired', 'open'])
  const pays = attemptStates.filter((state) => nextAttemptState('receive', state, 'kept') !== undefined)
  assert.deepEqual(pays, ['started'])
})

test('a bank withdraws from an order that is captured whole, and of which nothing was given back', () => {
  const from = orderStates.filter((state) => nextOrderState('withdraw', state, 'whole') !== undefined)
  assert.deepEqual(from, ['captured'])
})

test('an order whose payer is done asks nobody again (invariant 2)', () => {
  for (const state of settledOrderStates) assert.equal(nextOrderState('pay', state, 'asked'), undefined)
})
