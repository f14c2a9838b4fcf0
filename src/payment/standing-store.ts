import { rupiah } from '../base/money.ts'
import { byteaArray, textArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'
import { authorizeOnly } from '../wire/initiate-body.ts'
import { readStored } from '../wire/initiate.ts'
import { readRecurring } from '../wire/recurring.ts'
import type { CardWish } from '../card/held-card.ts'
import { termsOf } from '../wire/payment-terms.ts'
import type { AttemptState, OperationKind, OrderState } from './lifecycle.ts'
import type { Attempt, Order, OrderDetails, Standing } from './order.ts'

interface OrderRow {
  merchant_id: string
  order_id: string
  order_no: Buffer
  page_secret: Buffer
  reference: string
  state: OrderState
  amount_minor: bigint
  channel: string | null
  payment_code: string | null
  account: string | null
  content_hash: Buffer
  request: string
  meta_data: string | null
  created_at: Date
  expires_at: Date
  attempt_count: number
  refused_count: number
  paid_attempt: number | null
  settled_at: Date | null
  authorized_minor: bigint
  captured_minor: bigint
  refunded_minor: bigint
  authorized_until: Date | null
  captured_at: Date | null
  pending_kind: OperationKind | null
  pending_count: number
  pending_minor: bigint
  operation_count: number
  event_seq: number
  event_hash: Buffer
  version: number
}

const orderFromRow = (row: OrderRow): Order => ({
  merchantId: row.merchant_id,
  orderId: row.order_id,
  orderNo: row.order_no,
  pageSecret: row.page_secret,
  reference: row.reference,
  state: row.state,
  amount: rupiah(row.amount_minor),
  channel: row.channel,
  paymentCode: row.payment_code,
  account: row.account,
  contentHash: row.content_hash,
  details: detailsOf(row.request, row.meta_data),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  attemptCount: row.attempt_count,
  refusedCount: row.refused_count,
  paidAttempt: row.paid_attempt,
  settledAt: row.settled_at,
  authorized: rupiah(row.authorized_minor),
  captured: rupiah(row.captured_minor),
  refunded: rupiah(row.refunded_minor),
  authorizedUntil: row.authorized_until,
  capturedAt: row.captured_at,
  pending:
    row.pending_kind === null
      ? null
      : { kind: row.pending_kind, count: row.pending_count, amount: rupiah(row.pending_minor) },
  operationCount: row.operation_count,
  eventSeq: row.event_seq,
  eventHash: row.event_hash,
  version: row.version,
})

/** What is read often of the members that were sent. */
function detailsOf(members: string, metaData: string | null): OrderDetails {
  const stored = readStored(members)
  const { order, customer, url, card, charge, threeDs, transaction, recurring, plan, sourceOfFunds, openCode } = stored
  return {
    customerId: customer.id ?? '',
    description: order.description ?? null,
    authorizesOnly: transaction?.mode === authorizeOnly,
    terms: termsOf(stored),
    callbackUrl: url?.callbackUrl ?? null,
    successUrl: url?.successUrl ?? null,
    failUrl: url?.failUrl ?? null,
    backUrl: url?.backUrl ?? null,
    metaData,
    card: { token: card?.token ?? null, storedOnFile: card?.storedOnFile ?? null },
    isCharge: charge === 'Y',
    recurring: readRecurring(recurring),
    plan: plan ?? null,
    isPicked: sourceOfFunds?.type === undefined,
    accountId: sourceOfFunds?.accountId ?? null,
    openCode: openCode ?? null,
    threeDs: threeDs === undefined ? null : { card: threeDs, responseUrl: url?.threeDsResponseUrl ?? '' },
    members,
  }
}

interface AttemptRow {
  attempt_no: number | null
  attempt_state: AttemptState
  attempt_channel: string
  attempt_attempt_token: string | null
  attempt_card_mask: string | null
  attempt_card_info: string | null
  attempt_authentication_id: string | null
  attempt_authentication_step: string | null
  attempt_trans_status: string | null
  attempt_eci: string | null
  attempt_cavv: string | null
  attempt_ds_trans_id: string | null
  attempt_acquirer_id: string | null
  attempt_acquirer_reference: string | null
  attempt_approval_code: string | null
  attempt_acquirer_channel: string | null
  attempt_response_code: string | null
  attempt_reason: string | null
  attempt_asked_at: Date | null
  attempt_created_at: Date
  attempt_ended_at: Date | null
  attempt_card_token: string | null
  attempt_card_wish: CardWish | null
}

const attemptFromRow = (row: AttemptRow): Attempt => ({
  attemptNo: row.attempt_no ?? 0,
  state: row.attempt_state,
  channel: row.attempt_channel,
  attemptToken: row.attempt_attempt_token,
  cardMask: row.attempt_card_mask,
  cardInfo: row.attempt_card_info === null ? null : (JSON.parse(row.attempt_card_info) as Attempt['cardInfo']),
  authenticationId: row.attempt_authentication_id,
  authenticationStep:
    row.attempt_authentication_step === null
      ? null
      : (JSON.parse(row.attempt_authentication_step) as Attempt['authenticationStep']),
  transStatus: row.attempt_trans_status,
  eci: row.attempt_eci,
  cavv: row.attempt_cavv,
  dsTransId: row.attempt_ds_trans_id,
  acquirerId: row.attempt_acquirer_id,
  acquirerReference: row.attempt_acquirer_reference,
  approvalCode: row.attempt_approval_code,
  acquirerChannel: row.attempt_acquirer_channel,
  responseCode: row.attempt_response_code,
  reason: row.attempt_reason,
  askedAt: row.attempt_asked_at,
  createdAt: row.attempt_created_at,
  endedAt: row.attempt_ended_at,
  storedToken: row.attempt_card_token,
  cardWish: row.attempt_card_wish,
})

/** Every read goes by key, one order at a time, however the planner reckons: `limit` keeps it from joining. */
export const ordersBy = (key: 'order_id' | 'order_no') => `cross join lateral (
     select *
     from payment_order
     where merchant_id = wanted.merchant_id and ${key} = wanted.${key}
     limit 1
   ) as o
   left join lateral (
     select *
     from attempt
     where merchant_id = o.merchant_id and order_id = o.order_id and o.attempt_count > 0
     order by attempt_no desc
     limit 1
   ) as a on true`

const orderColumns = `o.merchant_id, o.order_id, o.order_no, o.page_secret, o.reference, o.state, o.amount_minor, o.channel,
     o.payment_code, o.account, o.content_hash, o.request, o.meta_data, o.created_at, o.expires_at, o.attempt_count, o.refused_count,
     o.paid_attempt, o.settled_at, o.authorized_minor, o.captured_minor, o.refunded_minor, o.authorized_until,
     o.captured_at, o.pending_kind, o.pending_count, o.pending_minor, o.operation_count, o.event_seq, o.event_hash, o.version`

const attemptColumns = `a.attempt_no, a.state as attempt_state, a.channel as attempt_channel, a.attempt_token as attempt_attempt_token,
     a.card_mask as attempt_card_mask, a.card_info as attempt_card_info,
     a.authentication_id as attempt_authentication_id, a.authentication_step as attempt_authentication_step,
     a.trans_status as attempt_trans_status, a.eci as attempt_eci, a.cavv as attempt_cavv,
     a.ds_trans_id as attempt_ds_trans_id, a.acquirer_id as attempt_acquirer_id,
     a.acquirer_reference as attempt_acquirer_reference, a.approval_code as attempt_approval_code,
     a.acquirer_channel as attempt_acquirer_channel, a.response_code as attempt_response_code,
     a.reason as attempt_reason, a.asked_at as attempt_asked_at, a.created_at as attempt_created_at,
     a.ended_at as attempt_ended_at, a.card_token as attempt_card_token, a.card_wish as attempt_card_wish`

type StandingRow = OrderRow & AttemptRow & { place: number }

const selectById = statement(
  'payment.standings',
  `select wanted.place::int, ${orderColumns},
     ${attemptColumns}
   from unnest($1::text[], $2::text[]) with ordinality as wanted (merchant_id, order_id, place)
   ${ordersBy('order_id')}`,
)

export interface OrderKey {
  readonly merchantId: string
  readonly orderId: string
}

/** One text for a key, to tell rows apart by: neither id can hold a blank. */
export function nameOf({ merchantId, orderId }: OrderKey): string {
  return `${merchantId} ${orderId}`
}

/** A row that names an order. */
export interface NamedRow {
  readonly merchant_id: string
  readonly order_id: string
}

/** For each order, in their order, whether a statement gave a row back for it. */
export function areNamed(orders: readonly OrderKey[], rows: readonly NamedRow[]): boolean[] {
  if (rows.length === 0) return orders.map(() => false)
  const named = new Set(rows.map((row) => nameOf({ merchantId: row.merchant_id, orderId: row.order_id })))
  return orders.map((order) => named.has(nameOf(order)))
}

/** Orders with their newest attempts as they stand, in the order of the keys; undefined where there is none. */
export async function findStandings(sql: Sql, keys: readonly OrderKey[]): Promise<(Standing | undefined)[]> {
  const rows = await sql.query<StandingRow>(selectById, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    textArray(keys.map(({ orderId }) => orderId)),
  ])
  return inPlace(keys.length, rows)
}

const selectByNo = statement(
  'payment.standings_by_no',
  `select wanted.place::int, ${orderColumns},
     ${attemptColumns}
   from unnest($1::text[], $2::bytea[]) with ordinality as wanted (merchant_id, order_no, place)
   ${ordersBy('order_no')}`,
)

export interface OrderNoKey {
  readonly merchantId: string
  readonly orderNo: Buffer
}

/** The same by our own number of the order. */
export async function findStandingsByNo(sql: Sql, keys: readonly OrderNoKey[]): Promise<(Standing | undefined)[]> {
  const rows = await sql.query<StandingRow>(selectByNo, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    byteaArray(keys.map(({ orderNo }) => orderNo)),
  ])
  return inPlace(keys.length, rows)
}

function inPlace(length: number, rows: readonly StandingRow[]): (Standing | undefined)[] {
  const standings = Array.from<Standing | undefined>({ length })
  for (const row of rows) {
    const attempt = row.attempt_no === null ? undefined : attemptFromRow(row)
    standings[row.place - 1] = { order: orderFromRow(row), attempt }
  }
  return standings
}

const selectAttempts = statement(
  'payment.attempts',
  `select ${attemptColumns}
   from attempt as a
   where a.merchant_id = $1 and a.order_id = $2
   order by a.attempt_no`,
)

/** The attempts of an order, oldest first. */
export async function attemptsOf(sql: Sql, merchantId: string, orderId: string): Promise<Attempt[]> {
  const rows = await sql.query<AttemptRow>(selectAttempts, [merchantId, orderId])
  return rows.map(attemptFromRow)
}

const selectByCode = statement(
  'payment.order_of_code',
  `select order_id
   from payment_order
   where payment_code = $3 and merchant_id = $1 and channel = $2
   order by state in ('open', 'processing') desc, created_at desc
   limit 1`,
)

/** The order that is to be paid to a number: the one that is open, else the last one that was. */
export async function orderOfCode(
  sql: Sql,
  merchantId: string,
  channel: string,
  code: string,
): Promise<string | undefined> {
  const [row] = await sql.query<{ order_id: string }>(selectByCode, [merchantId, channel, code])
  return row?.order_id
}
