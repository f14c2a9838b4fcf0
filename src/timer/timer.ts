/** Everything that happens later, by kind. What each does is said where its handler stands. */
export const timerKinds = [
  'expire',
  'abandon',
  'inquire',
  'reverse',
  'operation',
  'undo',
  'lapse',
  'charge',
  'return',
  'notify',
  'callback',
] as const
export type TimerKind = (typeof timerKinds)[number]

/**
 * One thing to do at a moment of its merchant's business time (invariant 10). Within a merchant, timers
 * run by (due, id). `timerId` is `kind:subject`, so that scheduling the same thing again moves it.
 */
export interface Timer {
  readonly merchantId: string
  readonly timerId: string
  readonly kind: TimerKind
  /** What it is about: an order, an attempt of an order, a plan, a payment that was received, a callback. */
  readonly subject: string
  readonly dueAt: Date
}

export function timerIdOf(kind: TimerKind, subject: string): string {
  return `${kind}:${subject}`
}

export function timerOf(merchantId: string, kind: TimerKind, subject: string, dueAt: Date): Timer {
  return { merchantId, timerId: timerIdOf(kind, subject), kind, subject, dueAt }
}
