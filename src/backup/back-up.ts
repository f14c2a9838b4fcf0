import type { Client, ClientConfig } from 'pg'
import type { Clock } from '../base/clock.ts'
import { StartProblem } from '../base/start-problem.ts'
import { connected } from './connected.ts'
import { format, type Header, type Line, type Tally } from './format.ts'
import * as store from './store.ts'
import { Tallier } from './tallier.ts'
import { writeBackup } from './write.ts'

/** What was written. */
export interface BackUpReport {
  readonly bytes: number
  /** The newest migration of its schema. */
  readonly migration: string
  readonly tables: Readonly<Record<string, number>>
}

/**
 * Writes all that a database holds into one file, as of one moment, while others go on writing. It holds
 * what the database holds, sealed where that is sealed: neither the master key nor a file of the data dir.
 *
 * @throws StartProblem when there is such a file, it cannot be written, or the database is not one of ours
 */
export async function backUp(
  connection: ClientConfig,
  path: string,
  about: { readonly clock: Clock; readonly program: string },
): Promise<BackUpReport> {
  return connected(connection, async (client) => {
    await store.beginSnapshot(client)
    const tables = await store.tables(client)
    if (!tables.some(({ name }) => name === 'migration')) {
      throw new StartProblem('The database holds no gateway: there is nothing to back up.')
    }
    await store.lock(client, tables, 'share')
    const header: Header = {
      gerbang: 'backup',
      format,
      madeAt: about.clock.machine().toISOString(),
      program: about.program,
      postgres: await store.serverVersion(client),
      migrations: await store.migrations(client),
      tables,
    }
    const tallies = new Map<string, Tally>()
    const { bytes } = await writeBackup(path, linesOf(client, header, tallies))
    return {
      bytes,
      migration: header.migrations.at(-1)?.name ?? '',
      tables: Object.fromEntries([...tallies].map(([name, { rows }]) => [name, rows])),
    }
  })
}

async function* linesOf(client: Client, header: Header, tallies: Map<string, Tally>): AsyncGenerator<Line> {
  yield header
  for (const table of header.tables) {
    yield { begin: table.name }
    const tallier = new Tallier()
    for await (const some of store.rows(client, table)) {
      tallier.add(some)
      yield some
    }
    tallies.set(table.name, tallier.tally)
    yield { end: table.name, ...tallier.tally }
  }
}
