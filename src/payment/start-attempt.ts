import type { CardWish, HeldCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { attemptSubject, type Change, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { initialAttemptState } from './lifecycle.ts'
import { type Order, type Standing, stateAt } from './order.ts'

/** A payer who has not come through 3-D Secure by then has gone; the card leaves the vault. Business time. */
export const attemptLifeMs = 15 * 60_000

/**
 * Begins an attempt with a card that is already encrypted. `attemptNo` is the number that the form was made
 * for: a second click, a second tab or a stale page names a number that is taken, and gets null, so that
 * the page shows what is true instead. An attempt that has not asked for money yet gives way. Answers how the
 * order stands with its new attempt.
 *
 * @param also goes on with the attempt in the same change
 */
export async function startAttempt(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  attemptNo: number,
  held: HeldCard,
  also?: (work: Change) => void,
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
        storedToken: held.storedToken,
        cardWish: wishOf(work.order, held),
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
    work.record('attempt.started', {
      attemptNo,
      channel: 'cc',
      card: held.mask,
      ...(held.storedToken !== null && { token: shownToken(held.storedToken) }),
    })
    work.schedule(
      'abandon',
      attemptSubject(work.order.orderId, attemptNo),
      new Date(work.now.getTime() + attemptLifeMs),
    )
    also?.(work)
    return true
  })
  return isStarted ? standing : null
}

/** A stored card that the merchant wants used for the last time leaves with its success. */
function wishOf({ details }: Order, { keep, storedToken }: HeldCard): CardWish | null {
  if (keep) return 'store'
  return storedToken !== null && details.card.storedOnFile === 'NOT_STORED' ? 'remove' : null
}

/** As much of a card's token as tells it from others: the whole of it is a secret of its merchant. */
function shownToken(token: string): string {
  return `${token.slice(0, 8)}…`
}
