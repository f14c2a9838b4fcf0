import type { Clock, MovableClock } from '../base/clock.ts'
import type { Database } from '../postgres/database.ts'
import type { TimerRunner } from '../timer/runner.ts'
import { due, dueOf } from '../timer/store.ts'
import { type Timer, type TimerKind, timerKinds } from '../timer/timer.ts'

/** What timers of some kinds share: so many places, of which one merchant has at most `ofOne`. */
class Lane {
  readonly kinds: readonly TimerKind[]
  /** Timers that have been looked up and wait for a place of their merchant, in order of time. */
  readonly #ahead = new Map<string, Timer[]>()
  /** When the table is to be looked at again for its kinds, in machine time. */
  lookAtMs = 0
  readonly #atOnce: number
  readonly #ofOne: number
  readonly #ofMerchants = new Map<string, number>()
  #taken = 0

  constructor(kinds: readonly TimerKind[], atOnce: number, ofOne: number) {
    this.kinds = kinds
    this.#atOnce = atOnce
    this.#ofOne = ofOne
  }

  get free(): number {
    return this.#atOnce - this.#taken
  }

  /** Merchants that need not be looked up: they have all their places, or timers that wait for one. */
  get supplied(): readonly string[] {
    const full = [...this.#ofMerchants].filter(([, taken]) => taken >= this.#ofOne)
    return [...full.map(([merchantId]) => merchantId), ...this.#ahead.keys()]
  }

  supply(timer: Timer): void {
    const ahead = this.#ahead.get(timer.merchantId)
    if (ahead) ahead.push(timer)
    else this.#ahead.set(timer.merchantId, [timer])
  }

  /** What a merchant waits for is looked up again when it is let go of. */
  forget(merchantId: string): void {
    this.#ahead.delete(merchantId)
  }

  /** The next timers for which there is a place. */
  take(): Timer[] {
    const taken: Timer[] = []
    for (const [merchantId, ahead] of this.#ahead) {
      const places = Math.min(this.free - taken.length, this.#ofOne - (this.#ofMerchants.get(merchantId) ?? 0))
      if (places > 0) taken.push(...ahead.splice(0, places))
      if (ahead.length === 0) this.#ahead.delete(merchantId)
    }
    return taken
  }

  /** False when the merchant has all its places. */
  enter(merchantId: string): boolean {
    const taken = this.#ofMerchants.get(merchantId) ?? 0
    if (taken >= this.#ofOne) return false
    this.#ofMerchants.set(merchantId, taken + 1)
    this.#taken += 1
    return true
  }

  /** True when half of the places are free again and nothing waits for them: there may be timers to look up. */
  leave(merchantId: string): boolean {
    const taken = (this.#ofMerchants.get(merchantId) ?? 0) - 1
    if (taken > 0) this.#ofMerchants.set(merchantId, taken)
    else this.#ofMerchants.delete(merchantId)
    this.#taken -= 1
    return !this.#ahead.has(merchantId) && (taken === this.#ofOne / 2 || this.#taken === this.#atOnce / 2)
  }
}

/** All that is not a callback, and so waits for nobody's server but a bank's. */
const ofPayments = timerKinds.filter((kind) => kind !== 'callback')

/**
 * How many are looked up at once. Whoever is left out is stepped over one by one: one merchant with a dead
 * server and ten thousand callbacks must not make each look-up for the others a long one.
 */
const lookedUp = 512

/** How often the table is looked at when nobody says that something is due. */
const idleMs = 250

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

  /** Looks at the table now, for timers of one kind or of all. */
  wake(kind?: TimerKind): void {
    for (const lane of this.#lanes) if (kind === undefined || lane.kinds.includes(kind)) lane.lookAtMs = 0
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
      if (lane.leave(timer.merchantId)) lane.lookAtMs = 0
      this.#goOn()
    }
  }

  /** Supplies a lane with what is due of merchants that it has nothing of. */
  async #lookUp(lane: Lane): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    if (lane.free <= 0 || nowMs < lane.lookAtMs) return
    lane.lookAtMs = nowMs + idleMs
    const { kinds } = lane
    const supplied = new Set(lane.supplied)
    const machine = this.#clock.machine()
    const moved = this.#movable?.moved() ?? []
    const limit = lookedUp
    const except = [...moved, ...this.#held, ...supplied]
    const found = await due(this.#database, { now: machine, machine, except, kinds, limit })
    for (const merchantId of moved) {
      if (this.#held.has(merchantId) || supplied.has(merchantId)) continue
      const now = this.#clock.now(merchantId)
      found.push(...(await dueOf(this.#database, merchantId, { now, machine, kinds, limit })))
    }
    if (found.length >= limit) lane.lookAtMs = 0
    for (const timer of found) if (!this.#held.has(timer.merchantId)) lane.supply(timer)
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
