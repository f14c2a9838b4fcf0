import type { NewCallback } from '../callback/store.ts'
import { signingKey, type Merchant } from '../merchant/merchant.ts'
import { callbackHeaders, callbackText } from '../wire/callback.ts'
import { isFinal } from '../wire/status.ts'
import { signedBody } from '../wire/signature.ts'
import type { PaymentDeps } from './deps.ts'
import { type Attempt, type Order, paidCodeOf } from './order.ts'
import { paymentOf } from './result.ts'

/**
 * The callback that tells a merchant what became of an order: its bytes are made and signed here, once, and
 * sent as they are on every try (invariant 7). Null where the merchant named no URL, and for a status that is
 * not final: real shops fail the order when they are told one (emitted.md).
 */
export function noticeOf(
  merchant: Merchant,
  order: Order,
  attempt: Attempt | undefined,
  deps: Pick<PaymentDeps, 'clock' | 'random'>,
): NewCallback | null {
  const { callbackUrl, customerId, metaData, terms } = order.details
  if (!callbackUrl || !order.settledAt) return null
  const paid = order.paidAttempt === null ? undefined : attempt
  const { status, amount, reference, channel } = paymentOf(order, attempt, order.settledAt)
  if (!isFinal(status)) return null
  const notice = {
    merchantId: merchant.merchantId,
    customerId,
    order: { id: order.orderId, reference: order.reference, amount: order.amount },
    acquirerId: terms.acquirerId,
    channel: order.channel,
    paymentCode: paidCodeOf(order),
    card:
      merchant.sendsCardInCallback && paid?.cardMask && paid.cardInfo
        ? { mask: paid.cardMask, info: { ...paid.cardInfo } }
        : null,
    metaData,
    payment: { status, amount, reference, channel, at: order.settledAt },
  }
  const key = signingKey(merchant, deps.clock.machine())
  const id = deps.random.bytes(16, {
    merchant: merchant.merchantId,
    order: order.orderId,
    purpose: 'callback',
    n: order.eventSeq,
  })
  return {
    merchantId: merchant.merchantId,
    callbackId: `cb_${id.toString('hex')}`,
    orderId: order.orderId,
    eventSeq: order.eventSeq,
    url: callbackUrl,
    headers: callbackHeaders(notice),
    body: Buffer.from(signedBody(callbackText(notice), key), 'utf8'),
    createdAt: order.settledAt,
  }
}
