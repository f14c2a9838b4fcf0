import type { Order } from './order.ts'

/**
 * Whether a card that is typed in for an order stays with its customer: `always` where the merchant asks for
 * it, `offered` where the payer may decide. Nobody's card stays without a customer whose it is.
 */
export function keepingOf({ details }: Pick<Order, 'details'>): 'always' | 'offered' | 'never' {
  const { customerId, card, recurring } = details
  // It is charged again, so its payer has no choice but to pay or not.
  if (recurring) return 'always'
  if (customerId === '' || card.storedOnFile === 'NOT_STORED') return 'never'
  return card.storedOnFile === 'TO_BE_STORED' ? 'always' : 'offered'
}

/** Whose the card becomes if it pays; undefined where it is nobody's. */
export function keeperOf(order: Pick<Order, 'details'>, isWished: boolean): string | undefined {
  const keeping = keepingOf(order)
  return keeping === 'always' || (keeping === 'offered' && isWished) ? order.details.customerId : undefined
}
