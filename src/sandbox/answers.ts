import type { Callback, CallbackAttempt } from '../callback/callback.ts'
import type { ClockState } from './virtual-clock.ts'

/** A moment as the sandbox's own answers show it: ISO 8601 with Western Indonesian offset. */
export function isoWib(at: Date): string {
  return `${new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, -1)}+07:00`
}

export function clockAnswer(state: ClockState) {
  return {
    now: isoWib(state.now),
    offsetSeconds: state.offsetSeconds,
    frozen: state.frozen,
    ran: state.ran,
    next: state.next && isoWib(state.next),
    more: state.more,
  }
}

export function callbackAnswer(callback: Callback, attempts: readonly CallbackAttempt[]) {
  return {
    id: callback.callbackId,
    orderId: callback.orderId,
    url: callback.url,
    body: callback.body.toString('utf8'),
    state: callback.state,
    attempts: attempts.map(({ at, status, ms, error, answer }) => ({ at: isoWib(at), status, ms, error, answer })),
  }
}
