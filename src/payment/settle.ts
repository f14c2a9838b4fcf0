import type { Approved, Reply } from '../acquirer/acquirer.ts'
import { invariant, unreachable } from '../base/invariant.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, type Change, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { paidAttemptStates } from './lifecycle.ts'

/**
 * Writes down what the acquirer answered to an inquiry, or late.
 *
 * Answers false when the attempt was not waiting for this answer any more.
 *
 * @param reference what the reply is about; absent: what the attempt asked last
 */
export async function settle(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  attemptNo: number,
  reply: Reply,
  reference?: string,
): Promise<boolean> {
  return (await change(deps, merchant, orderId, (work) => recordReply(work, attemptNo, reply, reference))) ?? false
}

/**
 * What the acquirer answered, whether to the request or to a later inquiry; the third step of
 * invariant 3. Only an attempt that is still `authorizing` can be settled: an approval that comes when it has
 * ended otherwise is given back, and the log says so (invariant 2).
 */
export function recordReply(work: Change, attemptNo: number, reply: Reply, reference?: string): boolean {
  const { orderId } = work.order
  const { attempt } = work
  if (attempt?.attemptNo === attemptNo && reference !== undefined && attempt.acquirerReference !== reference) {
    // It was asked elsewhere since, because nothing had been sent.
    invariant(reply.outcome !== 'approved', 'an acquirer to which nothing was sent approves nothing')
    return false
  }
  if (attempt?.attemptNo !== attemptNo || attempt.state !== 'authorizing') {
    // An attempt that paid is the newest one; of every other an approval is money that nobody asked for.
    const isUnwanted = attempt?.attemptNo !== attemptNo || !paidAttemptStates.has(attempt.state)
    if (isUnwanted && reply.outcome === 'approved') {
      work.record('attempt.late_answer', { attemptNo, approvalCode: reply.approvalCode })
      work.schedule('reverse', attemptSubject(orderId, attemptNo), work.now)
    }
    return false
  }
  switch (reply.outcome) {
    case 'approved':
      approve(work, attemptNo, reply)
      break
    case 'declined': {
      const { responseCode, reason } = reply
      work.moveAttempt('authorize', 'declined', { responseCode, reason })
      work.moveOrder('pay', 'declined')
      work.countRefusal()
      work.record('attempt.declined', { attemptNo, responseCode, reason })
      work.closeIfOver()
      break
    }
    case 'unknown':
      work.moveAttempt('authorize', 'unknown', { reason: reply.reason })
      work.moveOrder('pay', 'unknown')
      work.record('attempt.unknown', { attemptNo, reason: reply.reason })
      return true
    default:
      unreachable(reply)
  }
  work.unschedule('inquire', attemptSubject(orderId, attemptNo))
  return true
}

/** How long an issuer keeps its promise: the example of finpay-api.md part 8. Business time. */
export const authorizationLifeMs = 7 * 24 * 3_600_000

/** The order is paid, or its amount is set aside for the merchant to capture. */
function approve(work: Change, attemptNo: number, { approvalCode, responseCode, channel }: Approved): void {
  const { amount, orderId, details } = work.order
  const { attempt } = work
  invariant(attempt, 'what is approved was asked for by an attempt')
  const paysBy = channelOf(attempt.channel)
  const isCard = paysBy.pays === 'card'
  if (isCard) work.settleCard()
  work.startPlan()
  const told = { attemptNo, amount: amount.minor.toString(), approvalCode }
  // Whatever the payer had picked before.
  const paidWith = { paidAttempt: attemptNo, channel: paysBy.id, paymentCode: null }
  const patch = { approvalCode, responseCode, acquirerChannel: isCard ? channel : paysBy.bank }
  if (details.authorizesOnly) {
    const authorizedUntil = new Date(work.now.getTime() + authorizationLifeMs)
    work.moveAttempt('authorize', 'reserved', patch)
    work.moveOrder('pay', 'reserved', { ...paidWith, authorized: amount, authorizedUntil })
    work.record('order.authorized', { ...told, until: authorizedUntil.toISOString() })
    work.schedule('lapse', orderId, authorizedUntil)
    return
  }
  work.moveAttempt('authorize', 'approved', patch)
  work.moveOrder('pay', 'approved', {
    ...paidWith,
    authorized: amount,
    captured: amount,
    capturedAt: work.now,
  })
  work.record('order.captured', told)
}
