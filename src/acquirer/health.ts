/** How many failures in a row take an acquirer out of the routing. */
const failuresToOpen = 5

/** The first pause, which doubles with each probe that fails, up to the last. Machine time. */
const firstPauseMs = 10_000
const longestPauseMs = 300_000

/** For so long one payment finds out whether the acquirer is back before another may. */
const probeMs = 60_000

/**
 * Whether an acquirer can be reached, as far as the last payments tell: the circuit breaker of one acquirer. It
 * counts what could not be sent and what was not answered, and never a decline, which is an answer. After a
 * pause one payment goes there again, as a probe. Times are those of a clock that never jumps.
 */
export class Health {
  #failures = 0
  #pauseMs = firstPauseMs
  #awayUntilMs = 0
  #isProbing = false

  isUp(nowMs: number): boolean {
    return this.#failures < failuresToOpen || nowMs >= this.#awayUntilMs
  }

  /** Told before the acquirer is asked: while one payment is the probe, others go elsewhere. */
  asked(nowMs: number): void {
    if (this.#failures < failuresToOpen || nowMs < this.#awayUntilMs) return
    this.#isProbing = true
    this.#awayUntilMs = nowMs + probeMs
  }

  answered(): void {
    this.#failures = 0
    this.#pauseMs = firstPauseMs
    this.#isProbing = false
  }

  failed(nowMs: number): void {
    // An open breaker hears the end of what was sent before it opened: nothing new.
    if (this.#failures >= failuresToOpen && !this.#isProbing) return
    this.#failures += 1
    if (this.#failures < failuresToOpen) return
    if (this.#isProbing) this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
    this.#isProbing = false
    this.#awayUntilMs = nowMs + this.#pauseMs
  }
}
