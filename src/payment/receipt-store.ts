import { rupiah } from '../base/money.ts'
import type { ChannelId } from '../channel/catalogue.ts'
import { bigintArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { Receipt } from './receipt.ts'

const insertAll = statement(
  'receipt.insert_all',
  `insert into receipt (
     merchant_id, reference, order_id, channel, acquirer_id, payment_code, amount_minor, currency, received_at, state,
     reason)
   select *
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
     $9::timestamptz[], $10::text[], $11::text[])`,
)

/**
 * Notes payments that we were told of, in the transaction that says what becomes of them.
 *
 * @throws DatabaseError 23505 when one was noted before
 */
export async function insertReceipts(
  sql: Sql,
  all: readonly { readonly receipt: Receipt; readonly at: Date }[],
): Promise<void> {
  if (all.length === 0) return
  const texts = (of: (receipt: Receipt) => string | null) => textArray(all.map(({ receipt }) => of(receipt)))
  await sql.query(insertAll, [
    texts(({ merchantId }) => merchantId),
    texts(({ reference }) => reference),
    texts(({ orderId }) => orderId),
    texts(({ channel }) => channel),
    texts(({ acquirerId }) => acquirerId),
    texts(({ paymentCode }) => paymentCode),
    bigintArray(all.map(({ receipt }) => receipt.amount.minor)),
    texts(({ amount }) => amount.currency),
    timestampArray(all.map(({ at }) => at)),
    texts(({ state }) => state),
    texts(({ reason }) => reason),
  ])
}

interface Row {
  merchant_id: string
  reference: string
  order_id: string
  channel: ChannelId
  acquirer_id: string
  payment_code: string | null
  amount_minor: bigint
  state: Receipt['state']
  reason: Receipt['reason']
}

const select = statement(
  'receipt.find',
  `select merchant_id, reference, order_id, channel, acquirer_id, payment_code, amount_minor, state, reason
   from receipt
   where merchant_id = $1 and reference = $2`,
)

export async function findReceipt(sql: Sql, merchantId: string, reference: string): Promise<Receipt | undefined> {
  const [row] = await sql.query<Row>(select, [merchantId, reference])
  return (
    row && {
      merchantId: row.merchant_id,
      reference: row.reference,
      orderId: row.order_id,
      channel: row.channel,
      acquirerId: row.acquirer_id,
      paymentCode: row.payment_code,
      amount: rupiah(row.amount_minor),
      state: row.state,
      reason: row.reason,
    }
  )
}

const update = statement(
  'receipt.returned',
  `update receipt
   set state = 'returned'
   where merchant_id = $1 and reference = $2 and state = 'returning'
   returning reference`,
)

/** Its money is its payer's again. False where that was noted before. */
export async function markReturned(sql: Sql, { merchantId, reference }: Receipt): Promise<boolean> {
  return (await sql.query(update, [merchantId, reference])).length > 0
}

const updateWithdrawn = statement(
  'receipt.withdrawn',
  `update receipt
   set state = 'returning', reason = 'withdrawn'
   where merchant_id = $1 and reference = $2 and state = 'kept'`,
)

/** Its money was kept, and is to go back: in the transaction that says so of its order. */
export async function markWithdrawn(sql: Sql, { merchantId, reference }: Receipt): Promise<void> {
  await sql.query(updateWithdrawn, [merchantId, reference])
}
