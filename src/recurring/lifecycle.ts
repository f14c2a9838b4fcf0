import { type Catalogue, foldBy } from '../event/fold.ts'

/**
 * The life of a plan, as data. Code asks this table; nothing else knows the order of states.
 *
 * A payment that is under way when its plan is paused or cancelled ends as its acquirer says, and the plan counts
 * it: what was asked for cannot be unasked. None is begun after that.
 */
export const planRows = [
  // operation  from         outcome         to
  ['charge', 'active', 'begun', 'active'],
  ['charge', 'active', 'approved', 'active'],
  ['charge', 'active', 'declined', 'active'],
  ['charge', 'paused', 'approved', 'paused'],
  ['charge', 'paused', 'declined', 'paused'],
  ['charge', 'cancelled', 'approved', 'cancelled'],
  ['charge', 'cancelled', 'declined', 'cancelled'],
  ['pause', 'active', 'asked', 'paused'],
  ['resume', 'paused', 'asked', 'active'],
  ['cancel', 'active', 'asked', 'cancelled'],
  ['cancel', 'paused', 'asked', 'cancelled'],
  ['stop', 'active', 'cardless', 'stopped'],
  ['complete', 'active', 'elapsed', 'completed'],
] as const

type PlanRow = (typeof planRows)[number]
export type PlanState = PlanRow[1] | PlanRow[3]
export type PlanOperation = PlanRow[0]
export type PlanOutcome = PlanRow[2]

export const initialPlanState: PlanState = 'active'

/** Where an operation with an outcome leads from a state, or undefined where the table has no row. */
export function nextPlanState(operation: PlanOperation, from: PlanState, outcome: PlanOutcome): PlanState | undefined {
  return planRows.find((row) => row[0] === operation && row[1] === from && row[2] === outcome)?.[3]
}

export const planStates: readonly PlanState[] = [...new Set(planRows.flatMap((row) => [row[1], row[3]]))]

/** States that no operation leaves for another. */
export const finalPlanStates: ReadonlySet<PlanState> = new Set(
  planStates.filter((state) => planRows.every((row) => row[1] !== state || row[3] === state)),
)

/**
 * Every kind of event in a plan's log, and the state that it leaves the plan in; null where it stays as it was.
 * The state of a plan equals the fold of its events (invariant 6).
 */
export const planEventTypes = {
  'plan.started': 'active',
  'plan.charging': null,
  'plan.charged': null,
  'plan.declined': null,
  'plan.charge_failed': null,
  'plan.order_id_taken': null,
  'plan.skipped': null,
  'plan.paused': 'paused',
  'plan.resumed': 'active',
  'plan.cancelled': 'cancelled',
  'plan.completed': 'completed',
  'plan.stopped': 'stopped',
} as const satisfies Catalogue<PlanState>

export type PlanEventType = keyof typeof planEventTypes

/** The state that a plan's log tells, or undefined for an empty log. */
export function foldPlan(types: readonly string[]): PlanState | undefined {
  return foldBy<PlanState>(planEventTypes, types)
}
