import type { TimerHandler } from './runner.ts'
import { type TimerKind, timerKinds } from './timer.ts'

/** One handler for timers of every kind. */
export function handlersOf(handler: TimerHandler): Record<TimerKind, TimerHandler> {
  // Every kind is a key of what is made of all kinds.
  return Object.fromEntries(timerKinds.map((kind) => [kind, handler])) as Record<TimerKind, TimerHandler>
}
