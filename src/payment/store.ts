import { isoText } from '../base/iso-text.ts'
import { begin, type StoredEvent } from '../event/chain.ts'
import { bigintArray, byteaArray, textArray, timestampArray, uuidArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { Order } from './order.ts'
import { areNamed, type NamedRow } from './standing-store.ts'

const insertAll = statement(
  'payment.insert_all',
  `with new as (
     select *
     from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::uuid[], $6::text[], $7::bigint[], $8::text[],
       $9::text[], $10::bytea[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bytea[],
       $16::text[], $17::text[]) as new (
       merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
       channel, content_hash, request, meta_data, created_at, expires_at, event_hash,
       event_data, payment_code)
   ), added as (
     insert into payment_order (
       merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
       channel, content_hash, request, meta_data, created_at, expires_at, event_seq, event_hash, payment_code)
     select merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
       channel, content_hash, request, meta_data, created_at, expires_at, 1, event_hash, payment_code
     from new
     on conflict do nothing
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
   -- Only those that were not added, who are few: where all were, nothing more is looked at.
   select merchant_id, order_id
   from new
   where (select count(*) from added) < cardinality($1::text[])
     and not exists (
       select from added
       where added.merchant_id = new.merchant_id and added.order_id = new.order_id)`,
)

/** A new order and the event that its log begins with. */
export interface Opening {
  readonly order: Order
  readonly first: StoredEvent
}

/**
 * Writes new orders, each with its first event and its expiry timer, in one statement (invariants 1 and
 * 6). Answers for each, in order, whether it was added; false means that its id, or the number to pay to, was taken.
 * The rows must name different orders.
 */
export async function insertOrders(sql: Sql, openings: readonly Opening[]): Promise<boolean[]> {
  const orders = openings.map(({ order }) => order)
  const rows = await sql.query<NamedRow>(insertAll, [
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
    textArray(orders.map(({ paymentCode }) => paymentCode)),
  ])
  return areNamed(orders, rows).map((isLeftOut) => !isLeftOut)
}

/** The event with which every order's log begins. */
export function firstEvent({
  amount,
  channel,
  reference,
  createdAt,
  expiresAt,
  paymentCode,
  details: { terms },
}: Pick<Order, 'amount' | 'channel' | 'createdAt' | 'expiresAt' | 'paymentCode' | 'reference'> & {
  readonly details: Pick<Order['details'], 'terms'>
}): StoredEvent {
  // As JSON.stringify writes it: but for the channel, which may be null, no text in it can hold what is escaped.
  const chosen =
    (paymentCode === null ? '' : `,"paymentCode":"${paymentCode}"`) +
    (terms.acquirerId === null ? '' : `,"acquirerId":"${terms.acquirerId}"`) +
    (terms.fdsId === null ? '' : `,"fdsId":"${terms.fdsId}"`)
  const data =
    `{"amount":"${amount.minor}","currency":"${amount.currency}","channel":${JSON.stringify(channel)},` +
    `"reference":"${reference}","expiresAt":"${isoText(expiresAt)}"${chosen}}`
  return begin('order.initiated', createdAt, data)
}
