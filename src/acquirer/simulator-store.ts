import { invariant } from '../base/invariant.ts'
import { type Sql, statement } from '../postgres/database.ts'

/**
 * What the acquirer holds of a reference. `reversed` and `never_seen` are tombstones: no authorization of
 * that reference takes effect any more.
 */
export interface Authorization {
  readonly merchantId: string
  readonly reference: string
  readonly orderId: string | null
  readonly amountMinor: bigint | null
  readonly currency: string | null
  /** Whether it captures as well. */
  readonly isCapture: boolean
  readonly state: 'approved' | 'declined' | 'silent' | 'reversed' | 'never_seen'
  readonly approvalCode: string | null
  readonly responseCode: string | null
  readonly reason: string | null
}

interface Row {
  merchant_id: string
  reference: string
  order_id: string | null
  amount_minor: bigint | null
  currency: string | null
  is_capture: boolean
  state: Authorization['state']
  approval_code: string | null
  response_code: string | null
  reason: string | null
}

function fromRow(row: Row): Authorization {
  return {
    merchantId: row.merchant_id,
    reference: row.reference,
    orderId: row.order_id,
    amountMinor: row.amount_minor,
    currency: row.currency,
    isCapture: row.is_capture,
    state: row.state,
    approvalCode: row.approval_code,
    responseCode: row.response_code,
    reason: row.reason,
  }
}

const findByReference = statement(
  'simulatedAuthorization.find',
  `select merchant_id, reference, order_id, amount_minor, currency, is_capture, state, approval_code, response_code,
     reason
   from simulated_authorization
   where merchant_id = $1 and reference = $2`,
)

export async function find(sql: Sql, merchantId: string, reference: string): Promise<Authorization | undefined> {
  const [row] = await sql.query<Row>(findByReference, [merchantId, reference])
  return row && fromRow(row)
}

const insertOnce = statement(
  'simulatedAuthorization.insert',
  `insert into simulated_authorization
     (merchant_id, reference, order_id, amount_minor, currency, state, approval_code, response_code, reason, created_at,
     is_capture, captured_minor)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
   on conflict do nothing
   returning reference`,
)

/** Remembers what was done unless something was remembered before, and answers what stands. */
export async function remember(
  sql: Sql,
  it: Authorization,
  at: Date,
): Promise<{ first: boolean; authorization: Authorization }> {
  const { merchantId, reference, orderId, amountMinor, currency, isCapture } = it
  const { state, approvalCode, responseCode, reason } = it
  const values = [
    ...[merchantId, reference, orderId, amountMinor, currency, state, approvalCode, responseCode, reason, at],
    isCapture,
    isCapture && state === 'approved' ? amountMinor : 0n,
  ]
  const inserted = await sql.query(insertOnce, values)
  if (inserted.length === 1) return { first: true, authorization: it }
  const standing = await find(sql, merchantId, reference)
  invariant(standing, 'what the simulator remembers is never deleted')
  return { first: false, authorization: standing }
}

const reverseReference = statement(
  'simulatedAuthorization.reverse',
  `insert into simulated_authorization (merchant_id, reference, state, created_at, reversed_at)
   values ($1, $2, 'reversed', $3, $3)
   on conflict (merchant_id, reference) do update
   set state = 'reversed', reversed_at = coalesce(simulated_authorization.reversed_at, excluded.reversed_at)`,
)

/** Takes back whatever the reference did, also before it does it. */
export async function reverse(sql: Sql, merchantId: string, reference: string, at: Date): Promise<void> {
  await sql.query(reverseReference, [merchantId, reference, at])
}
