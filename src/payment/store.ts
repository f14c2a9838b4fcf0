import { rupiah } from '../base/money.ts'
import { chainStart, link, type StoredEvent } from '../event/chain.ts'
import { bigintArray, byteaArray, textArray, timestampArray, uuidArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import { readStored } from '../wire/initiate.ts'
import type { OrderState } from './lifecycle.ts'
import type { Attempt, Order, OrderDetails } from './order.ts'

interface OrderRow {
  merchant_id: string
  order_id: string
  order_no: Buffer
  page_secret: Buffer
  reference: string
  state: OrderState
  amount_minor: bigint
  channel: string | null
  content_hash: Buffer
  request: string
  meta_data: string | null
  created_at: Date
  expires_at: Date
  attempt_count: number
  refused_count: number
  paid_attempt: number | null
  settled_at: Date | null
  event_seq: number
  event_hash: Buffer
}

const fromRow = (row: OrderRow): Order => ({
  merchantId: row.merchant_id,
  orderId: row.order_id,
  orderNo: row.order_no,
  pageSecret: row.page_secret,
  reference: row.reference,
  state: row.state,
  amount: rupiah(row.amount_minor),
  channel: row.channel,
  contentHash: row.content_hash,
  details: detailsOf(row.request, row.meta_data),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  attemptCount: row.attempt_count,
  refusedCount: row.refused_count,
  paidAttempt: row.paid_attempt,
  settledAt: row.settled_at,
  eventSeq: row.event_seq,
  eventHash: row.event_hash,
})

/** What is read often of the members that were sent. */
function detailsOf(members: string, metaData: string | null): OrderDetails {
  const { order, customer, url } = readStored(members)
  return {
    customerId: customer.id ?? '',
    description: order.description ?? null,
    callbackUrl: url?.callbackUrl ?? null,
    successUrl: url?.successUrl ?? null,
    failUrl: url?.failUrl ?? null,
    backUrl: url?.backUrl ?? null,
    metaData,
    members,
  }
}

const columns = `merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, channel, content_hash,
     request, meta_data, created_at, expires_at, attempt_count, refused_count, paid_attempt, settled_at, event_seq, event_hash`

const insertAll = statement(
  'payment.insert_all',
  `with new as (
     select *
     from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::uuid[], $6::text[], $7::bigint[], $8::text[],
       $9::text[], $10::bytea[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bytea[],
       $16::text[]) as new (
       merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
       channel, content_hash, request, meta_data, created_at, expires_at, event_hash,
       event_data)
   ), added as (
     insert into payment_order (
       merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
       channel, content_hash, request, meta_data, created_at, expires_at, event_seq, event_hash)
     select merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
       channel, content_hash, request, meta_data, created_at, expires_at, 1, event_hash
     from new
     on conflict (merchant_id, order_id) do nothing
     returning merchant_id, order_id, created_at, expires_at, event_hash
   ), logged as (
     insert into event (merchant_id, order_id, seq, type, at, data, hash)
     select merchant_id, order_id, 1, 'order.initiated', added.created_at, new.event_data, added.event_hash
     from added
     join new using (merchant_id, order_id)
   ), timed as (
     insert into timer (merchant_id, timer_id, kind, subject, due_at)
     select merchant_id, 'expire:' || order_id, 'expire', order_id, expires_at
     from added
   )
   select merchant_id, order_id from added`,
)

/** A new order and the event that its log begins with. */
export interface Opening {
  readonly order: Order
  readonly first: StoredEvent
}

/**
 * Writes new orders, each with its first event and its expiry timer, in one statement (invariants 1 and
 * 6). Answers for each, in order, whether it was added; false means that its id was taken.
 * The rows must name different orders.
 */
export async function insertOrders(sql: Sql, openings: readonly Opening[]): Promise<boolean[]> {
  const orders = openings.map(({ order }) => order)
  const rows = await sql.query<{ merchant_id: string; order_id: string }>(insertAll, [
    textArray(orders.map(({ merchantId }) => merchantId)),
    textArray(orders.map(({ orderId }) => orderId)),
    byteaArray(orders.map(({ orderNo }) => orderNo)),
    byteaArray(orders.map(({ pageSecret }) => pageSecret)),
    uuidArray(orders.map(({ reference }) => reference)),
    textArray(orders.map(({ state }) => state)),
    bigintArray(orders.map(({ amount }) => amount.minor)),
    textArray(orders.map(({ amount }) => amount.currency)),
    textArray(orders.map(({ channel }) => channel)),
    byteaArray(orders.map(({ contentHash }) => contentHash)),
    textArray(orders.map(({ details }) => details.members)),
    textArray(orders.map(({ details }) => details.metaData)),
    timestampArray(orders.map(({ createdAt }) => createdAt)),
    timestampArray(orders.map(({ expiresAt }) => expiresAt)),
    byteaArray(orders.map(({ eventHash }) => eventHash)),
    textArray(openings.map(({ first }) => first.data)),
  ])
  const added = new Set(rows.map((row) => nameOf(row.merchant_id, row.order_id)))
  return orders.map(({ merchantId, orderId }) => added.has(nameOf(merchantId, orderId)))
}

/** Neither id can hold a blank. */
function nameOf(merchantId: string, orderId: string): string {
  return `${merchantId} ${orderId}`
}

/** The event with which every order's log begins. */
export function firstEvent({
  amount,
  channel,
  reference,
  createdAt,
  expiresAt,
}: Pick<Order, 'amount' | 'channel' | 'createdAt' | 'expiresAt' | 'reference'>): StoredEvent {
  return link(chainStart, 1, 'order.initiated', createdAt, {
    amount: amount.minor.toString(),
    currency: amount.currency,
    channel,
    reference,
    expiresAt: expiresAt.toISOString(),
  })
}

const selectOne = statement(
  'payment.find',
  `select ${columns} from payment_order where merchant_id = $1 and order_id = $2`,
)

export async function find(sql: Sql, merchantId: string, orderId: string): Promise<Order | undefined> {
  const [row] = await sql.query<OrderRow>(selectOne, [merchantId, orderId])
  return row && fromRow(row)
}

const selectByNo = statement(
  'payment.find_by_no',
  `select ${columns} from payment_order where merchant_id = $1 and order_no = $2`,
)

export async function findByNo(sql: Sql, merchantId: string, orderNo: Buffer): Promise<Order | undefined> {
  const [row] = await sql.query<OrderRow>(selectByNo, [merchantId, orderNo])
  return row && fromRow(row)
}

const selectForUpdate = statement(
  'payment.lock',
  `select ${columns} from payment_order where merchant_id = $1 and order_id = $2 for update`,
)

/** Reads an order and keeps others from changing it until the transaction ends. */
export async function lock(sql: Sql, merchantId: string, orderId: string): Promise<Order | undefined> {
  const [row] = await sql.query<OrderRow>(selectForUpdate, [merchantId, orderId])
  return row && fromRow(row)
}

const updateOne = statement(
  'payment.update',
  `update payment_order
   set state = $3,
       channel = $4,
       attempt_count = $5,
       refused_count = $6,
       paid_attempt = $7,
       settled_at = $8,
       event_seq = $9,
       event_hash = $10
   where merchant_id = $1
     and order_id = $2
     and event_seq = $11
   returning order_id`,
)

/** Writes an order that was locked with `lastSeq` events. False: it moved in the meantime. */
export async function update(sql: Sql, order: Order, lastSeq: number): Promise<boolean> {
  const rows = await sql.query(updateOne, [
    order.merchantId,
    order.orderId,
    order.state,
    order.channel,
    order.attemptCount,
    order.refusedCount,
    order.paidAttempt,
    order.settledAt,
    order.eventSeq,
    order.eventHash,
    lastSeq,
  ])
  return rows.length === 1
}

interface AttemptRow {
  attempt_no: number
  state: Attempt['state']
  channel: string
  attempt_token: string | null
  card_mask: string | null
  card_info: string | null
  authentication_id: string | null
  authentication_step: string | null
  trans_status: string | null
  eci: string | null
  cavv: string | null
  ds_trans_id: string | null
  acquirer_id: string | null
  acquirer_reference: string | null
  approval_code: string | null
  acquirer_channel: string | null
  response_code: string | null
  reason: string | null
  asked_at: Date | null
  created_at: Date
  ended_at: Date | null
}

const attemptFromRow = (row: AttemptRow): Attempt => ({
  attemptNo: row.attempt_no,
  state: row.state,
  channel: row.channel,
  attemptToken: row.attempt_token,
  cardMask: row.card_mask,
  cardInfo: row.card_info === null ? null : (JSON.parse(row.card_info) as Attempt['cardInfo']),
  authenticationId: row.authentication_id,
  authenticationStep:
    row.authentication_step === null ? null : (JSON.parse(row.authentication_step) as Attempt['authenticationStep']),
  transStatus: row.trans_status,
  eci: row.eci,
  cavv: row.cavv,
  dsTransId: row.ds_trans_id,
  acquirerId: row.acquirer_id,
  acquirerReference: row.acquirer_reference,
  approvalCode: row.approval_code,
  acquirerChannel: row.acquirer_channel,
  responseCode: row.response_code,
  reason: row.reason,
  askedAt: row.asked_at,
  createdAt: row.created_at,
  endedAt: row.ended_at,
})

const attemptColumns = `attempt_no, state, channel, attempt_token, card_mask, card_info, authentication_id,
     authentication_step, trans_status, eci, cavv, ds_trans_id, acquirer_id, acquirer_reference, approval_code, acquirer_channel,
     response_code, reason, asked_at, created_at, ended_at`

const selectAttempts = statement(
  'payment.attempts',
  `select ${attemptColumns}
   from attempt
   where merchant_id = $1 and order_id = $2
   order by attempt_no`,
)

/** The attempts of an order, oldest first. */
export async function attemptsOf(sql: Sql, merchantId: string, orderId: string): Promise<Attempt[]> {
  const rows = await sql.query<AttemptRow>(selectAttempts, [merchantId, orderId])
  return rows.map(attemptFromRow)
}

const selectLast = statement(
  'payment.last_attempt',
  `select ${attemptColumns}
   from attempt
   where merchant_id = $1 and order_id = $2
   order by attempt_no desc
   limit 1`,
)

export async function lastAttempt(sql: Sql, merchantId: string, orderId: string): Promise<Attempt | undefined> {
  const [row] = await sql.query<AttemptRow>(selectLast, [merchantId, orderId])
  return row && attemptFromRow(row)
}

const saveAttempt = statement(
  'payment.save_attempt',
  `insert into attempt (
     merchant_id, order_id, attempt_no, state, channel, attempt_token, card_mask, card_info, authentication_id,
     authentication_step, trans_status, eci, cavv, ds_trans_id, acquirer_id, acquirer_reference, approval_code, acquirer_channel,
     response_code, reason, asked_at, created_at, ended_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
   on conflict (merchant_id, order_id, attempt_no) do update
   set state = excluded.state,
       attempt_token = excluded.attempt_token,
       authentication_id = excluded.authentication_id,
       authentication_step = excluded.authentication_step,
       trans_status = excluded.trans_status,
       eci = excluded.eci,
       cavv = excluded.cavv,
       ds_trans_id = excluded.ds_trans_id,
       acquirer_id = excluded.acquirer_id,
       acquirer_reference = excluded.acquirer_reference,
       approval_code = excluded.approval_code,
       acquirer_channel = excluded.acquirer_channel,
       response_code = excluded.response_code,
       reason = excluded.reason,
       asked_at = excluded.asked_at,
       ended_at = excluded.ended_at`,
)

/** Writes an attempt of a locked order, new or changed. */
export async function save(sql: Sql, merchantId: string, orderId: string, attempt: Attempt): Promise<void> {
  await sql.query(saveAttempt, [
    merchantId,
    orderId,
    attempt.attemptNo,
    attempt.state,
    attempt.channel,
    attempt.attemptToken,
    attempt.cardMask,
    attempt.cardInfo && JSON.stringify(attempt.cardInfo),
    attempt.authenticationId,
    attempt.authenticationStep && JSON.stringify(attempt.authenticationStep),
    attempt.transStatus,
    attempt.eci,
    attempt.cavv,
    attempt.dsTransId,
    attempt.acquirerId,
    attempt.acquirerReference,
    attempt.approvalCode,
    attempt.acquirerChannel,
    attempt.responseCode,
    attempt.reason,
    attempt.askedAt,
    attempt.createdAt,
    attempt.endedAt,
  ])
}
