import { invariant } from '../base/invariant.ts'
import { byteaArray, integerArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { Callback, CallbackAttempt, CallbackState } from './callback.ts'

/** A callback as it is first written: nothing has been tried. */
export type NewCallback = Omit<Callback, 'state' | 'attemptCount'>

/** How one attempt ended. Its number is given when it is written. */
export type EndedAttempt = Omit<CallbackAttempt, 'attemptNo'>

export interface CallbackKey {
  readonly merchantId: string
  readonly callbackId: string
}

interface CallbackRow {
  readonly merchant_id: string
  readonly callback_id: string
  readonly order_id: string
  readonly event_seq: number
  readonly url: string
  readonly headers: string
  readonly body: Buffer
  readonly state: CallbackState
  readonly attempt_count: number
  readonly created_at: Date
}

interface AttemptRow {
  readonly callback_id: string
  readonly attempt_no: number
  readonly at: Date
  readonly status: number | null
  readonly ms: number
  readonly error: string | null
  readonly answer: string | null
}

const columns = 'merchant_id, callback_id, order_id, event_seq, url, headers, body, state, attempt_count, created_at'

const insertStatement = statement(
  'callback.insert',
  `insert into callback (merchant_id, callback_id, order_id, event_seq, url, headers, body, state, created_at)
   select new.merchant_id, new.callback_id, new.order_id, new.event_seq, new.url, new.headers, new.body, 'pending',
     new.created_at
   from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[])
     as new (merchant_id, callback_id, order_id, event_seq, url, headers, body, created_at)`,
)

/** Writes callbacks in the transaction that makes their events true (invariant 6). */
export async function insert(sql: Sql, callbacks: readonly NewCallback[]): Promise<void> {
  if (callbacks.length === 0) return
  await sql.query(insertStatement, [
    textArray(callbacks.map(({ merchantId }) => merchantId)),
    textArray(callbacks.map(({ callbackId }) => callbackId)),
    textArray(callbacks.map(({ orderId }) => orderId)),
    integerArray(callbacks.map(({ eventSeq }) => eventSeq)),
    textArray(callbacks.map(({ url }) => url)),
    textArray(callbacks.map(({ headers }) => JSON.stringify(headers))),
    byteaArray(callbacks.map(({ body }) => body)),
    timestampArray(callbacks.map(({ createdAt }) => createdAt)),
  ])
}

const findStatement = statement(
  'callback.find',
  `select ${columns}
   from callback
   where merchant_id = $1 and callback_id = $2`,
)

export async function find(sql: Sql, { merchantId, callbackId }: CallbackKey): Promise<Callback | undefined> {
  const [row] = await sql.query<CallbackRow>(findStatement, [merchantId, callbackId])
  return row && fromRow(row)
}

const listOfOrderStatement = statement(
  'callback.list_of_order',
  `select ${columns}
   from callback
   where merchant_id = $1 and order_id = $2
   order by event_seq, callback_id`,
)

/** The callbacks of one order, oldest first. */
export async function listOfOrder(sql: Sql, merchantId: string, orderId: string): Promise<Callback[]> {
  return (await sql.query<CallbackRow>(listOfOrderStatement, [merchantId, orderId])).map(fromRow)
}

const listStatement = statement(
  'callback.list',
  `select ${columns}
   from callback
   where merchant_id = $1
   order by created_at desc, callback_id desc
   limit $2`,
)

/** A merchant's callbacks, newest first. */
export async function list(sql: Sql, merchantId: string, limit: number): Promise<Callback[]> {
  return (await sql.query<CallbackRow>(listStatement, [merchantId, limit])).map(fromRow)
}

const listOpenStatement = statement(
  'callback.list_open',
  `select ${columns}
   from callback
   where merchant_id = $1 and state = 'pending' and callback_id > $2
   order by callback_id
   limit $3`,
)

/** A merchant's open deliveries by id, from the one after `afterId` (`''` for the first). */
export async function listOpen(sql: Sql, merchantId: string, afterId: string, limit: number): Promise<Callback[]> {
  return (await sql.query<CallbackRow>(listOpenStatement, [merchantId, afterId, limit])).map(fromRow)
}

const restoreStatement = statement(
  'callback.restore',
  `update callback
   set body = $3
   where merchant_id = $1 and callback_id = $2 and state = 'pending'
   returning callback_id`,
)

/**
 * Stores the body of an open delivery anew, signed with another key, in the transaction that writes the
 * event about it. False when the delivery is no longer open: its bytes stay what was sent.
 */
export async function restore(sql: Sql, { merchantId, callbackId }: CallbackKey, body: Buffer): Promise<boolean> {
  return (await sql.query(restoreStatement, [merchantId, callbackId, body])).length > 0
}

const moveStatement = statement(
  'callback.move',
  `update callback
   set
     attempt_count = attempt_count + 1,
     state = case when $3 then 'delivered' when attempt_count + 1 >= $4 then 'abandoned' else 'pending' end
   where merchant_id = $1 and callback_id = $2 and (state = 'pending' or (state = 'abandoned' and $3))
   returning state, attempt_count`,
)

/**
 * Counts an attempt of the schedule and moves the state, if the delivery was not over meanwhile. An
 * acknowledgement is the truth whenever it comes, so it also ends an abandoned one. It holds the
 * callback until the transaction ends, in which `recordAttempt` follows.
 */
export async function move(
  sql: Sql,
  { merchantId, callbackId }: CallbackKey,
  { isDelivered, scheduledAttempts }: { isDelivered: boolean; scheduledAttempts: number },
): Promise<{ state: CallbackState; attemptCount: number } | undefined> {
  const values = [merchantId, callbackId, isDelivered, scheduledAttempts]
  const [row] = await sql.query<Pick<CallbackRow, 'state' | 'attempt_count'>>(moveStatement, values)
  return row && { state: row.state, attemptCount: row.attempt_count }
}

const moveByHandStatement = statement(
  'callback.move_by_hand',
  `update callback
   set state = case when $3 then 'delivered' else state end
   where merchant_id = $1 and callback_id = $2
   returning state`,
)

/** As `move`, for an attempt by hand: it may end a delivery in any state and uses up none of the schedule. */
export async function moveByHand(
  sql: Sql,
  { merchantId, callbackId }: CallbackKey,
  { isDelivered }: { isDelivered: boolean },
): Promise<CallbackState> {
  const [row] = await sql.query<Pick<CallbackRow, 'state'>>(moveByHandStatement, [merchantId, callbackId, isDelivered])
  invariant(row, `callback ${callbackId} stays once it is written`)
  return row.state
}

const recordAttemptStatement = statement(
  'callback.record_attempt',
  `insert into callback_attempt (merchant_id, callback_id, attempt_no, at, status, ms, error, answer)
   select $1, $2, coalesce(max(attempt_no), 0) + 1, $3, $4, $5, $6, $7
   from callback_attempt
   where merchant_id = $1 and callback_id = $2
   returning callback_id, attempt_no, at, status, ms, error, answer`,
)

/** Writes an attempt under the next number, in the transaction whose `move` holds the callback. */
export async function recordAttempt(
  sql: Sql,
  { merchantId, callbackId }: CallbackKey,
  { at, status, ms, error, answer }: EndedAttempt,
): Promise<CallbackAttempt> {
  const values = [merchantId, callbackId, at, status, ms, error, answer]
  const [row] = await sql.query<AttemptRow>(recordAttemptStatement, values)
  invariant(row, 'an attempt is written once')
  return attemptFromRow(row)
}

const attemptsStatement = statement(
  'callback.attempts',
  `select callback_id, attempt_no, at, status, ms, error, answer
   from callback_attempt
   where merchant_id = $1 and callback_id = any($2)
   order by callback_id, attempt_no`,
)

/** The attempts of each of a merchant's callbacks in order; a callback without any is not in the map. */
export async function attemptsOf(
  sql: Sql,
  merchantId: string,
  callbackIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CallbackAttempt[]>> {
  const rows = await sql.query<AttemptRow>(attemptsStatement, [merchantId, callbackIds])
  const attempts = new Map<string, CallbackAttempt[]>()
  for (const row of rows) {
    const ofCallback = attempts.get(row.callback_id) ?? []
    attempts.set(row.callback_id, ofCallback)
    ofCallback.push(attemptFromRow(row))
  }
  return attempts
}

function fromRow(row: CallbackRow): Callback {
  return {
    merchantId: row.merchant_id,
    callbackId: row.callback_id,
    orderId: row.order_id,
    eventSeq: row.event_seq,
    url: row.url,
    // Written by `insert` from the same type.
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: row.body,
    state: row.state,
    attemptCount: row.attempt_count,
    createdAt: row.created_at,
  }
}

function attemptFromRow(row: AttemptRow): CallbackAttempt {
  return {
    attemptNo: row.attempt_no,
    at: row.at,
    status: row.status,
    ms: row.ms,
    error: row.error,
    answer: row.answer,
  }
}
