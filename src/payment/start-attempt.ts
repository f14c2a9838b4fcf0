import { AttemptBlocked } from '../abuse/attempt-blocked.ts'
import type { Beginning } from '../abuse/card-limits.ts'
import type { CardWish, HeldCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { lastType } from '../event/store.ts'
import { blankAttempt } from './blank-attempt.ts'
import { attemptSubject, type Change, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { type Order, type Standing, stateAt } from './order.ts'
import { toldPoints } from './points.ts'
import { readStored } from '../wire/initiate.ts'

/** A payer who has not come through 3-D Secure by then has gone; the card leaves the vault. Business time. */
export const attemptLifeMs = 15 * 60_000

export interface StartOptions {
  /** Goes on with the attempt in the same change. */
  readonly also?: (work: Change) => void
  /** The network that the payer's browser came from; absent where none has come. */
  readonly network?: string
}

/**
 * Begins an attempt with a card that is already encrypted. `attemptNo` is the number that the form was made
 * for: a second click, a second tab or a stale page names a number that is taken, and gets null, so that
 * the page shows what is true instead. An attempt that has not asked for money yet gives way. Answers how the
 * order stands with its new attempt.
 *
 * @throws AttemptBlocked when too many payments were tried with the card or from where the payer is. The order
 *   stays as it was, and its log says so
 */
export async function startAttempt(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  attemptNo: number,
  held: HeldCard,
  { also, network }: StartOptions = {},
): Promise<Standing | null> {
  const begin = (work: Change): boolean => {
    if (stateAt(work.order, work.now) !== 'open' || work.order.attemptCount !== attemptNo - 1) return false
    if (!mayBePaidByCard(work.order)) return false
    work.abandonAttempt('superseded')
    work.closeIfOver()
    if (work.order.state !== 'open') return false
    work.addAttempt(
      {
        ...blankAttempt(attemptNo, 'cc', work.now),
        attemptToken: held.token,
        cardMask: held.mask,
        cardInfo: held.info,
        storedToken: held.storedToken,
        cardWish: wishOf(work.order, held),
      },
      held,
    )
    work.record('attempt.started', {
      attemptNo,
      channel: 'cc',
      card: held.mask,
      ...(held.storedToken !== null && { token: shownToken(held.storedToken) }),
      ...(held.points && { points: toldPoints(held.points) }),
    })
    work.schedule(
      'abandon',
      attemptSubject(work.order.orderId, attemptNo),
      new Date(work.now.getTime() + attemptLifeMs),
    )
    also?.(work)
    return true
  }
  const { limits } = deps
  if (!limits) {
    const { result: isStarted, standing } = await changeFrom(deps, merchant, seen, begin)
    return isStarted ? standing : null
  }
  const beginning = beginningOf(seen.order, attemptNo, held, network)
  let isBegun = false
  try {
    await limits.look(deps.database, beginning)
    const { result: isStarted, standing } = await changeFrom(
      deps,
      merchant,
      seen,
      (work) => (isBegun = begin(work)),
      // A change may close the order instead of beginning an attempt.
      { also: async (sql) => (isBegun ? limits.begin(sql, beginning) : undefined) },
    )
    return isStarted ? standing : null
  } catch (error) {
    if (error instanceof AttemptBlocked) await recordBlocked(deps, merchant, seen, error)
    throw error
  }
}

function beginningOf(
  { merchantId, orderId, details }: Order,
  attemptNo: number,
  { mask, fingerprint }: HeldCard,
  network: string | undefined,
): Beginning {
  const device = readStored(details.members).device?.fingerprint
  return {
    merchantId,
    orderId,
    attemptNo,
    mask,
    fingerprint,
    network,
    device: device === undefined ? undefined : String(device),
  }
}

/**
 * Says in the order's log that an attempt was not begun, and by which rule; once until something else happens to
 * the order, so that who goes on trying does not fill the log.
 */
async function recordBlocked(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  { rule, by }: AttemptBlocked,
): Promise<void> {
  deps.blocked?.(rule)
  const { merchantId, orderId } = seen.order
  if ((await lastType(deps.database, merchantId, orderId)) === 'attempt.blocked') return
  await changeFrom(deps, merchant, seen, (work) => {
    if (work.order.state === 'open') work.record('attempt.blocked', { rule, by })
  })
}

/** Who leaves the method to the payer takes a card whatever was picked before; who has chosen another takes none. */
function mayBePaidByCard({ channel, details }: Order): boolean {
  return details.isPicked || channel === null || channel === 'cc'
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
