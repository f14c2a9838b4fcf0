import { type Sql, statement } from '../postgres/database.ts'

/** What waits in the database, as an operator asks it: of all merchants whose time is machine time. */
export interface Waiting {
  /** Due timers by kind, and when the oldest was due. */
  readonly timers: readonly { readonly kind: string; readonly due: number; readonly oldest: Date }[]
  readonly callbacks: Backlog
  readonly unknownAttempts: Backlog
}

export interface Backlog {
  readonly count: number
  readonly oldest: Date | null
}

export interface At {
  readonly machine: Date
  /** Merchants whose clock was moved: their dates cannot be compared with machine time. */
  readonly except: readonly string[]
}

/** An attempt that asked longer ago than this has no answer, whatever became of the process that asked. */
const answerMs = 60_000

/*
 * Each costs what it finds, whatever the tables hold, and what it looks at is bounded. Due timers come from
 * the index by due time. Open callbacks and inquiries come from the timers that they have: `callback` to
 * `callbacl` is a range of the primary key, written so that it holds under any collation.
 */
const dueTimers = statement(
  'metrics.due_timers',
  `select kind, count(*)::int as due, min(due_at) as oldest
   from (
     select kind, due_at
     from timer
     where due_at <= $1 and merchant_id <> all($2)
     order by due_at, timer_id
     limit 20000
   ) as first
   group by kind`,
)

const openCallbacks = statement(
  'metrics.open_callbacks',
  `select count(*)::int as count, min(created_at) as oldest
   from (
     select callback.created_at
     from merchant
     cross join lateral (
       select subject
       from timer
       where timer.merchant_id = merchant.merchant_id
         and timer_id >= 'callback' and timer_id < 'callbacl' and kind = 'callback'
     ) as open
     join callback on callback.merchant_id = merchant.merchant_id and callback.callback_id = open.subject
     where merchant.merchant_id <> all($1) and callback.state = 'pending'
     limit 10000
   ) as found`,
)

const unknownAttempts = statement(
  'metrics.unknown_attempts',
  `select count(*)::int as count, min(asked_at) as oldest
   from (
     select attempt.asked_at
     from merchant
     cross join lateral (
       select subject
       from timer
       where timer.merchant_id = merchant.merchant_id
         and timer_id >= 'inquire' and timer_id < 'inquirf' and kind = 'inquire'
     ) as asking
     join attempt
       on attempt.merchant_id = merchant.merchant_id
       and attempt.order_id = split_part(asking.subject, ':', 1)
       and attempt.attempt_no = split_part(asking.subject, ':', 2)::smallint
     where merchant.merchant_id <> all($1)
       and (
         attempt.state = 'reversing'
         or (attempt.state = 'authorizing' and (attempt.reason is not null or attempt.asked_at < $2))
       )
     limit 10000
   ) as found`,
)

/** Reads what waits, with a handful of cheap queries. */
export async function waiting(sql: Sql, { machine, except }: At): Promise<Waiting> {
  const timers = await sql.query<Waiting['timers'][number]>(dueTimers, [machine, except])
  const [callbacks] = await sql.query<Backlog>(openCallbacks, [except])
  const answered = new Date(machine.getTime() - answerMs)
  const [unknown] = await sql.query<Backlog>(unknownAttempts, [except, answered])
  const none = { count: 0, oldest: null }
  return { timers, callbacks: callbacks ?? none, unknownAttempts: unknown ?? none }
}
