import { byteaArray, textArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'

/*
 * Cards in the order of their keys, a page at a time. A page has so many rows whatever they are sealed under, so
 * that no statement reads on through a large table in which little is left to do.
 */

/** A card of either table by its primary key. */
export interface CardPlace {
  readonly merchantId: string
  readonly token: string
}

/** Before every card. */
export const beforeAll: CardPlace = { merchantId: '', token: '' }

/** What is sealed of a row, null where it is sealed under the version that was asked for. */
export interface SealedRow extends CardPlace {
  readonly ciphertext: Buffer | null
}

interface Row {
  merchant_id: string
  token: string
  ciphertext: Buffer | null
}

const fromRow = (row: Row): SealedRow => ({
  merchantId: row.merchant_id,
  token: row.token,
  ciphertext: row.ciphertext,
})

const selectStored = statement(
  'rotation.stored',
  `select merchant_id, card_token as token, case when key_version <> $3 then ciphertext end as ciphertext
   from stored_card
   where (merchant_id, card_token) > ($1, $2)
   order by merchant_id, card_token
   limit $4`,
)

export async function storedAfter(sql: Sql, after: CardPlace, version: number, limit: number): Promise<SealedRow[]> {
  return (await sql.query<Row>(selectStored, [after.merchantId, after.token, version, limit])).map(fromRow)
}

/** A row of the vault with a card that is to be stored, sealed for both its places. */
export interface SealedEntry extends SealedRow {
  /** The token that it is to be stored under, and what is sealed for there; null where there is nothing to do. */
  readonly kept: { readonly token: string; readonly ciphertext: Buffer } | null
}

const selectEntries = statement(
  'rotation.entries',
  `select merchant_id, token, case when key_version <> $3 then ciphertext end as ciphertext, kept_token,
     case when kept_key_version <> $3 then kept_ciphertext end as kept_ciphertext
   from vault_entry
   where (merchant_id, token) > ($1, $2)
   order by merchant_id, token
   limit $4`,
)

export async function entriesAfter(sql: Sql, after: CardPlace, version: number, limit: number): Promise<SealedEntry[]> {
  const rows = await sql.query<Row & { kept_token: string | null; kept_ciphertext: Buffer | null }>(selectEntries, [
    after.merchantId,
    after.token,
    version,
    limit,
  ])
  return rows.map((row) => ({
    ...fromRow(row),
    kept:
      row.kept_token !== null && row.kept_ciphertext
        ? { token: row.kept_token, ciphertext: row.kept_ciphertext }
        : null,
  }))
}

/** What was read, and what is to stand there if it still does. */
export interface Resealed extends CardPlace {
  readonly was: Buffer
  readonly ciphertext: Buffer
}

const resealStored = statement(
  'rotation.reseal_stored',
  `update stored_card as c
   set key_version = $5, ciphertext = new.ciphertext
   from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) as new (merchant_id, card_token, was, ciphertext)
   where c.merchant_id = new.merchant_id and c.card_token = new.card_token and c.ciphertext = new.was`,
)

const resealEntries = statement(
  'rotation.reseal_entries',
  `update vault_entry as e
   set key_version = $5, ciphertext = new.ciphertext
   from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) as new (merchant_id, token, was, ciphertext)
   where e.merchant_id = new.merchant_id and e.token = new.token and e.ciphertext = new.was`,
)

const resealKept = statement(
  'rotation.reseal_kept',
  `update vault_entry as e
   set kept_key_version = $5, kept_ciphertext = new.ciphertext
   from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) as new (merchant_id, token, was, ciphertext)
   where e.merchant_id = new.merchant_id and e.token = new.token and e.kept_ciphertext = new.was`,
)

const statements = { stored: resealStored, entry: resealEntries, kept: resealKept } as const

/** Writes what was sealed anew, each row only if it still holds what was read. */
export async function reseal(
  sql: Sql,
  what: keyof typeof statements,
  rows: readonly Resealed[],
  version: number,
): Promise<void> {
  if (rows.length === 0) return
  await sql.query(statements[what], [
    textArray(rows.map(({ merchantId }) => merchantId)),
    textArray(rows.map(({ token }) => token)),
    byteaArray(rows.map(({ was }) => was)),
    byteaArray(rows.map(({ ciphertext }) => ciphertext)),
    version,
  ])
}
