import type { Merchant } from '../merchant/merchant.ts'
import { change } from './change.ts'
import type { PaymentDeps } from './deps.ts'

/**
 * Ends an unpaid order whose time is over. One that is being paid is left alone: whoever settles its
 * attempt closes it, so money that is on its way is not refused by the clock.
 */
export async function expire(deps: PaymentDeps, merchant: Merchant, orderId: string): Promise<null> {
  await change(deps, merchant, orderId, (work) => {
    if (work.order.state !== 'open' || work.now < work.order.expiresAt) return
    work.abandonAttempt('expired')
    work.closeIfOver()
  })
  return null
}

/** Gives up an attempt whose payer has not come back from 3-D Secure. */
export async function abandon(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  attemptNo: number,
): Promise<null> {
  await change(deps, merchant, orderId, (work) => {
    if (work.attempt?.attemptNo !== attemptNo) return
    work.abandonAttempt('elapsed')
    work.closeIfOver()
  })
  return null
}
