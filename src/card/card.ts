import type { Expiry } from './expiry.ts'
import type { Pan } from './pan.ts'

/** A card as its holder types it. The CVV is not part of it: that has a shorter life (invariant 8). */
export interface Card {
  readonly pan: Pan
  readonly expiry: Expiry
  readonly nameOnCard: string
}

/** What may be shown of a card's issuer and product; `card.info` on the wire. Unknown parts are null. */
export interface CardInfo {
  readonly brand: string | null
  readonly issuing: string | null
  readonly type: string | null
  readonly subType: string | null
  readonly country: string | null
}
