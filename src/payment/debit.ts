import { setTimeout as wait } from 'node:timers/promises'
import type { DebitBank } from '../acquirer/debit.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Sql } from '../postgres/database.ts'
import { nobodyReached, recordIntent } from './authorize.ts'
import { type Change, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { beginElsewhere } from './elsewhere.ts'
import { settledOrderStates } from './lifecycle.ts'
import { type Order, type Standing, stateAt } from './order.ts'
import { recordReply } from './settle.ts'

/** How long an answer is waited for that another request, perhaps in another process, has asked the bank for. */
const patienceMs = 10_000

/** How long between two looks, in milliseconds. */
const lookMs = 25

export interface Debit {
  readonly bank: DebitBank
  /** What the bank calls the account. */
  readonly account: string
  /** False: nothing is begun, and what another request has begun is waited for. */
  readonly begins: boolean
  /** Written with the intent; it throws `conflict` where nothing may begin. */
  readonly also?: (sql: Sql) => Promise<void>
}

/**
 * Pays an order from an account that its payer has linked: one attempt, in the three steps of a card (invariant 3).
 * Of any number of requests one asks the bank; the others, and every later one, get what became of that. Unknown
 * outcomes are inquired about as a card's are.
 *
 * Answers the order as it then stands: settled, `processing` where the bank has not said what it did, or open where
 * the bank refused and the payer may try again.
 */
export async function debit(deps: PaymentDeps, merchant: Merchant, opened: Order, asked: Debit): Promise<Standing> {
  const { merchantId } = merchant
  const { orderId } = opened
  let mayBegin = asked.begins
  // Whoever begins finds out whether it has moved since; who only looks has to look now.
  let seen: Standing | undefined =
    mayBegin && opened.attemptCount === 0 ? { order: opened, attempt: undefined } : undefined
  const until = deps.clock.monotonicMs() + patienceMs
  for (;;) {
    seen ??= await deps.orders.find(merchantId, orderId)
    if (!seen) throw new Problem('unavailable')
    const { order, attempt } = seen
    const state = stateAt(order, deps.clock.now(merchantId))
    if (settledOrderStates.has(order.state) || state === 'expired') return seen
    if (state === 'open') {
      if (!mayBegin) return seen
      mayBegin = false
      const asking = await begin(deps, merchant, seen, asked)
      seen = asking && (await askBank(deps, merchant, asking, asked))
    } else {
      // Without a reason it is still being asked about: by a request that came before this one.
      const isUnknown = attempt?.state === 'reversing' || attempt?.reason !== null
      if (isUnknown || deps.clock.monotonicMs() >= until) return seen
      await wait(lookMs)
      seen = undefined
    }
  }
}

/** The first step: says that the bank is about to be asked. Undefined where another request has begun. */
async function begin(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  { bank, also }: Debit,
): Promise<Standing | undefined> {
  try {
    const { result: isBegun, standing } = await changeFrom(
      deps,
      merchant,
      seen,
      (work) => recordBeginning(deps, work, bank),
      also && { also },
    )
    return isBegun ? standing : undefined
  } catch (error) {
    if (error instanceof Problem && error.problem === 'conflict') return undefined
    throw error
  }
}

function recordBeginning(deps: PaymentDeps, work: Change, bank: DebitBank): boolean {
  const { order } = work
  if (stateAt(order, work.now) !== 'open' || order.channel === null) return false
  beginElsewhere(work, channelOf(order.channel).id)
  const { attemptNo } = work.moveAttempt('authenticate', 'passed')
  work.record('attempt.authenticated', { attemptNo, transStatus: null, eci: null })
  recordIntent(deps, work, bank.id)
  return true
}

/** The second and the third step, for the one who has committed the first. */
async function askBank(
  deps: PaymentDeps,
  merchant: Merchant,
  asking: Standing,
  { bank, account }: Debit,
): Promise<Standing> {
  const { order, attempt } = asking
  invariant(attempt?.acquirerReference, 'an attempt that asks has a reference')
  const { attemptNo, acquirerReference: reference, channel } = attempt
  const { merchantId, orderId, amount } = order
  const approvalCode = `${reference}${channelOf(channel).bank}`
  const reply = await bank.debit({ merchantId, orderId, reference, amount, account, approvalCode })
  const { standing } = await changeFrom(deps, merchant, asking, (work) =>
    recordReply(work, attemptNo, reply.outcome === 'not_sent' ? nobodyReached : reply, reference),
  )
  return standing
}
