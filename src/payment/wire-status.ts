import { unreachable } from '../base/invariant.ts'
import type { WireStatus } from '../wire/status.ts'
import { type Attempt, type Order, stateAt } from './order.ts'

export type { WireStatus } from '../wire/status.ts'

/** The contract's word for where an order stands at `now` (finpay-api.md part 8, emitted.md). */
export function wireStatusOf(
  order: Pick<Order, 'state' | 'expiresAt' | 'channel'>,
  attempt: Pick<Attempt, 'state'> | undefined,
  now: Date,
): WireStatus {
  const state = stateAt(order, now)
  switch (state) {
    case 'open':
      return openStatus(attempt)
    case 'processing':
      return 'PENDING'
    case 'captured':
      return order.channel === 'cc' ? 'CAPTURED' : 'PAID'
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
function openStatus(attempt: Pick<Attempt, 'state'> | undefined): WireStatus {
  if (attempt?.state === 'challenged') return 'AUTHENTICATION_INITIATED'
  if (attempt?.state === 'authenticated') return 'AUTHENTICATED'
  return 'REQUEST_INITIATED'
}
