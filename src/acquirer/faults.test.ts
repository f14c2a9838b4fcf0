import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canHave } from './faults.ts'

test('what moves no money can only be lost', () => {
  assert.deepEqual([canHave('reversal', 'lost_before'), canHave('inquiry', 'lost_after')], [true, true])
  assert.deepEqual([canHave('reversal', 'declined'), canHave('inquiry', 'twice')], [false, false])
  assert.deepEqual([canHave('capture', 'twice'), canHave('reversal', 'reordered')], [true, false])
  assert.deepEqual([canHave('authorize', 'unreachable'), canHave('capture', 'unreachable')], [true, false])
})
