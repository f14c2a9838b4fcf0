/**
 * The life of an order and of each attempt to pay it, as data. Code asks these tables; nothing else knows
 * the order of states.
 *
 * `unknown` means that the acquirer may or may not have acted. It is not a failure: the attempt stays
 * where it is until an inquiry or a reversal settles it (invariant 4). Turning it into `declined` is how
 * money is taken twice.
 */
export const orderRows = [
  // operation  from          outcome      to
  ['pay', 'open', 'asked', 'processing'],
  ['pay', 'processing', 'approved', 'captured'],
  ['pay', 'processing', 'declined', 'open'],
  ['pay', 'processing', 'unknown', 'processing'],
  ['pay', 'processing', 'reversed', 'open'],
  ['fail', 'open', 'exhausted', 'failed'],
  ['expire', 'open', 'elapsed', 'expired'],
  ['cancel', 'open', 'asked', 'cancelled'],
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
  ['authorize', 'authorizing', 'declined', 'declined'],
  ['authorize', 'authorizing', 'unknown', 'authorizing'],
  ['reverse', 'authorizing', 'asked', 'reversing'],
  ['reverse', 'reversing', 'reversed', 'reversed'],
  ['reverse', 'reversing', 'unknown', 'reversing'],
] as const

type OrderRow = (typeof orderRows)[number]
type AttemptRow = (typeof attemptRows)[number]

export type OrderState = OrderRow[1] | OrderRow[3]
export type OrderOperation = OrderRow[0]
export type OrderOutcome = OrderRow[2]
export type AttemptState = AttemptRow[1] | AttemptRow[3]
export type AttemptOperation = AttemptRow[0]
export type AttemptOutcome = AttemptRow[2]

export const initialOrderState: OrderState = 'open'
export const initialAttemptState: AttemptState = 'started'

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

/** States that no operation leaves. Entering one of an order's tells the merchant. */
export const finalOrderStates: ReadonlySet<OrderState> = finalStatesOf(orderRows)
/** Entering one of an attempt's erases its card from the vault (invariant 8). */
export const finalAttemptStates: ReadonlySet<AttemptState> = finalStatesOf(attemptRows)
