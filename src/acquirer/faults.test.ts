import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canHave, Faults } from './faults.ts'

test('a fault strikes the next messages of its kind about its order, so many times', () => {
  const faults = new Faults()
  faults.plan('M', 'A', 'refund', 'lost_after', 2)
  assert.equal(faults.take('M', 'A', 'capture'), undefined)
  assert.equal(faults.take('M', 'B', 'refund'), undefined)
  assert.equal(faults.take('N', 'A', 'refund'), undefined)
  assert.equal(faults.take('M', 'A', 'refund'), 'lost_after')
  assert.equal(faults.take('M', 'A', 'refund'), 'lost_after')
  assert.equal(faults.take('M', 'A', 'refund'), undefined)
})

test('faults of one order come in the order in which they were planned', () => {
  const faults = new Faults()
  faults.plan('M', 'A', 'refund', 'declined', 1)
  faults.plan('M', 'A', 'refund', 'late', 1)
  faults.plan('M', 'A', 'reversal', 'lost_before', 1)
  const taken = [faults.take('M', 'A', 'refund'), faults.take('M', 'A', 'reversal'), faults.take('M', 'A', 'refund')]
  assert.deepEqual(taken, ['declined', 'lost_before', 'late'])
})

test('faults of orders that never come are forgotten, the oldest first', () => {
  const faults = new Faults()
  for (let n = 0; n <= 10_000; n += 1) faults.plan('M', `A${n}`, 'void', 'silent', 1)
  assert.equal(faults.take('M', 'A0', 'void'), undefined)
  assert.equal(faults.take('M', 'A1', 'void'), 'silent')
})

test('what moves no money can only be lost', () => {
  assert.deepEqual([canHave('reversal', 'lost_before'), canHave('inquiry', 'lost_after')], [true, true])
  assert.deepEqual([canHave('reversal', 'declined'), canHave('inquiry', 'twice')], [false, false])
  assert.equal(canHave('capture', 'twice'), true)
  assert.deepEqual([canHave('authorize', 'unreachable'), canHave('capture', 'unreachable')], [true, false])
})
