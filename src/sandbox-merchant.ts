import { randomBytes } from 'node:crypto'
import { isLoopback } from './base/loopback.ts'
import { Secret } from './base/secret.ts'
import type { Config } from './config.ts'
import { exampleMerchant } from './example-merchant.ts'
import type { Merchant } from './merchant/merchant.ts'
import { find, freeRoute, insert, type KeyCipher, setKey } from './merchant/store.ts'
import type { Sql } from './postgres/database.ts'

/**
 * Makes sure that the sandbox has its merchant, and answers with it. Reachable from other machines, the
 * sandbox does not use the key that everybody knows: unless one is given it makes a random one, once.
 */
export async function ensureSandboxMerchant(
  sql: Sql,
  cipher: KeyCipher,
  config: Pick<Config, 'host' | 'sandboxKey'>,
  at: Date,
): Promise<Merchant> {
  const { merchantId, name } = exampleMerchant
  const isLocal = isLoopback(config.host)
  const known = await find(sql, cipher, merchantId)
  if (!known) {
    const key = config.sandboxKey ?? (isLocal ? new Secret<string>(exampleMerchant.key) : randomKey())
    await insert(sql, cipher, { merchantId, name, key, route: await freeRoute(sql) }, at)
  } else {
    const stored = known.key.reveal()
    // A key that was rotated stays; only the one that everybody knows gives way when others can reach us.
    const isKnownToAll = stored === exampleMerchant.key && !isLocal
    const key = config.sandboxKey ?? (isKnownToAll ? randomKey() : known.key)
    if (key.reveal() !== stored) await setKey(sql, cipher, merchantId, key, at)
  }
  const merchant = await find(sql, cipher, merchantId)
  if (!merchant) throw new Error('Invariant broken: the sandbox has its merchant')
  return merchant
}

/** 32 letters and digits, as merchant keys look (finpay-api.md 1.2). */
export function randomKey(): Secret<string> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let key = ''
  while (key.length < 32) {
    // Bytes that would favour some letters are left out: 248 is the largest multiple of 62.
    for (const byte of randomBytes(48)) if (byte < 248 && key.length < 32) key += alphabet[byte % 62]
  }
  return new Secret(key)
}
