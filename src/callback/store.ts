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
  readonly order_id: string | null
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
  `select wanted.place::int, found.*
   from unnest($1::text[], $2::text[]) with ordinality as wanted (merchant_id, callback_id, place)
   cross join lateral (
     select ${columns}
     from callback
     where merchant_id = wanted.merchant_id and callback_id = wanted.callback_id
     limit 1
   ) as found`,
)

/** The callbacks of these keys, in their order; undefined where there is none. */
export async function findAll(sql: Sql, keys: readonly CallbackKey[]): Promise<(Callback | undefined)[]> {
  const rows = await sql.query<CallbackRow & { place: number }>(findStatement, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    textArray(keys.map(({ callbackId }) => callbackId)),
  ])
  const found = Array.from<Callback | undefined>({ length: keys.length })
  for (const row of rows) found[row.place - 1] = fromRow(row)
  return found
}

export async function find(sql: Sql, key: CallbackKey): Promise<Callback | undefined> {
  const [found] = await findAll(sql, [key])
  return found
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
     state = case
       when ended.is_delivered = 1 then 'delivered'
       when attempt_count + 1 >= $4 then 'abandoned'
       else 'pending'
     end
   from unnest($1::text[], $2::text[], $3::int[]) as ended (merchant_id, callback_id, is_delivered)
   where callback.merchant_id = ended.merchant_id
     and callback.callback_id = ended.callback_id
     and (state = 'pending' or (state = 'abandoned' and ended.is_delivered = 1))
   returning callback.merchant_id, callback.callback_id, state, attempt_count`,
)

/** Where a delivery stands after an attempt. */
export interface Moved {
  readonly state: CallbackState
  readonly attemptCount: number
}

/**
 * Counts an attempt of the schedule for each, and moves the states of those deliveries that were not over
 * meanwhile; undefined for the others. An acknowledgement is the truth whenever it comes, so it also ends an
 * abandoned one. It holds the callbacks until the transaction ends, in which `recordAttempts` follows. The
 * keys must differ.
 */
export async function moveAll(
  sql: Sql,
  ended: readonly (CallbackKey & { isDelivered: boolean })[],
  scheduledAttempts: number,
): Promise<(Moved | undefined)[]> {
  type MovedRow = Pick<CallbackRow, 'merchant_id' | 'callback_id' | 'state' | 'attempt_count'>
  const rows = await sql.query<MovedRow>(moveStatement, [
    textArray(ended.map(({ merchantId }) => merchantId)),
    textArray(ended.map(({ callbackId }) => callbackId)),
    integerArray(ended.map(({ isDelivered }) => Number(isDelivered))),
    scheduledAttempts,
  ])
  const moved = new Map(rows.map((row) => [`${row.merchant_id} ${row.callback_id}`, row]))
  return ended.map(({ merchantId, callbackId }) => {
    const row = moved.get(`${merchantId} ${callbackId}`)
    return row && { state: row.state, attemptCount: row.attempt_count }
  })
}

export async function move(
  sql: Sql,
  key: CallbackKey,
  { isDelivered, scheduledAttempts }: { isDelivered: boolean; scheduledAttempts: number },
): Promise<Moved | undefined> {
  const [moved] = await moveAll(sql, [{ ...key, isDelivered }], scheduledAttempts)
  return moved
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

const recordStatement = statement(
  'callback.record_attempts',
  `insert into callback_attempt (merchant_id, callback_id, attempt_no, at, status, ms, error, answer)
   select merchant_id, callback_id, coalesce(last.attempt_no, 0) + 1, at, status, ms, error, answer
   from unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::int[], $6::text[], $7::text[])
     as ended (merchant_id, callback_id, at, status, ms, error, answer)
   left join lateral (
     select attempt_no
     from callback_attempt
     where merchant_id = ended.merchant_id and callback_id = ended.callback_id
     order by attempt_no desc
     limit 1
   ) as last on true
   returning merchant_id, callback_id, attempt_no, at, status, ms, error, answer`,
)

/** Writes attempts under their next numbers, in the transaction whose `move` holds the callbacks. */
export async function recordAttempts(
  sql: Sql,
  attempts: readonly (CallbackKey & EndedAttempt)[],
): Promise<CallbackAttempt[]> {
  if (attempts.length === 0) return []
  const rows = await sql.query<AttemptRow & { merchant_id: string }>(recordStatement, [
    textArray(attempts.map(({ merchantId }) => merchantId)),
    textArray(attempts.map(({ callbackId }) => callbackId)),
    timestampArray(attempts.map(({ at }) => at)),
    integerArray(attempts.map(({ status }) => status)),
    integerArray(attempts.map(({ ms }) => ms)),
    textArray(attempts.map(({ error }) => error)),
    textArray(attempts.map(({ answer }) => answer)),
  ])
  const recorded = new Map(rows.map((row) => [`${row.merchant_id} ${row.callback_id}`, attemptFromRow(row)]))
  return attempts.map(({ merchantId, callbackId }) => {
    const attempt = recorded.get(`${merchantId} ${callbackId}`)
    invariant(attempt, 'an attempt is written once')
    return attempt
  })
}

export async function recordAttempt(
  sql: Sql,
  { merchantId, callbackId }: CallbackKey,
  ended: EndedAttempt,
): Promise<CallbackAttempt> {
  const [attempt] = await recordAttempts(sql, [{ merchantId, callbackId, ...ended }])
  invariant(attempt, 'an attempt is written once')
  return attempt
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
