import type { AuthorizeReply, AuthorizeRequest } from '../acquirer/acquirer.ts'
import { invariant } from '../base/invariant.ts'
import { uuidFrom } from '../base/random.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { candidatesOf } from './candidates.ts'
import { attemptSubject, type Change, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import type { Attempt, Order, Standing } from './order.ts'
import { pointsOf } from './points.ts'
import { recordReply } from './settle.ts'

/** The first inquiry about an attempt whose answer has not come. Business time. */
export const firstInquiryMs = 60_000

/** Nothing was sent to anybody. DE 39 91: issuer or switch inoperative. */
export const nobodyReached = { outcome: 'declined', responseCode: '91', reason: 'ACQUIRER_UNAVAILABLE' } as const

/**
 * Asks an acquirer for the money, in three steps, so that no transaction is open during the call
 * (invariant 3): say whom we are about to ask, ask, write down the answer. If we die in between, the
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
  const { result: isAsking, standing } = await changeFrom(deps, merchant, seen, (work) => {
    const { order, attempt } = work
    if (order.state !== 'open' || attempt?.attemptNo !== attemptNo || attempt.state !== 'authenticated') return false
    return recordAsking(deps, work)
  })
  return isAsking ? askForMoney(deps, merchant, standing) : standing
}

/**
 * True where an acquirer may be asked at once: the attempt is authenticated and its CVV at hand (invariant 8).
 * In direct 3-D Secure the merchant says when.
 */
export function mayAsk({ cvvs }: PaymentDeps, { order, attempt }: Standing): boolean {
  return (
    order.details.threeDs === null &&
    attempt?.state === 'authenticated' &&
    !!attempt.attemptToken &&
    cvvs.has(attempt.attemptToken)
  )
}

/**
 * The first step: says which acquirer is about to be asked. Who gets true, and has it committed, goes on
 * with `askForMoney`. An authenticated attempt of an open order only. Where the merchant's rules have changed
 * since the card was taken and nobody takes it any more, the attempt is given up.
 */
export function recordAsking(deps: PaymentDeps, work: Change): boolean {
  const { order, attempt } = work
  invariant(attempt, 'there is an attempt that asks')
  const [acquirerId] = candidatesOf(deps, work.merchant, order, attempt)
  const isOver = work.now >= order.expiresAt
  if (isOver || acquirerId === undefined) {
    work.abandonAttempt(isOver ? 'expired' : 'no_acquirer')
    work.closeIfOver()
    return false
  }
  recordIntent(deps, work, acquirerId)
  return true
}

/** Says of the newest attempt, which is authenticated, that `acquirerId` is asked for its money next. */
export function recordIntent(deps: PaymentDeps, work: Change, acquirerId: string): void {
  const { order, attempt } = work
  invariant(attempt, 'there is an attempt that asks')
  const { attemptNo } = attempt
  const reference = newReference(deps, order, attemptNo, 1)
  work.moveAttempt('authorize', 'asked', { acquirerId, acquirerReference: reference, askedAt: work.now })
  work.moveOrder('pay', 'asked', { channel: attempt.channel })
  work.record('attempt.authorizing', { attemptNo, acquirer: acquirerId, reference })
  work.unschedule('abandon', attemptSubject(order.orderId, attemptNo))
  scheduleInquiry(work, attemptNo)
}

/**
 * The second and the third step, for the one who has committed the first. Where certainly nothing was sent, the
 * next acquirer that takes the payment is asked in the same three steps under a reference of its own, each of them
 * once. Whatever else goes wrong is settled with the one that was asked (invariants 2 and 4).
 */
export async function askForMoney(deps: PaymentDeps, merchant: Merchant, asking: Standing): Promise<Standing> {
  let standing = asking
  const asked = new Set<string>()
  for (;;) {
    const { order, attempt } = standing
    invariant(attempt?.acquirerId && attempt.acquirerReference, 'an attempt that asks has whom, and a reference')
    const { attemptNo, acquirerReference } = attempt
    asked.add(attempt.acquirerId)
    const reply = await ask(deps, order, attempt)
    const wasSent = reply.outcome !== 'not_sent'
    const next = wasSent ? undefined : candidatesOf(deps, merchant, order, attempt).find((id) => !asked.has(id))
    const { result: isAskedElsewhere, standing: after } = await changeFrom(deps, merchant, standing, (work) => {
      if (!wasSent && next !== undefined)
        return recordTurn(work, attempt, next, newReference(deps, order, attemptNo, asked.size + 1), reply.reason)
      recordReply(work, attemptNo, wasSent ? reply : nobodyReached, acquirerReference)
      return false
    })
    if (!isAskedElsewhere) return after
    standing = after
  }
}

async function ask(deps: PaymentDeps, order: Order, attempt: Attempt): Promise<AuthorizeReply> {
  const { merchantId, orderId, amount, details } = order
  const { acquirerId, acquirerReference: reference, attemptToken } = attempt
  invariant(acquirerId && reference && attemptToken, 'an attempt that asks has a card')
  const request: AuthorizeRequest = {
    merchantId,
    orderId,
    reference,
    amount,
    attemptToken,
    authentication:
      attempt.transStatus && attempt.eci
        ? {
            transStatus: attempt.transStatus,
            eci: attempt.eci,
            cavv: attempt.cavv,
            dsTransId: attempt.dsTransId,
          }
        : null,
    points: await pointsOf(deps, order, attempt),
  }
  return deps.acquirers.ask(acquirerId, (acquirer) =>
    details.authorizesOnly ? acquirer.authorize(request) : acquirer.authorizeAndCapture(request),
  )
}

/** Says whom we are about to ask instead. False where an inquiry has settled the attempt meanwhile. */
function recordTurn(work: Change, seen: Attempt, next: string, reference: string, reason: string): boolean {
  const { attempt } = work
  const { attemptNo } = seen
  if (attempt?.attemptNo !== attemptNo || attempt.state !== 'authorizing') return false
  if (attempt.acquirerReference !== seen.acquirerReference) return false
  work.moveAttempt('authorize', 'not_sent', { acquirerId: next, acquirerReference: reference, askedAt: work.now })
  work.record('attempt.rerouted', { attemptNo, from: seen.acquirerId, acquirer: next, reference, reason })
  scheduleInquiry(work, attemptNo)
  return true
}

function scheduleInquiry(work: Change, attemptNo: number): void {
  const at = new Date(work.now.getTime() + firstInquiryMs)
  work.schedule('inquire', attemptSubject(work.order.orderId, attemptNo), at)
}

/** New for each time that an attempt asks: what one acquirer did not hear, another must not take for a repeat. */
function newReference(
  { random }: PaymentDeps,
  { merchantId, orderId }: Order,
  attemptNo: number,
  asks: number,
): string {
  const purpose = asks === 1 ? 'acquirer reference' : `acquirer reference, ask ${asks}`
  return uuidFrom(random.bytes(16, { merchant: merchantId, order: orderId, purpose, n: attemptNo }))
}
