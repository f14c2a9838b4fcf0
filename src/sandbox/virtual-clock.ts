import { type ClockSetting, type MovableClock, runningClock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import type { Database } from '../postgres/database.ts'
import type { TimerRunner } from '../timer/runner.ts'
import { dueOf, next } from '../timer/store.ts'
import { timerKinds } from '../timer/timer.ts'
import { saveClock } from './clock-store.ts'

/** What may be asked of a merchant's clock; exactly one member (design 4.3). */
export type ClockMove =
  | { readonly advanceMs: number }
  | { readonly to: Date }
  | { readonly until: 'next' }
  | { readonly freeze: boolean }
  | { readonly reset: true }

export interface ClockState {
  readonly now: Date
  readonly offsetSeconds: number
  readonly frozen: boolean
  /** How many timers the move ran. */
  readonly ran: number
  /** When the next timer is due, or null. */
  readonly next: Date | null
  /** True when the move stopped at a limit before it was through. */
  readonly more: boolean
}

const timersAtMost = 10_000
const moveAtMostMs = 60_000

/**
 * How long a move waits for the timers that run already, so that a callback that is on its way when the
 * clock is moved has its retries within the move; and, there and behind each timer, for what an acquirer is about
 * to say by itself, so that it is heard at the same business time in every run. A merchant's handler that moves
 * the clock itself would wait for its own callback to end, so this is shorter than a callback may take.
 */
const settleAtMostMs = 2_000

/** The contract writes years with four digits, and an order may live for one more than the clock shows. */
const latest = new Date('9990-01-01T00:00:00Z')

/** What goes on beside timers in machine time, and would meet another business time if the clock went on. */
export type Quiet = () => Promise<void>

/** Where the clock keeps the polling job away while it steps. */
export interface Poller {
  /** Resolves when the timers that it was running have ended. */
  hold(merchantId: string): Promise<void>
  release(merchantId: string): void
}

/**
 * Moves one merchant's business time. A move steps to each due timer by (due, id), sets now to it and runs
 * it to its end, new timers included. It holds no lock: a handler may call the API, but a second move
 * meanwhile is refused.
 */
export class VirtualClock {
  readonly #database: Database
  readonly #clock: MovableClock
  readonly #runner: TimerRunner
  readonly #poller: Poller
  readonly #quiet: Quiet
  readonly #moving = new Set<string>()

  constructor(deps: { database: Database; clock: MovableClock; runner: TimerRunner; poller: Poller; quiet: Quiet }) {
    this.#database = deps.database
    this.#clock = deps.clock
    this.#runner = deps.runner
    this.#poller = deps.poller
    this.#quiet = deps.quiet
  }

  async state(merchantId: string, ran = 0, more = false): Promise<ClockState> {
    const upcoming = await next(this.#database, merchantId)
    const now = this.#clock.now(merchantId)
    return {
      now,
      offsetSeconds: Math.round((now.getTime() - this.#clock.machine().getTime()) / 1_000),
      frozen: this.#clock.setting(merchantId).frozenAt !== null,
      ran,
      next: upcoming?.dueAt ?? null,
      more,
    }
  }

  /** @throws Problem `conflict` while another move is under way; `malformed_field` for a time that is over or too far */
  async move(merchantId: string, move: ClockMove): Promise<ClockState> {
    if (this.#moving.has(merchantId)) throw new Problem('conflict', { reason: 'The clock is being moved already' })
    this.#moving.add(merchantId)
    try {
      await atMost(settleAtMostMs, this.#poller.hold(merchantId).then(this.#quiet))
      return await this.#move(merchantId, move)
    } finally {
      this.#moving.delete(merchantId)
      this.#poller.release(merchantId)
    }
  }

  async #move(merchantId: string, move: ClockMove): Promise<ClockState> {
    const now = this.#clock.now(merchantId)
    if ('reset' in move) {
      await this.#set(merchantId, runningClock)
      return this.state(merchantId)
    }
    if ('freeze' in move) {
      await this.#set(merchantId, this.#settingAt(now, move.freeze))
      return this.state(merchantId)
    }
    if ('until' in move) {
      const upcoming = await next(this.#database, merchantId)
      if (!upcoming) return this.state(merchantId)
      return this.#stepTo(merchantId, upcoming.dueAt > now ? upcoming.dueAt : now)
    }
    const target = 'to' in move ? move.to : new Date(now.getTime() + move.advanceMs)
    if (target < now || target > latest)
      throw new Problem('malformed_field', { field: 'to' in move ? 'to' : 'advance' })
    return this.#stepTo(merchantId, target)
  }

  async #stepTo(merchantId: string, target: Date): Promise<ClockState> {
    const wasFrozen = this.#clock.setting(merchantId).frozenAt !== null
    try {
      return await this.#runUntil(merchantId, target, wasFrozen)
    } catch (error) {
      // Time stood still for a timer; it goes on from there, as what is stored says.
      this.#clock.set(merchantId, this.#settingAt(this.#clock.now(merchantId), wasFrozen))
      throw error
    }
  }

  async #runUntil(merchantId: string, target: Date, wasFrozen: boolean): Promise<ClockState> {
    const startedMs = this.#clock.monotonicMs()
    let ran = 0
    for (;;) {
      const timers = await dueOf(this.#database, merchantId, {
        now: target,
        machine: this.#clock.machine(),
        kinds: timerKinds,
        limit: 1,
      })
      const [timer] = timers
      if (!timer) break
      if (ran >= timersAtMost || this.#clock.monotonicMs() - startedMs > moveAtMostMs) {
        await this.#set(merchantId, this.#settingAt(this.#clock.now(merchantId), wasFrozen))
        return this.state(merchantId, ran, true)
      }
      const at = timer.dueAt > this.#clock.now(merchantId) ? timer.dueAt : this.#clock.now(merchantId)
      // While a timer runs its time stands still, so that what it writes carries its own moment. What is
      // stored is the clock as it would run on, so that a crash in between leaves no clock standing.
      await saveClock(this.#database, merchantId, this.#settingAt(at, wasFrozen))
      this.#clock.set(merchantId, { offsetMs: 0, frozenAt: at })
      if (await this.#runner.run(timer, true)) ran += 1
      await atMost(settleAtMostMs, this.#quiet())
    }
    await this.#set(merchantId, this.#settingAt(target, wasFrozen))
    return this.state(merchantId, ran)
  }

  /** The setting that makes it `now` at this moment. */
  #settingAt(now: Date, frozen: boolean): ClockSetting {
    return frozen
      ? { offsetMs: 0, frozenAt: now }
      : { offsetMs: now.getTime() - this.#clock.machine().getTime(), frozenAt: null }
  }

  async #set(merchantId: string, setting: ClockSetting): Promise<void> {
    await saveClock(this.#database, merchantId, setting)
    this.#clock.set(merchantId, setting)
  }
}

/** Waits for work, but no longer than so. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timeout: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([work, patience])
  } finally {
    clearTimeout(timeout)
  }
}
