import { Problem } from '../base/problem.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { stateAt } from './order.ts'

/**
 * Cancels an unpaid order, so that it cannot be paid any more (finpay-api.md 7.2). An order whose payer's
 * bank is being asked right now is not cancelled: the money may have moved.
 *
 * @throws Problem `order_not_found`; `wrong_state` when it is finished or being paid, or is for a wallet or a QR code
 *   that its payer has not opened
 */
export async function cancelOrder(deps: PaymentDeps, merchant: Merchant, orderId: string): Promise<void> {
  const done = await change(deps, merchant, orderId, (work) => {
    const { channel, attemptCount, details } = work.order
    if (stateAt(work.order, work.now) !== 'open') return false
    // Observed: there is nothing to cancel where the provider has not been asked for anything yet.
    const isUnopened = channel !== null && !details.isPicked && attemptCount === 0
    if (isUnopened && !channelOf(channel).cancelsUnopened) return false
    work.abandonAttempt('cancelled')
    work.moveOrder('cancel', 'asked')
    work.record('order.cancelled')
    return true
  })
  if (done === undefined) throw new Problem('order_not_found')
  if (!done) throw new Problem('wrong_state')
}
