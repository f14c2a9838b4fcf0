import { toInteger } from '../base/money.ts'
import { type Glance, paidCodeOf } from '../payment/order.ts'
import { paymentOf, type PaymentResult } from '../payment/result.ts'
import type { CheckAnswer } from '../wire/answers.ts'
import { userDesc } from '../wire/status.ts'
import { wibDateTime } from '../wire/wib.ts'

/** `data` of a status check (finpay-api.md 7.1, emitted.md); `meta.data` is put in as text afterwards. */
export function checkData({ order, attempt }: Glance, now: Date): CheckAnswer['data'] {
  const payment = paymentOf(order, attempt, now)
  const isPaid = order.paidAttempt !== null
  const paymentCode = paidCodeOf(order)
  return {
    merchant: { id: order.merchantId },
    customer: { id: order.details.customerId },
    order: {
      id: order.orderId,
      reference: isPaid ? order.reference : '',
      amount: toInteger(order.amount),
      currency: order.amount.currency,
    },
    ...(order.channel !== null && {
      sourceOfFunds: { type: order.channel, ...(paymentCode !== null && { paymentCode }) },
    }),
    ...(isPaid &&
      attempt?.cardMask &&
      attempt.cardInfo && { card: { mask: attempt.cardMask, info: { ...attempt.cardInfo } } }),
    meta: { data: null },
    result: { payment: wirePayment(payment) },
  }
}

/** `result.payment` on the wire. */
export function wirePayment(payment: PaymentResult): CheckAnswer['data']['result']['payment'] {
  return {
    status: payment.status,
    statusDesc: payment.status,
    userDesc: userDesc(payment.status),
    ...(payment.settledAt && { datetime: wibDateTime(payment.settledAt) }),
    ...(payment.reference !== null && { reference: payment.reference }),
    ...(payment.channel !== null && { channel: payment.channel }),
    amount: toInteger(payment.amount),
  }
}
