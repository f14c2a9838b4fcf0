import { type Sql, statement } from '../postgres/database.ts'
import type { FiledReceipt } from './dossier.ts'
import { boundsOf, type Filed, keyOf, type KeyRow, type Range } from './store.ts'

interface ReceiptRow extends KeyRow {
  reference: string
  channel: string
  acquirer_id: string
  payment_code: string | null
  amount_minor: bigint
  currency: string
  state: string
  reason: string | null
}

const selectReceipts = statement(
  'audit.receipts',
  `select o.merchant_id, o.order_id, r.reference, r.channel, r.acquirer_id, r.payment_code, r.amount_minor,
     r.currency, r.state, r.reason
   from payment_order o
   cross join lateral (
     select *
     from receipt
     where receipt.order_id = o.order_id and receipt.merchant_id = o.merchant_id
     order by reference
   ) r
   where (o.merchant_id, o.order_id) > ($1, $2) and (o.merchant_id, o.order_id) <= ($3, $4)
   order by o.merchant_id, o.order_id, r.reference`,
)

/** What was paid elsewhere for these orders. A receipt is found by its order; the key of its table is its reference. */
export async function receiptsIn(sql: Sql, range: Range): Promise<Filed<FiledReceipt>[]> {
  const rows = await sql.query<ReceiptRow>(selectReceipts, boundsOf(range))
  return rows.map((row) => ({
    ...keyOf(row),
    reference: row.reference,
    channel: row.channel,
    acquirerId: row.acquirer_id,
    paymentCode: row.payment_code,
    amountMinor: row.amount_minor,
    currency: row.currency,
    state: row.state,
    reason: row.reason,
  }))
}
