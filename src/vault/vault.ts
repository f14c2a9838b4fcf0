import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import type { Card } from '../card/card.ts'
import { infoOf } from '../card/deck.ts'
import type { Expiry } from '../card/expiry.ts'
import type { HeldCard } from '../card/held-card.ts'
import { Pan } from '../card/pan.ts'
import type { Sql } from '../postgres/database.ts'
import type { Cipher } from './cipher.ts'
import * as store from './store.ts'

/** What `payment/` needs of the vault: to keep a card that it cannot see, and to have it erased. */
export interface CardKeeper {
  store(sql: Sql, cards: readonly CardToStore[]): Promise<void>
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

/**
 * The only keeper of PANs (invariant 8). A card enters sealed under its attempt token, is revealed to the
 * acquirer and the access control server, and is erased when the attempt ends.
 */
export class Vault implements CardKeeper {
  readonly #cipher: Cipher
  readonly #random: Random

  constructor(cipher: Cipher, random: Random) {
    this.#cipher = cipher
    this.#random = random
  }

  /** Seals a card in memory; nothing is written until `store`. */
  hold(card: Card, { merchantId, orderId, n }: HeldFor): HeldCard {
    const token = this.#random
      .bytes(24, { merchant: merchantId, order: orderId, purpose: 'attempt token', n })
      .toString('base64url')
    return {
      token,
      sealed: {
        ciphertext: this.#cipher.seal(encode(card), placeOf(merchantId, token)),
        keyVersion: this.#cipher.keyVersion,
      },
      mask: card.pan.mask,
      last4: card.pan.last4,
      info: infoOf(card.pan),
    }
  }

  /**
   * Writes held cards, in the transaction that makes their attempts.
   *
   * @throws DatabaseError 23505 when a token is in use: under a seed, two payers took the same attempt
   */
  async store(sql: Sql, cards: readonly CardToStore[]): Promise<void> {
    await store.insert(
      sql,
      cards.map(({ merchantId, held, at }) => ({ merchantId, token: held.token, ...held.sealed, createdAt: at })),
    )
  }

  /** The card of a token, undefined once it is erased and for another merchant's token. */
  async reveal(sql: Sql, merchantId: string, token: string): Promise<Card | undefined> {
    const [card] = await this.revealAll(sql, [{ merchantId, token }])
    return card
  }

  /** The cards of tokens, in their order, read with one statement. */
  async revealAll(sql: Sql, keys: readonly store.EntryKey[]): Promise<(Card | undefined)[]> {
    const found = await store.findAll(sql, keys)
    return keys.map(({ merchantId, token }, index) => {
      const ciphertext = found[index]
      return ciphertext && decode(this.#cipher.open(ciphertext, placeOf(merchantId, token)))
    })
  }

  /** Forgets cards, in the transaction that ends their attempts. Safe to repeat. */
  async erase(sql: Sql, tokens: readonly store.EntryKey[]): Promise<void> {
    await store.erase(sql, tokens)
  }
}

/** Neither a merchant id nor a token holds U+0000, so no two places read alike. */
function placeOf(merchantId: string, token: string): string {
  return `card\0${merchantId}\0${token}`
}

interface Encoded {
  readonly pan: string
  readonly expiry: Expiry
  readonly name: string
}

function encode({ pan, expiry, nameOnCard }: Card): Buffer {
  return Buffer.from(JSON.stringify({ pan: pan.reveal(), expiry, name: nameOnCard } satisfies Encoded))
}

function decode(plain: Buffer): Card {
  // What opens under our key and place was written by `encode`.
  const { pan, expiry, name } = JSON.parse(plain.toString()) as Encoded
  const parsed = Pan.parse(pan)
  invariant(parsed, 'the vault holds only numbers that are PANs')
  return { pan: parsed, expiry, nameOnCard: name }
}
