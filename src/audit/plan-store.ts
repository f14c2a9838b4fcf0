import type { StoredEvent } from '../event/chain.ts'
import { textArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'

/** A plan as it lies there: a state is a text here, because a row that somebody changed may hold any. */
export interface FiledPlan {
  readonly merchantId: string
  readonly planId: string
  readonly orderId: string
  readonly amountMinor: bigint
  readonly state: string
  readonly chargeNo: number
  readonly tryNo: number
  readonly charged: number
  readonly currentOrder: string | null
  readonly dueAt: Date | null
  readonly eventSeq: number
  readonly eventHash: Buffer
  /** When its timer is due; null where it has none. */
  readonly timerDueAt: Date | null
}

export type PlanPlace = Pick<FiledPlan, 'merchantId' | 'planId'>

const selectPlans = statement(
  'audit.plans',
  `select p.merchant_id as "merchantId", p.plan_id as "planId", p.order_id as "orderId",
     p.amount_minor as "amountMinor", p.state, p.charge_no as "chargeNo", p.try_no as "tryNo", p.charged,
     p.current_order as "currentOrder", p.due_at as "dueAt", p.event_seq as "eventSeq", p.event_hash as "eventHash",
     t.due_at as "timerDueAt"
   from plan p
   left join timer t on t.merchant_id = p.merchant_id and t.timer_id = 'charge:' || p.plan_id
   where (p.merchant_id, p.plan_id) > ($1, $2)
   order by p.merchant_id, p.plan_id
   limit $3`,
)

export async function plansAfter(sql: Sql, { merchantId, planId }: PlanPlace, limit: number): Promise<FiledPlan[]> {
  return sql.query<FiledPlan>(selectPlans, [merchantId, planId, limit])
}

const selectEvents = statement(
  'audit.plan_events',
  `select seq, type, at, data, hash
   from plan_event
   where merchant_id = $1 and plan_id = $2
   order by seq`,
)

export async function planEvents(sql: Sql, { merchantId, planId }: PlanPlace): Promise<StoredEvent[]> {
  return sql.query<StoredEvent>(selectEvents, [merchantId, planId])
}

const selectOrders = statement(
  'audit.plan_orders',
  `select o.order_id as "orderId", o.paid_attempt is not null as "isPaid", o.amount_minor as "amountMinor"
   from unnest($2::text[]) as wanted (order_id)
   join payment_order o on o.merchant_id = $1 and o.order_id = wanted.order_id`,
)

export interface PlanOrder {
  readonly orderId: string
  readonly isPaid: boolean
  readonly amountMinor: bigint
}

/** The orders of a plan, as far as they are there. */
export async function planOrders(sql: Sql, merchantId: string, orderIds: readonly string[]): Promise<PlanOrder[]> {
  return orderIds.length === 0 ? [] : sql.query<PlanOrder>(selectOrders, [merchantId, textArray(orderIds)])
}
