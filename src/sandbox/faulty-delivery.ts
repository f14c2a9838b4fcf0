import type { Clock } from '../base/clock.ts'
import { type CallbackFault, type CallbackFaults, longestReorderMs } from '../callback/faults.ts'
import type { SendRequest, SendResult, Sender } from '../callback/send.ts'
import { find } from '../callback/store.ts'
import type { Database } from '../postgres/database.ts'
import type { TimerHandler } from '../timer/runner.ts'
import { schedule } from '../timer/store.ts'
import type { Timer } from '../timer/timer.ts'

export interface FaultyDeliveryDeps {
  readonly database: Database
  readonly clock: Pick<Clock, 'now'>
  readonly faults: CallbackFaults
  /** Told of a timer that has become due. */
  readonly wake: (timer: Timer) => void
}

/** The next attempt at a callback, once its fault is decided. */
interface Decided {
  readonly fault: CallbackFault
  readonly timer: Timer
}

/** Attempts that are decided and not made yet; the oldest are forgotten, and made when their timers say. */
const mostDecided = 10_000

/**
 * Delivery that misbehaves on demand, around the real one on both sides. Before an attempt of the schedule its
 * timer is put off, in business time, so that the clock moves it and no restart loses it; as it is sent, the
 * sender loses or repeats it. An attempt has one fault. Attempts by hand go past all of it.
 */
export class FaultyDelivery {
  readonly #deps: FaultyDeliveryDeps
  /** By callback. */
  readonly #decided = new Map<string, Decided>()

  constructor(deps: FaultyDeliveryDeps) {
    this.#deps = deps
  }

  /** The handler of callbacks' timers, with the faults that delay. */
  handler(real: TimerHandler): TimerHandler {
    return async (timer, now, isUrgent) => {
      const { merchantId, subject: callbackId } = timer
      const fault = this.#decided.get(callbackId)?.fault ?? (await this.#decide(timer))
      if (fault === 'put off') return 'moved'
      const result = await real(timer, now, isUrgent)
      const isPostponed = result !== null && result !== 'moved' && 'postponedMs' in result
      if (isPostponed) return result
      this.#decided.delete(callbackId)
      if (fault !== 'lost') await this.#release(merchantId)
      return result
    }
  }

  /** The sender of attempts of the schedule, with the faults of a network. */
  sender(real: Sender): Sender {
    return {
      send: (request) => this.#send(real, request),
      close: () => real.close(),
    }
  }

  async #send(real: Sender, request: SendRequest): Promise<SendResult> {
    const fault = this.#decided.get(request.headers['webhook-id'] ?? '')?.fault
    if (fault === 'lost') return { kind: 'failed', error: 'lost', ms: 0 }
    const result = await real.send(request)
    // Who sends hears one answer, as where a network repeats what it was given.
    if (fault === 'duplicated') await real.send(request)
    return result
  }

  async #decide(timer: Timer): Promise<CallbackFault | 'put off' | undefined> {
    const { merchantId, subject: callbackId } = timer
    const { database, faults } = this.#deps
    if (!faults.has(merchantId)) return undefined
    const callback = await find(database, { merchantId, callbackId })
    if (callback?.state !== 'pending') return undefined
    const { orderId, eventSeq, attemptCount } = callback
    // What is planned is planned for orders.
    if (orderId === null) return undefined
    const struck = faults.take(merchantId, { orderId, message: 'callback', nth: `${eventSeq}.${attemptCount}` })
    if (!struck) return undefined
    const { fault } = struck
    const isPutOff = fault === 'slow' || fault === 'reordered'
    if (isPutOff) await this.#moveTo(timer, fault === 'slow' ? struck.delayMs : longestReorderMs)
    this.#decided.set(callbackId, { fault, timer })
    const [oldest] = this.#decided.keys()
    if (this.#decided.size > mostDecided && oldest !== undefined) this.#decided.delete(oldest)
    return isPutOff ? 'put off' : fault
  }

  /** Counted from when it was due, so that no attempt is later than its schedule and the delay say. */
  async #moveTo(timer: Timer, delayMs: number): Promise<void> {
    await schedule(this.#deps.database, [{ ...timer, dueAt: new Date(timer.dueAt.getTime() + delayMs) }])
  }

  /** A callback of the merchant has gone: those that were to go behind it are due now. */
  async #release(merchantId: string): Promise<void> {
    const dueAt = this.#deps.clock.now(merchantId)
    const released: Timer[] = []
    for (const [callbackId, { fault, timer }] of this.#decided) {
      if (fault !== 'reordered' || timer.merchantId !== merchantId) continue
      // It stays decided, so that nothing else happens to this attempt.
      this.#decided.set(callbackId, { fault: 'slow', timer })
      released.push({ ...timer, dueAt })
    }
    if (released.length === 0) return
    await schedule(this.#deps.database, released)
    for (const timer of released) this.#deps.wake(timer)
  }
}
