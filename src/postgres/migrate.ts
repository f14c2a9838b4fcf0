import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, DatabaseError, type ClientConfig } from 'pg'
import { systemClock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { StartProblem } from '../base/start-problem.ts'
import { packageRoot } from './package-root.ts'

/** One numbered file of `migrations/`. Forward only, and never edited once released. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
  /** SHA-256 of the text, hexadecimal, the same whatever a checkout does to line ends. */
  readonly checksum: string
}

/** The files of a folder in order: `0001_first.sql`, `0002_…`, without gaps. */
export async function readMigrations(folder = join(packageRoot(), 'migrations')): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1])
      invariant(version === index + 1, `migrations are numbered without gaps, and ${name} is number ${index + 1}`)
      const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n')
      return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/**
 * Brings the database to the schema of this program. Each migration commits together with the row that
 * says so, which is written first: of several gateways that start at once, all but one wait there for
 * the winner and then go on to the next.
 *
 * @throws StartProblem when the database is newer than the program, or was made by an edited migration
 */
export async function migrate(connection: ClientConfig, migrations?: readonly Migration[]): Promise<void> {
  const known = migrations ?? (await readMigrations())
  const client = new Client({ ...connection, options: '-c synchronous_commit=on -c timezone=UTC' })
  // A connection that breaks is reported by the query that needs it.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const applied = await readApplied(client)
    check(applied, known)
    const missing = known.filter(({ version }) => !applied.has(version))
    for (const migration of missing) await apply(client, migration)
    // Another gateway may have been first with some, and of another release.
    if (missing.length > 0) check(await readApplied(client), known)
  } finally {
    await client.end()
  }
}

type Applied = ReadonlyMap<number, { readonly name: string; readonly checksum: string }>

async function readApplied(client: Client): Promise<Applied> {
  const read = () =>
    client.query<{ version: number; name: string; checksum: string }>(
      'select version, name, checksum from migration order by version',
    )
  const { rows } = await read().catch(async (error: unknown) => {
    if (!(error instanceof DatabaseError && error.code === '42P01')) throw error
    const failure = await createTable(client)
    return read().catch((stillMissing: unknown) => {
      throw failure ?? stillMissing
    })
  })
  return new Map(rows.map(({ version, ...row }) => [version, row]))
}

/**
 * Tries to create the table. `if not exists` looks first and creates then, so of two at once the second
 * fails on one of several unique indexes of the catalogue, with as many error codes; whether the table
 * is there afterwards is what counts.
 */
async function createTable(client: Client): Promise<unknown> {
  try {
    await client.query(`
      create table if not exists migration (
        version    integer primary key,
        name       text not null,
        checksum   text not null,
        applied_at timestamptz not null
      )`)
    return undefined
  } catch (error) {
    return error
  }
}

function check(applied: Applied, known: readonly Migration[]): void {
  for (const [version, { name, checksum }] of applied) {
    const migration = known[version - 1]
    if (!migration)
      throw new StartProblem(
        `The database is newer than this program: it has migration ${name} and the program knows ${known.length}. Start a release that knows it, or use another database.`,
      )
    if (migration.checksum !== checksum)
      throw new StartProblem(
        `The database was made by another text of migration ${migration.name}: a released migration must not be edited. Restore the file, or begin with a new database.`,
      )
  }
}

async function apply(client: Client, { version, name, checksum, sql }: Migration): Promise<void> {
  await client.query('begin')
  try {
    const { rowCount } = await client.query(
      `insert into migration (version, name, checksum, applied_at)
       values ($1, $2, $3, $4)
       on conflict (version) do nothing`,
      [version, name, checksum, systemClock.machine()],
    )
    if (rowCount === 1) await client.query(sql)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}
