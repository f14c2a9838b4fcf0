import { isIn } from '../event/fold.ts'
import { chainFault } from '../event/verify-chain.ts'
import { type EventType, eventTypes, fold } from '../payment/history.ts'
import {
  type AttemptOperation,
  type AttemptOutcome,
  type AttemptState,
  initialAttemptState,
  nextAttemptState,
  nextOrderState,
  type OrderOperation,
  type OrderOutcome,
  type OrderState,
} from '../payment/lifecycle.ts'
import type { OrderCheck } from './check.ts'
import type { FiledEvent } from './dossier.ts'

/** The row of the order's table by which an event moves the order; an event that is not here moves none. */
const orderMoves: Readonly<Partial<Record<EventType, readonly [OrderOperation, OrderOutcome]>>> = {
  'attempt.authorizing': ['pay', 'asked'],
  'attempt.unknown': ['pay', 'unknown'],
  'attempt.declined': ['pay', 'declined'],
  'attempt.reversed': ['pay', 'reversed'],
  'order.paid': ['receive', 'kept'],
  'order.captured': ['pay', 'approved'],
  'order.authorized': ['pay', 'reserved'],
  'order.partially_captured': ['capture', 'part'],
  'order.fully_captured': ['capture', 'whole'],
  'order.capture_closed': ['lapse', 'elapsed'],
  'order.lapsed': ['lapse', 'elapsed'],
  'order.voided': ['void', 'whole'],
  'order.withdrawn': ['withdraw', 'whole'],
  'order.partially_refunded': ['refund', 'part'],
  'order.refunded': ['refund', 'whole'],
  'order.failed': ['fail', 'exhausted'],
  'order.expired': ['expire', 'elapsed'],
  'order.cancelled': ['cancel', 'asked'],
}

/** The row of the attempts' table by which an event moves its attempt. */
const attemptMoves: Readonly<Partial<Record<EventType, readonly [AttemptOperation, AttemptOutcome]>>> = {
  'attempt.challenged': ['authenticate', 'challenged'],
  'attempt.authenticated': ['authenticate', 'passed'],
  'attempt.refused': ['authenticate', 'refused'],
  'attempt.abandoned': ['abandon', 'elapsed'],
  'attempt.authorizing': ['authorize', 'asked'],
  'attempt.unknown': ['authorize', 'unknown'],
  'attempt.rerouted': ['authorize', 'not_sent'],
  'attempt.declined': ['authorize', 'declined'],
  'attempt.reversing': ['reverse', 'asked'],
  'attempt.reversed': ['reverse', 'reversed'],
  'order.paid': ['receive', 'kept'],
  'order.captured': ['authorize', 'approved'],
  'order.authorized': ['authorize', 'reserved'],
}

const isEventType = (type: string): type is EventType => isIn(eventTypes, type)

/** The attempt that an event is about. */
function attemptNoOf(event: FiledEvent): number {
  return Number(event.details['attemptNo'])
}

/** Invariant 6: the log is whole, and everything else is what it tells. */
export const logChecks: readonly OrderCheck[] = [
  {
    name: 'log',
    invariant: 6,
    about: "an order's events are numbered without a gap, each with the hash of the one before",
    look: ({ order: { eventSeq, eventHash }, events }, fault) => {
      const wrong = chainFault(events, { seq: eventSeq, hash: eventHash })
      if (wrong) fault(wrong)
      return events.length
    },
  },
  {
    name: 'order-state',
    invariant: 6,
    about: 'the state of an order is the fold of its events',
    look: ({ order, events }, fault) => {
      const known = events.map(({ type }) => type).filter(isEventType)
      const told = fold(known)
      if (told !== order.state) fault(`the order is ${order.state} and its log says ${told ?? 'nothing'}`)
      return 1
    },
  },
  {
    name: 'attempt-state',
    invariant: 6,
    about: 'the state of an attempt is the fold of its events',
    look: ({ attempts, events }, fault) => {
      const told = new Map<number, AttemptState | undefined>()
      for (const event of events) {
        if (event.type === 'attempt.started') told.set(attemptNoOf(event), initialAttemptState)
        const move = isEventType(event.type) && attemptMoves[event.type]
        const from = move && told.get(attemptNoOf(event))
        if (move && from) told.set(attemptNoOf(event), nextAttemptState(move[0], from, move[1]))
      }
      for (const { attemptNo, state } of attempts) {
        const says = told.get(attemptNo) ?? 'nothing that is in the table'
        if (says !== state) fault(`attempt ${attemptNo} is ${state} and the log says ${says}`)
        told.delete(attemptNo)
      }
      for (const attemptNo of told.keys()) fault(`attempt ${attemptNo} is in the log and not there`)
      return attempts.length
    },
  },
  {
    name: 'life-cycle',
    invariant: 6,
    about: 'orders and attempts move only as the tables of the life cycle say',
    look: ({ events }, fault) => {
      let order: OrderState | undefined
      const attempts = new Map<number, AttemptState>()
      for (const event of events) {
        const { seq, type } = event
        if (!isEventType(type)) {
          fault(`event ${seq} is a ${type}, which is not in the catalogue`)
          continue
        }
        if ((type === 'order.initiated') !== (seq === 1)) fault(`event ${seq} is ${type}`)
        const orderMove = orderMoves[type]
        if (orderMove && order && nextOrderState(orderMove[0], order, orderMove[1]) === undefined)
          fault(`event ${seq}, ${type}, comes when the order is ${order}`)
        order = eventTypes[type] ?? order
        if (type === 'attempt.started') attempts.set(attemptNoOf(event), initialAttemptState)
        const attemptMove = attemptMoves[type]
        if (!attemptMove) continue
        const from = attempts.get(attemptNoOf(event))
        const to = from && nextAttemptState(attemptMove[0], from, attemptMove[1])
        if (to) attempts.set(attemptNoOf(event), to)
        else fault(`event ${seq}, ${type}, comes when its attempt is ${from ?? 'not begun'}`)
      }
      return events.length
    },
  },
  {
    name: 'first-event',
    invariant: 6,
    about: "an order's amount, currency, reference and times are those that its first event tells",
    look: ({ order, events: [first] }, fault) => {
      if (!first) return 0
      const { amount, currency, reference, expiresAt } = first.details
      if (amount !== order.amountMinor.toString() || currency !== order.currency)
        fault(`the order is of ${order.amountMinor} ${order.currency} and its log says ${String(amount)}`)
      if (reference !== order.reference) fault('the order has another reference than its log')
      if (expiresAt !== order.expiresAt.toISOString() || first.at.getTime() !== order.createdAt.getTime())
        fault('the order has other times than its log')
      return 1
    },
  },
]
