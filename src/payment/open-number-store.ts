import type { ChannelId } from '../channel/catalogue.ts'
import { type Sql, statement } from '../postgres/database.ts'

/** What names a number. */
export interface NumberKey {
  readonly merchantId: string
  readonly channel: ChannelId
  readonly paymentCode: string
}

/** A number that a merchant has registered: payers pay any amount to it, as often as they like. */
export interface OpenNumber extends NumberKey {
  /** What its merchant said of it, as JSON text (`readStoredNumber`). */
  readonly members: string
  /** When its merchant deleted it; null while it stands. */
  readonly endedAt: Date | null
}

interface Row {
  merchant_id: string
  channel: ChannelId
  payment_code: string
  request: string
  ended_at: Date | null
}

const fromRow = (row: Row): OpenNumber => ({
  merchantId: row.merchant_id,
  channel: row.channel,
  paymentCode: row.payment_code,
  members: row.request,
  endedAt: row.ended_at,
})

const select = statement(
  'open_number.find',
  `select merchant_id, channel, payment_code, request, ended_at
   from open_number
   where merchant_id = $1 and channel = $2 and payment_code = $3`,
)

/** A number, whether it stands or has ended. */
export async function findNumber(sql: Sql, { merchantId, channel, paymentCode }: NumberKey) {
  const [row] = await sql.query<Row>(select, [merchantId, channel, paymentCode])
  return row && fromRow(row)
}

const selectByContent = statement(
  'open_number.find_by_content',
  `select merchant_id, channel, payment_code, request, ended_at
   from open_number
   where merchant_id = $1 and content_hash = $2 and ended_at is null`,
)

/** The number that stands and was registered by this very content. */
export async function findByContent(sql: Sql, merchantId: string, contentHash: Buffer) {
  const [row] = await sql.query<Row>(selectByContent, [merchantId, contentHash])
  return row && fromRow(row)
}

/** What is written of a number. */
export interface Registration extends NumberKey {
  readonly members: string
  readonly contentHash: Buffer
}

const insert = statement(
  'open_number.insert',
  `insert into open_number as it (merchant_id, channel, payment_code, request, content_hash, registered_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (merchant_id, channel, payment_code) do update
   set request = excluded.request,
       content_hash = excluded.content_hash,
       registered_at = excluded.registered_at,
       ended_at = null
   where it.ended_at is not null
   returning it.payment_code`,
)

/**
 * Registers a number, or registers one again that has ended; false where it stands already.
 *
 * @throws DatabaseError 23505 when an order has it, or the same content was registered meanwhile
 */
export async function insertNumber(
  sql: Sql,
  { merchantId, channel, paymentCode, members, contentHash }: Registration,
  at: Date,
): Promise<boolean> {
  const rows = await sql.query<object>(insert, [merchantId, channel, paymentCode, members, contentHash, at])
  return rows.length > 0
}

const update = statement(
  'open_number.update',
  `update open_number
   set request = $4,
       content_hash = $5
   where merchant_id = $1 and channel = $2 and payment_code = $3 and ended_at is null
   returning payment_code`,
)

/** Says other things of a number; false where none stands. */
export async function updateNumber(
  sql: Sql,
  { merchantId, channel, paymentCode, members, contentHash }: Registration,
): Promise<boolean> {
  return (await sql.query<object>(update, [merchantId, channel, paymentCode, members, contentHash])).length > 0
}

const end = statement(
  'open_number.end',
  `update open_number
   set ended_at = $4
   where merchant_id = $1 and channel = $2 and payment_code = $3 and ended_at is null
   returning payment_code`,
)

/** Ends a number; false where none stands. */
export async function endNumber(sql: Sql, { merchantId, channel, paymentCode }: NumberKey, at: Date): Promise<boolean> {
  return (await sql.query<object>(end, [merchantId, channel, paymentCode, at])).length > 0
}
