import type { Merchant } from '../merchant/merchant.ts'
import { type Change, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'

/**
 * Ends an authorization whose time is over: what is not captured is the payer's again. One of which a capture or
 * void is under way is left alone, and closed by whoever settles that. Answers when to come back where its
 * time is not over, because the clock was set back, or null.
 */
export async function lapse(deps: PaymentDeps, merchant: Merchant, orderId: string): Promise<Date | null> {
  const again = await change(deps, merchant, orderId, (work) => {
    const { authorizedUntil } = work.order
    if (authorizedUntil && work.now < authorizedUntil) return authorizedUntil
    closeIfLapsed(work)
    return null
  })
  return again ?? null
}

/** Ends the authorization of the order where its time is over and nothing of it is under way. */
export function closeIfLapsed(work: Change): void {
  const { state, authorizedUntil, pending, orderId } = work.order
  if (!authorizedUntil || work.now < authorizedUntil || pending) return
  if (state !== 'authorized' && state !== 'partially_captured') return
  work.moveOrder('lapse', 'elapsed', { authorizedUntil: null })
  work.record(state === 'authorized' ? 'order.lapsed' : 'order.capture_closed')
  work.unschedule('lapse', orderId)
}
