import type { TimerPlace } from '../timer/store.ts'
import type { Timer, TimerKind } from '../timer/timer.ts'

/** How many timers of a merchant wait in memory before the others stay in the table. */
export const aheadAtMost = 512

/**
 * What timers of some kinds share: so many places, of which one merchant has at most `ofOne`, and what has
 * been looked up and waits for one.
 */
export class Lane {
  readonly kinds: readonly TimerKind[]
  /** When the table is to be looked at again for its kinds, in machine time. */
  lookAtMs = 0
  readonly #atOnce: number
  readonly #ofOne: number
  readonly #ofMerchants = new Map<string, number>()
  #taken = 0
  /** Timers that have been looked up and wait for a place of their merchant, in order of time. */
  readonly #ahead = new Map<string, Timer[]>()
  /** Merchants who have more in the table, and up to where it was looked up; undefined: from the first on. */
  readonly #more = new Map<string, TimerPlace | undefined>()

  constructor(kinds: readonly TimerKind[], atOnce: number, ofOne: number) {
    this.kinds = kinds
    this.#atOnce = atOnce
    this.#ofOne = ofOne
  }

  get free(): number {
    return this.#atOnce - this.#taken
  }

  /** Merchants that a look at everybody's timers leaves out: they have all their places, or are looked up by themselves. */
  get supplied(): readonly string[] {
    const full = [...this.#ofMerchants].filter(([, taken]) => taken >= this.#ofOne)
    return [...full.map(([merchantId]) => merchantId), ...this.#ahead.keys(), ...this.#more.keys()]
  }

  /** Merchants with more in the table whose places become free, and from where on it is to be looked up. */
  get drained(): readonly (readonly [merchantId: string, after: TimerPlace | undefined])[] {
    return [...this.#more].filter(
      ([merchantId]) => !this.#ahead.has(merchantId) && (this.#ofMerchants.get(merchantId) ?? 0) <= this.#ofOne / 2,
    )
  }

  supply(timer: Timer): void {
    const ahead = this.#ahead.get(timer.merchantId)
    if (ahead) ahead.push(timer)
    else this.#ahead.set(timer.merchantId, [timer])
  }

  /** Supplies a timer that has just been written. Behind what waits in the table it waits there as well. */
  offer(timer: Timer): void {
    const { merchantId } = timer
    if (this.#more.has(merchantId)) return
    if ((this.#ahead.get(merchantId)?.length ?? 0) < aheadAtMost) this.supply(timer)
    else this.#more.set(merchantId, undefined)
  }

  /** A merchant has more in the table, behind what was supplied last. */
  hasMore(merchantId: string, after: TimerPlace): void {
    this.#more.set(merchantId, after)
  }

  /** All that a merchant had in the table was supplied. */
  hasNoMore(merchantId: string): void {
    this.#more.delete(merchantId)
  }

  /** What a merchant waits for is looked up again when it is let go of. */
  forget(merchantId: string): void {
    this.#ahead.delete(merchantId)
    this.#more.delete(merchantId)
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

  leave(merchantId: string): void {
    const taken = (this.#ofMerchants.get(merchantId) ?? 0) - 1
    if (taken > 0) this.#ofMerchants.set(merchantId, taken)
    else this.#ofMerchants.delete(merchantId)
    this.#taken -= 1
  }
}
