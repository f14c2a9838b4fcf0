import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { cancelOrder } from '../payment/cancel.ts'
import { charge } from '../payment/charge.ts'
import { type Order, stateAt } from '../payment/order.ts'
import type { TimerResult } from '../timer/runner.ts'
import { timerOf } from '../timer/timer.ts'
import { occurrence } from './calendar.ts'
import type { PlanCard, RecurringDeps } from './deps.ts'
import { newOrderOf } from './new-order.ts'
import { chargeAfter, dueOf, orderIdOf, type Plan } from './plan.ts'
import { PlanChange } from './plan-change.ts'
import { logOf, type PlanKey } from './plan-store.ts'

/** An order whose outcome is not known is looked at again after this. Business time: its inquiries settle it. */
const lookAgainMs = 60_000

/** Of so many who change one plan at once, each loses to another at most so often. */
const maxTries = 50

/**
 * Makes the payment of a plan that is due, in three steps, each safe to repeat, so that whoever is killed between
 * them is followed by one who finds the same order (invariant 2): the plan says that it charges and by
 * which order; the order is opened and its stored card charged, like a payment by one click; the plan says what
 * became of it and when the next is due. A plan that was paused or cancelled before the first step charges
 * nothing.
 */
export async function chargeDue(
  deps: RecurringDeps,
  merchant: Merchant,
  planId: string,
  now: Date,
): Promise<TimerResult> {
  const key = { merchantId: merchant.merchantId, planId }
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const plan = await deps.plans.find(key)
    if (!plan?.dueAt) return null
    // The clock was set back.
    if (now < plan.dueAt) return plan.dueAt
    const isMoved =
      plan.currentOrder === null ? await begin(deps, merchant, plan, now) : await goOn(deps, merchant, plan, now)
    if (isMoved) return 'moved'
  }
  throw new Problem('unavailable')
}

/** True once the plan has a new time or none. */
async function begin(deps: RecurringDeps, merchant: Merchant, plan: Plan, now: Date): Promise<boolean> {
  const orderId = orderIdOf(plan)
  const card = await deps.takeCard(plan, orderId, now)
  if (typeof card === 'string') return stop(deps, plan, now, card)
  const change = new PlanChange(plan, now)
  change.move('charge', 'begun', { currentOrder: orderId })
  change.record('plan.charging', { no: plan.chargeNo, try: plan.tryNo, orderId })
  if (!(await commit(deps, change))) return false
  return goOn(deps, merchant, { ...change.plan, version: plan.version + 1 }, now, card)
}

async function stop(deps: RecurringDeps, plan: Plan, now: Date, reason: string): Promise<boolean> {
  const change = new PlanChange(plan, now)
  change.move('stop', 'cardless', { dueAt: null, currentOrder: null })
  change.record('plan.stopped', { reason, no: plan.chargeNo })
  return commit(deps, change)
}

/** Takes the order that the plan names as far as it goes, and writes down what became of it. */
async function goOn(
  deps: RecurringDeps,
  merchant: Merchant,
  plan: Plan,
  now: Date,
  taken?: PlanCard,
): Promise<boolean> {
  const { currentOrder: orderId, merchantId } = plan
  invariant(orderId, 'a payment that is under way has an order')
  const opened = await open(deps, merchant, plan, orderId)
  const change = new PlanChange(plan, now)
  if (!opened) {
    // The merchant has an order of its own under that id: the next try has another.
    change.record('plan.order_id_taken', { no: plan.chargeNo, orderId })
    change.patch({ currentOrder: null, tryNo: plan.tryNo + 1 })
    if (plan.state !== 'active') change.patch({ dueAt: null })
    return (await commit(deps, change)) && plan.state !== 'active'
  }
  let order = opened
  if (stateAt(opened, now) === 'open') {
    const card = taken ?? (await deps.takeCard(plan, orderId, now))
    if (plan.state !== 'active' || typeof card === 'string') {
      // Nobody has been asked for the money yet, and nobody will be.
      await cancelOrder(deps.payments, merchant, orderId)
      if (plan.state === 'active' && typeof card === 'string') return stop(deps, plan, now, card)
      order = { ...opened, state: 'cancelled' }
    } else order = (await charge(deps.payments, merchant, opened, card)).order
  }
  const state = stateAt(order, now)
  const resumedAt = taken ? null : await resumedSince(deps, plan)
  if (order.paidAttempt !== null) conclude(change, { isPaid: true }, resumedAt)
  else if (state === 'open' || state === 'processing') change.patch({ dueAt: new Date(now.getTime() + lookAgainMs) })
  else conclude(change, { isPaid: false, reason: state }, resumedAt)
  invariant(order.merchantId === merchantId, 'a plan charges its own merchant’s customers')
  return commit(deps, change)
}

/**
 * When a plan went on after a pause while the payment was under way; null where it has not paused since. Of an active
 * plan with a payment under way the newest event says so: that it was begun, or that the plan was resumed.
 */
async function resumedSince({ payments }: RecurringDeps, plan: Plan): Promise<Date | null> {
  if (plan.state !== 'active') return null
  const [newest] = await logOf(payments.database, plan, 1)
  return newest?.type === 'plan.resumed' ? newest.at : null
}

/** The order of a payment, opened now or before; undefined where its id is that of another order. */
async function open(deps: RecurringDeps, merchant: Merchant, plan: Plan, orderId: string): Promise<Order | undefined> {
  const first = await deps.payments.orders.find(plan.merchantId, plan.orderId)
  invariant(first, 'a plan began with an order')
  try {
    return await deps.initiate(merchant, newOrderOf(plan, first.order, orderId))
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== 'order_id_used') throw error
    // Ours, and ended otherwise than by its charge: cancelled, or expired while the gateway was away.
    const earlier = (await deps.payments.orders.find(plan.merchantId, orderId))?.order
    const mark = earlier?.details.plan
    return mark?.id === plan.planId && mark.no === plan.chargeNo && mark.tryNo === plan.tryNo ? earlier : undefined
  }
}

/**
 * What a payment that has ended means for its plan: the next one, or another try at it. A try that would fall on or
 * after the next payment is not made, so that no two payments are asked for at once. What fell due before the plan was
 * resumed is not made up.
 */
function conclude(
  change: PlanChange,
  outcome: { readonly isPaid: boolean; readonly reason?: string },
  resumedAt: Date | null,
): void {
  const { chargeNo, tryNo, currentOrder: orderId, state, retry, charged } = change.plan
  if (outcome.isPaid) {
    change.move('charge', 'approved', { currentOrder: null, charged: charged + 1 })
    change.record('plan.charged', { no: chargeNo, orderId })
  } else {
    const declined = change.plan.declined + 1
    change.move('charge', 'declined', { currentOrder: null, declined })
    change.record('plan.declined', { no: chargeNo, try: tryNo, orderId, reason: outcome.reason })
    const again =
      retry && state === 'active' && declined <= retry.maxTries ? occurrence(change.now, retry, 1) : undefined
    const next = dueOf(change.plan, chargeNo + 1)
    if (again && (!next || again < next)) {
      change.patch({ tryNo: tryNo + 1, dueAt: again })
      return
    }
    change.record('plan.charge_failed', { no: chargeNo, tries: declined })
  }
  if (state === 'active') {
    const next = resumedAt === null ? chargeNo + 1 : chargeAfter(change.plan, resumedAt, chargeNo + 1)
    if (next !== undefined && next > chargeNo + 1) change.record('plan.skipped', { from: chargeNo + 1, to: next - 1 })
    change.goOnTo(next)
  } else change.patch({ chargeNo: chargeNo + 1, tryNo: 1, declined: 0, dueAt: null })
}

/** Writes a change; false when the plan has moved since it was read. */
export async function commit({ plans, payments }: RecurringDeps, change: PlanChange): Promise<boolean> {
  const { written, now } = change
  if (!written) return true
  if (!(await plans.write(written))) return false
  const { merchantId, planId, dueAt } = written.plan
  if (written.movesTimer && dueAt && dueAt <= now) payments.wake(timerOf(merchantId, 'charge', planId, dueAt))
  return true
}

/** Reads a plan and changes it, from the start if it has moved meanwhile. Undefined for one that is not there. */
export async function changePlan(
  deps: RecurringDeps,
  key: PlanKey,
  work: (change: PlanChange) => void,
): Promise<Plan | undefined> {
  const now = deps.payments.clock.now(key.merchantId)
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const plan = await deps.plans.find(key)
    if (!plan) return undefined
    const change = new PlanChange(plan, now)
    work(change)
    if (await commit(deps, change)) return change.plan
  }
  throw new Problem('unavailable')
}
