import type { StoredEvent } from '../event/chain.ts'
import { type Sql, statement } from '../postgres/database.ts'
import { openCodeOf } from '../wire/initiate.ts'
import {
  type BankEntry,
  detailsOf,
  type FiledAttempt,
  type FiledCallback,
  type FiledEvent,
  type FiledOperation,
  type FiledOrder,
  type LedgerEntry,
  type OperationEntry,
} from './dossier.ts'

/*
 * What the auditor reads of orders, in batches by primary key: a million orders need no more memory than
 * one batch, and no statement takes long.
 */

const beginSnapshot = statement('audit.snapshot', 'set transaction isolation level repeatable read, read only')

/** Makes the transaction, which has read nothing yet, see one moment to its end and write nothing. */
export async function snapshot(sql: Sql): Promise<void> {
  await sql.query(beginSnapshot)
}

/** The place of an order among all of them. */
export interface OrderKey {
  readonly merchantId: string
  readonly orderId: string
}

/** Before every order. */
export const beforeAll: OrderKey = { merchantId: '', orderId: '' }

/** From after one order to another, that one included. */
export interface Range {
  readonly after: OrderKey
  readonly last: OrderKey
}

interface OrderRow {
  merchant_id: string
  order_id: string
  reference: string
  state: string
  amount_minor: bigint
  currency: string
  channel: string | null
  payment_code: string | null
  request: string
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
  pending_kind: string | null
  pending_count: number
  pending_minor: bigint
  operation_count: number
  event_seq: number
  event_hash: Buffer
}

const selectOrders = statement(
  'audit.orders',
  `select merchant_id, order_id, reference, state, amount_minor, currency, channel, payment_code, request,
     created_at, expires_at, attempt_count, refused_count, paid_attempt, settled_at, authorized_minor, captured_minor,
     refunded_minor, authorized_until, pending_kind, pending_count, pending_minor, operation_count, event_seq, event_hash
   from payment_order
   where (merchant_id, order_id) > ($1, $2)
   order by merchant_id, order_id
   limit $3`,
)

export async function ordersAfter(sql: Sql, after: OrderKey, limit: number): Promise<FiledOrder[]> {
  const rows = await sql.query<OrderRow>(selectOrders, [after.merchantId, after.orderId, limit])
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    orderId: row.order_id,
    reference: row.reference,
    state: row.state,
    amountMinor: row.amount_minor,
    currency: row.currency,
    channel: row.channel,
    paymentCode: row.payment_code,
    openCode: openCodeOf(row.request),
    callbackUrl: callbackUrlOf(row.request),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    attemptCount: row.attempt_count,
    refusedCount: row.refused_count,
    paidAttempt: row.paid_attempt,
    settledAt: row.settled_at,
    authorizedMinor: row.authorized_minor,
    capturedMinor: row.captured_minor,
    refundedMinor: row.refunded_minor,
    authorizedUntil: row.authorized_until,
    pendingKind: row.pending_kind,
    pendingCount: row.pending_count,
    pendingMinor: row.pending_minor,
    operationCount: row.operation_count,
    eventSeq: row.event_seq,
    eventHash: row.event_hash,
  }))
}

function callbackUrlOf(request: string): string | null | undefined {
  try {
    const { url } = JSON.parse(request) as { url?: { callbackUrl?: unknown } }
    const { callbackUrl = null } = url ?? {}
    return typeof callbackUrl === 'string' || callbackUrl === null ? callbackUrl : undefined
  } catch {
    return undefined
  }
}

export const boundsOf = ({ after, last }: Range) => [after.merchantId, after.orderId, last.merchantId, last.orderId]

export interface KeyRow {
  merchant_id: string
  order_id: string
}

/** Something of an order, and whose. */
export type Filed<T> = T & OrderKey

export const keyOf = (row: KeyRow): OrderKey => ({ merchantId: row.merchant_id, orderId: row.order_id })

const selectEvents = statement(
  'audit.events',
  `select merchant_id, order_id, seq, type, at, data, hash
   from event
   where (merchant_id, order_id) > ($1, $2) and (merchant_id, order_id) <= ($3, $4)
   order by merchant_id, order_id, seq`,
)

export async function eventsIn(sql: Sql, range: Range): Promise<Filed<FiledEvent>[]> {
  const rows = await sql.query<KeyRow & StoredEvent>(selectEvents, boundsOf(range))
  return rows.map((row) => ({
    ...keyOf(row),
    seq: row.seq,
    type: row.type,
    at: row.at,
    data: row.data,
    hash: row.hash,
    details: detailsOf(row),
  }))
}

interface AttemptRow extends KeyRow {
  attempt_no: number
  state: string
  channel: string
  attempt_token: string | null
  authentication_id: string | null
  trans_status: string | null
  cavv: string | null
  acquirer_id: string | null
  acquirer_reference: string | null
  approval_code: string | null
  asked_at: Date | null
  created_at: Date
  ended_at: Date | null
}

const selectAttempts = statement(
  'audit.attempts',
  `select merchant_id, order_id, attempt_no, state, channel, attempt_token, authentication_id, trans_status, cavv,
     acquirer_id, acquirer_reference, approval_code, asked_at, created_at, ended_at
   from attempt
   where (merchant_id, order_id) > ($1, $2) and (merchant_id, order_id) <= ($3, $4)
   order by merchant_id, order_id, attempt_no`,
)

export async function attemptsIn(sql: Sql, range: Range): Promise<Filed<FiledAttempt>[]> {
  const rows = await sql.query<AttemptRow>(selectAttempts, boundsOf(range))
  return rows.map((row) => ({
    ...keyOf(row),
    attemptNo: row.attempt_no,
    state: row.state,
    channel: row.channel,
    attemptToken: row.attempt_token,
    authenticationId: row.authentication_id,
    transStatus: row.trans_status,
    cavv: row.cavv,
    acquirerId: row.acquirer_id,
    acquirerReference: row.acquirer_reference,
    approvalCode: row.approval_code,
    askedAt: row.asked_at,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }))
}

interface OperationRow extends KeyRow {
  operation_no: number
  kind: string
  amount_minor: bigint
  state: string
  acquirer_id: string
  reference: string
  asked_at: Date
  ended_at: Date | null
}

const selectOperations = statement(
  'audit.operations',
  `select merchant_id, order_id, operation_no, kind, amount_minor, state, acquirer_id, reference, asked_at, ended_at
   from operation
   where (merchant_id, order_id) > ($1, $2) and (merchant_id, order_id) <= ($3, $4)
   order by merchant_id, order_id, operation_no`,
)

export async function operationsIn(sql: Sql, range: Range): Promise<Filed<FiledOperation>[]> {
  const rows = await sql.query<OperationRow>(selectOperations, boundsOf(range))
  return rows.map((row) => ({
    ...keyOf(row),
    operationNo: row.operation_no,
    kind: row.kind,
    amountMinor: row.amount_minor,
    state: row.state,
    acquirerId: row.acquirer_id,
    reference: row.reference,
    askedAt: row.asked_at,
    endedAt: row.ended_at,
  }))
}

interface CallbackRow extends KeyRow {
  callback_id: string
  event_seq: number
  url: string
  body: Buffer
  state: string
  attempt_count: number
  created_at: Date
  tries: number
  last_no: number
  last_at: Date | null
  is_acknowledged: boolean
}

const selectCallbacks = statement(
  'audit.callbacks',
  `select c.merchant_id, c.order_id, c.callback_id, c.event_seq, c.url, c.body, c.state, c.attempt_count,
     c.created_at, t.tries, t.last_no, t.last_at, t.is_acknowledged
   from callback c
   cross join lateral (
     select count(*)::int as tries,
       coalesce(max(attempt_no), 0)::int as last_no,
       max(at) as last_at,
       coalesce(bool_or(status between 200 and 299), false) as is_acknowledged
     from callback_attempt a
     where a.merchant_id = c.merchant_id and a.callback_id = c.callback_id
   ) t
   where (c.merchant_id, c.order_id) > ($1, $2) and (c.merchant_id, c.order_id) <= ($3, $4)
     and c.order_id is not null
   order by c.merchant_id, c.order_id, c.event_seq, c.callback_id`,
)

export async function callbacksIn(sql: Sql, range: Range): Promise<Filed<FiledCallback>[]> {
  const rows = await sql.query<CallbackRow>(selectCallbacks, boundsOf(range))
  return rows.map((row) => ({
    ...keyOf(row),
    callbackId: row.callback_id,
    eventSeq: row.event_seq,
    url: row.url,
    body: row.body,
    state: row.state,
    attemptCount: row.attempt_count,
    createdAt: row.created_at,
    tries: { count: row.tries, lastNo: row.last_no, lastAt: row.last_at, isAcknowledged: row.is_acknowledged },
  }))
}

/** A name that only its merchant gives out: a timer's, a token, a reference. */
export interface Named {
  readonly merchantId: string
  readonly name: string
}

const columnsOf = (names: readonly Named[]) => [
  names.map(({ merchantId }) => merchantId),
  names.map(({ name }) => name),
]

const selectTimers = statement(
  'audit.timers_named',
  `select merchant_id, timer_id as name, due_at
   from unnest($1::text[], $2::text[]) as wanted (merchant_id, timer_id)
   join timer using (merchant_id, timer_id)`,
)

export async function timersNamed(sql: Sql, names: readonly Named[]): Promise<(Named & { readonly dueAt: Date })[]> {
  const rows = await sql.query<{ merchant_id: string; name: string; due_at: Date }>(selectTimers, columnsOf(names))
  return rows.map((row) => ({ merchantId: row.merchant_id, name: row.name, dueAt: row.due_at }))
}

const selectHeld = statement(
  'audit.held',
  `select merchant_id, token as name
   from unnest($1::text[], $2::text[]) as wanted (merchant_id, token)
   join vault_entry using (merchant_id, token)`,
)

/** Of these tokens, those under which the vault holds a card. */
export async function heldOf(sql: Sql, tokens: readonly Named[]): Promise<Named[]> {
  const rows = await sql.query<{ merchant_id: string; name: string }>(selectHeld, columnsOf(tokens))
  return rows.map((row) => ({ merchantId: row.merchant_id, name: row.name }))
}

const selectLedger = statement(
  'audit.ledger',
  `select merchant_id, reference, order_id, amount_minor, currency, state, approval_code, captured_minor,
     refunded_minor, is_voided
   from unnest($1::text[], $2::text[]) as wanted (merchant_id, reference)
   join simulated_authorization using (merchant_id, reference)`,
)

interface LedgerRow {
  merchant_id: string
  reference: string
  order_id: string | null
  amount_minor: bigint | null
  currency: string | null
  state: string
  approval_code: string | null
  captured_minor: bigint
  refunded_minor: bigint
  is_voided: boolean
}

/** What the sandbox's acquirer remembers of these references. */
export async function ledgerOf(
  sql: Sql,
  references: readonly Named[],
): Promise<(LedgerEntry & { readonly merchantId: string })[]> {
  const rows = await sql.query<LedgerRow>(selectLedger, columnsOf(references))
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    reference: row.reference,
    orderId: row.order_id,
    amountMinor: row.amount_minor,
    currency: row.currency,
    state: row.state,
    approvalCode: row.approval_code,
    capturedMinor: row.captured_minor,
    refundedMinor: row.refunded_minor,
    isVoided: row.is_voided,
  }))
}

const selectOperationLedger = statement(
  'audit.operation_ledger',
  `select merchant_id, reference, order_id, kind, amount_minor, state
   from unnest($1::text[], $2::text[]) as wanted (merchant_id, reference)
   join simulated_operation using (merchant_id, reference)`,
)

interface OperationLedgerRow {
  merchant_id: string
  reference: string
  order_id: string | null
  kind: string
  amount_minor: bigint | null
  state: string
}

/** What the sandbox's acquirer remembers of these captures, voids and refunds. */
export async function operationLedgerOf(
  sql: Sql,
  references: readonly Named[],
): Promise<(OperationEntry & { readonly merchantId: string })[]> {
  const rows = await sql.query<OperationLedgerRow>(selectOperationLedger, columnsOf(references))
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    reference: row.reference,
    orderId: row.order_id,
    kind: row.kind,
    amountMinor: row.amount_minor,
    state: row.state,
  }))
}

const selectBank = statement(
  'audit.bank',
  `select merchant_id, authentication_id as name, order_id, trans_status, cavv
   from unnest($1::text[], $2::uuid[]) as wanted (merchant_id, authentication_id)
   join simulated_authentication using (merchant_id, authentication_id)`,
)

interface BankRow {
  merchant_id: string
  name: string
  order_id: string
  trans_status: string | null
  cavv: string | null
}

/** What the sandbox's bank remembers of these authentications. */
export async function bankOf(sql: Sql, authentications: readonly Named[]): Promise<(BankEntry & Named)[]> {
  const rows = await sql.query<BankRow>(selectBank, columnsOf(authentications))
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    name: row.name,
    orderId: row.order_id,
    transStatus: row.trans_status,
    cavv: row.cavv,
  }))
}
