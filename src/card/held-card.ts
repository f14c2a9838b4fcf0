import type { CardInfo } from './card.ts'
import type { Expiry } from './expiry.ts'
import type { Redemption } from './points.ts'

export interface Sealed {
  readonly ciphertext: Buffer
  readonly keyVersion: number
}

/**
 * A card between the payer's form and the vault: sealed, so that whoever carries it sees what may be shown
 * and nothing else (invariant 8). `payment/` passes it on and never opens it.
 */
export interface HeldCard {
  /** The attempt token: the card's name in the vault and its CVV's name in memory. */
  readonly token: string
  readonly sealed: Sealed
  /** `512345xxxxxx0008`. */
  readonly mask: string
  readonly last4: string
  readonly info: CardInfo
  /** Keyed, of card and merchant: the same card is known again. */
  readonly fingerprint: Buffer
  /** The stored card that it was taken from; null where it was typed. */
  readonly storedToken: string | null
  /** The points of it that its payer redeems; null where none are. */
  readonly points: Redemption | null
  /** How it is to be stored if its attempt succeeds; null where it is not. */
  readonly keep: CardToKeep | null
}

/** The same card, sealed once more for its place as a stored card. */
export interface CardToKeep {
  readonly cardToken: string
  /** Its customer has it stored under that token already. */
  readonly isKnown: boolean
  readonly customerId: string
  readonly fingerprint: Buffer
  readonly expiry: Expiry
  readonly sealed: Sealed
}

/** What is to become of an attempt's card if it succeeds. */
export type CardWish = 'store' | 'remove'

/** A card whose attempt has succeeded. */
export interface UsedCard {
  readonly merchantId: string
  readonly attemptToken: string
  readonly storedToken: string | null
  readonly wish: CardWish | null
  readonly at: Date
}
