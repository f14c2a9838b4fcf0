import { type Sql, statement } from '../postgres/database.ts'
import type { StoredEvent } from './chain.ts'
import type { OrderEvent } from './event.ts'

const insertAll = statement(
  'event.insert_all',
  `insert into event (merchant_id, order_id, seq, type, at, data, hash)
   select $1, $2, new.seq, new.type, new.at, new.data, new.hash
   from unnest($3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[]) as new (seq, type, at, data, hash)`,
)

/** Writes events of one order, in the transaction that makes them true (invariant 6). */
export async function insert(
  sql: Sql,
  merchantId: string,
  orderId: string,
  events: readonly StoredEvent[],
): Promise<void> {
  await sql.query(insertAll, [
    merchantId,
    orderId,
    events.map(({ seq }) => seq),
    events.map(({ type }) => type),
    events.map(({ at }) => at),
    events.map(({ data }) => data),
    events.map(({ hash }) => hash),
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

/** The events of one order, oldest first. */
export async function list(sql: Sql, merchantId: string, orderId: string): Promise<OrderEvent[]> {
  const rows = await chainOf(sql, merchantId, orderId)
  return rows.map(({ seq, type, at, data }) => ({ seq, type, at, data: JSON.parse(data) as OrderEvent['data'] }))
}
