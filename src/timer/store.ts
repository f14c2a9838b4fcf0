import { textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { Timer, TimerKind } from './timer.ts'

interface Row {
  merchant_id: string
  timer_id: string
  kind: TimerKind
  subject: string
  due_at: Date
}

const fromRow = (row: Row): Timer => ({
  merchantId: row.merchant_id,
  timerId: row.timer_id,
  kind: row.kind,
  subject: row.subject,
  dueAt: row.due_at,
})

const upsert = statement(
  'timer.schedule',
  `insert into timer (merchant_id, timer_id, kind, subject, due_at)
   select new.* from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) as new
   on conflict (merchant_id, timer_id) do update
   set due_at = excluded.due_at, leased_until = null`,
)

/** Schedules timers, or moves those that are scheduled already. */
export async function schedule(sql: Sql, timers: readonly Timer[]): Promise<void> {
  if (timers.length === 0) return
  await sql.query(upsert, [
    textArray(timers.map(({ merchantId }) => merchantId)),
    textArray(timers.map(({ timerId }) => timerId)),
    textArray(timers.map(({ kind }) => kind)),
    textArray(timers.map(({ subject }) => subject)),
    timestampArray(timers.map(({ dueAt }) => dueAt)),
  ])
}

const remove = statement(
  'timer.cancel',
  `delete from timer
   using unnest($1::text[], $2::text[]) as gone (merchant_id, timer_id)
   where timer.merchant_id = gone.merchant_id and timer.timer_id = gone.timer_id`,
)

export type TimerKey = Pick<Timer, 'merchantId' | 'timerId'>

export async function cancel(sql: Sql, timers: readonly TimerKey[]): Promise<void> {
  if (timers.length === 0) return
  await sql.query(remove, [
    textArray(timers.map(({ merchantId }) => merchantId)),
    textArray(timers.map(({ timerId }) => timerId)),
  ])
}

const dueOfAll = statement(
  'timer.due_of_all',
  `select merchant_id, timer_id, kind, subject, due_at
   from timer
   where due_at <= $1
     and (leased_until is null or leased_until < $2)
     and merchant_id <> all($3)
     and kind = any($5)
   order by due_at, timer_id
   limit $4`,
)

/** Candidates of all merchants whose time is machine time; read without locks, claimed one by one. */
export async function due(
  sql: Sql,
  at: { now: Date; machine: Date; except: readonly string[]; kinds: readonly TimerKind[]; limit: number },
): Promise<Timer[]> {
  const rows = await sql.query<Row>(dueOfAll, [at.now, at.machine, at.except, at.limit, at.kinds])
  return rows.map(fromRow)
}

/** A place in the order of a merchant's timers. */
export type TimerPlace = Pick<Timer, 'dueAt' | 'timerId'>

/**
 * In order of time, not by merchant: by its key it would read and sort all that the merchant has. From a place
 * on it steps over none of what is due to others before that.
 */
const dueOfOne = statement(
  'timer.due_of_one',
  `select merchant_id, timer_id, kind, subject, due_at
   from timer
   where merchant_id || '' = $1
     and due_at <= $2
     and (leased_until is null or leased_until < $3)
     and kind = any($5)
     and (due_at, timer_id) > ($6, $7)
   order by due_at, timer_id
   limit $4`,
)

/** Candidates of one merchant, by (due, id), from the first or from the one behind `after`. */
export async function dueOf(
  sql: Sql,
  merchantId: string,
  at: { now: Date; machine: Date; kinds: readonly TimerKind[]; limit: number; after?: TimerPlace | undefined },
): Promise<Timer[]> {
  const { dueAt, timerId } = at.after ?? { dueAt: '-infinity', timerId: '' }
  const rows = await sql.query<Row>(dueOfOne, [merchantId, at.now, at.machine, at.limit, at.kinds, dueAt, timerId])
  return rows.map(fromRow)
}

const nextOfOne = statement(
  'timer.next',
  `select merchant_id, timer_id, kind, subject, due_at
   from timer
   where merchant_id || '' = $1
   order by due_at, timer_id
   limit 1`,
)

/** The timer of a merchant that is due first, whenever that is. */
export async function next(sql: Sql, merchantId: string): Promise<Timer | undefined> {
  const [row] = await sql.query<Row>(nextOfOne, [merchantId])
  return row && fromRow(row)
}

/** What another transaction holds is being moved or removed just now: nothing waits for it. */
const lease = statement(
  'timer.claim',
  `update timer
   set leased_until = $5
   from (
     select held.merchant_id, held.timer_id
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as wanted (merchant_id, timer_id, due_at)
     join timer as held
       on held.merchant_id = wanted.merchant_id and held.timer_id = wanted.timer_id and held.due_at = wanted.due_at
     where held.leased_until is null or held.leased_until < $4
     for update of held skip locked
   ) as free
   where timer.merchant_id = free.merchant_id and timer.timer_id = free.timer_id
   returning timer.merchant_id, timer.timer_id`,
)

/**
 * Takes a lease (machine time) on each timer; false where somebody else was first or the timer is being moved.
 * The timers must differ.
 */
export async function claim(
  sql: Sql,
  timers: readonly Timer[],
  machine: Date,
  leasedUntil: Date,
): Promise<readonly boolean[]> {
  const rows = await sql.query<Pick<Row, 'merchant_id' | 'timer_id'>>(lease, [
    textArray(timers.map(({ merchantId }) => merchantId)),
    textArray(timers.map(({ timerId }) => timerId)),
    timestampArray(timers.map(({ dueAt }) => dueAt)),
    machine,
    leasedUntil,
  ])
  const claimed = new Set(rows.map((row) => `${row.merchant_id} ${row.timer_id}`))
  return timers.map(({ merchantId, timerId }) => claimed.has(`${merchantId} ${timerId}`))
}

const freeAll = statement(
  'timer.free',
  `update timer
   set leased_until = null
   from unnest($1::text[], $2::text[], $3::timestamptz[]) as held (merchant_id, timer_id, leased_until)
   where timer.merchant_id = held.merchant_id
     and timer.timer_id = held.timer_id
     and timer.leased_until = held.leased_until`,
)

/** Gives leases back, where they are still those that were taken. */
export async function free(sql: Sql, leases: readonly Lease[]): Promise<void> {
  await sql.query(freeAll, [
    textArray(leases.map(({ merchantId }) => merchantId)),
    textArray(leases.map(({ timerId }) => timerId)),
    timestampArray(leases.map(({ leasedUntil }) => leasedUntil)),
  ])
}

const finishOne = statement(
  'timer.finish',
  `delete from timer
   where merchant_id = $1
     and timer_id = $2
     and leased_until = $3`,
)

/** A lease that was taken on a timer. Scheduling the timer anew ends it, also for the time that it had before. */
export type Lease = TimerKey & { readonly leasedUntil: Date }

/** Removes a timer that has been handled, unless it was scheduled anew meanwhile. */
export async function finish(sql: Sql, { merchantId, timerId, leasedUntil }: Lease): Promise<void> {
  await sql.query(finishOne, [merchantId, timerId, leasedUntil])
}

const putBack = statement(
  'timer.release',
  `update timer
   set leased_until = back.retry_at
   from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
     as back (merchant_id, timer_id, leased_until, retry_at)
   where timer.merchant_id = back.merchant_id
     and timer.timer_id = back.timer_id
     and timer.leased_until = back.leased_until`,
)

/** A timer that was not finished, and when it is to be tried again, in machine time. */
export interface Released {
  readonly lease: Lease
  readonly retryAt: Date
}

/** Puts timers back whose handlers failed or had to wait. They must differ. */
export async function release(sql: Sql, released: readonly Released[]): Promise<void> {
  await sql.query(putBack, [
    textArray(released.map(({ lease }) => lease.merchantId)),
    textArray(released.map(({ lease }) => lease.timerId)),
    timestampArray(released.map(({ lease }) => lease.leasedUntil)),
    timestampArray(released.map(({ retryAt }) => retryAt)),
  ])
}

const releaseEvery = statement(
  'timer.release_all',
  'update timer set leased_until = null where leased_until is not null',
)

/**
 * Frees what a process that was killed had taken. Only for a gateway that is the one process of its
 * database, as the sandbox is; elsewhere leases run out by themselves.
 */
export async function releaseAll(sql: Sql): Promise<void> {
  await sql.query(releaseEvery)
}
