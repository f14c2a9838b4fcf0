/**
 * The only reader of the time of day. There are two times (invariant 10): *business time* belongs to a
 * merchant and can be moved in the sandbox; *machine time* cannot, and times leases, network time-outs,
 * breakers and signatures that a peer compares with its own watch.
 */
export interface Clock {
  /** Business time of one merchant. Read it once in a use case and pass it on, so that all rows agree. */
  now(merchantId: string): Date
  /** Machine time. */
  machine(): Date
  /** Milliseconds of a clock that never jumps, for measuring how long something took. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  now: () => new Date(),
  machine: () => new Date(),
  monotonicMs: () => performance.now(),
}

/** How one merchant's business time differs from machine time. */
export interface ClockSetting {
  readonly offsetMs: number
  /** Business time stands still here; null while it runs. */
  readonly frozenAt: Date | null
}

export const runningClock: ClockSetting = { offsetMs: 0, frozenAt: null }

/** The sandbox's clock: machine time, except for merchants whose setting says otherwise. */
export class MovableClock implements Clock {
  readonly #settings = new Map<string, ClockSetting>()
  readonly #first: ClockSetting

  /** @param first where the clock of a merchant stands that nobody has set */
  constructor(first: ClockSetting = runningClock) {
    this.#first = first
  }

  now(merchantId: string): Date {
    const { offsetMs, frozenAt } = this.setting(merchantId)
    return frozenAt ? new Date(frozenAt) : new Date(Date.now() + offsetMs)
  }

  machine(): Date {
    return new Date()
  }

  monotonicMs(): number {
    return performance.now()
  }

  setting(merchantId: string): ClockSetting {
    const setting = this.#settings.get(merchantId)
    if (setting || this.#first === runningClock) return setting ?? runningClock
    // Its timers are due by a time of its own, so it is one of those that are moved.
    this.#settings.set(merchantId, this.#first)
    return this.#first
  }

  set(merchantId: string, setting: ClockSetting): void {
    this.#settings.set(merchantId, setting)
  }

  /** Merchants whose time is not machine time. */
  moved(): readonly string[] {
    return [...this.#settings.keys()]
  }
}
