import { type Money, rupiah } from '../base/money.ts'
import type { Pan } from './pan.ts'

/** What a merchant says of the points that the issuer of a payer's card keeps for it. */
export interface PointTerms {
  /** The last four digits of the card that has the points. */
  readonly last4: string
  readonly owned: bigint
  /** The first whose `bin` begins the card's number counts. */
  readonly rules: readonly PointRule[]
}

export interface PointRule {
  /** Six to eight leading digits. */
  readonly bin: string
  /** What one point is worth, in whole rupiah; at least 1. */
  readonly pointToIdr: bigint
  /** An order below it is not paid with points; null: none is. */
  readonly minAmount: bigint | null
  /** What the points may be worth at most; null: as much as the order. */
  readonly maxAmount: bigint | null
  /** The same as a share of the order's amount, in hundredths of a percent: 5000 is half. */
  readonly maxShare: bigint | null
}

/** So many points, and what they are worth. */
export interface Redemption {
  readonly count: bigint
  readonly worth: Money
}

/** What a rule offers. */
export interface PointOffer extends Redemption {
  readonly bin: string
}

const wholeShare = 10_000n

/**
 * How many points may pay for how much of an order, by one rule: as many whole points as are owned and fit into the
 * order and both maxima. Null where that is none.
 */
export function redemptionBy(
  { pointToIdr, minAmount, maxAmount, maxShare }: PointRule,
  owned: bigint,
  { minor: amount }: Money,
): Redemption | null {
  if (minAmount !== null && amount < minAmount) return null
  const share = maxShare === null ? amount : (amount * maxShare) / wholeShare
  const most = least(amount, share, maxAmount ?? amount)
  const count = least(owned, most / pointToIdr)
  return count > 0n ? { count, worth: rupiah(count * pointToIdr) } : null
}

/** What a card may redeem for an order; null where it is another card, or its rule offers nothing. */
export function redemptionOf(
  { last4, owned, rules }: PointTerms,
  pan: Pick<Pan, 'last4' | 'startsWith'>,
  amount: Money,
): Redemption | null {
  if (pan.last4 !== last4) return null
  const rule = rules.find(({ bin }) => pan.startsWith(bin))
  return rule ? redemptionBy(rule, owned, amount) : null
}

/** All that may be redeemed for an order, by the cards that may; nothing where no card can. */
export function pointOffers({ owned, rules }: PointTerms, amount: Money): readonly PointOffer[] {
  return rules.flatMap((rule, place) => {
    // A rule that an earlier one always comes before offers nothing.
    if (rules.slice(0, place).some(({ bin }) => rule.bin.startsWith(bin))) return []
    const redemption = redemptionBy(rule, owned, amount)
    return redemption ? [{ bin: rule.bin, ...redemption }] : []
  })
}

function least(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((low, each) => (each < low ? each : low), first)
}
