import type { CardInfo } from './card.ts'
import type { Expiry } from './expiry.ts'

/** A card that a customer keeps with a merchant, as far as it may be shown. */
export interface StoredCard {
  /** 64 hex digits; whoever has it and the merchant's key can charge the card. */
  readonly token: string
  readonly customerId: string
  /** `512345xxxxxx0008`. */
  readonly mask: string
  readonly info: CardInfo
  readonly expiry: Expiry
  readonly storedAt: Date
  readonly lastUsedAt: Date
}
