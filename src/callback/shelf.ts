import type { Clock } from '../base/clock.ts'
import type { Database } from '../postgres/database.ts'
import { shelveDue } from './shelf-store.ts'

/** How many are put away with one statement, so that none of them is a long one. */
const atOnce = 2_000

/** What comes back follows over so long, so that a host that is back is not met by all of it at once. */
const spreadMs = 60_000

/** How often one host's are looked for at most. */
const againMs = 1_000

/**
 * Puts away what is due to a host that is known to be down, all of it until its breaker lets a probe through.
 * One by one each is claimed, read and given back to learn the same, ten thousand of them again and again
 * at the cost of everybody's deliveries. It is a lease in machine time: business time and the schedule stay
 * as they are, and what is put away is in the table, whoever dies.
 */
export class Shelf {
  readonly #database: Database
  readonly #clock: Clock
  readonly #busy = new Set<string>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** Begins to put away a merchant's deliveries to a host for so long, unless that has begun already. */
  put(merchantId: string, origin: string, pauseMs: number): void {
    const name = `${merchantId} ${origin}`
    if (this.#busy.has(name)) return
    this.#busy.add(name)
    // The database may be away: each delivery then waits by itself.
    void this.#putAll(merchantId, origin, pauseMs)
      .catch(() => undefined)
      .finally(() => setTimeout(() => this.#busy.delete(name), againMs).unref())
  }

  async #putAll(merchantId: string, origin: string, pauseMs: number): Promise<void> {
    const until = new Date(this.#clock.machine().getTime() + pauseMs)
    for (;;) {
      const now = this.#clock.now(merchantId)
      const machine = this.#clock.machine()
      const shelved = await shelveDue(this.#database, {
        merchantId,
        origin,
        now,
        machine,
        until,
        spreadMs,
        limit: atOnce,
      })
      // Fewer: the others of those that are due first go elsewhere, and are sent before the next look.
      if (shelved < atOnce) return
    }
  }
}
