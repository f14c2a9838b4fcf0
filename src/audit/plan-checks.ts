import type { StoredEvent } from '../event/chain.ts'
import { isIn } from '../event/fold.ts'
import { chainFault } from '../event/verify-chain.ts'
import type { Sql } from '../postgres/database.ts'
import { foldPlan, planEventTypes } from '../recurring/lifecycle.ts'
import type { Check, Fault, Tally } from './check.ts'
import { type FiledPlan, type PlanOrder, planEvents, planOrders, type PlanPlace, plansAfter } from './plan-store.ts'

const logCheck: Check = {
  name: 'plan-log',
  invariant: 6,
  about: "a plan's events are numbered without a gap, each with the hash of the one before, and tell its state",
}

const countCheck: Check = {
  name: 'plan-count',
  invariant: 6,
  about:
    'a plan has made as many payments as it counts, each a paid order of its amount, and none that it does not tell',
}

const timerCheck: Check = {
  name: 'plan-timer',
  invariant: 10,
  about: 'a plan that is active, or whose payment is under way, has its timer, and no other plan has one',
}

export const planChecks: readonly Check[] = [logCheck, countCheck, timerCheck]

const pageSize = 200

/** Looks through all plans, with their logs, their orders and their timers. */
export async function checkPlans(sql: Sql, tally: Tally): Promise<void> {
  for (let after: PlanPlace = { merchantId: '', planId: '' }; ; ) {
    const plans = await plansAfter(sql, after, pageSize)
    for (const plan of plans) {
      const events = await planEvents(sql, plan)
      const told = events.map(({ type, data }) => ({ type, orderId: orderIdIn(data) }))
      const orders = await planOrders(sql, plan.merchantId, [...new Set(told.flatMap(({ orderId }) => orderId ?? []))])
      const place = { merchantId: plan.merchantId, orderId: plan.orderId }
      for (const [check, look] of [
        [logCheck, (fault: Fault) => lookAtLog(plan, events, fault)],
        [countCheck, (fault: Fault) => lookAtCount(plan, told, orders, fault)],
        [timerCheck, (fault: Fault) => lookAtTimer(plan, fault)],
      ] as const) {
        tally.examined(check, 1)
        look((sentence) => tally.found(check, place, `plan ${JSON.stringify(plan.planId)}: ${sentence}`))
      }
    }
    const last = plans.at(-1)
    if (!last) return
    after = last
  }
}

function lookAtLog({ state, eventSeq, eventHash }: FiledPlan, events: readonly StoredEvent[], fault: Fault): void {
  const wrong = chainFault(events, { seq: eventSeq, hash: eventHash })
  if (wrong) fault(wrong)
  const isKnown = (type: string) => isIn(planEventTypes, type)
  for (const { seq, type } of events)
    if (!isKnown(type)) fault(`event ${seq} is a ${type}, which is not in the catalogue`)
  const told = foldPlan(events.map(({ type }) => type).filter(isKnown))
  if (told !== state) fault(`it is ${state} and its log says ${told ?? 'nothing'}`)
}

interface Told {
  readonly type: string
  readonly orderId: string | null
}

function lookAtCount(plan: FiledPlan, told: readonly Told[], orders: readonly PlanOrder[], fault: Fault): void {
  const found = new Map(orders.map((order) => [order.orderId, order]))
  let under: string | null = null
  let charged = 0
  for (const { type, orderId } of told) {
    const order = orderId === null ? undefined : found.get(orderId)
    if (type === 'plan.charging') under = orderId
    if (type === 'plan.charged') {
      charged += 1
      if (!order?.isPaid) fault(`order ${orderId} is told as paid and is not`)
      else if (order.amountMinor !== plan.amountMinor) fault(`order ${orderId} is of another amount`)
    }
    if (type === 'plan.declined' && order?.isPaid) fault(`order ${orderId} is told as unpaid and is paid`)
    if (type !== 'plan.charging' && orderId === under) under = null
  }
  if (charged !== plan.charged) fault(`it counts ${plan.charged} payments and its log tells ${charged}`)
  if (under !== plan.currentOrder) fault(`its order under way is ${plan.currentOrder} and its log says ${under}`)
}

function lookAtTimer({ state, currentOrder, dueAt, timerDueAt }: FiledPlan, fault: Fault): void {
  if ((state === 'active' || currentOrder !== null) && !dueAt) fault('it goes on and has no time for it')
  if (state !== 'active' && currentOrder === null && dueAt) fault(`it is ${state} and has a time`)
  if (dueAt && !timerDueAt) fault('it has a time and no timer')
  if (!dueAt && timerDueAt) fault('it has a timer and no time')
  if (dueAt && timerDueAt && dueAt.getTime() !== timerDueAt.getTime())
    fault(`it is due at ${dueAt.toISOString()} and its timer at ${timerDueAt.toISOString()}`)
}

/** Null also for what we did not write. */
function orderIdIn(data: string): string | null {
  try {
    const { orderId } = JSON.parse(data) as { orderId?: unknown }
    return typeof orderId === 'string' ? orderId : null
  } catch {
    return null
  }
}
