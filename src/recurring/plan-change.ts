import { invariant } from '../base/invariant.ts'
import { link, type StoredEvent } from '../event/chain.ts'
import {
  finalPlanStates,
  nextPlanState,
  type PlanEventType,
  planEventTypes,
  type PlanOperation,
  type PlanOutcome,
} from './lifecycle.ts'
import { dueOf, type Plan } from './plan.ts'

/** All that one change to one plan writes: it commits together or not at all (invariants 1 and 6). */
export interface WrittenPlan {
  /** As it is to be, in the version that was read. */
  readonly plan: Plan
  readonly events: readonly StoredEvent[]
  /** Its timer is moved to the plan's time, or removed where it has none. */
  readonly movesTimer: boolean
}

/** One change to one plan, collected in memory. */
export class PlanChange {
  readonly now: Date
  readonly #loaded: Plan
  readonly #events: StoredEvent[] = []
  #plan: Plan

  constructor(plan: Plan, now: Date) {
    this.#plan = plan
    this.#loaded = plan
    this.now = now
  }

  get plan(): Plan {
    return this.#plan
  }

  /** Adds to the plan's log. An event that tells a state must tell the state that the plan is in. */
  record(type: PlanEventType, data: object = {}): void {
    const told = planEventTypes[type]
    invariant(told === null || told === this.#plan.state, `${type} is recorded in the state that it tells`)
    const event = link(this.#plan.eventHash, this.#plan.eventSeq + 1, type, this.now, data)
    this.#events.push(event)
    this.#plan = { ...this.#plan, eventSeq: event.seq, eventHash: event.hash }
  }

  move(operation: PlanOperation, outcome: PlanOutcome, patch: Partial<Plan> = {}): void {
    const from = this.#plan.state
    const to = nextPlanState(operation, from, outcome)
    invariant(to, `the life of a plan has a row for ${operation} from ${from} with ${outcome}`)
    const hasEnded = finalPlanStates.has(to) && !finalPlanStates.has(from)
    this.#plan = { ...this.#plan, ...patch, state: to, ...(hasEnded && { endedAt: this.now }) }
  }

  patch(patch: Partial<Omit<Plan, 'state'>>): void {
    this.#plan = { ...this.#plan, ...patch }
  }

  /** Goes on to a payment; a plan that is over before it has completed. Of an active plan. */
  goOnTo(chargeNo: number | undefined): void {
    const due = chargeNo === undefined ? undefined : dueOf(this.#plan, chargeNo)
    if (chargeNo !== undefined) this.patch({ chargeNo, tryNo: 1, declined: 0 })
    this.patch({ dueAt: due ?? null })
    if (due) return
    this.move('complete', 'elapsed')
    this.record('plan.completed', { charged: this.#plan.charged })
  }

  get written(): WrittenPlan | null {
    if (this.#plan === this.#loaded) return null
    return {
      plan: this.#plan,
      events: this.#events,
      movesTimer: this.#plan.dueAt?.getTime() !== this.#loaded.dueAt?.getTime(),
    }
  }
}
