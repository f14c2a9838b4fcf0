import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'

const lifeMs = 10 * 60_000

interface Held {
  readonly cvv: Secret<string>
  /** In milliseconds of the clock that never jumps. */
  readonly until: number
}

/**
 * CVVs on their way to the acquirer, by attempt token: in the memory of this process, nowhere else, for at
 * most ten minutes of machine time (invariant 8; PCI DSS 3.3.1). All have the same life, so the first
 * entry is always the next to go; when there are too many it goes early, and its payer types it again.
 */
export class CvvKeeper {
  readonly #held = new Map<string, Held>()
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #limit: number
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Pick<Clock, 'monotonicMs'>, limit = 10_000) {
    this.#clock = clock
    this.#limit = limit
  }

  get size(): number {
    return this.#held.size
  }

  hold(token: string, cvv: Secret<string>): void {
    this.#forgetOld()
    this.#held.delete(token)
    this.#held.set(token, { cvv, until: this.#clock.monotonicMs() + lifeMs })
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= this.#limit) break
      this.#held.delete(oldest)
    }
    this.#wake()
  }

  /** The CVV, undefined when its time is over, it was dropped, or another process took it. */
  peek(token: string): Secret<string> | undefined {
    this.#forgetOld()
    return this.#held.get(token)?.cvv
  }

  has(token: string): boolean {
    return this.peek(token) !== undefined
  }

  /** Forgets a CVV: the acquirer has been asked, or the attempt has ended. */
  drop(token: string): void {
    this.#held.delete(token)
  }

  /** Forgets all of them, at the end of the process. */
  clear(): void {
    this.#held.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #forgetOld(): void {
    const now = this.#clock.monotonicMs()
    for (const [token, { until }] of this.#held) {
      if (until > now) break
      this.#held.delete(token)
    }
  }

  /** Forgets on time also where nobody asks any more. The timer keeps no process alive. */
  #wake(): void {
    const [first] = this.#held.values()
    if (!first || this.#timer) return
    const wait = Math.max(1, Math.ceil(first.until - this.#clock.monotonicMs()))
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#forgetOld()
      this.#wake()
    }, wait).unref()
  }
}
