import { unreachable } from '../base/invariant.ts'
import type { WireStatus } from '../wire/status.ts'
import { type Attempt, type Order, stateAt } from './order.ts'

export type { WireStatus } from '../wire/status.ts'

/** What of an order says its status. */
export type Told = Pick<Order, 'state' | 'expiresAt' | 'channel' | 'amount' | 'captured'> & {
  /** Of an order that may be open. */
  readonly details?: { readonly threeDs: object | null }
}

/**
 * The contract's word for where an order stands at `now` (finpay-api.md part 8, emitted.md). An order of which a
 * part was captured before the rest lapsed stays PARTIALLY_CAPTURED: no shop may take it for paid in full.
 */
export function wireStatusOf(order: Told, attempt: Pick<Attempt, 'state'> | undefined, now: Date): WireStatus {
  const state = stateAt(order, now)
  switch (state) {
    case 'open':
      return openStatus(order, attempt)
    case 'processing':
      return 'PENDING'
    case 'authorized':
      return 'AUTHORIZED'
    case 'partially_captured':
      return 'PARTIALLY_CAPTURED'
    case 'captured':
      if (order.captured.minor < order.amount.minor) return 'PARTIALLY_CAPTURED'
      return order.channel === 'cc' ? 'CAPTURED' : 'PAID'
    case 'partially_refunded':
      return 'PARTIALLY_REFUNDED'
    case 'refunded':
      return 'REFUNDED'
    case 'voided':
      return 'CANCELLED'
    case 'lapsed':
      return 'EXPIRED'
    case 'failed':
      return 'FAILURE'
    case 'expired':
      return 'EXPIRED'
    case 'cancelled':
      return 'CANCELLED'
    default:
      return unreachable(state)
  }
}

/** An order that waits for its payer: how far the newest attempt has come. */
function openStatus({ details }: Told, attempt: Pick<Attempt, 'state'> | undefined): WireStatus {
  if (attempt?.state === 'challenged') return 'AUTHENTICATION_INITIATED'
  if (attempt?.state === 'authenticated') return 'AUTHENTICATED'
  return details?.threeDs ? 'INITIATED' : 'REQUEST_INITIATED'
}
