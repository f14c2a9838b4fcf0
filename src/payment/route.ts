import type { Money } from '../base/money.ts'
import type { RoutedCard } from '../card/routed-card.ts'
import type { MerchantAcquirer } from '../merchant/merchant-acquirer.ts'

/**
 * Which of a merchant's acquirers a payment may go to, the one to ask first at the head: those that take the
 * card and the amount, by priority, then by name. One that cannot be reached is asked after all others, and not
 * never: where nobody else takes the payment, to ask is better than to refuse.
 */
export function route(
  { bin, scheme }: RoutedCard,
  amount: Money,
  acquirers: readonly MerchantAcquirer[],
  isUp: (acquirerId: string) => boolean,
): readonly MerchantAcquirer[] {
  return acquirers
    .filter(({ isEnabled }) => isEnabled)
    .filter(({ bins }) => bins === null || bins.includes(bin))
    .filter(({ schemes }) => schemes === null || (scheme !== null && schemes.includes(scheme)))
    .filter(({ minMinor }) => minMinor === null || amount.minor >= minMinor)
    .filter(({ maxMinor }) => maxMinor === null || amount.minor <= maxMinor)
    .map((each) => ({ each, isAway: isUp(each.acquirerId) ? 0 : 1 }))
    .toSorted(
      (a, b) => a.isAway - b.isAway || a.each.priority - b.each.priority || (a.each.name < b.each.name ? -1 : 1),
    )
    .map(({ each }) => each)
}
