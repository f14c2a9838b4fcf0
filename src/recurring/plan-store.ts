import { rupiah } from '../base/money.ts'
import type { StoredEvent } from '../event/chain.ts'
import { bigintArray, byteaArray, integerArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { CalendarUnit } from '../wire/recurring.ts'
import type { PlanState } from './lifecycle.ts'
import type { Plan } from './plan.ts'

interface Row {
  merchant_id: string
  plan_id: string
  customer_id: string
  card_token: string
  order_id: string
  amount_minor: bigint
  step_interval: number
  step_unit: CalendarUnit
  anchor_at: Date
  first_period: number
  max_charges: number | null
  ends_at: Date | null
  retry_interval: number | null
  retry_unit: CalendarUnit | null
  retry_max: number | null
  state: PlanState
  charge_no: number
  try_no: number
  declined: number
  charged: number
  current_order: string | null
  due_at: Date | null
  created_at: Date
  ended_at: Date | null
  event_seq: number
  event_hash: Buffer
  version: number
}

const columns = `p.merchant_id, p.plan_id, p.customer_id, p.card_token, p.order_id, p.amount_minor, p.step_interval, p.step_unit,
     p.anchor_at, p.first_period, p.max_charges, p.ends_at, p.retry_interval, p.retry_unit, p.retry_max, p.state,
     p.charge_no, p.try_no, p.declined, p.charged, p.current_order, p.due_at, p.created_at, p.ended_at, p.event_seq,
     p.event_hash, p.version`

const fromRow = (row: Row): Plan => ({
  merchantId: row.merchant_id,
  planId: row.plan_id,
  customerId: row.customer_id,
  cardToken: row.card_token,
  orderId: row.order_id,
  amount: rupiah(row.amount_minor),
  step: { interval: row.step_interval, unit: row.step_unit },
  anchorAt: row.anchor_at,
  firstPeriod: row.first_period,
  maxCharges: row.max_charges,
  endsAt: row.ends_at,
  retry:
    row.retry_interval === null || row.retry_unit === null || row.retry_max === null
      ? null
      : { interval: row.retry_interval, unit: row.retry_unit, maxTries: row.retry_max },
  state: row.state,
  chargeNo: row.charge_no,
  tryNo: row.try_no,
  declined: row.declined,
  charged: row.charged,
  currentOrder: row.current_order,
  dueAt: row.due_at,
  createdAt: row.created_at,
  endedAt: row.ended_at,
  eventSeq: row.event_seq,
  eventHash: row.event_hash,
  version: row.version,
})

/** What a plan is found by. */
export type PlanKey = Pick<Plan, 'merchantId' | 'planId'>

/** One text for a key, to tell rows apart by: a merchant's id holds no line end. */
export function nameOf({ merchantId, planId }: PlanKey): string {
  return `${merchantId}\n${planId}`
}

interface NamedRow {
  readonly merchant_id: string
  readonly plan_id: string
}

const rowName = (row: NamedRow) => nameOf({ merchantId: row.merchant_id, planId: row.plan_id })

/** A plan that is to begin, and what it begins with. */
export interface NewPlan {
  /** Its card's token is not known where the card was typed for its first payment. */
  readonly plan: Omit<Plan, 'cardToken'> & { readonly cardToken: string | null }
  readonly attemptToken: string | null
  readonly first: readonly StoredEvent[]
}

/*
 * A card that was typed has become a stored card by the statement before: its token is found by what the vault's
 * entry says of it, which is erased by the statement after.
 */
const insertPlans = statement(
  'plan.start',
  `with new as (
     select *
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
       $9::int[], $10::text[], $11::timestamptz[], $12::int[], $13::int[], $14::timestamptz[], $15::int[], $16::text[],
       $17::int[], $18::text[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::int[], $23::bytea[])
       as new (merchant_id, plan_id, customer_id, card_token, attempt_token, order_id, amount_minor, currency,
       step_interval, step_unit, anchor_at, first_period, max_charges, ends_at, retry_interval, retry_unit,
       retry_max, state, due_at, created_at, ended_at, event_seq, event_hash)
   ), added as (
     insert into plan (
       merchant_id, plan_id, customer_id, card_token, order_id, amount_minor, currency, step_interval, step_unit,
       anchor_at, first_period, max_charges, ends_at, retry_interval, retry_unit, retry_max, state, charge_no, try_no,
       due_at, created_at, ended_at, event_seq, event_hash, version)
     select n.merchant_id, n.plan_id, n.customer_id, coalesce(n.card_token, kept.card_token), n.order_id,
       n.amount_minor, n.currency, n.step_interval, n.step_unit, n.anchor_at, n.first_period, n.max_charges, n.ends_at,
       n.retry_interval, n.retry_unit, n.retry_max, n.state, 1, 1, n.due_at, n.created_at, n.ended_at, n.event_seq,
       n.event_hash, 1
     from new as n
     left join lateral (
       select c.card_token
       from vault_entry as e
       cross join lateral (
         select card_token
         from stored_card
         where customer_id = e.kept_customer_id and fingerprint = e.kept_fingerprint and merchant_id = e.merchant_id
         limit 1
       ) as c
       where e.merchant_id = n.merchant_id and e.token = n.attempt_token
       limit 1
     ) as kept on true
     on conflict (merchant_id, plan_id) do nothing
     returning merchant_id, plan_id, order_id, due_at
   ), timed as (
     insert into timer (merchant_id, timer_id, kind, subject, due_at)
     select merchant_id, 'charge:' || plan_id, 'charge', plan_id, due_at
     from added
     where due_at is not null
   )
   select merchant_id, plan_id, order_id
   from added`,
)

const insertEvents = statement(
  'plan.log',
  `insert into plan_event (merchant_id, plan_id, seq, type, at, data, hash)
   select *
   from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[])`,
)

interface EventOfPlan extends PlanKey {
  readonly event: StoredEvent
}

async function insertLog(sql: Sql, events: readonly EventOfPlan[]): Promise<void> {
  if (events.length === 0) return
  await sql.query(insertEvents, [
    textArray(events.map(({ merchantId }) => merchantId)),
    textArray(events.map(({ planId }) => planId)),
    integerArray(events.map(({ event }) => event.seq)),
    textArray(events.map(({ event }) => event.type)),
    timestampArray(events.map(({ event }) => event.at)),
    textArray(events.map(({ event }) => event.data)),
    byteaArray(events.map(({ event }) => event.hash)),
  ])
}

/**
 * Begins plans, each with its timer and its log. One whose name is taken does not begin: its payer has paid once,
 * and is charged by the plan that was first. The first statement is on its way when this returns.
 */
export async function insert(sql: Sql, starts: readonly NewPlan[]): Promise<void> {
  if (starts.length === 0) return
  const plans = starts.map(({ plan }) => plan)
  const rows = await sql.query<NamedRow & { readonly order_id: string }>(insertPlans, [
    textArray(plans.map(({ merchantId }) => merchantId)),
    textArray(plans.map(({ planId }) => planId)),
    textArray(plans.map(({ customerId }) => customerId)),
    textArray(plans.map(({ cardToken }) => cardToken)),
    textArray(starts.map(({ attemptToken }) => attemptToken)),
    textArray(plans.map(({ orderId }) => orderId)),
    bigintArray(plans.map(({ amount }) => amount.minor)),
    textArray(plans.map(({ amount }) => amount.currency)),
    integerArray(plans.map(({ step }) => step.interval)),
    textArray(plans.map(({ step }) => step.unit)),
    timestampArray(plans.map(({ anchorAt }) => anchorAt)),
    integerArray(plans.map(({ firstPeriod }) => firstPeriod)),
    integerArray(plans.map(({ maxCharges }) => maxCharges)),
    timestampArray(plans.map(({ endsAt }) => endsAt)),
    integerArray(plans.map(({ retry }) => retry?.interval ?? null)),
    textArray(plans.map(({ retry }) => retry?.unit ?? null)),
    integerArray(plans.map(({ retry }) => retry?.maxTries ?? null)),
    textArray(plans.map(({ state }) => state)),
    timestampArray(plans.map(({ dueAt }) => dueAt)),
    timestampArray(plans.map(({ createdAt }) => createdAt)),
    timestampArray(plans.map(({ endedAt }) => endedAt)),
    integerArray(plans.map(({ eventSeq }) => eventSeq)),
    byteaArray(plans.map(({ eventHash }) => eventHash)),
  ])
  // Of two that begin one plan at once, the log is that of the one whose order it names.
  const added = new Set(rows.map((row) => `${rowName(row)}\n${row.order_id}`))
  await insertLog(
    sql,
    starts
      .filter(({ plan }) => added.has(`${nameOf(plan)}\n${plan.orderId}`))
      .flatMap(({ plan: { merchantId, planId }, first }) => first.map((event) => ({ merchantId, planId, event }))),
  )
}

const selectPlans = statement(
  'plan.find',
  `select ${columns}
   from unnest($1::text[], $2::text[]) as wanted (merchant_id, plan_id)
   cross join lateral (
     select *
     from plan
     where merchant_id = wanted.merchant_id and plan_id = wanted.plan_id
     limit 1
   ) as p`,
)

/** Plans as they stand, in the order of their keys; undefined for those that are not there. */
export async function findAll(sql: Sql, keys: readonly PlanKey[]): Promise<(Plan | undefined)[]> {
  const rows = await sql.query<Row>(selectPlans, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    textArray(keys.map(({ planId }) => planId)),
  ])
  const found = new Map(rows.map((row) => [rowName(row), fromRow(row)]))
  return keys.map((key) => found.get(nameOf(key)))
}

const selectPage = statement(
  'plan.list',
  `select ${columns}
   from plan as p
   where p.merchant_id = $1 and p.plan_id > $2 and ($3::text is null or p.state = $3)
     and ($4::text is null or p.customer_id = $4)
   order by p.plan_id
   limit $5`,
)

/** Which plans are listed. */
export interface PlanSelection {
  /** Empty: from the first. */
  readonly after: string
  readonly state: PlanState | null
  readonly customerId: string | null
  readonly limit: number
}

/** A merchant's plans by their names, those behind `after`. */
export async function list(
  sql: Sql,
  merchantId: string,
  { after, state, customerId, limit }: PlanSelection,
): Promise<Plan[]> {
  return (await sql.query<Row>(selectPage, [merchantId, after, state, customerId, limit])).map(fromRow)
}

const updatePlans = statement(
  'plan.update',
  `update plan as p
   set state = new.state,
       charge_no = new.charge_no,
       try_no = new.try_no,
       declined = new.declined,
       charged = new.charged,
       current_order = new.current_order,
       due_at = new.due_at,
       ended_at = new.ended_at,
       event_seq = new.event_seq,
       event_hash = new.event_hash,
       version = new.version + 1
   from (
     select given.*
     from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[], $8::text[],
       $9::timestamptz[], $10::timestamptz[], $11::int[], $12::bytea[], $13::int[]) as given (
       merchant_id, plan_id, state, charge_no, try_no, declined, charged, current_order, due_at, ended_at, event_seq,
       event_hash, version)
     join plan as held
       on held.merchant_id = given.merchant_id and held.plan_id = given.plan_id and held.version = given.version
     for no key update of held skip locked
   ) as new
   where p.merchant_id = new.merchant_id
     and p.plan_id = new.plan_id
     and p.version = new.version
   returning p.merchant_id, p.plan_id`,
)

/** A plan and what is new in its log. */
export interface ChangedPlan {
  readonly plan: Plan
  readonly events: readonly StoredEvent[]
}

/**
 * Writes plans that were read in the versions that they name, with their logs. Answers for each, in order, whether
 * it was written; false means that it has moved since. The rows must name different plans.
 */
export async function update(sql: Sql, changes: readonly ChangedPlan[]): Promise<boolean[]> {
  const plans = changes.map(({ plan }) => plan)
  const rows = await sql.query<NamedRow>(updatePlans, [
    textArray(plans.map(({ merchantId }) => merchantId)),
    textArray(plans.map(({ planId }) => planId)),
    textArray(plans.map(({ state }) => state)),
    integerArray(plans.map(({ chargeNo }) => chargeNo)),
    integerArray(plans.map(({ tryNo }) => tryNo)),
    integerArray(plans.map(({ declined }) => declined)),
    integerArray(plans.map(({ charged }) => charged)),
    textArray(plans.map(({ currentOrder }) => currentOrder)),
    timestampArray(plans.map(({ dueAt }) => dueAt)),
    timestampArray(plans.map(({ endedAt }) => endedAt)),
    integerArray(plans.map(({ eventSeq }) => eventSeq)),
    byteaArray(plans.map(({ eventHash }) => eventHash)),
    integerArray(plans.map(({ version }) => version)),
  ])
  const written = new Set(rows.map(rowName))
  const current = changes.filter(({ plan }) => written.has(nameOf(plan)))
  await insertLog(
    sql,
    current.flatMap(({ plan: { merchantId, planId }, events }) =>
      events.map((event) => ({ merchantId, planId, event })),
    ),
  )
  return changes.map(({ plan }) => written.has(nameOf(plan)))
}

const selectLog = statement(
  'plan.events',
  `select seq, type, at, data, hash
   from plan_event
   where merchant_id = $1 and plan_id = $2
   order by seq desc
   limit $3`,
)

/** The newest events of a plan, oldest first. */
export async function logOf(sql: Sql, { merchantId, planId }: PlanKey, limit: number): Promise<StoredEvent[]> {
  return (await sql.query<StoredEvent>(selectLog, [merchantId, planId, limit])).reverse()
}
