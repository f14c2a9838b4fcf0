import type { Clock, MovableClock } from '../base/clock.ts'
import type { Database } from '../postgres/database.ts'
import type { TimerRunner } from '../timer/runner.ts'
import { due, dueOf } from '../timer/store.ts'
import type { Timer, TimerKind } from '../timer/timer.ts'

/** What timers of some kinds share: so many places, of which one merchant has at most `ofOne`. */
class Lane {
  readonly kinds: readonly TimerKind[]
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

  /** Merchants that have all their places. */
  get full(): readonly string[] {
    return [...this.#ofMerchants].filter(([, taken]) => taken >= this.#ofOne).map(([merchantId]) => merchantId)
  }

  /** False when the merchant has all its places. */
  enter(merchantId: string): boolean {
    const taken = this.#ofMerchants.get(merchantId) ?? 0
    if (taken >= this.#ofOne) return false
    this.#ofMerchants.set(merchantId, taken + 1)
    this.#taken += 1
    return true
  }

  /** True when half of the places are free again: there may be more timers than were looked at. */
  leave(merchantId: string): boolean {
    const taken = (this.#ofMerchants.get(merchantId) ?? 0) - 1
    if (taken > 0) this.#ofMerchants.set(merchantId, taken)
    else this.#ofMerchants.delete(merchantId)
    this.#taken -= 1
    return taken === this.#ofOne / 2 || this.#taken === this.#atOnce / 2
  }
}

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
  readonly #lanes = [new Lane(['expire', 'abandon', 'inquire', 'reverse'], 64, 64), new Lane(['callback'], 256, 64)]
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
    this.#woken = true
    this.#wake?.()
  }

  /** Starts no timer of a merchant until `release`. Resolves when those that run have ended. */
  async hold(merchantId: string): Promise<void> {
    this.#held.add(merchantId)
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
        for (const lane of this.#lanes) {
          for (const timer of await this.#candidates(lane)) if (this.#start(lane, timer)) started += 1
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
      if (lane.leave(timer.merchantId)) this.wake()
    }
  }

  async #candidates(lane: Lane): Promise<Timer[]> {
    const { kinds } = lane
    const limit = lane.free
    if (limit <= 0) return []
    const full = new Set(lane.full)
    const machine = this.#clock.machine()
    const moved = this.#movable?.moved() ?? []
    const except = [...moved, ...this.#held, ...full]
    const found = await due(this.#database, { now: machine, machine, except, kinds, limit })
    for (const merchantId of moved) {
      if (this.#held.has(merchantId) || full.has(merchantId)) continue
      const now = this.#clock.now(merchantId)
      found.push(...(await dueOf(this.#database, merchantId, { now, machine, kinds, limit })))
    }
    return found.slice(0, limit)
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
