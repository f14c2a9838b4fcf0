import { type Money, rupiah } from '../base/money.ts'
import type { Glance } from './order.ts'
import { type WireStatus, wireStatusOf } from './wire-status.ts'

/** `result.payment` as `check` and the callback tell it (emitted.md). */
export interface PaymentResult {
  readonly status: WireStatus
  /** The money that is held: the amount once paid, else nothing. */
  readonly amount: Money
  /** When the order settled; null while it has not. */
  readonly settledAt: Date | null
  /** A card's approval code; null while nothing is paid. */
  readonly reference: string | null
  /** The acquirer's three-digit code; null while nothing is paid. */
  readonly channel: string | null
}

export function paymentOf(order: Glance['order'], attempt: Glance['attempt'], now: Date): PaymentResult {
  const isPaid = order.paidAttempt !== null
  return {
    status: wireStatusOf(order, attempt, now),
    amount: isPaid ? order.amount : rupiah(0n),
    settledAt: order.settledAt,
    reference: isPaid ? (attempt?.approvalCode ?? null) : null,
    channel: isPaid ? (attempt?.acquirerChannel ?? null) : null,
  }
}
