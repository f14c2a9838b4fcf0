import type { Client, ClientConfig } from 'pg'
import { invariant } from '../base/invariant.ts'
import { StartProblem } from '../base/start-problem.ts'
import { migrate, type Migration } from '../postgres/migrate.ts'
import { connected } from './connected.ts'
import type { Header, Tally } from './format.ts'
import { checkBackup, readBackup } from './read.ts'
import * as store from './store.ts'

/** What was restored, and compared with the file. */
export interface RestoreReport {
  readonly madeAt: string
  readonly program: string
  /** The newest migration that the backup had, and the one that the database has now. */
  readonly from: string
  readonly to: string
  readonly tables: Readonly<Record<string, number>>
}

/**
 * Reads a whole backup and says whether this program can restore it, before any database is touched.
 *
 * @throws StartProblem when it is no backup, cut short, altered, or of another schema than ours ever was
 */
export async function checkRestorable(path: string, known: readonly Migration[]): Promise<Header> {
  const header = await checkBackup(path)
  for (const { version, name, checksum } of header.migrations) {
    const migration = known[version - 1]
    if (!migration) {
      throw new StartProblem(
        `${path} is newer than this program: it has migration ${name} and the program knows ${known.length}. Restore it with a release that knows it (it was made by ${header.program}).`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new StartProblem(
        `${path} comes from a database that was made by another text of migration ${name}: restore it with the program that made it.`,
      )
    }
  }
  return header
}

/**
 * Fills an empty database from a backup that `checkRestorable` took: makes the schema of the backup, adds
 * all rows in one transaction, reads them back and compares them with what was saved, commits, and brings
 * the schema to this program. A restore that fails leaves the database without a row.
 *
 * @throws StartProblem when the database is not empty, or the file is not what was checked
 */
export async function restore(
  connection: ClientConfig,
  path: string,
  header: Header,
  known: readonly Migration[],
): Promise<RestoreReport> {
  const own = known.slice(0, header.migrations.length)
  await connected(connection, (client) => refuseUsed(client, own))
  await migrate(connection, own)
  const tables = await connected(connection, async (client) => {
    await store.begin(client)
    const there = await store.tables(client)
    requireSameTables(path, header, there)
    // A gateway that starts now waits here, and then finds the restored database.
    await store.lock(client, there, 'exclusive')
    await refuseUsed(client, own)
    await store.forgetMigrations(client)
    const tallies = await fill(client, path, header)
    for (const table of header.tables) {
      const found = await store.tallyOf(client, table)
      const saved = tallies.get(table.name)
      if (found.rows !== saved?.rows || found.digest !== saved.digest) {
        throw new StartProblem(
          `${table.name} does not hold what ${path} does (${found.rows} of ${saved?.rows} rows, or other contents). Nothing was restored.`,
        )
      }
    }
    await store.commit(client)
    await store.analyze(client)
    return Object.fromEntries([...tallies].map(([name, { rows }]) => [name, rows]))
  })
  await migrate(connection, known)
  const { madeAt, program } = header
  const [from = '', to = ''] = [header.migrations.at(-1)?.name, known.at(-1)?.name]
  return { madeAt, program, from, to, tables }
}

async function refuseUsed(client: Client, own: readonly Migration[]): Promise<void> {
  const there = await store.tables(client)
  if (there.length === 0) return
  const isOurs = there.some(({ name }) => name === 'migration')
  const applied = isOurs ? await store.migrations(client) : []
  if (applied.length > own.length) {
    throw new StartProblem(
      `The database has the schema of a later release than the backup (${applied.at(-1)?.name}): restore into a new database.`,
    )
  }
  for (const table of there) {
    if (!isOurs || (table.name !== 'migration' && !(await store.isEmpty(client, table)))) {
      throw new StartProblem(
        `The database is not empty: ${table.name} is there${isOurs ? ' and has rows' : ''}. Restore into a new database; nothing is ever overwritten.`,
      )
    }
  }
}

/** The migrations that the backup names make its tables: anything else in the database was not ours. */
function requireSameTables(path: string, header: Header, there: readonly store.Table[]): void {
  const textOf = (tables: readonly store.Table[]) =>
    tables.map(({ name, columns }) => `${name} (${columns.join(', ')})`).toSorted()
  const [saved, made] = [textOf(header.tables), textOf(there)]
  const strange = [...saved.filter((text) => !made.includes(text)), ...made.filter((text) => !saved.includes(text))]
  if (strange.length > 0) {
    throw new StartProblem(
      `${path} and the schema of its release differ in ${strange.join('; ')}: the database that was backed up held more than a gateway, or was altered by hand.`,
    )
  }
}

/** Adds every row of the file, and answers what the file says that its tables hold. */
async function fill(client: Client, path: string, header: Header): Promise<ReadonlyMap<string, Tally>> {
  const tallies = new Map<string, Tally>()
  let table: store.Table | undefined
  for await (const line of readBackup(path)) {
    if ('gerbang' in line) continue
    else if ('begin' in line) table = header.tables.find(({ name }) => name === line.begin)
    else if ('end' in line) tallies.set(line.end, { rows: line.rows, digest: line.digest })
    else {
      invariant(table, 'rows stand behind the name of their table')
      await store.add(client, table, line)
    }
  }
  return tallies
}
