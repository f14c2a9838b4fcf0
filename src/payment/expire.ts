import type { Merchant } from '../merchant/merchant.ts'
import { change } from './change.ts'
import type { PaymentDeps } from './deps.ts'

/**
 * Ends an unpaid order whose time is over. One that is being paid is left alone: whoever settles its
 * attempt closes it, so money that is on its way is not refused by the clock. Answers when to come back
 * where its time is not over, because the clock was set back, or null.
 */
export async function expire(deps: PaymentDeps, merchant: Merchant, orderId: string): Promise<Date | null> {
  const again = await change(deps, merchant, orderId, (work) => {
    if (work.order.state !== 'open') return null
    if (work.now < work.order.expiresAt) return work.order.expiresAt
    work.abandonAttempt('expired')
    work.closeIfOver()
    return null
  })
  return again ?? null
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
