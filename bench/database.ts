import { Client } from 'pg'
import { migrate } from '../src/postgres/migrate.ts'
import { type EmbeddedServer, startEmbedded } from '../src/postgres/embedded.ts'

/** The one PostgreSQL that everything is measured on: the embedded one, with the settings that it always has. */
export interface BenchServer {
  readonly embedded: EmbeddedServer
  /** Makes an empty database and gives the URL that a gateway takes. */
  create(name: string): Promise<string>
  /** Makes a database with our schema. */
  createMigrated(name: string): Promise<string>
  /** Runs SQL in a database. */
  run(name: string, sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

export async function startDatabase(): Promise<BenchServer> {
  const embedded = await startEmbedded({ temporary: true })
  const { connection } = embedded
  const run = async (database: string, sql: string, values: readonly unknown[] = []) => {
    const client = new Client({ ...connection, database })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql, [...values])).rows
    } finally {
      await client.end()
    }
  }
  const create = async (name: string) => {
    await run(connection.database, `create database ${name}`)
    return `postgresql://${connection.user}@/${name}?host=${encodeURIComponent(connection.host)}`
  }
  return {
    embedded,
    create,
    createMigrated: async (name) => {
      const url = await create(name)
      await migrate({ ...connection, database: name })
      return url
    },
    run,
    stop: () => embedded.stop(),
  }
}
