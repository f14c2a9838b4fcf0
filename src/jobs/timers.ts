import type { Clock, MovableClock } from '../base/clock.ts'
import type { Database } from '../postgres/database.ts'
import type { TimerRunner } from '../timer/runner.ts'
import { due, dueOf, type TimerPlace } from '../timer/store.ts'
import { type Timer, timerKinds } from '../timer/timer.ts'
import { aheadAtMost as limit, Lane } from './lane.ts'

/** All that is not a callback, and so waits for nobody's server but a bank's. */
const ofPayments = timerKinds.filter((kind) => kind !== 'callback')

/** How often the table is looked at when nobody says that something is due. */
const idleMs = 250

/**
 * A look at everybody's timers steps over what is due to those whom it leaves out: one merchant with a dead
 * server and a million callbacks makes it a long one. So it takes at most a tenth of the time.
 */
const pausePerLook = 10

/**
 * Runs timers as their merchants' time comes. A merchant whose clock was moved is looked at by its own
 * time, and is left alone while the sandbox's clock steps through its timers.
 */
export class TimerJob {
  readonly #database: Database
  readonly #clock: Clock
  readonly #movable: MovableClock | null
  readonly #runner: TimerRunner
  /**
   * A callback waits for somebody else's server, for up to half a minute. So callbacks have places of their
   * own, and a merchant whose servers hang takes neither another merchant's nor those of orders that expire
   * and of outcomes that are inquired of.
   */
  readonly #lanes = [new Lane(ofPayments, 64, 64), new Lane(['callback'], 256, 64)]
  readonly #held = new Set<string>()
  readonly #running = new Map<string, { readonly merchantId: string; readonly end: Promise<void> }>()
  #wake: (() => void) | undefined
  #woken = false
  #stopped = false
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: { database: Database; clock: Clock; movable: MovableClock | null; runner: TimerRunner }) {
    this.#database = deps.database
    this.#clock = deps.clock
    this.#movable = deps.movable
    this.#runner = deps.runner
  }

  start(): void {
    this.#loop = this.#run()
  }

  /** Looks at the table now. */
  wake(): void {
    for (const lane of this.#lanes) lane.lookAtMs = 0
    this.#goOn()
  }

  /** Runs a timer that is due and has just been committed, without looking it up. */
  offer(timer: Timer): void {
    if (this.#held.has(timer.merchantId)) return
    for (const lane of this.#lanes) if (lane.kinds.includes(timer.kind)) lane.offer(timer)
    this.#goOn()
  }

  #goOn(): void {
    this.#woken = true
    this.#wake?.()
  }

  /** Starts no timer of a merchant until `release`. Resolves when those that run have ended. */
  async hold(merchantId: string): Promise<void> {
    this.#held.add(merchantId)
    for (const lane of this.#lanes) lane.forget(merchantId)
    await Promise.all([...this.#running.values()].flatMap((each) => (each.merchantId === merchantId ? each.end : [])))
  }

  release(merchantId: string): void {
    this.#held.delete(merchantId)
    this.wake()
  }

  /** Takes no new timer and waits for those that run. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#loop
    await Promise.all([...this.#running.values()].map(({ end }) => end))
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false
      let started = 0
      try {
        await this.#runner.freeStuck()
        for (const lane of this.#lanes) {
          await this.#refill(lane)
          await this.#lookUp(lane)
          for (const timer of lane.take()) if (this.#start(lane, timer)) started += 1
        }
      } catch {
        // The database is away; readiness tells so, and the next round tries again.
      }
      if (started === 0) await this.#sleep()
    }
  }

  /** False when it runs already, its merchant is held since the table was looked at, or has all its places. */
  #start(lane: Lane, timer: Timer): boolean {
    const { merchantId } = timer
    const name = JSON.stringify([merchantId, timer.timerId])
    if (this.#running.has(name) || this.#held.has(merchantId) || !lane.enter(merchantId)) return false
    this.#running.set(name, { merchantId, end: this.#one(name, lane, timer) })
    return true
  }

  async #one(name: string, lane: Lane, timer: Timer): Promise<void> {
    try {
      await this.#runner.run(timer)
    } catch {
      // A claim that fails leaves the timer where it is, for the next round.
    } finally {
      this.#running.delete(name)
      lane.leave(timer.merchantId)
      this.#goOn()
    }
  }

  /** Supplies a lane with what is due of merchants that it has nothing of. */
  async #lookUp(lane: Lane): Promise<void> {
    const beganMs = this.#clock.monotonicMs()
    if (lane.free <= 0 || beganMs < lane.lookAtMs) return
    lane.lookAtMs = beganMs + idleMs
    const { kinds } = lane
    const supplied = new Set(lane.supplied)
    const machine = this.#clock.machine()
    const moved = this.#movable?.moved() ?? []
    const except = [...moved, ...this.#held, ...supplied]
    const found = await due(this.#database, { now: machine, machine, except, kinds, limit })
    const endedMs = this.#clock.monotonicMs()
    const last = found.at(-1)
    const more = last && found.length >= limit ? new Set(found.map(({ merchantId }) => merchantId)) : []
    this.#supply(lane, found)
    if (last) for (const merchantId of more) if (!this.#held.has(merchantId)) lane.hasMore(merchantId, last)
    for (const merchantId of moved) {
      if (!this.#held.has(merchantId) && !supplied.has(merchantId)) await this.#refillOf(lane, merchantId, undefined)
    }
    // There may be others behind those who have so much. Who woke it meanwhile has it look at once as well.
    if (found.length >= limit) lane.lookAtMs = 0
    else if (lane.lookAtMs > 0) {
      lane.lookAtMs = Math.max(lane.lookAtMs, endedMs + pausePerLook * (endedMs - beganMs))
    }
  }

  /** Supplies a lane with what is behind that which it had of a merchant. */
  async #refill(lane: Lane): Promise<void> {
    for (const [merchantId, after] of lane.drained) {
      if (lane.free <= 0) return
      await this.#refillOf(lane, merchantId, after)
    }
  }

  async #refillOf(lane: Lane, merchantId: string, after: TimerPlace | undefined): Promise<void> {
    const { kinds } = lane
    const at = { now: this.#clock.now(merchantId), machine: this.#clock.machine(), kinds, limit, after }
    const found = await dueOf(this.#database, merchantId, at)
    if (this.#held.has(merchantId)) return
    const last = found.at(-1)
    if (last && found.length >= limit) lane.hasMore(merchantId, last)
    else lane.hasNoMore(merchantId)
    this.#supply(lane, found)
  }

  #supply(lane: Lane, timers: readonly Timer[]): void {
    for (const timer of timers) if (!this.#held.has(timer.merchantId)) lane.supply(timer)
  }

  async #sleep(): Promise<void> {
    if (this.#woken || this.#stopped) return
    await new Promise<void>((resolve) => {
      const timeout = setTimeout(resolve, idleMs)
      this.#wake = () => {
        clearTimeout(timeout)
        resolve()
      }
    })
    this.#wake = undefined
  }
}
