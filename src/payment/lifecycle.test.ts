import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attemptRows,
  attemptStates,
  finalAttemptStates,
  finalOrderStates,
  initialAttemptState,
  initialOrderState,
  nextAttemptState,
  nextOrderState,
  orderRows,
  orderStates,
} from './lifecycle.ts'

type Rows = readonly (readonly [string, string, string, string])[]

for (const [name, rows, initial] of [
  ['order', orderRows, initialOrderState],
  ['attempt', attemptRows, initialAttemptState],
] as const satisfies readonly (readonly [string, Rows, string])[]) {
  test(`no row of the life of an ${name} stands twice`, () => {
    const keys = rows.map(([operation, from, outcome]) => `${operation} ${from} ${outcome}`)
    assert.deepEqual(keys, [...new Set(keys)])
  })

  test(`every state of an ${name} is reached from ${initial}`, () => {
    const reached = new Set<string>([initial])
    for (let round = 0; round < rows.length; round += 1) {
      for (const [, from, , to] of rows) if (reached.has(from)) reached.add(to)
    }
    assert.deepEqual([...(name === 'order' ? orderStates : attemptStates)].toSorted(), [...reached].toSorted())
  })

  test(`an unknown outcome moves no ${name} (invariant 4)`, () => {
    const unknown = (rows as Rows).filter(([, , outcome]) => outcome === 'unknown')
    assert.ok(unknown.length > 0)
    for (const [, from, , to] of unknown) assert.equal(to, from)
  })
}

test('an order ends captured, failed, expired or cancelled', () => {
  assert.deepEqual([...finalOrderStates].toSorted(), ['cancelled', 'captured', 'expired', 'failed'])
})

test('an attempt ends captured, declined, refused, reversed or abandoned', () => {
  assert.deepEqual([...finalAttemptStates].toSorted(), ['abandoned', 'captured', 'declined', 'refused', 'reversed'])
})

test('money that may be on its way cannot be expired, cancelled or abandoned', () => {
  assert.equal(nextOrderState('expire', 'processing', 'elapsed'), undefined)
  assert.equal(nextOrderState('cancel', 'processing', 'asked'), undefined)
  assert.equal(nextOrderState('fail', 'processing', 'exhausted'), undefined)
  assert.equal(nextAttemptState('abandon', 'authorizing', 'elapsed'), undefined)
  assert.equal(nextAttemptState('abandon', 'reversing', 'elapsed'), undefined)
})

test('an order that is captured asks nobody again (invariant 2)', () => {
  for (const state of finalOrderStates) assert.equal(nextOrderState('pay', state, 'asked'), undefined)
})
