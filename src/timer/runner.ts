import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'
import * as store from './store.ts'
import type { Timer, TimerKind } from './timer.ts'

/**
 * When a timer is to run again: at a moment of business time, after a pause of machine time (nothing has
 * happened yet), or, null, never: the matter is closed. `moved`: the handler has moved or removed the timer
 * itself, in the transaction that wrote what it did.
 */
export type TimerResult = Date | { readonly postponedMs: number } | null | 'moved'

/**
 * Does what a timer is for. It may run again after a crash, so it must be safe to repeat. `isUrgent`: the
 * sandbox's clock is stepping, and waits for nothing that only machine time would end.
 */
export type TimerHandler = (timer: Timer, now: Date, isUrgent: boolean) => Promise<TimerResult>

/** Longer than any handler takes: its longest step is a network call of at most 30 s. */
const leaseMs = 90_000

/** How long a failed handler (the database away, a bug) waits before it is tried again. */
const failureMs = 2_000

/** A timer that is to be leased; until when is known once it is being asked for. */
interface Claim {
  readonly timer: Timer
  leasedUntil: Date | null
}

/**
 * Runs one timer at a time for whoever asks: the job that polls, or the sandbox's clock. A lease keeps
 * two processes apart; a handler's own compare-and-set keeps them correct even if the lease runs out.
 */
export class TimerRunner {
  readonly #database: Database
  readonly #clock: Clock
  readonly #handlers: Readonly<Record<TimerKind, TimerHandler>>
  readonly #failed: (timer: Timer, error: unknown) => void
  readonly #claims: Batcher<Claim, boolean>
  /** A merchant whose server is away has many put back at once. */
  readonly #releases: Batcher<store.Released, undefined>
  /** Leases that a database which went away kept from being given back. */
  #stuck: store.Lease[] = []

  constructor(deps: {
    database: Database
    clock: Clock
    handlers: Readonly<Record<TimerKind, TimerHandler>>
    failed: (timer: Timer, error: unknown) => void
  }) {
    this.#database = deps.database
    this.#clock = deps.clock
    this.#handlers = deps.handlers
    this.#failed = deps.failed
    this.#claims = new Batcher({
      key: ({ timer }) => nameOf(timer),
      write: (claims) => {
        const machine = this.#clock.machine()
        const leasedUntil = new Date(machine.getTime() + leaseMs)
        for (const claim of claims) claim.leasedUntil = leasedUntil
        return store.claim(
          this.#database,
          claims.map(({ timer }) => timer),
          machine,
          leasedUntil,
        )
      },
    })
    this.#releases = new Batcher({
      key: ({ lease }) => nameOf(lease),
      write: async (released) => {
        await store.release(this.#database, released)
        return released.map(() => undefined)
      },
    })
  }

  /** Runs a due timer to its end. False when somebody else has it. */
  async run(timer: Timer, isUrgent = false): Promise<boolean> {
    const claim: Claim = { timer, leasedUntil: null }
    try {
      if (!(await this.#claims.add(claim))) return false
    } catch (error) {
      // It may have been taken all the same.
      this.#keep(claim)
      throw error
    }
    const lease = leaseOf(claim)
    invariant(lease, 'a timer that was claimed has a lease')
    try {
      const again = await this.#handlers[timer.kind](timer, this.#clock.now(timer.merchantId), isUrgent)
      if (again === 'moved') return true
      if (again && 'postponedMs' in again) {
        const retryAt = new Date(this.#clock.machine().getTime() + again.postponedMs)
        await this.#releases.add({ lease, retryAt })
      } else if (again) await store.schedule(this.#database, [{ ...timer, dueAt: again }])
      else await store.finish(this.#database, lease)
    } catch (error) {
      this.#failed(timer, error)
      const retryAt = new Date(this.#clock.machine().getTime() + failureMs)
      await this.#releases.add({ lease, retryAt }).catch(() => this.#keep(claim))
    }
    return true
  }

  /**
   * Gives back what could not be given back while the database was away: otherwise these timers would wait
   * until their leases run out.
   *
   * @throws Problem `unavailable` while it still is
   */
  async freeStuck(): Promise<void> {
    if (this.#stuck.length === 0) return
    const leases = this.#stuck
    this.#stuck = []
    try {
      await store.free(this.#database, leases)
    } catch (error) {
      this.#stuck.push(...leases)
      throw error
    }
  }

  #keep(claim: Claim): void {
    const lease = leaseOf(claim)
    if (lease) this.#stuck.push(lease)
  }
}

/** Neither id can hold a line end. */
function nameOf({ merchantId, timerId }: store.TimerKey): string {
  return `${merchantId}\n${timerId}`
}

/** Undefined where it was never asked for. */
function leaseOf({ timer: { merchantId, timerId }, leasedUntil }: Claim): store.Lease | undefined {
  return leasedUntil ? { merchantId, timerId, leasedUntil } : undefined
}
