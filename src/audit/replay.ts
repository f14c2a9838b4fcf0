import { type EventType, eventTypes } from '../payment/history.ts'
import type { OrderState } from '../payment/lifecycle.ts'
import type { FiledEvent } from './dossier.ts'

/** Where an order stands after one of its events, as its log alone tells it. */
export interface Told {
  readonly seq: number
  readonly state: OrderState | undefined
  readonly authorized: bigint
  readonly captured: bigint
  readonly refunded: bigint
  /** The event tells a state: its merchant may have to be told. */
  readonly moved: boolean
}

/** What each event adds to the sums of its order. */
const adds: Readonly<Partial<Record<EventType, readonly ('authorized' | 'captured' | 'refunded')[]>>> = {
  'order.paid': ['authorized', 'captured'],
  'order.captured': ['authorized', 'captured'],
  'order.authorized': ['authorized'],
  'order.partially_captured': ['captured'],
  'order.fully_captured': ['captured'],
  'order.partially_refunded': ['refunded'],
  'order.refunded': ['refunded'],
}

/** An amount as our log writes it; undefined for anything else. */
export function amountIn(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^[1-9]\d*$/.test(value) ? BigInt(value) : undefined
}

/** The order after each of its events, in their order. An event that is none of ours changes nothing. */
export function replay(events: readonly FiledEvent[]): readonly Told[] {
  let told: Omit<Told, 'seq' | 'moved'> = { state: undefined, authorized: 0n, captured: 0n, refunded: 0n }
  return events.map(({ seq, type, details }) => {
    if (!Object.hasOwn(eventTypes, type)) return { ...told, seq, moved: false }
    // The line above has checked that the catalogue has it.
    const known = type as EventType
    const state = eventTypes[known]
    const amount = amountIn(details['amount']) ?? 0n
    const sums = Object.fromEntries((adds[known] ?? []).map((name) => [name, told[name] + amount]))
    told = { ...told, ...sums, state: state ?? told.state }
    return { ...told, seq, moved: state !== null }
  })
}
