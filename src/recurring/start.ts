import { invariant } from '../base/invariant.ts'
import { begin, link, type StoredEvent } from '../event/chain.ts'
import type { PlanStart } from '../payment/deps.ts'
import { dayAt, dayOf, endOf, stepsPast } from './calendar.ts'
import { initialPlanState } from './lifecycle.ts'
import { type Calendar, dueOf } from './plan.ts'
import type { NewPlan } from './plan-store.ts'

/**
 * The plan that begins with a payment. Its calendar begins on the start date, or else on the day of the payment, at
 * the time of day of the payment; what falls on that day or before is not charged, because the payer has just
 * paid.
 */
export function planOf({ order, attempt, at }: PlanStart): NewPlan {
  const { recurring, customerId } = order.details
  invariant(recurring, 'a payment that others follow says how')
  const { interval, unit, maxCharges, startDate, endDate, retry, id, amount } = recurring
  const step = { interval, unit }
  const anchorAt = startDate === null ? at : dayAt(startDate, { now: at })
  const paidUntil = unit === 'minute' ? at : new Date(endOf(dayOf(at)).getTime() - 1)
  const firstPeriod = stepsPast(anchorAt, step, paidUntil)
  const calendar: Calendar = {
    step,
    anchorAt,
    firstPeriod: firstPeriod ?? 0,
    maxCharges,
    endsAt: endDate === null ? null : endOf(endDate),
  }
  const due = firstPeriod === undefined ? undefined : dueOf(calendar, 1)
  const { merchantId, orderId } = order
  const told = { orderId, amount: amount.minor.toString(), due: due?.toISOString() ?? null }
  const started = begin('plan.started', at, JSON.stringify(told))
  const first: StoredEvent[] = [started]
  if (!due) first.push(link(started.hash, 2, 'plan.completed', at, { charged: 0 }))
  const last = first.at(-1) ?? started
  return {
    plan: {
      merchantId,
      planId: id,
      customerId,
      cardToken: attempt.storedToken,
      orderId,
      amount,
      ...calendar,
      retry,
      state: due ? initialPlanState : 'completed',
      chargeNo: 1,
      tryNo: 1,
      declined: 0,
      charged: 0,
      currentOrder: null,
      dueAt: due ?? null,
      createdAt: at,
      endedAt: due ? null : at,
      eventSeq: last.seq,
      eventHash: last.hash,
      version: 1,
    },
    attemptToken: attempt.attemptToken,
    first,
  }
}
