import type { Logger } from 'pino'
import type { Callback } from './callback/callback.ts'
import type { DeliveryOutcome } from './callback/deliver.ts'
import type { Timer } from './timer/timer.ts'

/** One line for each delivery; one that is given up is an operator's to look at. */
export function tellOfCallback(log: Logger, { merchantId }: Timer, callback: Callback, outcome: DeliveryOutcome): void {
  const { orderId, callbackId } = callback
  const { kind } = outcome
  const level = kind === 'abandoned' ? 'warn' : kind === 'postponed' ? 'debug' : 'info'
  const attempt = 'attempt' in outcome && outcome.attempt
  const { attemptNo, status, error, ms } = attempt || {}
  log[level]({ msg: 'callback', merchantId, orderId, callbackId, outcome: kind, attemptNo, status, error, ms })
}
