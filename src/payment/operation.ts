import type { Money } from '../base/money.ts'
import type { OperationKind, OperationState } from './lifecycle.ts'

/** One capture, void or refund of an order that was paid, with its own reference at the acquirer. */
export interface Operation {
  readonly operationNo: number
  readonly kind: OperationKind
  /** Of a void: all that was held when it was asked for. */
  readonly amount: Money
  readonly state: OperationState
  /** The merchant's own name for it, so that it is done once however often it is asked for; null without one. */
  readonly key: string | null
  readonly acquirerId: string
  /** Ours, new for each operation: every message about it names it. */
  readonly reference: string
  readonly responseCode: string | null
  /** Why it was declined or given up, or is unknown. */
  readonly reason: string | null
  readonly askedAt: Date
  readonly endedAt: Date | null
}

/** Whether nobody knows yet what becomes of it. */
export function isOpen({ state }: Pick<Operation, 'state'>): boolean {
  return state === 'asked' || state === 'unknown' || state === 'reversing'
}
