import type { Merchant } from '../merchant/merchant.ts'
import type { Order } from '../payment/order.ts'

/**
 * Where the payer goes back to, by GET: the merchant's own URL with its query untouched. `orderId` and
 * `orderAmount` are added only where the merchant's setting asks for it (emitted.md).
 */
export function returnUrl(merchant: Merchant, order: Order, target: string | null): string | null {
  if (!target || !merchant.addsOrderToReturn) return target
  const hash = target.indexOf('#')
  const [base, fragment] = hash < 0 ? [target, ''] : [target.slice(0, hash), target.slice(hash)]
  const added = new URLSearchParams({ orderId: order.orderId, orderAmount: order.amount.minor.toString() })
  const joint = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&'
  return `${base}${joint}${added}${fragment}`
}
