import { randomBytes, timingSafeEqual } from 'node:crypto'
import { sha256 } from '../base/digest.ts'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { Sql } from '../postgres/database.ts'
import { acceptedKeys, isMerchantId, type Merchant } from './merchant.ts'
import { find, findByRoute, type KeyCipher, list } from './store.ts'

/** A rotated key or changed setting is honoured everywhere within this time (design part 5). */
const cachedMs = 5_000

/** PostgreSQL's `integer`. */
const highestRoute = 0x7fff_ffff

/** What is given is compared with this where there is no merchant to compare it with. */
const nobody = 'nobody'
const nobodysKey = new Secret(randomBytes(32).toString('hex'))

interface Entry {
  readonly merchant: Merchant | undefined
  readonly until: number
}

export interface Authenticated {
  readonly merchant: Merchant
  /** Not the one before, whose time runs out. */
  readonly usedCurrentKey: boolean
  /** The current one, for the first time since it was rotated in. */
  readonly usedNewKey: boolean
}

/** Finds merchants, remembering each for at most five seconds. */
export class Directory {
  readonly #sql: Sql
  readonly #cipher: KeyCipher
  readonly #clock: Clock
  readonly #byId = new Map<string, Entry>()
  readonly #byRoute = new Map<number, Entry>()
  readonly #nobodysKey: Buffer

  constructor(sql: Sql, cipher: KeyCipher, clock: Clock) {
    this.#sql = sql
    this.#cipher = cipher
    this.#clock = clock
    this.#nobodysKey = cipher.seal(Buffer.from(nobodysKey.reveal()), nobody)
  }

  async find(merchantId: string): Promise<Merchant | undefined> {
    return this.#cached(this.#byId, merchantId, () => find(this.#sql, this.#cipher, merchantId))
  }

  /** Any four bytes of a link that a stranger made up; only numbers that a route can be are looked up. */
  async findByRoute(route: number): Promise<Merchant | undefined> {
    if (route > highestRoute) return undefined
    return this.#cached(this.#byRoute, route, () => findByRoute(this.#sql, this.#cipher, route))
  }

  /** Whether this very entry is what is remembered of the merchant, and not for too long. */
  readonly isCurrent = (merchant: Merchant): boolean => {
    const known = this.#byId.get(merchant.merchantId)
    return known?.merchant === merchant && known.until > this.#clock.monotonicMs()
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
   * The merchant of a Basic `authorization` header (finpay-api.md 1.2), or undefined. `usedNewKey` is true when
   * the rotated-in key was the one given.
   *
   * Nobody learns from the time it takes which ids exist: whatever is refused was compared, looked up in the
   * database and compared again, whether the id was remembered, known or made up. So a new key, too, is
   * honoured at once.
   */
  async authenticate(header: string | undefined): Promise<Authenticated | undefined> {
    const [, encoded] = /^basic ([a-z0-9+/=_-]+)$/i.exec(header ?? '') ?? []
    if (!encoded) return undefined
    const text = Buffer.from(encoded, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    const merchantId = text.slice(0, Math.max(0, colon))
    if (!isMerchantId(merchantId)) return undefined
    const given = digestOf(text.slice(colon + 1))
    const known = this.#byId.get(merchantId)
    const remembered = known && known.until > this.#clock.monotonicMs() ? known.merchant : undefined
    return this.#match(remembered, given) ?? this.#match(await this.#load(merchantId), given)
  }

  /** Every accepted key is compared, whatever the others said, and in constant time; nobody has a key too. */
  #match(merchant: Merchant | undefined, given: Buffer): Authenticated | undefined {
    const keys = merchant ? acceptedKeys(merchant, this.#clock.machine()) : [nobodysKey]
    let matched = -1
    for (const [index, key] of keys.entries()) if (timingSafeEqual(given, digestOfKey(key))) matched = index
    if (!merchant || matched < 0) return undefined
    const usedCurrentKey = matched === 0
    return { merchant, usedCurrentKey, usedNewKey: usedCurrentKey && !merchant.newKeyUsed }
  }

  /** Past what is remembered, which others go on using meanwhile. */
  async #load(merchantId: string): Promise<Merchant | undefined> {
    const merchant = await find(this.#sql, this.#cipher, merchantId)
    // What a merchant's key costs to open.
    if (!merchant) this.#cipher.open(this.#nobodysKey, nobody)
    this.#remember(this.#byId, merchantId, merchant)
    return merchant
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
    this.#remember(cache, key, merchant)
    return merchant
  }

  /** Unknown names are not remembered: a stranger could fill the memory with them. */
  #remember<Key>(cache: Map<Key, Entry>, key: Key, merchant: Merchant | undefined): void {
    if (merchant) cache.set(key, { merchant, until: this.#clock.monotonicMs() + cachedMs })
    else cache.delete(key)
  }
}

/** Texts of any length are compared by their digests, which are equally long. */
function digestOf(text: string): Buffer {
  return sha256(text)
}

/** Remembered with the key, and gone with it. */
const digests = new WeakMap<Secret<string>, Buffer>()

function digestOfKey(key: Secret<string>): Buffer {
  let digest = digests.get(key)
  if (!digest) digests.set(key, (digest = digestOf(key.reveal())))
  return digest
}
