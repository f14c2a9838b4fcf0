import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import type { Card } from '../card/card.ts'
import { infoOf } from '../card/deck.ts'
import type { Expiry } from '../card/expiry.ts'
import type { CardToKeep, HeldCard, Sealed, UsedCard } from '../card/held-card.ts'
import { Pan } from '../card/pan.ts'
import type { Redemption } from '../card/points.ts'
import type { StoredCard } from '../card/stored-card.ts'
import type { Database, Sql } from '../postgres/database.ts'
import type { CardKeys } from './key-ring.ts'
import * as store from './store.ts'
import * as storedCards from './stored-card-store.ts'

/** What `payment/` needs of the vault: to keep a card that it cannot see, and to have it erased. */
export interface CardKeeper {
  store(sql: Sql, cards: readonly CardToStore[]): Promise<void>
  settle(sql: Sql, cards: readonly UsedCard[]): Promise<void>
  erase(sql: Sql, tokens: readonly { merchantId: string; token: string }[]): Promise<void>
}

export interface CardToStore {
  readonly merchantId: string
  readonly held: HeldCard
  readonly at: Date
}

/** Whose card it is. `n` says which attempt of the order, so that a seeded run names it alike each time. */
export interface HeldFor {
  readonly merchantId: string
  readonly orderId: string
  readonly n: number
}

/** What decides on a stored card by its number, which the vault alone sees. */
export interface StoredCardRules {
  allows(pan: Pan): boolean
  readonly redemption?: (pan: Pan) => Redemption | null
}

/** A stored card, and the points that it may redeem. */
export interface FoundCard extends StoredCard {
  readonly points: Redemption | null
}

/**
 * The only keeper of PANs (invariant 8). A card enters sealed under its attempt token, is revealed to the
 * acquirer and the access control server, and is erased when the attempt ends. One that its customer keeps
 * stays as a stored card, under a token of its own.
 */
export class Vault implements CardKeeper {
  readonly #keys: CardKeys
  readonly #random: Random

  constructor(keys: CardKeys, random: Random) {
    this.#keys = keys
    this.#random = random
  }

  /**
   * Seals a card in memory; nothing is written until `store`.
   *
   * @param keep whose it becomes if its attempt succeeds, and the database that knows whether it is already
   * @param points what its payer redeems of it
   */
  async hold(
    card: Card,
    holder: HeldFor,
    keep?: { readonly sql: Sql; readonly customerId: string },
    points: Redemption | null = null,
  ): Promise<HeldCard> {
    const toKeep = keep ? await this.#toKeep(card, holder, keep) : null
    return this.#held(card, holder, { storedToken: null, keep: toKeep, points })
  }

  /**
   * Takes a stored card for an attempt of its customer; undefined for a card that is not there or not allowed,
   * and for another customer's or merchant's.
   */
  async holdStored(
    sql: Sql,
    { token, customerId }: { readonly token: string; readonly customerId: string },
    holder: HeldFor,
    rules?: StoredCardRules,
  ): Promise<HeldCard | undefined> {
    const found = await storedCards.find(sql, holder.merchantId, token)
    if (found?.card.customerId !== customerId) return undefined
    const card = decode(await this.#open(found.ciphertext, storedPlaceOf(holder.merchantId, token)))
    if (rules && !rules.allows(card.pan)) return undefined
    const points = rules?.redemption?.(card.pan) ?? null
    return this.#held(card, holder, { storedToken: token, keep: null, points })
  }

  async #held(card: Card, holder: HeldFor, kept: Pick<HeldCard, 'storedToken' | 'keep' | 'points'>): Promise<HeldCard> {
    const { merchantId, orderId, n } = holder
    const token = this.#random
      .bytes(24, { merchant: merchantId, order: orderId, purpose: 'attempt token', n })
      .toString('base64url')
    return {
      token,
      sealed: await this.#seal(card, placeOf(merchantId, token)),
      mask: card.pan.mask,
      last4: card.pan.last4,
      info: infoOf(card.pan),
      fingerprint: this.#keys.fingerprint(merchantId, card.pan),
      ...kept,
    }
  }

  /** One card of one customer is one token, however often it is stored. */
  async #toKeep(
    card: Card,
    { merchantId, orderId, n }: HeldFor,
    { sql, customerId }: { readonly sql: Sql; readonly customerId: string },
  ): Promise<CardToKeep> {
    const fingerprint = this.#keys.fingerprint(merchantId, card.pan)
    const known = await storedCards.tokenOf(sql, merchantId, customerId, fingerprint)
    const cardToken = known ?? this.#newCardToken(merchantId, orderId, n)
    const sealed = await this.#seal(card, storedPlaceOf(merchantId, cardToken))
    return { cardToken, isKnown: known !== undefined, customerId, fingerprint, expiry: card.expiry, sealed }
  }

  #newCardToken(merchant: string, order: string, n: number): string {
    return this.#random.bytes(32, { merchant, order, purpose: 'card token', n }).toString('hex')
  }

  /**
   * Writes held cards, in the transaction that makes their attempts.
   *
   * @throws DatabaseError 23505 when a token is in use: under a seed, two payers took the same attempt
   */
  async store(sql: Sql, cards: readonly CardToStore[]): Promise<void> {
    const entries = cards.map(({ merchantId, held, at }) => ({ merchantId, createdAt: at, held }))
    const known = entries.flatMap(({ merchantId, held }) =>
      held.keep?.isKnown ? [{ merchantId, token: held.keep.cardToken }] : [],
    )
    if (known.length === 0) return store.insert(sql, entries)
    const there = new Set(
      (await storedCards.lock(sql, known)).map(({ merchantId, token }) => placeOf(merchantId, token)),
    )
    await store.insert(
      sql,
      await Promise.all(
        entries.map(async (entry) => {
          const { merchantId, held } = entry
          const { keep } = held
          // Deleted since it was taken.
          if (!keep?.isKnown || there.has(placeOf(merchantId, keep.cardToken))) return entry
          const card = decode(await this.#open(held.sealed.ciphertext, placeOf(merchantId, held.token)))
          const anew = await this.#sealAnew(card, { merchantId, token: held.token })
          return { ...entry, held: { ...held, keep: { ...keep, ...anew, isKnown: false } } }
        }),
      ),
    )
  }

  /** Stores, notes or removes cards, in the transaction that makes their payments true and before they are erased. */
  async settle(sql: Sql, cards: readonly UsedCard[]): Promise<void> {
    await Promise.all([
      storedCards.settle(sql, cards),
      ...cards.map(async ({ merchantId, storedToken, wish }) => {
        if (wish === 'remove' && storedToken !== null) await this.#keepAnew(sql, merchantId, storedToken)
      }),
    ])
  }

  /** The card of an attempt token, undefined once it is erased and for another merchant's token. */
  async reveal(sql: Sql, merchantId: string, token: string): Promise<Card | undefined> {
    const [card] = await this.revealAll(sql, [{ merchantId, token }])
    return card
  }

  /** The cards of tokens, in their order, read with one statement. */
  async revealAll(sql: Sql, keys: readonly store.EntryKey[]): Promise<(Card | undefined)[]> {
    const found = await store.findAll(sql, keys)
    return Promise.all(
      keys.map(async ({ merchantId, token }, index) => {
        const ciphertext = found[index]
        return ciphertext && decode(await this.#open(ciphertext, placeOf(merchantId, token)))
      }),
    )
  }

  /** Forgets cards, in the transaction that ends their attempts. Safe to repeat. */
  async erase(sql: Sql, tokens: readonly store.EntryKey[]): Promise<void> {
    await store.erase(sql, tokens)
  }

  /** What may be shown of a customer's stored card, if it is allowed; undefined also for another customer's or merchant's. */
  async findStored(
    sql: Sql,
    merchantId: string,
    { token, customerId }: { readonly token: string; readonly customerId: string },
    rules?: StoredCardRules,
  ): Promise<FoundCard | undefined> {
    const found = await storedCards.find(sql, merchantId, token)
    if (found?.card.customerId !== customerId) return undefined
    if (!rules) return { ...found.card, points: null }
    const { pan } = decode(await this.#open(found.ciphertext, storedPlaceOf(merchantId, token)))
    return rules.allows(pan) ? { ...found.card, points: rules.redemption?.(pan) ?? null } : undefined
  }

  /** A customer's stored cards, the one that was used last first. */
  async listStored(sql: Sql, merchantId: string, customerId: string): Promise<readonly StoredCard[]> {
    return storedCards.list(sql, merchantId, customerId)
  }

  /**
   * False when the merchant has no such card. An attempt that has taken it goes on, and one that is to store it
   * again stores it under another token: a token that is deleted never comes back.
   */
  async removeStored(database: Pick<Database, 'transaction'>, merchantId: string, token: string): Promise<boolean> {
    return database.transaction(async (sql) => {
      const isThere = await storedCards.remove(sql, merchantId, token)
      if (isThere) await this.#keepAnew(sql, merchantId, token)
      return isThere
    })
  }

  /** In the transaction that deletes a stored card, after it: whoever begins an attempt with it now waits for that. */
  async #keepAnew(sql: Sql, merchantId: string, cardToken: string): Promise<void> {
    for (const { token, ciphertext } of await store.keptUnder(sql, merchantId, cardToken)) {
      const card = decode(await this.#open(ciphertext, storedPlaceOf(merchantId, cardToken)))
      await store.keepUnder(sql, { merchantId, token }, await this.#sealAnew(card, { merchantId, token }))
    }
  }

  /** A card of an attempt, sealed to be stored under a token that nobody has had. */
  async #sealAnew(
    card: Card,
    { merchantId, token }: store.EntryKey,
  ): Promise<Pick<CardToKeep, 'cardToken' | 'sealed'>> {
    const cardToken = this.#newCardToken(merchantId, token, 0)
    return { cardToken, sealed: await this.#seal(card, storedPlaceOf(merchantId, cardToken)) }
  }

  /** The same for a card and a merchant, and for nothing else; without the key it says nothing. */
  fingerprint(merchantId: string, pan: Pan): Buffer {
    return this.#keys.fingerprint(merchantId, pan)
  }

  async #seal(card: Card, place: string): Promise<Sealed> {
    const cipher = await this.#keys.current()
    return { ciphertext: cipher.seal(encode(card), place), keyVersion: cipher.keyVersion }
  }

  async #open(ciphertext: Buffer, place: string): Promise<Buffer> {
    return (await this.#keys.of(ciphertext[0] ?? 0)).open(ciphertext, place)
  }
}

/** Neither a merchant id nor a token holds U+0000, so no two places read alike. */
export function placeOf(merchantId: string, token: string): string {
  return `card\0${merchantId}\0${token}`
}

/** The place of a stored card. */
export function storedPlaceOf(merchantId: string, token: string): string {
  return `stored card\0${merchantId}\0${token}`
}

interface Encoded {
  readonly pan: string
  readonly expiry: Expiry
  readonly name: string
}

function encode({ pan, expiry, nameOnCard }: Card): Buffer {
  return Buffer.from(JSON.stringify({ pan: pan.reveal(), expiry, name: nameOnCard } satisfies Encoded))
}

export function decode(plain: Buffer): Card {
  // What opens under our key and place was written by `encode`.
  const { pan, expiry, name } = JSON.parse(plain.toString()) as Encoded
  const parsed = Pan.parse(pan)
  invariant(parsed, 'the vault holds only numbers that are PANs')
  return { pan: parsed, expiry, nameOnCard: name }
}
