import { setTimeout as wait } from 'node:timers/promises'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import type { HeldCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { type AuthenticationInput, authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import type { PaymentDeps } from './deps.ts'
import { finalAttemptStates } from './lifecycle.ts'
import { type Attempt, type Standing, stateAt } from './order.ts'
import { proceed } from './proceed.ts'
import { startAttempt } from './start-attempt.ts'

/*
 * A card payment whose merchant takes the payer through 3-D Secure itself and then asks for the money in a call
 * of its own (finpay-api.md 5.6). An attempt that passes 3-D Secure therefore waits; `proceed` leaves it there.
 */

/** How long an answer is waited for that another request has asked the acquirer for. */
const patienceMs = 10_000
const lookMs = 25

/** The attempt that is under way. */
export function livingAttempt({ attempt }: Standing): Attempt | undefined {
  return attempt && !finalAttemptStates.has(attempt.state) ? attempt : undefined
}

/**
 * Begins an attempt of an open order where none is under way. Of any number of equal requests one begins it;
 * null for the others, which go on with what stands.
 */
export async function beginThreeDs(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  held: HeldCard,
): Promise<Standing | null> {
  const { order } = seen
  const isFree = stateAt(order, deps.clock.now(merchant.merchantId)) === 'open' && !livingAttempt(seen)
  return isFree ? startAttempt(deps, merchant, seen, order.attemptCount + 1, held) : null
}

/** Takes the attempt that is under way as far through 3-D Secure as it goes without its payer. */
export async function goThroughThreeDs(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  input: AuthenticationInput,
): Promise<Standing> {
  let standing = seen
  // Looked up, then asked about: the browser that could take the method step between them is not here.
  for (let step = 0; step < 2; step += 1) {
    const attempt = livingAttempt(standing)
    if (!attempt || !['started', 'challenged'].includes(attempt.state)) break
    standing = await proceed(deps, merchant, standing, attempt.attemptNo, input)
  }
  return standing
}

/** Asks the bank for the result where its page has had the payer. */
export async function readThreeDsResult(deps: PaymentDeps, merchant: Merchant, seen: Standing): Promise<Standing> {
  const { order, attempt } = seen
  if (attempt?.state !== 'challenged' || order.state !== 'open') return seen
  return (await authenticate(deps, merchant, order, attempt, noBrowser)).standing
}

/** Of a browser that is not asked about any more. */
const noBrowser: AuthenticationInput = {
  methodCompleted: 'U',
  browser: { userAgent: '', acceptHeader: '', language: '', ip: '' },
  notificationUrl: '',
}

/**
 * Asks for the money of an attempt that has passed 3-D Secure. Of any number of equal requests one asks; the
 * others, and every later one, get what became of that. Without its CVV where that is gone (invariant 8).
 *
 * @throws Problem `not_permitted` before 3-D Secure is passed; `declined`; `timeout` where it is not known whether
 *   it was paid; `wrong_state` where the attempt or its order has ended otherwise
 */
export async function payThreeDs(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  attemptNo: number,
): Promise<Standing> {
  const { merchantId } = merchant
  const until = deps.clock.monotonicMs() + patienceMs
  let standing = await readThreeDsResult(deps, merchant, seen)
  for (;;) {
    const { order, attempt } = standing
    const state = stateAt(order, deps.clock.now(merchantId))
    if (order.paidAttempt === attemptNo && attempt?.attemptNo === attemptNo) return standing
    if (attempt?.attemptNo !== attemptNo) throw new Problem('wrong_state')
    if (state === 'failed') throw new Problem('declined')
    if (state === 'open') {
      if (attempt.state === 'started' || attempt.state === 'challenged') throw new Problem('not_permitted')
      if (attempt.state === 'reversed') throw new Problem('declined')
      if (attempt.state !== 'authenticated') throw new Problem('wrong_state')
      standing = await authorize(deps, merchant, standing, attempt)
    } else if (state === 'processing') {
      // Without a reason it is still being asked about: by a request that came before this one.
      const isUnknown = attempt.state === 'reversing' || attempt.reason !== null
      if (isUnknown || deps.clock.monotonicMs() >= until) throw new Problem('timeout')
      await wait(lookMs)
      const found = await deps.orders.find(merchantId, order.orderId)
      invariant(found, 'an order stays once it is written')
      standing = found
    } else throw new Problem('wrong_state')
  }
}
