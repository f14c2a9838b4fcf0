import { randomBytes } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { Database } from '../src/postgres/database.ts'
import { startEmbedded, type EmbeddedServer } from '../src/postgres/embedded.ts'
import { migrate } from '../src/postgres/migrate.ts'

/** A database of a test file's own, migrated and empty. */
export interface TestDatabase {
  readonly connection: ClientConfig
  readonly database: Database
  /** Closes and removes it; call it in `after`. Whoever is still connected is thrown out. */
  drop(): Promise<void>
}

/** The environment variable by which `run.ts` tells test files where the suite's server is: a `Template` as JSON. */
export const templateVariable = 'GERBANG_TEST_TEMPLATE'

/** The migrated database that every test's database is a copy of. */
export interface Template {
  /** The server, by a database that is always there. */
  readonly server: ClientConfig
  /** The template's name. Nobody may be connected to it while it is copied. */
  readonly name: string
}

/**
 * Makes a database for one test file, a copy of the suite's template. Without the suite (`node --test`
 * on one file) it starts a temporary server first, which goes with the last database.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { server, name: template } = await findTemplate()
  copies += 1
  const name = `test_${randomBytes(6).toString('hex')}`
  // By way of the log: copying files (`strategy file_copy`) takes two checkpoints, three times as long on a durable server.
  await administer(server, `create database ${name} template ${template} strategy wal_log`)
  const connection = { ...server, database: name }
  const database = new Database(connection)
  let dropped: Promise<void> | undefined
  const drop = async () => {
    await database.close()
    await administer(server, `drop database if exists ${name} with (force)`)
    await leave()
  }
  return { connection, database, drop: () => (dropped ??= drop()) }
}

/** Makes a migrated template in the server. */
export async function createTemplate(server: ClientConfig): Promise<Template> {
  const name = `template_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name} template template0`)
  await migrate({ ...server, database: name })
  return { server, name }
}

/** Runs a statement on the server itself: databases are created and dropped from another one. */
export async function administer(server: ClientConfig, sql: string): Promise<void> {
  const client = new Client(server)
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

let copies = 0
let own: Promise<{ server: EmbeddedServer; template: Template }> | undefined

async function findTemplate(): Promise<Template> {
  const given = process.env[templateVariable]
  if (given) return JSON.parse(given) as Template
  own ??= startOwn()
  return (await own).template
}

async function startOwn(): Promise<{ server: EmbeddedServer; template: Template }> {
  const server = await startEmbedded({ temporary: true })
  return { server, template: await createTemplate(server.connection) }
}

async function leave(): Promise<void> {
  copies -= 1
  if (copies > 0 || !own) return
  const { server } = await own
  own = undefined
  await server.stop()
}
