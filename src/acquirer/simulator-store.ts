import { invariant } from '../base/invariant.ts'
import { bigintArray, textArray, timestampArray } from '../postgres/binary-array.ts'
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
  /** What it was told to redeem. */
  readonly points: { readonly count: bigint; readonly worthMinor: bigint } | null
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
  points: bigint | null
  points_minor: bigint | null
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
    points:
      row.points === null || row.points_minor === null ? null : { count: row.points, worthMinor: row.points_minor },
    isCapture: row.is_capture,
    state: row.state,
    approvalCode: row.approval_code,
    responseCode: row.response_code,
    reason: row.reason,
  }
}

type ReferenceKey = Pick<Authorization, 'merchantId' | 'reference'>

const findByReference = statement(
  'simulatedAuthorization.find',
  `select wanted.place::int, found.*
   from unnest($1::text[], $2::text[]) with ordinality as wanted (merchant_id, reference, place)
   cross join lateral (
     select merchant_id, reference, order_id, amount_minor, currency, is_capture, state, approval_code, response_code,
       reason, points, points_minor
     from simulated_authorization
     where merchant_id = wanted.merchant_id and reference = wanted.reference
     limit 1
   ) as found`,
)

/** What is remembered of these references, in their order; undefined where nothing is. */
export async function findAll(sql: Sql, keys: readonly ReferenceKey[]): Promise<(Authorization | undefined)[]> {
  const rows = await sql.query<Row & { place: number }>(findByReference, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    textArray(keys.map(({ reference }) => reference)),
  ])
  const found = Array.from<Authorization | undefined>({ length: keys.length })
  for (const row of rows) found[row.place - 1] = fromRow(row)
  return found
}

export async function find(sql: Sql, merchantId: string, reference: string): Promise<Authorization | undefined> {
  const [found] = await findAll(sql, [{ merchantId, reference }])
  return found
}

const insertOnce = statement(
  'simulatedAuthorization.insert',
  `insert into simulated_authorization
     (merchant_id, reference, order_id, amount_minor, currency, state, approval_code, response_code, reason, created_at,
     is_capture, captured_minor, points, points_minor)
   select merchant_id, reference, order_id, amount_minor::bigint, currency, state, approval_code, response_code, reason,
     created_at, is_capture::boolean, captured_minor, points::bigint, points_minor::bigint
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::timestamptz[], $11::text[], $12::bigint[], $13::text[], $14::text[]) as new (
     merchant_id, reference, order_id, amount_minor, currency, state, approval_code, response_code, reason, created_at,
     is_capture, captured_minor, points, points_minor)
   on conflict do nothing
   returning merchant_id, reference`,
)

export interface Remembering {
  readonly it: Authorization
  readonly at: Date
}

export interface Remembered {
  readonly first: boolean
  readonly authorization: Authorization
}

/**
 * Remembers what was done unless something was remembered before, and answers what stands, for each in order.
 * The references must differ.
 */
export async function remember(sql: Sql, all: readonly Remembering[]): Promise<Remembered[]> {
  const texts = (of: (it: Authorization) => string | null) => textArray(all.map(({ it }) => of(it)))
  const inserted = await sql.query<Pick<Row, 'merchant_id' | 'reference'>>(insertOnce, [
    texts(({ merchantId }) => merchantId),
    texts(({ reference }) => reference),
    texts(({ orderId }) => orderId),
    texts(({ amountMinor }) => amountMinor?.toString() ?? null),
    texts(({ currency }) => currency),
    texts(({ state }) => state),
    texts(({ approvalCode }) => approvalCode),
    texts(({ responseCode }) => responseCode),
    texts(({ reason }) => reason),
    timestampArray(all.map(({ at }) => at)),
    texts(({ isCapture }) => String(isCapture)),
    bigintArray(
      all.map(({ it: { isCapture, state, amountMinor } }) =>
        isCapture && state === 'approved' ? (amountMinor ?? 0n) : 0n,
      ),
    ),
    texts(({ points }) => points?.count.toString() ?? null),
    texts(({ points }) => points?.worthMinor.toString() ?? null),
  ])
  const first = new Set(inserted.map(({ merchant_id, reference }) => nameOf(merchant_id, reference)))
  const isFirst = ({ merchantId, reference }: Authorization) => first.has(nameOf(merchantId, reference))
  const repeated = all.flatMap(({ it }) => (isFirst(it) ? [] : [it]))
  const standing = repeated.length > 0 ? await findAll(sql, repeated) : []
  return all.map(({ it }) => {
    if (isFirst(it)) return { first: true, authorization: it }
    const authorization = standing[repeated.indexOf(it)]
    invariant(authorization, 'what the simulator remembers is never deleted')
    return { first: false, authorization }
  })
}

function nameOf(merchantId: string, reference: string): string {
  return `${merchantId} ${reference}`
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
