import type { Clock, MovableClock } from '../base/clock.ts'
import type { Database } from '../postgres/database.ts'
import type { TimerRunner } from '../timer/runner.ts'
import { due, dueOf } from '../timer/store.ts'
import type { Timer } from '../timer/timer.ts'

/** How many timers run at once. Most of a callback's time is waiting for a merchant. */
const atOnce = 64

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
        for (const timer of await this.#candidates(atOnce - this.#running.size)) {
          const name = JSON.stringify([timer.merchantId, timer.timerId])
          // Held since the table was looked at: somebody else steps through them now.
          if (this.#running.has(name) || this.#held.has(timer.merchantId)) continue
          started += 1
          this.#running.set(name, { merchantId: timer.merchantId, end: this.#one(name, timer) })
        }
      } catch {
        // The database is away; readiness tells so, and the next round tries again.
      }
      if (started === 0 || this.#running.size >= atOnce) await this.#sleep()
    }
  }

  async #one(name: string, timer: Timer): Promise<void> {
    const full = this.#running.size >= atOnce - 1
    try {
      await this.#runner.run(timer)
    } catch {
      // A claim that fails leaves the timer where it is, for the next round.
    } finally {
      this.#running.delete(name)
      if (full) this.wake()
    }
  }

  async #candidates(limit: number): Promise<Timer[]> {
    if (limit <= 0) return []
    const machine = this.#clock.machine()
    const moved = this.#movable?.moved() ?? []
    const found = await due(this.#database, { now: machine, machine, except: [...moved, ...this.#held], limit })
    for (const merchantId of moved) {
      if (this.#held.has(merchantId)) continue
      found.push(...(await dueOf(this.#database, merchantId, { now: this.#clock.now(merchantId), machine, limit })))
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
