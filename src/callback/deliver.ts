import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import type { Secret } from '../base/secret.ts'
import type { Database, Sql } from '../postgres/database.ts'
import type { Callback, CallbackAttempt, CallbackState } from './callback.ts'
import type { Callbacks, Concluded } from './callbacks.ts'
import { headersOf } from './headers.ts'
import type { HostQueues, Postponed } from './queue.ts'
import { acknowledges, nextDelayMs } from './schedule.ts'
import type { SendResult, Sender } from './send.ts'
import * as store from './store.ts'

export interface DeliveryDeps {
  readonly database: Database
  readonly callbacks: Callbacks
  readonly clock: Clock
  readonly sender: Sender
  readonly queues: HostQueues
  /** The keys of a merchant that are valid now: one, or two while a key is being changed. */
  readonly keysOf: (merchantId: string) => Promise<readonly Secret<string>[]>
}

/** What became of a delivery. `attempt` is null where none was recorded, because the delivery was over meanwhile. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly attempt: CallbackAttempt | null }
  /** Not acknowledged; to be sent again at `retryAt`, business time. */
  | { readonly kind: 'retry'; readonly retryAt: Date; readonly attempt: CallbackAttempt }
  /** Not acknowledged, and the schedule is used up. */
  | { readonly kind: 'abandoned'; readonly attempt: CallbackAttempt | null }
  /** Nothing that counts as an attempt; to be tried again after `postponedMs` of machine time. */
  | { readonly kind: 'postponed'; readonly postponedMs: number }

export interface Delivery extends store.CallbackKey {
  /** Sends past the queue and an open breaker: a clock that is being moved cannot wait for machine time. */
  readonly isUrgent?: boolean
  /**
   * Called in the transaction that records the outcome, so that the timer moves with it; where nothing was
   * sent and nothing is recorded, outside of any.
   */
  readonly inTransaction?: (sql: Sql, outcome: DeliveryOutcome, callback: Callback) => Promise<void>
}

/** How long a delivery waits that failed for a reason of our own. */
const ownFailureMs = 1_000

/**
 * Makes one attempt of the schedule at delivering a callback, in three steps, so that no transaction is
 * open during the call (invariant 3): read it, send it, write down what came of it. If we die in
 * between, the timer is still due, and the merchant hears of it twice rather than never.
 */
export async function deliver(deps: DeliveryDeps, delivery: Delivery): Promise<DeliveryOutcome> {
  const { merchantId, callbackId, inTransaction } = delivery
  const callback = await deps.callbacks.find({ merchantId, callbackId })
  invariant(callback, `callback ${callbackId} stays once it is written`)
  const sent = callback.state === 'pending' ? await attempt(deps, callback, delivery) : undefined
  if (sent?.kind === 'postponed') {
    const postponed = { kind: 'postponed', postponedMs: sent.ms } as const
    await inTransaction?.(deps.database, postponed, callback)
    return postponed
  }
  const outcomeOf = (concluded: Concluded) => (sent ? afterAttempt(concluded, sent) : over(concluded.standing))
  const concluded = await deps.callbacks.conclude({
    merchantId,
    callbackId,
    isDelivered: sent !== undefined && isDelivered(sent),
    ended: sent ? ended(sent) : null,
    inTransaction: async (sql, each) => inTransaction?.(sql, outcomeOf(each), callback),
  })
  return outcomeOf(concluded)
}

export interface Resending extends store.CallbackKey {
  /** Called in the transaction that records the attempt; the timer of a delivered callback goes in it. */
  readonly inTransaction?: (sql: Sql, state: CallbackState) => Promise<void>
}

/**
 * Sends a callback now, by hand, whatever its state, with its stored bytes. It uses up nothing of the
 * schedule, which goes on unless the merchant acknowledges. Undefined if the merchant has no such callback.
 */
export async function resend(
  deps: DeliveryDeps,
  { merchantId, callbackId, inTransaction }: Resending,
): Promise<{ state: CallbackState; attempt: CallbackAttempt } | undefined> {
  const callback = await store.find(deps.database, { merchantId, callbackId })
  if (!callback) return undefined
  const posted = await deps.queues.runAtOnce(merchantId, callback.url, () => post(deps, callback))
  return deps.database.transaction(async (sql) => {
    const state = await store.moveByHand(sql, callback, { isDelivered: isDelivered(posted) })
    const attempt = await store.recordAttempt(sql, callback, ended(posted))
    await inTransaction?.(sql, state)
    return { state, attempt }
  })
}

/** A result, and the business times at which the attempt began and ended. */
type Posted = SendResult & { readonly at: Date; readonly endedAt: Date }

/** Sends when it is the callback's turn. */
async function attempt(deps: DeliveryDeps, callback: Callback, { isUrgent }: Delivery): Promise<Posted | Postponed> {
  const { merchantId, url } = callback
  const send = () => post(deps, callback)
  const posted = isUrgent
    ? await deps.queues.runAtOnce(merchantId, url, send)
    : await deps.queues.run(merchantId, url, send)
  const isOurs = posted.kind === 'failed' && (posted.error === 'resources' || posted.error === 'stopped')
  return isOurs ? { kind: 'postponed', ms: ownFailureMs } : posted
}

async function post({ clock, sender, keysOf }: DeliveryDeps, callback: Callback): Promise<Posted> {
  const keys = await keysOf(callback.merchantId)
  const at = clock.now(callback.merchantId)
  const headers = headersOf(callback, keys, clock.machine())
  const result = await sender.send({ url: callback.url, headers, body: callback.body })
  return { ...result, at, endedAt: clock.now(callback.merchantId) }
}

/** The outcome of an attempt of the schedule. */
function afterAttempt({ moved, attempt, standing }: Concluded, posted: Posted): DeliveryOutcome {
  if (!moved || !attempt) return over(standing)
  if (moved.state !== 'pending') return { kind: moved.state, attempt }
  const delayMs = nextDelayMs(moved.attemptCount)
  invariant(delayMs !== null, 'a callback is abandoned after the last attempt of the schedule')
  return { kind: 'retry', retryAt: new Date(posted.endedAt.getTime() + delayMs), attempt }
}

/** The outcome of a delivery that somebody else has ended. */
function over(callback: Callback | undefined): DeliveryOutcome {
  invariant(callback && callback.state !== 'pending', 'only a delivery that is over cannot be moved')
  return { kind: callback.state, attempt: null }
}

function isDelivered(posted: SendResult): boolean {
  return posted.kind === 'answered' && acknowledges(posted.status)
}

function ended(posted: Posted): store.EndedAttempt {
  const { at, ms } = posted
  return posted.kind === 'answered'
    ? { at, ms: Math.round(ms), status: posted.status, error: null, answer: posted.answer }
    : { at, ms: Math.round(ms), status: null, error: posted.error, answer: null }
}
