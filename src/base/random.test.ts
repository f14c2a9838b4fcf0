import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom, systemRandom, uuidFrom } from './random.ts'

const purpose = { merchant: 'FINPAY770', order: '1', purpose: 'page secret' }

test('a seed gives one purpose the same value in every run, and every other purpose another', () => {
  const value = seededRandom('seed').bytes(16, purpose)
  assert.deepEqual(seededRandom('seed').bytes(16, purpose), value)
  for (const other of [{ merchant: 'M' }, { order: '2' }, { purpose: 'callback' }, { n: 1 }]) {
    assert.notDeepEqual(seededRandom('seed').bytes(16, { ...purpose, ...other }), value)
  }
  assert.notDeepEqual(seededRandom('other').bytes(16, purpose), value)
})

test('without a seed no value repeats', () => {
  assert.notDeepEqual(systemRandom.bytes(16, purpose), systemRandom.bytes(16, purpose))
})

test('a UUID is of version 4 and of the RFC’s variant', () => {
  assert.equal(uuidFrom(Buffer.alloc(16, 0xff)), 'ffffffff-ffff-4fff-bfff-ffffffffffff')
  assert.equal(uuidFrom(Buffer.alloc(16, 0)), '00000000-0000-4000-8000-000000000000')
})
