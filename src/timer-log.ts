import type { Logger } from 'pino'
import type { Callback } from './callback/callback.ts'
import type { DeliveryOutcome } from './callback/deliver.ts'
import { parseAttemptSubject } from './payment/change.ts'
import type { Timer } from './timer/timer.ts'

/** What a timer is about, by the names that the log uses. */
export function subjectOf({ merchantId, kind, subject }: Timer): Readonly<Record<string, unknown>> {
  if (kind === 'expire' || kind === 'lapse') return { merchantId, orderId: subject }
  return kind === 'callback' ? { merchantId, callbackId: subject } : { merchantId, ...parseAttemptSubject(subject) }
}

/** One line for each delivery; one that is given up is an operator's to look at. */
export function tellOfCallback(log: Logger, { merchantId }: Timer, callback: Callback, outcome: DeliveryOutcome): void {
  const { orderId, callbackId } = callback
  const { kind } = outcome
  const level = kind === 'abandoned' ? 'warn' : kind === 'postponed' ? 'debug' : 'info'
  const attempt = 'attempt' in outcome && outcome.attempt
  const { attemptNo, status, error, ms } = attempt || {}
  log[level]({ msg: 'callback', merchantId, orderId, callbackId, outcome: kind, attemptNo, status, error, ms })
}
