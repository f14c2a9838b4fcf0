import type { HeldCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { initialAttemptState } from './lifecycle.ts'
import { type Standing, stateAt } from './order.ts'

/** A payer who has not come through 3-D Secure by then has gone; the card leaves the vault. Business time. */
export const attemptLifeMs = 15 * 60_000

/**
 * Begins an attempt with a card that is already encrypted. `attemptNo` is the number that the form was made
 * for: a second click, a second tab or a stale page names a number that is taken, and gets null, so that
 * the page shows what is true instead. An attempt that has not asked for money yet gives way. Answers how the
 * order stands with its new attempt.
 */
export async function startAttempt(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  attemptNo: number,
  held: HeldCard,
): Promise<Standing | null> {
  const { result: isStarted, standing } = await changeFrom(deps, merchant, seen, (work) => {
    if (stateAt(work.order, work.now) !== 'open' || work.order.attemptCount !== attemptNo - 1) return false
    work.abandonAttempt('superseded')
    work.closeIfOver()
    if (work.order.state !== 'open') return false
    work.addAttempt(
      {
        attemptNo,
        state: initialAttemptState,
        channel: 'cc',
        attemptToken: held.token,
        cardMask: held.mask,
        cardInfo: held.info,
        authenticationId: null,
        authenticationStep: null,
        transStatus: null,
        eci: null,
        cavv: null,
        dsTransId: null,
        acquirerId: null,
        acquirerReference: null,
        approvalCode: null,
        acquirerChannel: null,
        responseCode: null,
        reason: null,
        askedAt: null,
        createdAt: work.now,
        endedAt: null,
      },
      held,
    )
    work.record('attempt.started', { attemptNo, channel: 'cc', card: held.mask })
    work.schedule(
      'abandon',
      attemptSubject(work.order.orderId, attemptNo),
      new Date(work.now.getTime() + attemptLifeMs),
    )
    return true
  })
  return isStarted ? standing : null
}
