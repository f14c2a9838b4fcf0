import { byteaArray, integerArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { StoredEvent } from './chain.ts'
import type { OrderEvent } from './event.ts'

const insertAll = statement(
  'event.insert_all',
  `insert into event (merchant_id, order_id, seq, type, at, data, hash)
   select *
   from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[])`,
)

/** An event, and whose it is. */
export interface EventOfOrder {
  readonly merchantId: string
  readonly orderId: string
  readonly event: StoredEvent
}

/** Writes events, in the transaction that makes them true (invariant 6). */
export async function insert(sql: Sql, events: readonly EventOfOrder[]): Promise<void> {
  if (events.length === 0) return
  await sql.query(insertAll, [
    textArray(events.map(({ merchantId }) => merchantId)),
    textArray(events.map(({ orderId }) => orderId)),
    integerArray(events.map(({ event }) => event.seq)),
    textArray(events.map(({ event }) => event.type)),
    timestampArray(events.map(({ event }) => event.at)),
    textArray(events.map(({ event }) => event.data)),
    byteaArray(events.map(({ event }) => event.hash)),
  ])
}

const selectOfOrder = statement(
  'event.of_order',
  `select seq, type, at, data, hash
   from event
   where merchant_id = $1 and order_id = $2
   order by seq`,
)

/** The events of one order as they were written, oldest first. */
export async function chainOf(sql: Sql, merchantId: string, orderId: string): Promise<StoredEvent[]> {
  return sql.query<StoredEvent>(selectOfOrder, [merchantId, orderId])
}

const selectLast = statement(
  'event.last_type',
  `select type
   from event
   where merchant_id = $1 and order_id = $2
   order by seq desc
   limit 1`,
)

/** What the newest event of an order is. */
export async function lastType(sql: Sql, merchantId: string, orderId: string): Promise<string | undefined> {
  const [row] = await sql.query<{ type: string }>(selectLast, [merchantId, orderId])
  return row?.type
}

/** The events of one order, oldest first. */
export async function list(sql: Sql, merchantId: string, orderId: string): Promise<OrderEvent[]> {
  const rows = await chainOf(sql, merchantId, orderId)
  return rows.map(({ seq, type, at, data }) => ({ seq, type, at, data: JSON.parse(data) as OrderEvent['data'] }))
}
