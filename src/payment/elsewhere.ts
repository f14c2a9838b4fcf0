import { Problem } from '../base/problem.ts'
import type { Channel, ChannelId } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { offered } from './candidates.ts'
import { type Change, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { blankAttempt } from './blank-attempt.ts'
import { type Attempt, stateAt } from './order.ts'
import { codeOf } from './payment-code.ts'

/*
 * Payments that their payers make elsewhere, up to the moment at which money moves: a method is picked, a provider's
 * session is opened, a provider says no. After that moment, `receive.ts`.
 */

/** Makes the newest attempt one by this channel: the one that is under way, or a new one in its place. */
export function beginElsewhere(work: Change, channel: ChannelId): void {
  if (hasBegun(work, channel)) return
  work.abandonAttempt('superseded')
  const attemptNo = work.order.attemptCount + 1
  work.addAttempt(blankAttempt(attemptNo, channel, work.now))
  work.record('attempt.started', { attemptNo, channel })
}

function hasBegun({ attempt }: Change, channel: ChannelId): boolean {
  return attempt?.state === 'started' && attempt.channel === channel
}

/** False where the order's attempts are used up by then, as a card's are: it fails. */
function beginAnew(work: Change, channel: ChannelId): boolean {
  if (!giveUp(work)) return false
  beginElsewhere(work, channel)
  return true
}

/** Gives up what was begun otherwise. False where that was the last attempt that the order may have. */
function giveUp(work: Change): boolean {
  work.abandonAttempt('superseded')
  work.closeIfOver()
  return work.order.state === 'open'
}

/** Its payer has opened the session of an open order's provider. Answers false where the order is not open any more. */
export async function openElsewhere(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  channel: ChannelId,
): Promise<boolean> {
  const opened = await change(deps, merchant, orderId, (work) => {
    if (stateAt(work.order, work.now) !== 'open' || work.order.channel !== channel) return false
    return hasBegun(work, channel) || beginAnew(work, channel)
  })
  return opened ?? false
}

/**
 * The provider has told us that it refused its payer. Counts as a card's refusal does: the order fails when its
 * attempts are used up. Answers false where nothing was under way.
 *
 * @param attemptNo the attempt that it refused; absent: the one that is under way, or one that begins with it
 */
export async function refuseElsewhere(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  channel: ChannelId,
  reason: string,
  attemptNo?: number,
): Promise<boolean> {
  const refused = await change(deps, merchant, orderId, (work) => {
    if (stateAt(work.order, work.now) !== 'open' || work.order.channel !== channel) return false
    if (attemptNo !== undefined && !isUnderWay(work.attempt, attemptNo)) return false
    beginElsewhere(work, channel)
    const { attemptNo: refusedNo } = work.moveAttempt('authenticate', 'refused', { reason })
    work.countRefusal()
    work.record('attempt.refused', { attemptNo: refusedNo, channel, reason })
    work.closeIfOver()
    // Who may pick is asked again.
    if (work.order.state === 'open' && work.order.details.isPicked) {
      work.patchOrder({ channel: null, paymentCode: null, account: null })
      work.record('method.picked', { channel: null })
    }
    return true
  })
  return refused ?? false
}

/** Whether the newest attempt is this one, and its payer has not been answered yet. */
export function isUnderWay(attempt: Attempt | undefined, attemptNo: number): boolean {
  return attempt?.attemptNo === attemptNo && attempt.state === 'started'
}

/** Numbers are drawn anew so often when one is taken. */
const maxTries = 8

/**
 * Its payer picks how to pay an order that leaves it open, or picks again; null: nothing yet. What was begun otherwise
 * is given up, and a number that was given out can no longer be paid to. Answers false where the order cannot be paid
 * any more.
 *
 * @param account who pays, as the channel knows its payers
 *
 * @throws Problem `not_permitted` where the merchant has chosen; `feature_not_allowed` for a channel that this order
 *   cannot be paid by
 */
export async function pickMethod(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  channel: Channel | null,
  account: string | null = null,
): Promise<boolean> {
  for (let n = 0; ; n += 1) {
    try {
      const picked = await change(deps, merchant, orderId, (work) => {
        if (!work.order.details.isPicked) throw new Problem('not_permitted')
        if (stateAt(work.order, work.now) !== 'open') return false
        if (work.order.channel === (channel?.id ?? null) && work.order.account === account) return true
        if (channel && !offered(deps, merchant, work.order).includes(channel))
          throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
        if (!giveUp(work)) return false
        const paymentCode = channel?.code
          ? codeOf(deps, merchant, { orderId, paymentCode: null }, channel.code, work.order.eventSeq * maxTries + n)
          : null
        work.patchOrder({ channel: channel?.id ?? null, paymentCode, account })
        work.record('method.picked', { channel: channel?.id ?? null, ...(paymentCode !== null && { paymentCode }) })
        return true
      })
      return picked ?? false
    } catch (error) {
      const isTaken = error instanceof Problem && error.problem === 'conflict'
      if (!isTaken || n >= maxTries) throw error
    }
  }
}
