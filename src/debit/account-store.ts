import { type Money, rupiah } from '../base/money.ts'
import { type Sql, statement } from '../postgres/database.ts'
import type { AccountKey, DebitChannel, LinkedAccount } from './account.ts'

interface Row {
  merchant_id: string
  account_id: string
  channel: DebitChannel
  customer_id: string
  mask: string
  bank_reference: string
  journey_id: string | null
  charge_token: string | null
  limit_minor: bigint | null
  linked_at: Date
}

const columns = `merchant_id, account_id, channel, customer_id, mask, bank_reference, journey_id, charge_token, limit_minor,
  linked_at`

const fromRow = (row: Row): LinkedAccount => ({
  merchantId: row.merchant_id,
  accountId: row.account_id,
  channel: row.channel,
  customerId: row.customer_id,
  mask: row.mask,
  bankReference: row.bank_reference,
  journeyId: row.journey_id,
  chargeToken: row.charge_token,
  limit: row.limit_minor === null ? null : rupiah(row.limit_minor),
  linkedAt: row.linked_at,
})

const insertOne = statement(
  'linked_account.insert',
  `insert into linked_account (
     merchant_id, account_id, channel, customer_id, mask, bank_reference, journey_id, charge_token, state, linked_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, 'linked', $9)`,
)

export async function insertAccount(sql: Sql, account: LinkedAccount): Promise<void> {
  await sql.query(insertOne, [
    account.merchantId,
    account.accountId,
    account.channel,
    account.customerId,
    account.mask,
    account.bankReference,
    account.journeyId,
    account.chargeToken,
    account.linkedAt,
  ])
}

const select = statement(
  'linked_account.find',
  `select ${columns}
   from linked_account
   where merchant_id = $1 and account_id = $2 and state = 'linked'`,
)

/** Undefined where the merchant has no such account, or has it no more. */
export async function findAccount(sql: Sql, { merchantId, accountId }: AccountKey): Promise<LinkedAccount | undefined> {
  const [row] = await sql.query<Row>(select, [merchantId, accountId])
  return row && fromRow(row)
}

const selectOfCustomer = statement(
  'linked_account.list',
  `select ${columns}
   from linked_account
   where customer_id = $2 and merchant_id || '' = $1 and state = 'linked'
   order by linked_at, account_id
   limit $3`,
)

/** A customer's accounts, oldest first. */
export async function listAccounts(
  sql: Sql,
  merchantId: string,
  customerId: string,
  limit: number,
): Promise<LinkedAccount[]> {
  return (await sql.query<Row>(selectOfCustomer, [merchantId, customerId, limit])).map(fromRow)
}

const unlinkOne = statement(
  'linked_account.unlink',
  `update linked_account
   set state = 'unlinked', unlinked_at = $4
   where merchant_id = $1 and account_id = $2 and channel = $3 and state = 'linked'
   returning account_id`,
)

/** False where there is nothing to unlink. */
export async function unlinkAccount(
  sql: Sql,
  { merchantId, accountId }: AccountKey,
  channel: DebitChannel,
  at: Date,
): Promise<boolean> {
  return (await sql.query(unlinkOne, [merchantId, accountId, channel, at])).length > 0
}

const limitOne = statement(
  'linked_account.limit',
  `update linked_account
   set limit_minor = $3
   where merchant_id = $1 and account_id = $2 and state = 'linked'
   returning account_id`,
)

export async function writeLimit(sql: Sql, { merchantId, accountId }: AccountKey, limit: Money): Promise<boolean> {
  return (await sql.query(limitOne, [merchantId, accountId, limit.minor])).length > 0
}
