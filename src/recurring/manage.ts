import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { changePlan } from './charge-due.ts'
import type { RecurringDeps } from './deps.ts'
import { chargeAfter, type Plan } from './plan.ts'
import type { PlanChange } from './plan-change.ts'

/** What a merchant may do to a plan. */
export const planOperations = ['pause', 'resume', 'cancel'] as const
export type PlanWish = (typeof planOperations)[number]

/** In which state a plan already is as is wished: then nothing is changed, so that a repeat is harmless. */
const wished = { pause: 'paused', resume: 'active', cancel: 'cancelled' } as const

/**
 * Pauses, resumes or cancels a plan and answers how it then stands. Once that is answered, no payment begins that
 * should not; one that was under way already ends as its acquirer says, and the plan counts it.
 *
 * @throws Problem `order_not_found`; `wrong_state` where its life has no such way
 */
export async function managePlan(
  deps: RecurringDeps,
  { merchantId }: Merchant,
  planId: string,
  wish: PlanWish,
): Promise<Plan> {
  const plan = await changePlan(deps, { merchantId, planId }, (change) => {
    if (change.plan.state !== wished[wish]) apply(change, wish)
  })
  if (!plan) throw new Problem('order_not_found')
  return plan
}

function apply(change: PlanChange, wish: PlanWish): void {
  const { state, currentOrder, dueAt, chargeNo } = change.plan
  // What is under way keeps its timer until it has ended.
  const idle = { dueAt: currentOrder === null ? null : dueAt }
  if (wish === 'resume') {
    if (state !== 'paused') throw new Problem('wrong_state')
    change.move('resume', 'asked')
    change.record('plan.resumed')
    // It goes on from there when it has ended.
    if (currentOrder !== null) return
    const next = chargeAfter(change.plan, change.now, chargeNo)
    skip(change, next)
    change.goOnTo(next)
    return
  }
  if (state !== 'active' && state !== 'paused') throw new Problem('wrong_state')
  change.move(wish, 'asked', idle)
  change.record(wish === 'pause' ? 'plan.paused' : 'plan.cancelled')
}

/** What fell into a pause is not made up, and counts as one of the payments that were agreed. */
function skip(change: PlanChange, next: number | undefined): void {
  const { chargeNo } = change.plan
  if (next !== undefined && next > chargeNo) change.record('plan.skipped', { from: chargeNo, to: next - 1 })
}
