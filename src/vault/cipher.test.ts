import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Secret } from '../base/secret.ts'
import { Cipher } from './cipher.ts'
import { makeCheck, passesCheck } from './master-key-check.ts'

const key = new Secret(randomBytes(32))
const cipher = new Cipher(key)
const refused = { message: 'A sealed value cannot be opened.' }

test('what was sealed opens at its place', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (plain, aad) => {
      assert.deepEqual(cipher.open(cipher.seal(Buffer.from(plain), aad), aad), Buffer.from(plain))
    }),
  )
})

test('a sealed value holds none of its plain bytes and is never the same twice', () => {
  const plain = Buffer.from('5123450000000008')
  const [one, other] = [cipher.seal(plain, 'a'), cipher.seal(plain, 'a')]
  assert.equal(one.includes(plain), false)
  assert.notDeepEqual(one, other)
  assert.equal(one[0], 1, 'the key version comes first')
})

test('every way of not opening reads the same: another place, key or version, a changed bit, a cut value', () => {
  const sealed = cipher.seal(Buffer.from('a card'), 'place')
  const attempts = [
    () => cipher.open(sealed, 'another place'),
    () => new Cipher(new Secret(randomBytes(32))).open(sealed, 'place'),
    () => new Cipher(key, 2).open(sealed, 'place'),
    ...[...sealed.keys()].map((at) => () => {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      return cipher.open(changed, 'place')
    }),
    ...[...sealed.keys()].map((length) => () => cipher.open(sealed.subarray(0, length), 'place')),
  ]
  for (const attempt of attempts) assert.throws(attempt, refused)
})

test('a key that is not 32 bytes long is refused', () => {
  for (const length of [0, 16, 31, 33]) assert.throws(() => new Cipher(new Secret(Buffer.alloc(length))))
})

test('the check value tells the right master key from a wrong one', () => {
  const check = makeCheck(cipher)
  assert.equal(passesCheck(cipher, check), true)
  assert.equal(passesCheck(new Cipher(key), check), true)
  assert.equal(passesCheck(new Cipher(new Secret(randomBytes(32))), check), false)
  assert.equal(passesCheck(cipher, Buffer.alloc(0)), false)
})
