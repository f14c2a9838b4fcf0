import type { CardInfo } from './card.ts'

/**
 * A card between the payer's form and the vault: sealed, so that whoever carries it sees what may be shown
 * and nothing else (invariant 8). `payment/` passes it on and never opens it.
 */
export interface HeldCard {
  /** The attempt token: the card's name in the vault and its CVV's name in memory. */
  readonly token: string
  readonly sealed: { readonly ciphertext: Buffer; readonly keyVersion: number }
  /** `512345xxxxxx0008`. */
  readonly mask: string
  readonly last4: string
  readonly info: CardInfo
}
