import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsOf } from './payment-code.ts'

test('a number is read out in fours, and no digit is left alone', () => {
  assert.deepEqual(groupsOf('8804400012345678'), ['8804', '4000', '1234', '5678'])
  assert.deepEqual(groupsOf('88044000123456789'), ['8804', '4000', '1234', '56789'])
  assert.deepEqual(groupsOf('880270012345'), ['8802', '7001', '2345'])
  assert.deepEqual(groupsOf('123456'), ['1234', '56'])
  for (const short of ['1', '1234', '']) assert.deepEqual(groupsOf(short), short === '' ? [] : [short])
})
