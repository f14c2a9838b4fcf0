import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import type { CodeFormat } from '../channel/catalogue.ts'
import { codeFrom, codePrefix, isOwnCode } from '../channel/code.ts'
import type { Merchant } from '../merchant/merchant.ts'

/**
 * The number that an order is to be paid to: the merchant's choice, or one of its own that is drawn. Whether
 * another order has it is seen when it is written.
 *
 * @param n how often one was drawn before and found taken
 * @throws Problem `malformed_field` for a choice that does not begin with the merchant's prefix
 */
export function codeOf(
  { random }: { readonly random: Random },
  merchant: Merchant,
  { orderId, paymentCode }: { readonly orderId: string; readonly paymentCode: string | null },
  format: CodeFormat,
  n = 0,
): string {
  const prefix = codePrefix(format, merchant.route)
  if (prefix === null) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  if (paymentCode === null) {
    const purpose = { merchant: merchant.merchantId, order: orderId, purpose: 'payment code', n }
    return codeFrom(format, prefix, random.bytes(8, purpose))
  }
  if (!isOwnCode(format, prefix, paymentCode))
    throw new Problem('malformed_field', { field: 'sourceOfFunds.paymentCode' })
  return paymentCode
}
