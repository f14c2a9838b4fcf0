import { invariant } from '../base/invariant.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { OperationKind } from './acquirer.ts'

/** What the simulated acquirer remembers of a capture, void or refund. Tombstones as of authorizations. */
export interface SimulatedOperation {
  readonly merchantId: string
  readonly reference: string
  readonly orderId: string | null
  /** The authorization that it is about; null in a tombstone that came first. */
  readonly authorization: string | null
  readonly kind: OperationKind
  readonly amountMinor: bigint | null
  readonly currency: string | null
  readonly state: 'approved' | 'declined' | 'silent' | 'reversed' | 'never_seen'
  readonly responseCode: string | null
  readonly reason: string | null
}

interface Row {
  merchant_id: string
  reference: string
  order_id: string | null
  of_reference: string | null
  kind: OperationKind
  amount_minor: bigint | null
  currency: string | null
  state: SimulatedOperation['state']
  response_code: string | null
  reason: string | null
}

const selectOne = statement(
  'simulatedOperation.find',
  `select merchant_id, reference, order_id, of_reference, kind, amount_minor, currency, state, response_code, reason
   from simulated_operation
   where merchant_id = $1 and reference = $2`,
)

export async function find(sql: Sql, merchantId: string, reference: string): Promise<SimulatedOperation | undefined> {
  const [row] = await sql.query<Row>(selectOne, [merchantId, reference])
  return (
    row && {
      merchantId: row.merchant_id,
      reference: row.reference,
      orderId: row.order_id,
      authorization: row.of_reference,
      kind: row.kind,
      amountMinor: row.amount_minor,
      currency: row.currency,
      state: row.state,
      responseCode: row.response_code,
      reason: row.reason,
    }
  )
}

const insertOnce = statement(
  'simulatedOperation.insert',
  `insert into simulated_operation (merchant_id, reference, order_id, of_reference, kind, amount_minor, currency, state,
     response_code, reason, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   on conflict do nothing
   returning reference`,
)

/** Remembers what was done unless something was remembered before, and answers what stands. */
export async function remember(
  sql: Sql,
  it: SimulatedOperation,
  at: Date,
): Promise<{ first: boolean; operation: SimulatedOperation }> {
  const inserted = await sql.query(insertOnce, [
    it.merchantId,
    it.reference,
    it.orderId,
    it.authorization,
    it.kind,
    it.amountMinor,
    it.currency,
    it.state,
    it.responseCode,
    it.reason,
    at,
  ])
  if (inserted.length === 1) return { first: true, operation: it }
  const standing = await find(sql, it.merchantId, it.reference)
  invariant(standing, 'what the simulator remembers is never deleted')
  return { first: false, operation: standing }
}

/** An authorization as the acquirer counts it. */
export interface Account {
  readonly authorizedMinor: bigint
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  /** False where it was declined, reversed or voided. */
  readonly isOpen: boolean
}

interface AccountRow {
  amount_minor: bigint | null
  captured_minor: bigint
  refunded_minor: bigint
  state: string
  is_voided: boolean
}

const lockAccount = statement(
  'simulatedOperation.account',
  `select amount_minor, captured_minor, refunded_minor, state, is_voided
   from simulated_authorization
   where merchant_id = $1 and reference = $2
   for update`,
)

/** The account of an authorization, which nobody else changes until the transaction ends. */
export async function account(sql: Sql, merchantId: string, authorization: string): Promise<Account | undefined> {
  const [row] = await sql.query<AccountRow>(lockAccount, [merchantId, authorization])
  return (
    row && {
      authorizedMinor: row.amount_minor ?? 0n,
      capturedMinor: row.captured_minor,
      refundedMinor: row.refunded_minor,
      isOpen: row.state === 'approved' && !row.is_voided,
    }
  )
}

const changeAccount = statement(
  'simulatedOperation.book',
  `update simulated_authorization
   set captured_minor = captured_minor + $3, refunded_minor = refunded_minor + $4, is_voided = is_voided or $5
   where merchant_id = $1 and reference = $2`,
)

/** Books a change of what is captured and given back; negative where an operation is reversed. */
export async function book(
  sql: Sql,
  merchantId: string,
  authorization: string,
  { captured = 0n, refunded = 0n, isVoided = false }: { captured?: bigint; refunded?: bigint; isVoided?: boolean },
): Promise<void> {
  await sql.query(changeAccount, [merchantId, authorization, captured, refunded, isVoided])
}

const bury = statement(
  'simulatedOperation.reverse',
  `insert into simulated_operation (merchant_id, reference, kind, state, created_at, reversed_at)
   values ($1, $2, $3, 'reversed', $4, $4)
   on conflict (merchant_id, reference) do update
   set state = 'reversed', reversed_at = coalesce(simulated_operation.reversed_at, excluded.reversed_at)`,
)

/** Leaves a tombstone: nothing that arrives under the reference takes effect any more. */
export async function reverse(
  sql: Sql,
  { merchantId, reference, kind }: Pick<SimulatedOperation, 'merchantId' | 'reference' | 'kind'>,
  at: Date,
): Promise<void> {
  await sql.query(bury, [merchantId, reference, kind, at])
}
