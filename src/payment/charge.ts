import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../base/problem.ts'
import type { HeldCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { askForMoney, recordAsking } from './authorize.ts'
import type { Change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { finalAttemptStates, settledOrderStates } from './lifecycle.ts'
import { type Order, type Standing, stateAt } from './order.ts'
import { startAttempt } from './start-attempt.ts'

/** How long an answer is waited for that another request, perhaps in another process, has asked the acquirer for. */
const patienceMs = 10_000

/** How long between two looks, in milliseconds. */
const lookMs = 25

/**
 * Pays an order at once with the card that came with it: one attempt, no payer, no 3-D Secure. Of any number
 * of equal requests one pays; the others, and every later one, get what became of that. The attempt begins
 * and asks in one change, so that none is left that has begun and not asked.
 *
 * Answers the order as it then stands: settled, or `processing` where the acquirer has not said what it did.
 *
 * @param held undefined where the card is gone; then nothing is begun
 */
export async function charge(
  deps: PaymentDeps,
  merchant: Merchant,
  opened: Order,
  held: HeldCard | undefined,
): Promise<Standing> {
  const { merchantId } = merchant
  const { orderId } = opened
  // An order that `initiate` has made: where it has moved since, whoever changes it reads it again.
  let seen: Standing | undefined = opened.attemptCount === 0 ? { order: opened, attempt: undefined } : undefined
  const until = deps.clock.monotonicMs() + patienceMs
  try {
    for (;;) {
      seen ??= await deps.orders.find(merchantId, orderId)
      if (!seen) throw new Problem('unavailable')
      const { order, attempt } = seen
      const state = stateAt(order, deps.clock.now(merchantId))
      if (settledOrderStates.has(order.state) || state === 'expired') return seen
      const isBegun = attempt !== undefined && !finalAttemptStates.has(attempt.state)
      if (state === 'open' && !isBegun) {
        if (!held) return seen
        const started = await startAttempt(deps, merchant, seen, order.attemptCount + 1, held, {
          also: (work) => pass(deps, work),
        })
        seen = started?.order.state === 'processing' ? await askForMoney(deps, merchant, started) : undefined
      } else {
        // Without a reason it is still being asked about: by a request that came before this one.
        const isUnknown = attempt?.state === 'reversing' || attempt?.reason !== null
        if (isUnknown || deps.clock.monotonicMs() >= until) return seen
        await wait(lookMs)
        seen = undefined
      }
    }
  } finally {
    // Where another request's card was charged, this one's CVV has no use.
    if (held) deps.cvvs.drop(held.token)
  }
}

/** There is no payer to be authenticated: the acquirer is asked next, and this is the first step of that. */
function pass(deps: PaymentDeps, work: Change): void {
  const { attemptNo } = work.moveAttempt('authenticate', 'passed')
  work.record('attempt.authenticated', { attemptNo, transStatus: null, eci: null })
  recordAsking(deps, work)
}
