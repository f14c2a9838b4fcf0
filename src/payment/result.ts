import { minus, type Money, zero } from '../base/money.ts'
import type { Glance, Order } from './order.ts'
import { type WireStatus, wireStatusOf } from './wire-status.ts'

/** `result.payment` as `check` and the callback tell it (emitted.md). */
export interface PaymentResult {
  readonly status: WireStatus
  /** The money that is held: what is promised while nothing is captured, then what was captured and not given back. */
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
    amount: heldOf(order),
    settledAt: order.settledAt,
    reference: isPaid ? (attempt?.approvalCode ?? null) : null,
    channel: isPaid ? (attempt?.acquirerChannel ?? null) : null,
  }
}

/** What a payer's bank holds for the merchant, or the merchant has of the payer, now. */
export function heldOf({
  state,
  authorized,
  captured,
  refunded,
}: Pick<Order, 'state' | 'authorized' | 'captured' | 'refunded'>): Money {
  if (state === 'voided' || state === 'lapsed') return zero(captured)
  return state === 'authorized' ? authorized : minus(captured, refunded)
}
