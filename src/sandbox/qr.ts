import { type QrisFault, readQris } from '../channel/qris.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { Standing } from '../payment/order.ts'

export type QrFault = QrisFault | 'no_order' | 'unknown_order'

/** What the text of a QR code is to pay, as the network's look-up by the code's own numbers finds it. */
export async function orderOfQr(
  { payments, directory }: { readonly payments: PaymentDeps; readonly directory: Pick<Directory, 'findByRoute'> },
  text: string,
): Promise<{ readonly merchant: Merchant; readonly seen: Standing } | QrFault> {
  const code = readQris(text.trim())
  if (typeof code === 'string') return code
  if (code.orderNo === null) return 'no_order'
  const merchant = await directory.findByRoute(code.route)
  const seen = merchant && (await payments.orders.findByNo(merchant.merchantId, code.orderNo))
  // A code that was drawn before its payer picked another way, or for another amount, pays nothing.
  if (!seen || seen.order.amount.minor !== code.amount?.minor) return 'unknown_order'
  return { merchant, seen }
}
