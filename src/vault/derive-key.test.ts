import assert from 'node:assert/strict'
import { createDecipheriv, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Secret } from '../base/secret.ts'
import { Cipher } from './cipher.ts'
import { deriveKey, type KeyPurpose } from './derive-key.ts'

const master = new Secret(Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex'))
const purposes: readonly KeyPurpose[] = ['sealed values', 'content of orders']

test('a derived key is HKDF-SHA256 of the master key and its purpose (RFC 5869)', () => {
  const hmac = (key: Buffer, ...parts: Buffer[]) => createHmac('sha256', key).update(Buffer.concat(parts)).digest()
  for (const purpose of purposes) {
    const extracted = hmac(Buffer.alloc(32), master.reveal())
    const expanded = hmac(extracted, Buffer.from(`gerbang: ${purpose}`), Buffer.of(1))
    assert.deepEqual(deriveKey(master, purpose).reveal(), expanded)
  }
})

test('each purpose and each master key has a key of its own, and none is the master key', () => {
  const other = new Secret(Buffer.alloc(32, 7))
  const keys = [master, other].flatMap((from) => [from, ...purposes.map((purpose) => deriveKey(from, purpose))])
  assert.equal(new Set(keys.map((key) => key.reveal().toString('hex'))).size, keys.length)
})

test('what the cipher seals does not open under the raw master key', () => {
  const sealed = new Cipher(master).seal(Buffer.from('a card'), 'place')
  assert.equal(new Cipher(master).open(sealed, 'place').toString(), 'a card')
  assert.throws(() => openWith(master, sealed, 'place'))
  assert.throws(() => openWith(deriveKey(master, 'content of orders'), sealed, 'place'))
  assert.equal(openWith(deriveKey(master, 'sealed values'), sealed, 'place').toString(), 'a card')
})

/** Opens a sealed value by hand: version, nonce, tag, ciphertext. */
function openWith(key: Secret<Buffer>, sealed: Buffer, place: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key.reveal(), sealed.subarray(1, 13))
  decipher.setAAD(Buffer.concat([sealed.subarray(0, 1), Buffer.from(place)]))
  decipher.setAuthTag(sealed.subarray(13, 29))
  return Buffer.concat([decipher.update(sealed.subarray(29)), decipher.final()])
}
