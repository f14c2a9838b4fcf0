import type { AuthorizeRequest } from '../acquirer/acquirer.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { uuidFrom } from '../base/random.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import type { Attempt, Order } from './order.ts'
import { settle } from './settle.ts'

/** The first inquiry about an attempt whose answer has not come. Business time. */
export const firstInquiryMs = 60_000

/**
 * Asks the acquirer for the money, in three steps, so that no transaction is open during the call
 * (invariant 3): say that we are about to ask, ask, write down the answer. If we die in between, the
 * attempt is left `authorizing` and its inquiry timer settles it.
 *
 * Of any number of callers one asks; the others change nothing.
 */
export async function authorize(deps: PaymentDeps, merchant: Merchant, order: Order, seen: Attempt): Promise<void> {
  const { acquirer } = deps
  if (!acquirer) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  const asking = await change(deps, merchant, order.orderId, (work) => {
    const { attempt } = work
    if (work.order.state !== 'open' || attempt?.attemptNo !== seen.attemptNo) return null
    if (attempt.state !== 'authenticated') return null
    if (work.now >= work.order.expiresAt) {
      work.abandonAttempt('expired')
      work.closeIfOver()
      return null
    }
    const { merchantId, orderId } = work.order
    const { attemptNo } = attempt
    const random = deps.random.bytes(16, {
      merchant: merchantId,
      order: orderId,
      purpose: 'acquirer reference',
      n: attemptNo,
    })
    const acquirerReference = uuidFrom(random)
    const asked = work.moveAttempt('authorize', 'asked', {
      acquirerId: acquirer.id,
      acquirerReference,
      askedAt: work.now,
    })
    work.moveOrder('pay', 'asked', { channel: attempt.channel })
    work.record('attempt.authorizing', { attemptNo, reference: acquirerReference })
    work.unschedule('abandon', attemptSubject(orderId, attemptNo))
    work.schedule('inquire', attemptSubject(orderId, attemptNo), new Date(work.now.getTime() + firstInquiryMs))
    return { order: work.order, attempt: asked }
  })
  if (!asking) return
  const { attempt } = asking
  invariant(attempt.acquirerReference && attempt.attemptToken, 'an attempt that asks has a reference and a card')
  const request: AuthorizeRequest = {
    merchantId: merchant.merchantId,
    orderId: order.orderId,
    reference: attempt.acquirerReference,
    amount: order.amount,
    attemptToken: attempt.attemptToken,
    authentication:
      attempt.transStatus && attempt.eci
        ? {
            transStatus: attempt.transStatus,
            eci: attempt.eci,
            cavv: attempt.cavv,
            dsTransId: attempt.dsTransId,
          }
        : null,
  }
  const isDeferred = asking.order.details.authorizesOnly
  const reply = await (isDeferred ? acquirer.authorize(request) : acquirer.authorizeAndCapture(request))
  await settle(deps, merchant, order.orderId, attempt.attemptNo, reply)
}
