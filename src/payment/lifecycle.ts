/**
 * The life of an order, of each attempt to pay it and of each capture, void and refund after that, as data.
 * Code asks these tables; nothing else knows the order of states.
 *
 * `unknown` means that the acquirer may or may not have acted. It is not a failure: whatever was asked stays
 * open until an inquiry or a reversal settles it (invariant 4). Turning it into `declined` is how money is
 * taken twice. `not_sent` is certainty: the acquirer did nothing, and another one is asked.
 *
 * A payment that is made elsewhere, at a bank or in a wallet, is received: nobody was asked for it, and money that comes
 * after an order's time is money all the same. What an order does not want is not in its life: it goes back. What it has
 * taken whole and kept, the bank may withdraw on the same day.
 *
 * A capture or a refund moves the order by `part` where something is left to capture or to give back after
 * it, by `whole` where nothing is. Money that flows back ends the capturing: what is still authorized then
 * lapses.
 */
export const orderRows = [
  // operation  from          outcome      to
  ['pay', 'open', 'asked', 'processing'],
  ['pay', 'processing', 'approved', 'captured'],
  ['pay', 'processing', 'reserved', 'authorized'],
  ['pay', 'processing', 'declined', 'open'],
  ['pay', 'processing', 'unknown', 'processing'],
  ['pay', 'processing', 'reversed', 'open'],
  ['fail', 'open', 'exhausted', 'failed'],
  ['expire', 'open', 'elapsed', 'expired'],
  ['cancel', 'open', 'asked', 'cancelled'],
  ['receive', 'open', 'kept', 'captured'],
  ['receive', 'expired', 'kept', 'captured'],
  ['capture', 'authorized', 'part', 'partially_captured'],
  ['capture', 'authorized', 'whole', 'captured'],
  ['capture', 'partially_captured', 'part', 'partially_captured'],
  ['capture', 'partially_captured', 'whole', 'captured'],
  ['lapse', 'authorized', 'elapsed', 'lapsed'],
  ['lapse', 'partially_captured', 'elapsed', 'captured'],
  ['void', 'authorized', 'whole', 'voided'],
  ['void', 'partially_captured', 'whole', 'voided'],
  ['void', 'captured', 'whole', 'voided'],
  ['withdraw', 'captured', 'whole', 'voided'],
  ['refund', 'partially_captured', 'part', 'partially_refunded'],
  ['refund', 'partially_captured', 'whole', 'refunded'],
  ['refund', 'captured', 'part', 'partially_refunded'],
  ['refund', 'captured', 'whole', 'refunded'],
  ['refund', 'partially_refunded', 'part', 'partially_refunded'],
  ['refund', 'partially_refunded', 'whole', 'refunded'],
] as const

export const attemptRows = [
  // operation      from             outcome       to
  ['authenticate', 'started', 'challenged', 'challenged'],
  ['authenticate', 'started', 'passed', 'authenticated'],
  ['authenticate', 'started', 'refused', 'refused'],
  ['authenticate', 'challenged', 'passed', 'authenticated'],
  ['authenticate', 'challenged', 'refused', 'refused'],
  ['abandon', 'started', 'elapsed', 'abandoned'],
  ['abandon', 'challenged', 'elapsed', 'abandoned'],
  ['abandon', 'authenticated', 'elapsed', 'abandoned'],
  ['authorize', 'authenticated', 'asked', 'authorizing'],
  ['authorize', 'authorizing', 'approved', 'captured'],
  ['authorize', 'authorizing', 'reserved', 'authorized'],
  ['authorize', 'authorizing', 'declined', 'declined'],
  ['authorize', 'authorizing', 'unknown', 'authorizing'],
  ['authorize', 'authorizing', 'not_sent', 'authorizing'],
  ['receive', 'started', 'kept', 'captured'],
  ['reverse', 'authorizing', 'asked', 'reversing'],
  ['reverse', 'reversing', 'reversed', 'reversed'],
  ['reverse', 'reversing', 'unknown', 'reversing'],
] as const

/** The life of one capture, void or refund. */
export const operationRows = [
  // operation  from         outcome      to
  ['send', 'asked', 'approved', 'approved'],
  ['send', 'asked', 'declined', 'declined'],
  ['send', 'asked', 'unknown', 'unknown'],
  ['send', 'unknown', 'approved', 'approved'],
  ['send', 'unknown', 'declined', 'declined'],
  ['send', 'unknown', 'unknown', 'unknown'],
  ['reverse', 'asked', 'asked', 'reversing'],
  ['reverse', 'unknown', 'asked', 'reversing'],
  ['reverse', 'reversing', 'reversed', 'reversed'],
  ['reverse', 'reversing', 'unknown', 'reversing'],
] as const

type OrderRow = (typeof orderRows)[number]
type AttemptRow = (typeof attemptRows)[number]
type OperationRow = (typeof operationRows)[number]

export type OrderState = OrderRow[1] | OrderRow[3]
export type OrderOperation = OrderRow[0]
export type OrderOutcome = OrderRow[2]
export type AttemptState = AttemptRow[1] | AttemptRow[3]
export type AttemptOperation = AttemptRow[0]
export type AttemptOutcome = AttemptRow[2]
/** What a merchant may ask for once an order is paid, as its rows of the order's table name it. */
export type OperationKind = 'capture' | 'void' | 'refund'
export type OperationState = OperationRow[1] | OperationRow[3]
export type OperationStep = OperationRow[0]
export type OperationOutcome = OperationRow[2]

export const initialOrderState: OrderState = 'open'
export const initialAttemptState: AttemptState = 'started'
export const initialOperationState: OperationState = 'asked'

export const operationKinds = ['capture', 'void', 'refund'] as const satisfies readonly OperationKind[]

type Row = readonly [operation: string, from: string, outcome: string, to: string]

/** Where an operation with an outcome leads from a state, or undefined where the table has no row. */
export function nextOrderState(
  operation: OrderOperation,
  from: OrderState,
  outcome: OrderOutcome,
): OrderState | undefined {
  return orderRows.find((row) => row[0] === operation && row[1] === from && row[2] === outcome)?.[3]
}

export function nextAttemptState(
  operation: AttemptOperation,
  from: AttemptState,
  outcome: AttemptOutcome,
): AttemptState | undefined {
  return attemptRows.find((row) => row[0] === operation && row[1] === from && row[2] === outcome)?.[3]
}

export function nextOperationState(
  step: OperationStep,
  from: OperationState,
  outcome: OperationOutcome,
): OperationState | undefined {
  return operationRows.find((row) => row[0] === step && row[1] === from && row[2] === outcome)?.[3]
}

/** Whether an order in this state may be captured, voided or refunded at all. */
export function mayBegin(kind: OperationKind, from: OrderState): boolean {
  return orderRows.some((row) => row[0] === kind && row[1] === from)
}

function statesOf<State extends string>(rows: readonly Row[]): State[] {
  // The rows are the literal tables above, so their second and fourth members are states.
  return [...new Set(rows.flatMap((row) => [row[1], row[3]]))] as State[]
}

function finalStatesOf<State extends string>(rows: readonly Row[]): ReadonlySet<State> {
  const left = new Set(rows.map((row) => row[1]))
  return new Set(statesOf<State>(rows).filter((state) => !left.has(state)))
}

export const orderStates: readonly OrderState[] = statesOf(orderRows)
export const attemptStates: readonly AttemptState[] = statesOf(attemptRows)
export const operationStates: readonly OperationState[] = statesOf(operationRows)

/** States that no operation leaves. */
export const finalOrderStates: ReadonlySet<OrderState> = finalStatesOf(orderRows)
/** Entering one of an attempt's erases its card from the vault (invariant 8). */
export const finalAttemptStates: ReadonlySet<AttemptState> = finalStatesOf(attemptRows)
export const finalOperationStates: ReadonlySet<OperationState> = finalStatesOf(operationRows)

/** States of an attempt that paid: an order has at most one (invariant 2). */
export const paidAttemptStates: ReadonlySet<AttemptState> = new Set<AttemptState>(['captured', 'authorized'])

/** States of an attempt that a bank said no to. */
export const refusedAttemptStates: ReadonlySet<AttemptState> = new Set<AttemptState>(['refused', 'declined'])

/** What a payer, or the lack of one, does to an order. */
const payersOperations: ReadonlySet<OrderOperation> = new Set<OrderOperation>(['pay', 'fail', 'expire', 'cancel'])

/** States in which the payer has nothing more to do. Entering one gives the order the time of it. */
export const settledOrderStates: ReadonlySet<OrderState> = new Set(
  orderStates.filter((state) => !orderRows.some((row) => payersOperations.has(row[0]) && row[1] === state)),
)
