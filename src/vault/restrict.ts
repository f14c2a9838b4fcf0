import type { Money } from '../base/money.ts'
import { brandOf } from '../card/brand.ts'
import { type CardFilter, passes } from '../card/card-filter.ts'
import { type PointTerms, redemptionOf } from '../card/points.ts'
import type { RoutedCard } from '../card/routed-card.ts'
import type { CardRules } from './take-card.ts'

/** The same rules where the payer redeems points with the card. */
export function redeeming(rules: CardRules, terms: PointTerms, amount: Money): CardRules {
  return { ...rules, redemption: (pan) => redemptionOf(terms, pan, amount) }
}

/**
 * The rules for the cards of one order: those that its merchant wants, and of them those that one of the
 * merchant's acquirers takes. Whoever takes a card for an order takes it by these.
 */
export function restrict(
  rules: CardRules,
  filter: CardFilter | null,
  hasRoute: (card: RoutedCard) => boolean,
): CardRules {
  return {
    ...rules,
    allows: (pan) =>
      rules.allows(pan) &&
      (filter === null || passes(filter, pan)) &&
      hasRoute({ bin: pan.bin, scheme: brandOf(pan) ?? null }),
  }
}
