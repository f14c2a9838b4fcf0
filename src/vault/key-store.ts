import { type Sql, statement } from '../postgres/database.ts'

/** A data key as the database holds it. */
export interface StoredKey {
  readonly version: number
  /** Sealed under a key that is derived from the master key. */
  readonly wrapped: Buffer
  readonly createdAt: Date
  /** Since then it seals nothing. */
  readonly retiredAt: Date | null
}

interface KeyRow {
  version: number
  wrapped: Buffer
  created_at: Date
  retired_at: Date | null
}

const selectKeys = statement(
  'data_key.list',
  `select version, wrapped, created_at, retired_at
   from data_key
   order by version`,
)

export async function list(sql: Sql): Promise<StoredKey[]> {
  const rows = await sql.query<KeyRow>(selectKeys)
  return rows.map((row) => ({
    version: row.version,
    wrapped: row.wrapped,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  }))
}

const insertKey = statement(
  'data_key.insert',
  `insert into data_key (version, wrapped, created_at)
   values ($1, $2, $3)
   on conflict do nothing`,
)

/** Adds a key where its version is free; of any number who make the same version one is first, and the others' are lost. */
export async function insert(sql: Sql, { version, wrapped, createdAt }: Omit<StoredKey, 'retiredAt'>): Promise<void> {
  await sql.query(insertKey, [version, wrapped, createdAt])
}

const retireKeys = statement(
  'data_key.retire',
  `update data_key
   set retired_at = $2
   where version < $1
     and retired_at is null
     and not exists (select from stored_card where key_version = data_key.version)
     and not exists (
       select from vault_entry
       where key_version = data_key.version or kept_key_version = data_key.version
     )`,
)

/** Retires the keys older than a version under which nothing lies any more. */
export async function retireBefore(sql: Sql, version: number, at: Date): Promise<void> {
  await sql.query(retireKeys, [version, at])
}

const countUses = statement(
  'data_key.uses',
  `select version, sum(cards)::int as cards
   from (
     select key_version as version, count(*) as cards from stored_card group by 1
     union all
     select key_version, count(*) from vault_entry group by 1
     union all
     select kept_key_version, count(*) from vault_entry where kept_key_version is not null group by 1
   ) as uses
   group by version
   order by version`,
)

/** How many cards lie sealed under each version. */
export async function uses(sql: Sql): Promise<ReadonlyMap<number, number>> {
  const rows = await sql.query<{ version: number; cards: number }>(countUses)
  return new Map(rows.map(({ version, cards }) => [version, cards]))
}
