import type { Merchant } from '../merchant/merchant.ts'
import type { PaymentDeps } from './deps.ts'
import type { Standing } from './order.ts'
import { opens, parsePageToken } from './page-token.ts'

export interface PageOrders {
  readonly payments: Pick<PaymentDeps, 'orders'>
  readonly directory: { findByRoute(route: number): Promise<Merchant | undefined> }
}

/** The order behind a page's token, and whose it is; undefined for a token that opens none. */
export async function orderOfPage(
  { payments, directory }: PageOrders,
  text: string,
): Promise<{ readonly merchant: Merchant; readonly seen: Standing } | undefined> {
  const token = parsePageToken(text)
  const merchant = token && (await directory.findByRoute(token.route))
  const seen = merchant && (await payments.orders.findByNo(merchant.merchantId, token.orderNo))
  return seen && opens(token, seen.order) ? { merchant, seen } : undefined
}
