/** An acquirer that a merchant has, and which of its payments go there. What is null restricts nothing. */
export interface MerchantAcquirer {
  /** What the merchant calls it, in `transaction.acquirerId`. */
  readonly name: string
  /** Which of the gateway's acquirers it is. */
  readonly acquirerId: string
  /** The lowest is asked first. */
  readonly priority: number
  /** The first six digits of the cards that it takes. */
  readonly bins: readonly string[] | null
  /** The brands that it takes, as `card.info.brand` names them. */
  readonly schemes: readonly string[] | null
  /** The least and the most of one payment, in minor units. */
  readonly minMinor: bigint | null
  readonly maxMinor: bigint | null
  readonly isEnabled: boolean
}

/** What a text must look like to name an acquirer or a fraud system on the wire (finpay-api.md 3.15). */
export function isAcquirerName(text: string): boolean {
  return /^[A-Za-z0-9]{1,40}$/.test(text)
}
