import { createHash } from 'node:crypto'
import type { Secret } from '../base/secret.ts'
import { Cipher } from './cipher.ts'
import type { CardKeys } from './key-ring.ts'

/** Keys for a test without a database: one version, from the key that is given. */
export function fixedKeys(key: Secret<Buffer>, version = 2): CardKeys {
  const cipher = new Cipher(key, version, 'cards')
  return {
    current: () => Promise.resolve(cipher),
    of: () => Promise.resolve(cipher),
    fingerprint: (merchantId, pan) =>
      createHash('sha256').update(key.reveal()).update(`${merchantId}\0${pan.reveal()}`).digest(),
  }
}
