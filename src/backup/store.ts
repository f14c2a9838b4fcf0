import type { Client } from 'pg'
import { statement } from '../postgres/database.ts'
import type { Header, Tally } from './format.ts'
import { Tallier } from './tallier.ts'

/** A table as the catalogue has it. */
export interface Table {
  readonly name: string
  readonly columns: readonly string[]
}

/** Rows that are in memory at a time. */
const rowsAtOnce = 500

/**
 * Fixes every setting on which the text of a value depends, so that what is written by one server is read by
 * another as the same value, to the microsecond. No limit of time: a million orders take minutes.
 */
const sessionSettings = `
  set datestyle = 'ISO, YMD';
  set timezone = 'UTC';
  set intervalstyle = 'postgres';
  set bytea_output = 'hex';
  set extra_float_digits = 1;
  set synchronous_commit = on;
  set statement_timeout = 0;
  set lock_timeout = 0;
  set idle_in_transaction_session_timeout = 0`

/** Prepares a connection for the functions below. */
export async function prepare(client: Client): Promise<void> {
  await client.query(sessionSettings)
}

const selectTables = statement(
  'backup.tables',
  `select
     c.relname as name,
     array(
       select a.attname::text
       from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       order by a.attnum
     ) as columns,
     array(
       select distinct target.relname::text
       from pg_constraint k
       join pg_class target on target.oid = k.confrelid
       where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
     ) as needs
   from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   order by c.relname`,
)

/** The tables that there are, each after those that it refers to. */
export async function tables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table & { needs: string[] }>({ ...selectTables })
  const ordered: Table[] = []
  for (let left = rows; left.length > 0; ) {
    const placed = new Set(ordered.map(({ name }) => name))
    const next = left.filter(({ needs }) => needs.every((name) => placed.has(name)))
    if (next.length === 0) throw new Error(`Invariant broken: no tables refer to each other in a circle`)
    ordered.push(...next.map(({ name, columns }) => ({ name, columns })))
    left = left.filter((each) => !next.includes(each))
  }
  return ordered
}

const selectMigrations = statement(
  'backup.migrations',
  'select version, name, checksum from migration order by version',
)

export async function migrations(client: Client): Promise<Header['migrations']> {
  return (await client.query<Header['migrations'][number]>({ ...selectMigrations })).rows
}

const selectServer = statement('backup.server', `select current_setting('server_version') as version`)

export async function serverVersion(client: Client): Promise<string> {
  return (await client.query<{ version: string }>({ ...selectServer })).rows[0]?.version ?? ''
}

/** Begins a transaction that sees one moment of the database, whatever is written meanwhile. */
export async function beginSnapshot(client: Client): Promise<void> {
  await client.query('begin transaction isolation level repeatable read, read only')
}

/** Begins the transaction in which a database is filled. */
export async function begin(client: Client): Promise<void> {
  await client.query('begin')
}

export async function commit(client: Client): Promise<void> {
  await client.query('commit')
}

/** Keeps tables until the end of the transaction: from being altered (`share`), or from everybody else (`exclusive`). */
export async function lock(client: Client, all: readonly Table[], mode: 'share' | 'exclusive'): Promise<void> {
  const names = all.map(({ name }) => nameOf(client, name)).join(', ')
  await client.query(`lock table ${names} in access ${mode} mode`)
}

/** The rows of a table in the transaction that is open, each as PostgreSQL writes it as text, some hundred at a time. */
export async function* rows(client: Client, { name }: Table): AsyncGenerator<readonly string[]> {
  await client.query(
    `declare each no scroll cursor for select entry::text as row from only ${nameOf(client, name)} as entry`,
  )
  for (;;) {
    const found = await client.query<[string]>({ text: `fetch ${rowsAtOnce} from each`, rowMode: 'array' })
    if (found.rows.length === 0) break
    yield found.rows.map(([row]) => row)
  }
  await client.query('close each')
}

/** True when a table has no row. */
export async function isEmpty(client: Client, { name }: Table): Promise<boolean> {
  const found = await client.query({ text: `select from ${nameOf(client, name)} limit 1` })
  return found.rows.length === 0
}

/** Forgets which migrations made the schema, so that the backup's own rows can say it. */
export async function forgetMigrations(client: Client): Promise<void> {
  await client.query('delete from migration')
}

/** Adds rows that `rows` gave, to the table of the same columns. */
export async function add(client: Client, { name }: Table, some: readonly string[]): Promise<void> {
  const table = nameOf(client, name)
  await client.query(
    `insert into ${table}
     select * from unnest(array(select json_array_elements_text($1::json))::${table}[])`,
    [JSON.stringify(some)],
  )
}

/** Lets the planner know what was added. */
export async function analyze(client: Client): Promise<void> {
  await client.query('analyze')
}

/** What a table holds, read anew. */
export async function tallyOf(client: Client, table: Table): Promise<Tally> {
  const tallier = new Tallier()
  for await (const some of rows(client, table)) tallier.add(some)
  return tallier.tally
}

function nameOf(client: Client, name: string): string {
  return `public.${client.escapeIdentifier(name)}`
}
