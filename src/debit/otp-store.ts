import { type Sql, statement } from '../postgres/database.ts'

export type OtpPurpose = 'bind' | 'pay' | 'purchase' | 'limit'

/** What a one-time password is for: a binding, an order, an account. There is one at a time. */
export interface OtpKey {
  readonly merchantId: string
  readonly purpose: OtpPurpose
  readonly subject: string
}

export interface Otp extends OtpKey {
  readonly reference: string
  readonly hash: Buffer
  readonly triesLeft: number
  readonly state: 'sent' | 'used' | 'blocked'
  readonly expiresAt: Date
}

interface Row {
  merchant_id: string
  purpose: OtpPurpose
  subject: string
  reference: string
  hash: Buffer
  tries_left: number
  state: Otp['state']
  expires_at: Date
}

const columns = 'merchant_id, purpose, subject, reference, hash, tries_left, state, expires_at'

const fromRow = (row: Row): Otp => ({
  merchantId: row.merchant_id,
  purpose: row.purpose,
  subject: row.subject,
  reference: row.reference,
  hash: row.hash,
  triesLeft: row.tries_left,
  state: row.state,
  expiresAt: row.expires_at,
})

const upsert = statement(
  'one_time_password.send',
  `insert into one_time_password (
     merchant_id, purpose, subject, reference, hash, tries_left, state, sent_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, 'sent', $7, $8)
   on conflict (merchant_id, purpose, subject) do update
   set reference = excluded.reference, hash = excluded.hash, tries_left = excluded.tries_left, state = 'sent',
     sent_at = excluded.sent_at, expires_at = excluded.expires_at
   where one_time_password.state = 'used' or one_time_password.expires_at <= excluded.sent_at
   returning ${columns}`,
)

/** Undefined where one is there whose time is not over: it stands. */
export async function sendOtp(sql: Sql, otp: Otp, at: Date): Promise<Otp | undefined> {
  const { merchantId, purpose, subject, reference, hash, triesLeft, expiresAt } = otp
  const [row] = await sql.query<Row>(upsert, [merchantId, purpose, subject, reference, hash, triesLeft, at, expiresAt])
  return row && fromRow(row)
}

const select = statement(
  'one_time_password.find',
  `select ${columns}
   from one_time_password
   where merchant_id = $1 and purpose = $2 and subject = $3`,
)

export async function findOtp(sql: Sql, { merchantId, purpose, subject }: OtpKey): Promise<Otp | undefined> {
  const [row] = await sql.query<Row>(select, [merchantId, purpose, subject])
  return row && fromRow(row)
}

/** Compared and counted in one statement, so that of any number of guesses at once no more than three are heard. */
const tryOne = statement(
  'one_time_password.try',
  `update one_time_password
   set tries_left = case when hash = $5 then tries_left else tries_left - 1 end,
     state = case when hash = $5 or tries_left > 1 then state else 'blocked' end
   where merchant_id = $1 and purpose = $2 and subject = $3 and reference = $4 and state = 'sent' and expires_at > $6
   returning ${columns}`,
)

/** Tries a password that is open: undefined where none is. */
export async function tryOtp(
  sql: Sql,
  { merchantId, purpose, subject, reference }: Otp,
  hash: Buffer,
  at: Date,
): Promise<Otp | undefined> {
  const [row] = await sql.query<Row>(tryOne, [merchantId, purpose, subject, reference, hash, at])
  return row && fromRow(row)
}

const use = statement(
  'one_time_password.use',
  `update one_time_password
   set state = 'used'
   where merchant_id = $1 and purpose = $2 and subject = $3 and reference = $4 and hash = $5 and state = 'sent'
   returning reference`,
)

/** False where it was used before, or is blocked. */
export async function useOtp(sql: Sql, { merchantId, purpose, subject, reference, hash }: Otp): Promise<boolean> {
  return (await sql.query(use, [merchantId, purpose, subject, reference, hash])).length > 0
}
