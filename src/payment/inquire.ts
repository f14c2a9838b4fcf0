import { invariant } from '../base/invariant.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { paidAttemptStates } from './lifecycle.ts'
import type { Attempt } from './order.ts'
import { settle } from './settle.ts'
import { attemptsOf } from './standing-store.ts'

/** How long after an inquiry without an answer the next one follows. */
export const betweenInquiriesMs = 2 * 60_000

/**
 * Settles an attempt whose outcome is unknown: ask the acquirer what became of it; past the deadline,
 * reverse it, and repeat the reversal until the acquirer confirms. Answers when to come back, or null.
 */
export async function inquire(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  attemptNo: number,
): Promise<Date | null> {
  const { merchantId } = merchant
  const attempt = (await deps.orders.find(merchantId, orderId))?.attempt
  if (attempt?.attemptNo !== attemptNo || !['authorizing', 'reversing'].includes(attempt.state)) return null
  const acquirer = deps.acquirers.find(attempt.acquirerId)
  const again = new Date(deps.clock.now(merchantId).getTime() + betweenInquiriesMs)
  if (!acquirer) return again
  invariant(attempt.acquirerReference && attempt.askedAt, 'an attempt that has asked has a reference and a time')
  const { acquirerReference: reference } = attempt
  const request = { merchantId, orderId, reference }
  if (attempt.state === 'authorizing') {
    const reply = await acquirer.inquire(request)
    if (reply.outcome !== 'unknown') {
      const isSettled = await settle(deps, merchant, orderId, attemptNo, reply, reference)
      return !isSettled && (await isAskedElsewhere(deps, merchantId, orderId, attempt)) ? again : null
    }
    const deadline = attempt.askedAt.getTime() + deps.unknownDeadlineMs
    if (deps.clock.now(merchantId).getTime() < deadline) return new Date(Math.min(again.getTime(), deadline))
    const isReversing = await change(deps, merchant, orderId, (work) => {
      if (work.attempt?.attemptNo !== attemptNo || work.attempt.state !== 'authorizing') return false
      if (work.attempt.acquirerReference !== reference) return false
      work.moveAttempt('reverse', 'asked')
      work.record('attempt.reversing', { attemptNo })
      return true
    })
    // The answer came while we inquired: the attempt is settled, and its money is not ours to take back.
    if (!isReversing) return (await isAskedElsewhere(deps, merchantId, orderId, attempt)) ? again : null
  }
  const reply = await acquirer.reverse(request)
  if (reply.outcome === 'unknown') return again
  await change(deps, merchant, orderId, (work) => {
    if (work.attempt?.attemptNo !== attemptNo || work.attempt.state !== 'reversing') return
    work.moveAttempt('reverse', 'reversed', { reason: 'TIMED_OUT' })
    work.moveOrder('pay', 'reversed')
    work.countRefusal()
    work.record('attempt.reversed', { attemptNo })
    work.unschedule('inquire', attemptSubject(orderId, attemptNo))
    work.closeIfOver()
  })
  return null
}

/** Whether the attempt waits for another acquirer by now, about which there is to be asked later. */
async function isAskedElsewhere(
  deps: PaymentDeps,
  merchantId: string,
  orderId: string,
  seen: Attempt,
): Promise<boolean> {
  const attempt = (await deps.orders.find(merchantId, orderId))?.attempt
  return (
    attempt?.attemptNo === seen.attemptNo &&
    attempt.state === 'authorizing' &&
    attempt.acquirerReference !== seen.acquirerReference
  )
}

/**
 * Gives back what an acquirer approved after the attempt had ended without it (invariant 2), and repeats
 * until the acquirer confirms. Answers when to come back, or null.
 */
export async function reverseLate(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  attemptNo: number,
): Promise<Date | null> {
  const { merchantId } = merchant
  const attempts = await attemptsOf(deps.database, merchantId, orderId)
  const attempt = attempts.find((each) => each.attemptNo === attemptNo)
  invariant(attempt?.acquirerReference, 'what was approved had been asked for')
  invariant(!paidAttemptStates.has(attempt.state), 'the money of a paid attempt is the merchant’s')
  const request = { merchantId, orderId, reference: attempt.acquirerReference }
  const reply = await deps.acquirers.find(attempt.acquirerId)?.reverse(request)
  if (reply?.outcome !== 'reversed') return new Date(deps.clock.now(merchantId).getTime() + betweenInquiriesMs)
  await change(deps, merchant, orderId, (work) => work.record('attempt.late_reversed', { attemptNo }))
  return null
}
