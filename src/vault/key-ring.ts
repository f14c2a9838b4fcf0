import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { Secret } from '../base/secret.ts'
import type { Pan } from '../card/pan.ts'
import type { Sql } from '../postgres/database.ts'
import { Cipher } from './cipher.ts'
import { deriveKey } from './derive-key.ts'
import * as store from './key-store.ts'

/** The keys of cards, as far as the vault needs them. */
export interface CardKeys {
  /** What seals now. */
  current(): Promise<Cipher>
  /** What opens a value of that version. @throws Error when there is none */
  of(version: number): Promise<Cipher>
  /** Tells a merchant's cards apart, and says nothing to anybody else. */
  fingerprint(merchantId: string, pan: Pan): Buffer
}

/** A new key seals everywhere within this time; one that is met is learnt at once. */
export const learntWithinMs = 5_000

/** What the master key itself sealed, before there were data keys. */
const legacyVersion = 1
const firstVersion = 2
export const lastVersion = 255

/**
 * Envelope encryption of cards: each version is 32 random bytes, wrapped under a key that is derived from the
 * master key and bound to its version. So keys can be changed while gateways serve, and the master key
 * touches no card.
 */
export class KeyRing implements CardKeys {
  readonly #sql: Sql
  readonly #clock: Pick<Clock, 'monotonicMs' | 'machine'>
  readonly #opener: KeyOpener
  readonly #fingerprints: Secret<Buffer>
  #ciphers: ReadonlyMap<number, Cipher> = new Map()
  #newest: Cipher | undefined
  #until = 0
  #loading: Promise<void> | undefined

  private constructor(sql: Sql, masterKey: Secret<Buffer>, clock: Pick<Clock, 'monotonicMs' | 'machine'>) {
    this.#sql = sql
    this.#clock = clock
    this.#opener = new KeyOpener(masterKey)
    this.#fingerprints = deriveKey(masterKey, 'fingerprints of cards')
  }

  /** Opens the ring of a database, and makes its first key where there is none: of any number of starters one does. */
  static async open(
    sql: Sql,
    masterKey: Secret<Buffer>,
    clock: Pick<Clock, 'monotonicMs' | 'machine'>,
  ): Promise<KeyRing> {
    const ring = new KeyRing(sql, masterKey, clock)
    await ring.#load()
    if (!ring.#newest) await ring.add(firstVersion)
    return ring
  }

  async current(): Promise<Cipher> {
    if (this.#clock.monotonicMs() >= this.#until) await this.#load()
    invariant(this.#newest, 'a ring has a key')
    return this.#newest
  }

  async of(version: number): Promise<Cipher> {
    const known = this.#ciphers.get(version)
    if (known) return known
    await this.#loadAnew()
    const learnt = this.#ciphers.get(version)
    // Said in the cipher's own words, which every reader of a damaged row expects.
    if (!learnt) throw new Error('A sealed value cannot be opened.')
    return learnt
  }

  fingerprint(merchantId: string, pan: Pan): Buffer {
    return fingerprintOf(this.#fingerprints, merchantId, pan)
  }

  /** Opens a value at its place under whichever key it names. */
  async open(ciphertext: Buffer, place: string): Promise<Buffer> {
    return (await this.of(ciphertext[0] ?? 0)).open(ciphertext, place)
  }

  /** Makes a version, unless somebody was first, and learns what stands. */
  async add(version: number): Promise<void> {
    invariant(version <= lastVersion, 'a key version is one byte')
    const wrapped = this.#opener.wrap(new Secret(randomBytes(32)), version)
    await store.insert(this.#sql, { version, wrapped, createdAt: this.#clock.machine() })
    await this.#loadAnew()
  }

  /** A look that began before what is looked for was there does not count. */
  async #loadAnew(): Promise<void> {
    await this.#loading?.catch(() => undefined)
    await this.#load()
  }

  /** One look for all who wait for it. */
  async #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined
    })
    await this.#loading
  }

  async #read(): Promise<void> {
    const asked = this.#clock.monotonicMs()
    const keys = await store.list(this.#sql)
    this.#ciphers = new Map([
      [legacyVersion, this.#opener.legacy],
      // What is known already is not unwrapped again.
      ...keys.map(
        ({ version, wrapped }) => [version, this.#ciphers.get(version) ?? this.#opener.open(version, wrapped)] as const,
      ),
    ])
    const newest = keys.at(-1)?.version
    this.#newest = newest === undefined ? undefined : this.#ciphers.get(newest)
    this.#until = asked + learntWithinMs
  }
}

export function fingerprintOf(key: Secret<Buffer>, merchantId: string, pan: Pan): Buffer {
  // A merchant's id holds no U+0000, so no two pairs read alike.
  return createHmac('sha256', key.reveal()).update(`${merchantId}\0${pan.reveal()}`).digest()
}

/** Wraps and unwraps data keys under what is derived from the master key. */
export class KeyOpener {
  readonly #cipher: Cipher
  /** The key of version 1. */
  readonly legacy: Cipher

  constructor(masterKey: Secret<Buffer>) {
    this.#cipher = new Cipher(masterKey, 1, 'data keys')
    this.legacy = new Cipher(masterKey, legacyVersion)
  }

  wrap(key: Secret<Buffer>, version: number): Buffer {
    return this.#cipher.seal(key.reveal(), placeOf(version))
  }

  /** @throws Error when it was wrapped under another master key, as another version, or changed */
  open(version: number, wrapped: Buffer): Cipher {
    return new Cipher(new Secret(this.#cipher.open(wrapped, placeOf(version))), version, 'cards')
  }
}

function placeOf(version: number): string {
  return `data_key\0${version}`
}
