import { sha256 } from '../base/digest.ts'
import type { Money } from '../base/money.ts'
import type { CalendarStep, RetryRule } from '../wire/recurring.ts'
import { occurrence, stepsPast } from './calendar.ts'
import type { PlanState } from './lifecycle.ts'

/** Payments that follow a first one by the calendar. */
export interface Plan {
  readonly merchantId: string
  /** The merchant's own name for it. */
  readonly planId: string
  readonly customerId: string
  /** The stored card that is charged. */
  readonly cardToken: string
  /** Its first payment, which its payer made. */
  readonly orderId: string
  /** Of each payment after the first. */
  readonly amount: Money
  readonly step: CalendarStep
  /** Where the calendar is reckoned from: payment n falls `firstPeriod + n - 1` steps after it. */
  readonly anchorAt: Date
  readonly firstPeriod: number
  /** How many payments follow the first, skipped and failed ones included; null: as many as come. */
  readonly maxCharges: number | null
  /** From then on nothing falls due. */
  readonly endsAt: Date | null
  readonly retry: RetryRule | null
  readonly state: PlanState
  /** The payment that is next or under way, from 1. */
  readonly chargeNo: number
  /** Which try at it, by the orders that it has had. */
  readonly tryNo: number
  /** How many of those were refused. */
  readonly declined: number
  /** How many payments after the first were made. */
  readonly charged: number
  /** The order that is being paid; null between payments. */
  readonly currentOrder: string | null
  /** When its timer is due; null where it has none. */
  readonly dueAt: Date | null
  readonly createdAt: Date
  readonly endedAt: Date | null
  readonly eventSeq: number
  readonly eventHash: Buffer
  readonly version: number
}

export type Calendar = Pick<Plan, 'step' | 'anchorAt' | 'firstPeriod' | 'maxCharges' | 'endsAt'>

/** When payment `chargeNo` falls due; undefined where the plan is over before it. */
export function dueOf(
  { step, anchorAt, firstPeriod, maxCharges, endsAt }: Calendar,
  chargeNo: number,
): Date | undefined {
  if (maxCharges !== null && chargeNo > maxCharges) return undefined
  const due = occurrence(anchorAt, step, firstPeriod + chargeNo - 1)
  return due && (endsAt === null || due < endsAt) ? due : undefined
}

/** The first payment that falls after a moment, and not before `from`; undefined where the plan is over before. */
export function chargeAfter(plan: Calendar, moment: Date, from: number): number | undefined {
  const steps = stepsPast(plan.anchorAt, plan.step, moment)
  if (steps === undefined) return undefined
  const chargeNo = Math.max(from, steps - plan.firstPeriod + 1)
  return dueOf(plan, chargeNo) && chargeNo
}

/** What an order id may be made of. */
const plainId = /^[A-Za-z0-9._-]{1,30}$/

/**
 * The id of the order that pays payment `chargeNo`: `<plan>-<n>`, and `<plan>-<n>.<try>` from the second try on, so
 * that whoever repeats a payment after a crash finds the same order (invariant 2). What stands behind the
 * last hyphen holds none, so no two plans and payments give one id. A plan whose name cannot stand in an
 * order id is named by its digest, which is longer than a name can be.
 */
export function orderIdOf({ planId, chargeNo, tryNo }: Pick<Plan, 'planId' | 'chargeNo' | 'tryNo'>): string {
  const stem = plainId.test(planId) ? planId : `plan-${sha256(planId).toString('hex').slice(0, 40)}`
  return `${stem}-${chargeNo}${tryNo === 1 ? '' : `.${tryNo}`}`
}
