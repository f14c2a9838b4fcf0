import { hash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../base/secret.ts'
import type { Clock } from '../base/clock.ts'
import type { Sql } from '../postgres/database.ts'
import { acceptedKeys, isMerchantId, type Merchant } from './merchant.ts'
import { find, findByRoute, type KeyCipher, list } from './store.ts'

/** A rotated key or changed setting is honoured everywhere within this time (design part 5). */
const cachedMs = 5_000

/** PostgreSQL's `integer`. */
const highestRoute = 0x7fff_ffff

interface Entry {
  readonly merchant: Merchant | undefined
  readonly until: number
}

/** Finds merchants, remembering each for at most five seconds. */
export class Directory {
  readonly #sql: Sql
  readonly #cipher: KeyCipher
  readonly #clock: Clock
  readonly #byId = new Map<string, Entry>()
  readonly #byRoute = new Map<number, Entry>()

  constructor(sql: Sql, cipher: KeyCipher, clock: Clock) {
    this.#sql = sql
    this.#cipher = cipher
    this.#clock = clock
  }

  async find(merchantId: string): Promise<Merchant | undefined> {
    return this.#cached(this.#byId, merchantId, () => find(this.#sql, this.#cipher, merchantId))
  }

  /** Any four bytes of a link that a stranger made up; only numbers that a route can be are looked up. */
  async findByRoute(route: number): Promise<Merchant | undefined> {
    if (route > highestRoute) return undefined
    return this.#cached(this.#byRoute, route, () => findByRoute(this.#sql, this.#cipher, route))
  }

  async list(): Promise<readonly Merchant[]> {
    return list(this.#sql, this.#cipher)
  }

  /** Forgets what was remembered, so that a change made here is seen at once. */
  forget(): void {
    this.#byId.clear()
    this.#byRoute.clear()
  }

  /**
   * The merchant of a Basic `authorization` header (finpay-api.md 1.2), or undefined. An unknown id costs
   * the same comparison as a wrong key. `usedNewKey` is true when the rotated-in key was the one given.
   */
  async authenticate(header: string | undefined): Promise<{ merchant: Merchant; usedNewKey: boolean } | undefined> {
    const [, encoded] = /^basic ([a-z0-9+/=_-]+)$/i.exec(header ?? '') ?? []
    if (!encoded) return undefined
    const text = Buffer.from(encoded, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    if (colon < 1) return undefined
    const merchantId = text.slice(0, colon)
    const merchant = isMerchantId(merchantId) ? await this.find(merchantId) : undefined
    const given = digestOf(text.slice(colon + 1))
    const keys = merchant ? acceptedKeys(merchant, this.#clock.machine()) : []
    let matched = -1
    // Every accepted key is compared, whatever the others said, and in constant time.
    for (const [index, key] of keys.entries()) if (timingSafeEqual(given, digestOfKey(key))) matched = index
    if (keys.length === 0) timingSafeEqual(given, nobodys)
    return merchant && matched >= 0 ? { merchant, usedNewKey: matched === 0 && !merchant.newKeyUsed } : undefined
  }

  async #cached<Key>(
    cache: Map<Key, Entry>,
    key: Key,
    load: () => Promise<Merchant | undefined>,
  ): Promise<Merchant | undefined> {
    const now = this.#clock.monotonicMs()
    const known = cache.get(key)
    if (known && known.until > now) return known.merchant
    const merchant = await load()
    // Unknown names are not remembered: a stranger could fill the memory with them.
    if (merchant) cache.set(key, { merchant, until: now + cachedMs })
    else cache.delete(key)
    return merchant
  }
}

/** Texts of any length are compared by their digests, which are equally long. */
function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

const nobodys = digestOf('no such merchant')

/** Remembered with the key, and gone with it. */
const digests = new WeakMap<Secret<string>, Buffer>()

function digestOfKey(key: Secret<string>): Buffer {
  let digest = digests.get(key)
  if (!digest) digests.set(key, (digest = digestOf(key.reveal())))
  return digest
}
