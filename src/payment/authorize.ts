import type { AuthorizeRequest } from '../acquirer/acquirer.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { uuidFrom } from '../base/random.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, type Change, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import type { Attempt, Standing } from './order.ts'
import { recordReply } from './settle.ts'

/** The first inquiry about an attempt whose answer has not come. Business time. */
export const firstInquiryMs = 60_000

/**
 * Asks the acquirer for the money, in three steps, so that no transaction is open during the call
 * (invariant 3): say that we are about to ask, ask, write down the answer. If we die in between, the
 * attempt is left `authorizing` and its inquiry timer settles it.
 *
 * Of any number of callers one asks; the others change nothing.
 */
export async function authorize(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  { attemptNo }: Attempt,
): Promise<Standing> {
  if (!deps.acquirer) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  const { result: isAsking, standing } = await changeFrom(deps, merchant, seen, (work) => {
    const { order, attempt } = work
    if (order.state !== 'open' || attempt?.attemptNo !== attemptNo || attempt.state !== 'authenticated') return false
    return recordAsking(deps, work)
  })
  return isAsking ? askForMoney(deps, merchant, standing) : standing
}

/** True where the acquirer may be asked at once: the attempt is authenticated and its CVV at hand (invariant 8). */
export function mayAsk({ acquirer, cvvs }: PaymentDeps, attempt: Attempt | undefined): boolean {
  return (
    acquirer !== null && attempt?.state === 'authenticated' && !!attempt.attemptToken && cvvs.has(attempt.attemptToken)
  )
}

/**
 * The first step: says that the acquirer is about to be asked. Who gets true, and has it committed, goes on
 * with `askForMoney`. An authenticated attempt of an open order only.
 */
export function recordAsking({ acquirer, random }: PaymentDeps, work: Change): boolean {
  const { order, attempt } = work
  invariant(acquirer && attempt, 'there is an attempt, and somebody to ask')
  if (work.now >= order.expiresAt) {
    work.abandonAttempt('expired')
    work.closeIfOver()
    return false
  }
  const { merchantId, orderId } = order
  const { attemptNo } = attempt
  const drawn = { merchant: merchantId, order: orderId, purpose: 'acquirer reference', n: attemptNo }
  const acquirerReference = uuidFrom(random.bytes(16, drawn))
  work.moveAttempt('authorize', 'asked', { acquirerId: acquirer.id, acquirerReference, askedAt: work.now })
  work.moveOrder('pay', 'asked', { channel: attempt.channel })
  work.record('attempt.authorizing', { attemptNo, reference: acquirerReference })
  work.unschedule('abandon', attemptSubject(orderId, attemptNo))
  work.schedule('inquire', attemptSubject(orderId, attemptNo), new Date(work.now.getTime() + firstInquiryMs))
  return true
}

/** The second and the third step, for the one who has committed the first. */
export async function askForMoney(deps: PaymentDeps, merchant: Merchant, asking: Standing): Promise<Standing> {
  const { order, attempt } = asking
  invariant(deps.acquirer && attempt?.acquirerReference, 'an attempt that asks has a reference')
  invariant(attempt.attemptToken, 'an attempt that asks has a card')
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
  const { acquirer } = deps
  const reply = await (order.details.authorizesOnly
    ? acquirer.authorize(request)
    : acquirer.authorizeAndCapture(request))
  const { attemptNo } = attempt
  return (await changeFrom(deps, merchant, asking, (work) => recordReply(work, attemptNo, reply))).standing
}
