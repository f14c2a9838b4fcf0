import { type Sql, statement } from '../postgres/database.ts'
import type { DebitChannel } from './account.ts'
import type { Binding, BindingFailure } from './binding.ts'

interface Row {
  merchant_id: string
  binding_no: Buffer
  page_secret: Buffer
  reference: string
  channel: DebitChannel
  customer_id: string
  callback_url: string | null
  success_url: string | null
  fail_url: string | null
  back_url: string | null
  state: Binding['state']
  mask: string | null
  bank_reference: string | null
  account_id: string | null
  reason: BindingFailure | null
  created_at: Date
  expires_at: Date
  ended_at: Date | null
}

const columns = `merchant_id, binding_no, page_secret, reference, channel, customer_id, callback_url, success_url, fail_url,
  back_url, state, mask, bank_reference, account_id, reason, created_at, expires_at, ended_at`

const fromRow = (row: Row): Binding => ({
  merchantId: row.merchant_id,
  bindingNo: row.binding_no,
  pageSecret: row.page_secret,
  reference: row.reference,
  channel: row.channel,
  customerId: row.customer_id,
  callbackUrl: row.callback_url,
  successUrl: row.success_url,
  failUrl: row.fail_url,
  backUrl: row.back_url,
  state: row.state,
  mask: row.mask,
  bankReference: row.bank_reference,
  accountId: row.account_id,
  reason: row.reason,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
})

const insertOne = statement(
  'account_binding.insert',
  `insert into account_binding (
     merchant_id, binding_no, page_secret, reference, channel, customer_id, callback_url, success_url, fail_url, back_url,
     state, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
)

export async function insertBinding(sql: Sql, binding: Binding): Promise<void> {
  await sql.query(insertOne, [
    binding.merchantId,
    binding.bindingNo,
    binding.pageSecret,
    binding.reference,
    binding.channel,
    binding.customerId,
    binding.callbackUrl,
    binding.successUrl,
    binding.failUrl,
    binding.backUrl,
    binding.state,
    binding.createdAt,
    binding.expiresAt,
  ])
}

const select = statement(
  'account_binding.find',
  `select ${columns}
   from account_binding
   where merchant_id = $1 and binding_no = $2`,
)

export async function findBinding(sql: Sql, merchantId: string, bindingNo: Buffer): Promise<Binding | undefined> {
  const [row] = await sql.query<Row>(select, [merchantId, bindingNo])
  return row && fromRow(row)
}

const name = statement(
  'account_binding.name',
  `update account_binding
   set state = 'confirming', mask = $3, bank_reference = $4
   where merchant_id = $1 and binding_no = $2 and state = 'open'
   returning ${columns}`,
)

/** Its payer has named the account. Undefined where it was named before. */
export async function nameAccount(
  sql: Sql,
  { merchantId, bindingNo }: Binding,
  { mask, bankReference }: { readonly mask: string; readonly bankReference: string },
): Promise<Binding | undefined> {
  const [row] = await sql.query<Row>(name, [merchantId, bindingNo, mask, bankReference])
  return row && fromRow(row)
}

const end = statement(
  'account_binding.end',
  `update account_binding
   set state = case when $3::text is null then 'failed' else 'linked' end, account_id = $3, reason = $4, ended_at = $5
   where merchant_id = $1 and binding_no = $2 and state in ('open', 'confirming')
   returning ${columns}`,
)

/** Ends it, once. Undefined where it had ended. */
export async function endBinding(
  sql: Sql,
  { merchantId, bindingNo }: Binding,
  { accountId, reason, at }: { readonly accountId: string | null; readonly reason: string | null; readonly at: Date },
): Promise<Binding | undefined> {
  const [row] = await sql.query<Row>(end, [merchantId, bindingNo, accountId, reason, at])
  return row && fromRow(row)
}
