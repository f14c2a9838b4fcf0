import type { InitiateBody } from './initiate-body.ts'
import { type PointTerms, readPoints } from './points.ts'

/** What a merchant chooses of how its order is paid; null where it leaves that to the gateway. */
export interface PaymentTerms {
  /** `order.transactionFiltering`: the cards that may pay; a half that is null restricts nothing. */
  readonly cardFilter: { readonly bins: readonly string[] | null; readonly types: readonly string[] | null } | null
  /** `order.transactionFiltering.point`: the points that a payer may redeem; it changes no amount of ours. */
  readonly points: PointTerms | null
  /** `transaction.acquirerId`: who moves the money. */
  readonly acquirerId: string | null
  /** `transaction.fdsId`: who looks for fraud. */
  readonly fdsId: string | null
}

/** What most merchants choose: nothing. */
export const freeTerms: PaymentTerms = { cardFilter: null, points: null, acquirerId: null, fdsId: null }

/**
 * The terms of a request, as it came or as it was stored.
 *
 * @throws Problem `missing_field` naming a member of `point`, of one that came
 */
export function termsOf({ order, transaction }: Pick<InitiateBody, 'order' | 'transaction'>): PaymentTerms {
  const { cardBin = [], cardType = [], point } = order.transactionFiltering ?? {}
  const points = readPoints(point)
  const restricts = cardBin.length > 0 || cardType.length > 0
  if (!restricts && !points && transaction?.acquirerId === undefined && transaction?.fdsId === undefined)
    return freeTerms
  return {
    cardFilter: restricts
      ? { bins: cardBin.length > 0 ? cardBin.map(String) : null, types: cardType.length > 0 ? cardType : null }
      : null,
    points,
    acquirerId: textOf(transaction?.acquirerId),
    fdsId: textOf(transaction?.fdsId),
  }
}

function textOf(code: string | number | undefined): string | null {
  return code === undefined ? null : String(code)
}
