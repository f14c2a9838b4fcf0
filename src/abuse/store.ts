import { createHash } from 'node:crypto'
import { bigintArray, integerArray, textArray } from '../postgres/binary-array.ts'
import { type Sql, type Statement, statement } from '../postgres/database.ts'
import type { Rule, Trait } from './rule.ts'

/** An attempt that is begun, by what it is counted. */
export interface CardUse {
  readonly merchantId: string
  readonly orderId: string
  readonly attemptNo: number
  readonly bin: string
  readonly card: Buffer
  readonly network: Buffer | null
  readonly device: Buffer | null
}

export type UseOutcome = 'declined' | 'ended'

const lockAll = statement(
  'card_use.lock',
  `select pg_advisory_xact_lock(wanted.key)
   from unnest($1::bigint[]) as wanted (key)`,
)

/** Makes those who count by the same traits wait for one another, until they commit. Sorted, so that none waits for itself. */
export async function lock(sql: Sql, keys: readonly bigint[]): Promise<void> {
  if (keys.length === 0) return
  await sql.query(lockAll, [bigintArray(keys.toSorted((a, b) => (a < b ? -1 : 1)))])
}

const place: Readonly<Record<Trait, number>> = { bin: 2, card: 3, network: 4, device: 5 }

/** The newest that a rule counts, as many as it allows; a rule that finds so many is used up. */
function countedBy({ by, counts, atMost, withinSeconds, isExact }: Rule, index: number): string {
  const of = `from card_use
       where ${by} = $${place[by]} and merchant_id = $1 and used_at > $6::timestamptz - interval '${withinSeconds} seconds'`
  const declined = isExact ? `(outcome is null or outcome = 'declined')` : `outcome = 'declined'`
  const rows = {
    attempts: `select used_at, false as is_open ${of} order by used_at desc limit ${atMost}`,
    declines: `select used_at, outcome is null as is_open ${of} and ${declined} order by used_at desc limit ${atMost}`,
    cards: `select max(used_at) as used_at, false as is_open ${of} and card <> $3
       group by card order by 1 desc limit ${atMost}`,
  }
  return `select ${index} as place, min(used_at) as oldest, bool_or(is_open) as is_open
     from (
       ${rows[counts]}
     ) as counted
     having count(*) >= ${atMost}`
}

/** The statement that asks all rules at once. It reads of each no more rows than the rule allows, but for `cards`. */
export function overStatement(rules: readonly Rule[]): Statement {
  const text = `with given as (select $1::text, $2::text, $3::bytea, $4::bytea, $5::bytea)
   select place, oldest, is_open
   from (
     ${rules.map((rule, index) => `(${countedBy(rule, index)})`).join('\n     union all\n     ')}
   ) as over
   order by place`
  // One name for each set of rules: a connection prepares a name once.
  return statement(`card_use.over_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`, text)
}

/** The rules that are used up for an attempt that would begin at `at`, by their places in the statement. */
export async function over(
  sql: Sql,
  asked: Statement,
  { merchantId, bin, card, network, device }: CardUse,
  at: Date,
): Promise<{ readonly place: number; readonly oldest: Date; readonly is_open: boolean }[]> {
  return sql.query(asked, [merchantId, bin, card, network, device, at])
}

const insertUse = statement(
  'card_use.insert',
  `insert into card_use (merchant_id, order_id, attempt_no, used_at, bin, card, network, device)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
)

/** In the transaction that begins the attempt. */
export async function insert(sql: Sql, use: CardUse, at: Date): Promise<void> {
  const { merchantId, orderId, attemptNo, bin, card, network, device } = use
  await sql.query(insertUse, [merchantId, orderId, attemptNo, at, bin, card, network, device])
}

/** An attempt that has ended, and how. */
export interface EndedUse {
  readonly merchantId: string
  readonly orderId: string
  readonly attemptNo: number
  readonly outcome: UseOutcome
}

const endAll = statement(
  'card_use.end',
  `update card_use as u
   set outcome = ended.outcome
   from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as ended (merchant_id, order_id, attempt_no, outcome)
   where u.merchant_id = ended.merchant_id and u.order_id = ended.order_id and u.attempt_no = ended.attempt_no`,
)

/** In the transaction that ends the attempts. Those that are not counted any more are left alone. */
export async function end(sql: Sql, ended: readonly EndedUse[]): Promise<void> {
  if (ended.length === 0) return
  await sql.query(endAll, [
    textArray(ended.map(({ merchantId }) => merchantId)),
    textArray(ended.map(({ orderId }) => orderId)),
    integerArray(ended.map(({ attemptNo }) => attemptNo)),
    textArray(ended.map(({ outcome }) => outcome)),
  ])
}

const sweepOld = statement(
  'card_use.sweep',
  `delete from card_use as u
   using (
     select merchant_id, order_id, attempt_no
     from card_use
     where used_at < $1
     order by used_at
     limit $2
     for update skip locked
   ) as old
   where u.merchant_id = old.merchant_id and u.order_id = old.order_id and u.attempt_no = old.attempt_no`,
)

/** Removes what no rule counts any more, whosever it is: the table holds what begins within the longest window. */
export async function sweep(sql: Sql, before: Date, atMost: number): Promise<void> {
  await sql.query(sweepOld, [before, atMost])
}
