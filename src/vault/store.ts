import { invariant } from '../base/invariant.ts'
import { type Sql, statement } from '../postgres/database.ts'

export interface Entry {
  readonly merchantId: string
  readonly token: string
  readonly keyVersion: number
  readonly ciphertext: Buffer
  readonly createdAt: Date
}

const insertEntry = statement(
  'vault.insert',
  `insert into vault_entry (merchant_id, token, key_version, ciphertext, created_at)
   values ($1, $2, $3, $4, $5)
   on conflict do nothing
   returning token`,
)

/** False when the merchant has an entry of that token already; it is left as it is. */
export async function insert(sql: Sql, entry: Entry): Promise<boolean> {
  const { merchantId, token, keyVersion, ciphertext, createdAt } = entry
  const rows = await sql.query(insertEntry, [merchantId, token, keyVersion, ciphertext, createdAt])
  return rows.length === 1
}

const findEntry = statement(
  'vault.find',
  `select ciphertext
   from vault_entry
   where merchant_id = $1 and token = $2`,
)

export async function find(sql: Sql, merchantId: string, token: string): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ ciphertext: Buffer }>(findEntry, [merchantId, token])
  return row?.ciphertext
}

const eraseEntry = statement(
  'vault.erase',
  `delete from vault_entry
   where merchant_id = $1 and token = $2`,
)

export async function erase(sql: Sql, merchantId: string, token: string): Promise<void> {
  await sql.query(eraseEntry, [merchantId, token])
}

const insertCheck = statement(
  'vault.insertCheck',
  `insert into setting (name, value)
   values ('master_key_check', $1)
   on conflict do nothing`,
)

const findCheck = statement(
  'vault.findCheck',
  `select value
   from setting
   where name = 'master_key_check'`,
)

/** Stores the check value where there is none, and answers the one that stands. */
export async function putCheckOnce(sql: Sql, check: Buffer): Promise<Buffer> {
  await sql.query(insertCheck, [check])
  const stored = await storedCheck(sql)
  invariant(stored, 'a check value stands once one was put')
  return stored
}

/** The check value; undefined where no gateway has ever started on the database. */
export async function storedCheck(sql: Sql): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ value: Buffer }>(findCheck)
  return row?.value
}
