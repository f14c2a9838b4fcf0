import { hkdfSync } from 'node:crypto'
import { Secret } from '../base/secret.ts'

/**
 * What a key is for. Each purpose has a key of its own, so that what one of them gives away (a keyed hash
 * that an attacker can ask for, a ciphertext) says nothing about another. Names are part of what is
 * stored: add to them, never change one. `cards` is derived from a data key, the others from the master key.
 */
export type KeyPurpose =
  | 'sealed values'
  | 'content of orders'
  | 'data keys'
  | 'cards'
  | 'fingerprints of cards'
  | 'networks and devices'
  | 'one-time passwords'

/**
 * The key of a purpose, 32 bytes: HKDF-SHA256 (RFC 5869) of a key that is used for nothing else. Without salt,
 * because that key is uniformly random already (RFC 5869, 3.1).
 */
export function deriveKey(key: Secret<Buffer>, purpose: KeyPurpose): Secret<Buffer> {
  return new Secret(Buffer.from(hkdfSync('sha256', key.reveal(), '', `gerbang: ${purpose}`, 32)))
}
