import { rupiah } from '../base/money.ts'
import { bigintArray, integerArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { OperationKind, OperationState } from './lifecycle.ts'
import type { Operation } from './operation.ts'
import type { OrderKey } from './standing-store.ts'

interface Row {
  operation_no: number
  kind: OperationKind
  amount_minor: bigint
  state: OperationState
  idempotency_key: string | null
  acquirer_id: string
  reference: string
  response_code: string | null
  reason: string | null
  asked_at: Date
  ended_at: Date | null
}

const selectAll = statement(
  'operation.of_order',
  `select operation_no, kind, amount_minor, state, idempotency_key, acquirer_id, reference, response_code, reason,
     asked_at, ended_at
   from operation
   where merchant_id = $1 and order_id = $2
   order by operation_no`,
)

/** The captures, voids and refunds of an order, oldest first. */
export async function operationsOf(sql: Sql, merchantId: string, orderId: string): Promise<Operation[]> {
  const rows = await sql.query<Row>(selectAll, [merchantId, orderId])
  return rows.map((row) => ({
    operationNo: row.operation_no,
    kind: row.kind,
    amount: rupiah(row.amount_minor),
    state: row.state,
    key: row.idempotency_key,
    acquirerId: row.acquirer_id,
    reference: row.reference,
    responseCode: row.response_code,
    reason: row.reason,
    askedAt: row.asked_at,
    endedAt: row.ended_at,
  }))
}

const saveAll = statement(
  'operation.save_all',
  `insert into operation (
     merchant_id, order_id, operation_no, kind, amount_minor, currency, state, idempotency_key, acquirer_id, reference,
     response_code, reason, asked_at, ended_at)
   select *
   from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[])
   on conflict (merchant_id, order_id, operation_no) do update
   set state = excluded.state,
       response_code = excluded.response_code,
       reason = excluded.reason,
       ended_at = excluded.ended_at`,
)

/** Writes operations, new or changed, of orders that this transaction has written. */
export async function saveOperations(
  sql: Sql,
  rows: readonly (OrderKey & { readonly operation: Operation })[],
): Promise<void> {
  if (rows.length === 0) return
  const texts = (of: (operation: Operation) => string | null) => textArray(rows.map(({ operation }) => of(operation)))
  await sql.query(saveAll, [
    textArray(rows.map(({ merchantId }) => merchantId)),
    textArray(rows.map(({ orderId }) => orderId)),
    integerArray(rows.map(({ operation }) => operation.operationNo)),
    texts(({ kind }) => kind),
    bigintArray(rows.map(({ operation }) => operation.amount.minor)),
    texts(({ amount }) => amount.currency),
    texts(({ state }) => state),
    texts(({ key }) => key),
    texts(({ acquirerId }) => acquirerId),
    texts(({ reference }) => reference),
    texts(({ responseCode }) => responseCode),
    texts(({ reason }) => reason),
    timestampArray(rows.map(({ operation }) => operation.askedAt)),
    timestampArray(rows.map(({ operation }) => operation.endedAt)),
  ])
}
