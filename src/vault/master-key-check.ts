import type { Sql } from '../postgres/database.ts'
import type { Cipher } from './cipher.ts'
import * as store from './store.ts'

const place = 'setting\0master_key_check'
const constant = Buffer.from('the master key of this database')

/**
 * Whether the cipher's key is the one that this database was sealed under. The first call on a fresh
 * database seals a constant and stores it; every later one opens that. A wrong key must stop the start:
 * it would write what the right one cannot read.
 */
export async function isMasterKeyOf(sql: Sql, cipher: Cipher): Promise<boolean> {
  const stored = await store.putCheckOnce(sql, makeCheck(cipher))
  return passesCheck(cipher, stored)
}

/** The check value: a constant, sealed. */
export function makeCheck(cipher: Cipher): Buffer {
  return cipher.seal(constant, place)
}

/** True when the cipher's key made the check value. */
export function passesCheck(cipher: Cipher, check: Buffer): boolean {
  try {
    return cipher.open(check, place).equals(constant)
  } catch {
    return false
  }
}
