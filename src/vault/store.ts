import { invariant } from '../base/invariant.ts'
import { formatYymm } from '../card/expiry.ts'
import type { CardToKeep, HeldCard } from '../card/held-card.ts'
import { byteaArray, integerArray, textArray, timestampArray } from '../postgres/binary-array.ts'
import { type Sql, statement } from '../postgres/database.ts'

/** A card that enters the vault. */
export interface Entry {
  readonly merchantId: string
  readonly createdAt: Date
  readonly held: HeldCard
}

const insertEntries = statement(
  'vault.insert',
  `insert into vault_entry (merchant_id, token, key_version, ciphertext, created_at)
   select *
   from unnest($1::text[], $2::text[], $3::int[], $4::bytea[], $5::timestamptz[])`,
)

const insertKept = statement(
  'vault.insert_kept',
  `insert into vault_entry (
     merchant_id, token, key_version, ciphertext, created_at, kept_token, kept_customer_id, kept_fingerprint,
     kept_mask, kept_info, kept_expiry, kept_key_version, kept_ciphertext)
   select *
   from unnest($1::text[], $2::text[], $3::int[], $4::bytea[], $5::timestamptz[], $6::text[], $7::text[], $8::bytea[],
     $9::text[], $10::text[], $11::text[], $12::int[], $13::bytea[])`,
)

/** @throws DatabaseError 23505 when a merchant has an entry of that token already; nothing is written then */
export async function insert(sql: Sql, entries: readonly Entry[]): Promise<void> {
  const plain = entries.filter(({ held }) => held.keep === null)
  const kept = entries.flatMap((entry) => (entry.held.keep === null ? [] : [{ ...entry, keep: entry.held.keep }]))
  const common = (of: readonly Entry[]) => [
    textArray(of.map(({ merchantId }) => merchantId)),
    textArray(of.map(({ held }) => held.token)),
    integerArray(of.map(({ held }) => held.sealed.keyVersion)),
    byteaArray(of.map(({ held }) => held.sealed.ciphertext)),
    timestampArray(of.map(({ createdAt }) => createdAt)),
  ]
  await Promise.all([
    plain.length > 0 && sql.query(insertEntries, common(plain)),
    kept.length > 0 &&
      sql.query(insertKept, [
        ...common(kept),
        textArray(kept.map(({ keep }) => keep.cardToken)),
        textArray(kept.map(({ keep }) => keep.customerId)),
        byteaArray(kept.map(({ keep }) => keep.fingerprint)),
        textArray(kept.map(({ held }) => held.mask)),
        textArray(kept.map(({ held }) => JSON.stringify(held.info))),
        textArray(kept.map(({ keep }) => formatYymm(keep.expiry))),
        integerArray(kept.map(({ keep }) => keep.sealed.keyVersion)),
        byteaArray(kept.map(({ keep }) => keep.sealed.ciphertext)),
      ]),
  ])
}

const findEntry = statement(
  'vault.find',
  `select wanted.place::int, entry.ciphertext
   from unnest($1::text[], $2::text[]) with ordinality as wanted (merchant_id, token, place)
   cross join lateral (
     select ciphertext
     from vault_entry
     where merchant_id = wanted.merchant_id and token = wanted.token
     limit 1
   ) as entry`,
)

/** The sealed values of these keys, in their order; undefined where there is none. */
export async function findAll(sql: Sql, keys: readonly EntryKey[]): Promise<(Buffer | undefined)[]> {
  const rows = await sql.query<{ place: number; ciphertext: Buffer }>(findEntry, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    textArray(keys.map(({ token }) => token)),
  ])
  const found = Array.from<Buffer | undefined>({ length: keys.length })
  for (const { place, ciphertext } of rows) found[place - 1] = ciphertext
  return found
}

const selectKept = statement(
  'vault.kept_under',
  `select token, kept_ciphertext
   from vault_entry
   where merchant_id = $1 and kept_token = $2`,
)

/** What attempts under way are to store under a token, by their own. */
export async function keptUnder(
  sql: Sql,
  merchantId: string,
  cardToken: string,
): Promise<{ readonly token: string; readonly ciphertext: Buffer }[]> {
  const rows = await sql.query<{ token: string; kept_ciphertext: Buffer }>(selectKept, [merchantId, cardToken])
  return rows.map(({ token, kept_ciphertext: ciphertext }) => ({ token, ciphertext }))
}

const updateKept = statement(
  'vault.keep_under',
  `update vault_entry
   set kept_token = $3, kept_key_version = $4, kept_ciphertext = $5
   where merchant_id = $1 and token = $2`,
)

/** Has an attempt's card stored under another token. */
export async function keepUnder(
  sql: Sql,
  { merchantId, token }: EntryKey,
  { cardToken, sealed }: Pick<CardToKeep, 'cardToken' | 'sealed'>,
): Promise<void> {
  await sql.query(updateKept, [merchantId, token, cardToken, sealed.keyVersion, sealed.ciphertext])
}

const eraseEntries = statement(
  'vault.erase',
  `delete from vault_entry as entry
   using unnest($1::text[], $2::text[]) as gone (merchant_id, token)
   where entry.merchant_id = gone.merchant_id and entry.token = gone.token`,
)

export interface EntryKey {
  readonly merchantId: string
  readonly token: string
}

export async function erase(sql: Sql, keys: readonly EntryKey[]): Promise<void> {
  if (keys.length === 0) return
  await sql.query(eraseEntries, [
    textArray(keys.map(({ merchantId }) => merchantId)),
    textArray(keys.map(({ token }) => token)),
  ])
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
