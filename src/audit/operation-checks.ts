import { operationSubject } from '../payment/change.ts'
import {
  initialOperationState,
  nextOperationState,
  type OperationOutcome,
  type OperationState,
  type OperationStep,
} from '../payment/lifecycle.ts'
import { timerIdOf } from '../timer/timer.ts'
import type { OrderCheck } from './check.ts'
import type { FiledOperation } from './dossier.ts'

const open: ReadonlySet<string> = new Set(['asked', 'unknown', 'reversing'])

export function isUnderWay({ state }: Pick<FiledOperation, 'state'>): boolean {
  return open.has(state)
}

/** The row of the operations' table by which an event moves its operation. */
const moves: Readonly<Record<string, readonly [OperationStep, OperationOutcome]>> = {
  'operation.unknown': ['send', 'unknown'],
  'operation.declined': ['send', 'declined'],
  'operation.reversing': ['reverse', 'asked'],
  'operation.reversed': ['reverse', 'reversed'],
  'order.partially_captured': ['send', 'approved'],
  'order.fully_captured': ['send', 'approved'],
  'order.partially_refunded': ['send', 'approved'],
  'order.refunded': ['send', 'approved'],
  'order.voided': ['send', 'approved'],
}

/** Invariants 4, 5 and 6 of captures, voids and refunds. */
export const operationChecks: readonly OrderCheck[] = [
  {
    name: 'operation-state',
    invariant: 6,
    about: 'a capture, void or refund is where its log says, by the table of its life',
    look: ({ order, operations, events }, fault) => {
      const told = new Map<number, OperationState | undefined>()
      for (const { seq, type, details } of events) {
        const operationNo = Number(details['operationNo'])
        if (type === 'operation.asked') told.set(operationNo, initialOperationState)
        const move = moves[type]
        if (!move) continue
        const from = told.get(operationNo)
        // A void that was given up is done by reversing what it was to void.
        if (type === 'order.voided' && from === 'reversed') continue
        const to = from && nextOperationState(move[0], from, move[1])
        if (to) told.set(operationNo, to)
        else fault(`event ${seq}, ${type}, comes when its operation is ${from ?? 'not begun'}`)
      }
      for (const [index, { operationNo, state }] of operations.entries()) {
        if (operationNo !== index + 1) fault(`operation ${index + 1} is missing`)
        const says = told.get(operationNo) ?? 'nothing'
        if (says !== state) fault(`operation ${operationNo} is ${state} and the log says ${says}`)
        told.delete(operationNo)
      }
      for (const operationNo of told.keys()) fault(`operation ${operationNo} is in the log and not there`)
      if (order.operationCount !== operations.length)
        fault(`the order counts ${order.operationCount} operations and has ${operations.length}`)
      return operations.length
    },
  },
  {
    name: 'pending',
    invariant: 5,
    about: 'what is set aside for captures, voids and refunds is what is under way, all of one kind',
    look: ({ order: { pendingKind, pendingCount, pendingMinor }, operations }, fault) => {
      const underWay = operations.filter(isUnderWay)
      const kinds = [...new Set(underWay.map(({ kind }) => kind))]
      const sum = underWay.reduce((total, { amountMinor }) => total + amountMinor, 0n)
      if (kinds.length > 1) fault(`a ${kinds.join(' and a ')} are under way at once`)
      if (underWay.length !== pendingCount || sum !== pendingMinor || (kinds[0] ?? null) !== pendingKind)
        fault(
          `${underWay.length} operations of ${sum} are under way and the order sets aside ${pendingCount} of ${pendingMinor}`,
        )
      for (const { operationNo, state, endedAt } of operations)
        if (isUnderWay({ state }) !== (endedAt === null))
          fault(`operation ${operationNo} is ${state} and ${endedAt ? 'has' : 'has not'} its end`)
      return operations.length
    },
  },
  {
    name: 'unknown-operation',
    invariant: 4,
    about: 'a capture, void or refund without an answer is asked about before its deadline',
    look: ({ order: { orderId }, operations, timers }, fault, { unknownMinutes }) => {
      const underWay = operations.filter(isUnderWay)
      for (const { operationNo, state, askedAt } of underWay) {
        const due = timers.get(timerIdOf('operation', operationSubject(orderId, operationNo)))
        if (!due) fault(`operation ${operationNo} is ${state} and nobody will ask what became of it`)
        else if (state !== 'reversing' && due.getTime() > askedAt.getTime() + unknownMinutes * 60_000)
          fault(`operation ${operationNo} is ${state} and is asked about only after its deadline`)
      }
      return underWay.length
    },
  },
  {
    name: 'late-operation',
    invariant: 5,
    about: 'a capture or refund that was approved after it had ended is taken back',
    look: ({ order: { orderId }, events, timers }, fault) => {
      const late = new Set<number>()
      const taken = new Set<number>()
      for (const { type, details } of events) {
        if (type === 'operation.late_answer') late.add(Number(details['operationNo']))
        if (type === 'operation.late_reversed') taken.add(Number(details['operationNo']))
      }
      for (const operationNo of late)
        if (!taken.has(operationNo) && !timers.has(timerIdOf('undo', operationSubject(orderId, operationNo))))
          fault(`operation ${operationNo} was approved too late and nobody takes it back`)
      return late.size
    },
  },
  {
    name: 'lapse',
    invariant: 10,
    about: 'an authorization that is not captured whole lapses when its time is over',
    look: ({ order: { orderId, state, authorizedUntil, pendingCount }, timers }, fault) => {
      const isHeld = state === 'authorized' || state === 'partially_captured'
      if (!isHeld) {
        if (authorizedUntil) fault(`the order is ${state} and its authorization is still to lapse`)
        return 0
      }
      const due = timers.get(timerIdOf('lapse', orderId))
      if (!authorizedUntil) fault(`the order is ${state} and its authorization never lapses`)
      // Whoever settles what is under way closes it.
      else if (!due && pendingCount === 0) fault(`the order is ${state} and has no timer to lapse`)
      else if (due && due > authorizedUntil) fault(`the authorization lapses only at ${due.toISOString()}`)
      return 1
    },
  },
]
