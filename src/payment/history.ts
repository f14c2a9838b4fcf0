import { type Catalogue, foldBy } from '../event/fold.ts'
import type { OrderState } from './lifecycle.ts'

/**
 * Every kind of event in an order's log, and the state that it leaves the order in; null where the order
 * stays as it was. The state of an order equals the fold of its events (invariant 6).
 */
export const eventTypes = {
  'order.initiated': 'open',
  'attempt.started': null,
  'attempt.challenged': null,
  'attempt.authenticated': null,
  'attempt.refused': null,
  'attempt.abandoned': null,
  'attempt.authorizing': 'processing',
  'attempt.rerouted': null,
  'attempt.unknown': null,
  'attempt.reversing': null,
  'attempt.declined': 'open',
  'attempt.reversed': 'open',
  'attempt.late_answer': null,
  'attempt.late_reversed': null,
  'attempt.blocked': null,
  'card.stored': null,
  'card.removed': null,
  'callback.signed_anew': null,
  'operation.asked': null,
  'operation.unknown': null,
  'operation.declined': null,
  'operation.reversing': null,
  'operation.reversed': null,
  'operation.late_answer': null,
  'operation.late_reversed': null,
  'method.picked': null,
  'receipt.unwanted': null,
  'receipt.returned': null,
  'order.paid': 'captured',
  'order.captured': 'captured',
  'order.authorized': 'authorized',
  'order.partially_captured': 'partially_captured',
  'order.fully_captured': 'captured',
  'order.capture_closed': 'captured',
  'order.lapsed': 'lapsed',
  'order.voided': 'voided',
  'order.withdrawn': 'voided',
  'order.partially_refunded': 'partially_refunded',
  'order.refunded': 'refunded',
  'order.failed': 'failed',
  'order.expired': 'expired',
  'order.cancelled': 'cancelled',
} as const satisfies Catalogue<OrderState>

export type EventType = keyof typeof eventTypes

/** The state that an order's log tells, or undefined for an empty log. */
export function fold(types: readonly string[]): OrderState | undefined {
  return foldBy<OrderState>(eventTypes, types)
}
