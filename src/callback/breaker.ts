import { unreachable } from '../base/invariant.ts'
import type { SendResult } from './send.ts'

/** How many failures in a row stop deliveries to a host. */
const failuresToOpen = 5

/** The first pause, which doubles with each probe that fails, up to the last. Machine time. */
const firstPauseMs = 10_000
const longestPauseMs = 300_000

/** How long others wait while one delivery finds out whether the host is back. */
const probeWaitMs = 1_000

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly untilMs: number; readonly pauseMs: number }
  | { readonly kind: 'probing'; readonly pauseMs: number }

/**
 * The circuit breaker of one merchant's host. It counts what says that nobody is there, and never an HTTP
 * answer: a known shop answers 500 to every not-paid status, which must not delay the paid ones (design,
 * part 5). After a pause one delivery goes through as a probe; what it meets closes the breaker or makes
 * the next pause longer. Times are those of a clock that never jumps.
 */
export class Breaker {
  #state: State = { kind: 'closed', failures: 0 }

  /** Milliseconds for which deliveries have to wait; with 0 the caller sends, and reports what became of it. */
  admit(nowMs: number): number {
    const state = this.#state
    switch (state.kind) {
      case 'closed':
        return 0
      case 'probing':
        return probeWaitMs
      case 'open':
        if (nowMs < state.untilMs) return state.untilMs - nowMs
        this.#state = { kind: 'probing', pauseMs: state.pauseMs }
        return 0
      default:
        return unreachable(state)
    }
  }

  /** Without a result, for a delivery that was let through and then failed on our side before it was sent. */
  report(result: SendResult | undefined, nowMs: number): void {
    const state = this.#state
    switch (signOf(result)) {
      case 'present':
        this.#state = { kind: 'closed', failures: 0 }
        return
      case 'absent':
        if (state.kind === 'probing') this.#open(nowMs, Math.min(state.pauseMs * 2, longestPauseMs))
        else if (state.kind === 'closed') {
          if (state.failures + 1 < failuresToOpen) this.#state = { kind: 'closed', failures: state.failures + 1 }
          else this.#open(nowMs, firstPauseMs)
        }
        // An open breaker hears the end of what was sent before it opened: nothing new.
        return
      case 'neither':
        // A probe that found nothing out leaves its place to the next.
        if (state.kind === 'probing') this.#state = { kind: 'open', untilMs: nowMs, pauseMs: state.pauseMs }
    }
  }

  /** True while it stops deliveries. */
  isOpen(nowMs: number): boolean {
    return this.#state.kind === 'open' && nowMs < this.#state.untilMs
  }

  /** What it does now; one whose pause is over is open until somebody asks. */
  get kind(): State['kind'] {
    return this.#state.kind
  }

  /** True when it holds nothing that is worth remembering. */
  get isPristine(): boolean {
    return this.#state.kind === 'closed' && this.#state.failures === 0
  }

  #open(nowMs: number, pauseMs: number): void {
    this.#state = { kind: 'open', untilMs: nowMs + pauseMs, pauseMs }
  }
}

/** What a result says of the host: that somebody is there, that nobody is, or neither. */
function signOf(result: SendResult | undefined): 'present' | 'absent' | 'neither' {
  if (!result) return 'neither'
  if (result.kind === 'answered') return 'present'
  switch (result.error) {
    case 'refused':
    case 'unreachable':
    case 'reset':
    case 'tls':
    case 'timeout':
      return 'absent'
    case 'invalid_url':
    case 'dns':
    case 'address_not_allowed':
    case 'too_large':
    case 'protocol':
    case 'resources':
    case 'stopped':
    case 'lost':
      return 'neither'
    default:
      return unreachable(result.error)
  }
}
