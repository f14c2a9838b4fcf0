import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { Secret } from './base/secret.ts'
import { StartProblem } from './base/start-problem.ts'
import type { Config } from './config.ts'
import { keptMasterKey } from './master-key.ts'
import { Database } from './postgres/database.ts'
import { startEmbedded } from './postgres/embedded.ts'
import { migrate } from './postgres/migrate.ts'

/** How long a first connection is waited for. */
const connectMs = 5_000

export interface OpenDatabase {
  readonly database: Database
  /** For those who need a connection of their own. It may hold a password. */
  readonly connection: ClientConfig
  readonly masterKey: Secret<Buffer>
  readonly close: () => Promise<void>
}

export interface OpenDatabaseOptions {
  /** Sentences for the operator. */
  readonly say: (sentence: string) => void
  /** The embedded database lies in a folder that goes with the gateway. */
  readonly temporary?: boolean
  /** Instead of `DATABASE_URL`, for a caller in the same process. */
  readonly connection?: ClientConfig
}

/**
 * Opens the database that the settings name, or the embedded one, and brings it to our schema.
 *
 * @throws StartProblem when it cannot be reached or used
 */
export async function openDatabase(
  config: Config,
  { say, temporary = false, connection: given }: OpenDatabaseOptions,
): Promise<OpenDatabase> {
  const connection = given ?? (config.databaseUrl && { connectionString: config.databaseUrl.reveal() })
  if (connection) {
    const masterKey = config.masterKey ?? (temporary ? new Secret(randomBytes(32)) : undefined)
    if (!masterKey) throw new StartProblem('GERBANG_MASTER_KEY: needed with DATABASE_URL; 64 hex digits')
    return { ...(await migrated(connection, nameOf(connection))), masterKey }
  }
  if (config.mode === 'live' && process.getuid?.() === 0) {
    throw new StartProblem('Live mode under root needs DATABASE_URL: run it as another user, or name a database.')
  }
  const embedded = await startEmbedded(
    temporary ? { temporary: true, log: say } : { dataDir: config.dataDir, log: say },
  )
  try {
    const masterKey =
      config.masterKey ?? (temporary ? new Secret(randomBytes(32)) : await keptMasterKey(config.dataDir))
    const { database, connection, close } = await migrated({ ...embedded.connection }, 'the embedded database')
    const whereabouts = whereaboutsOf(config)
    if (!temporary) await writeFile(whereabouts, JSON.stringify(embedded.connection), { mode: 0o600 })
    return {
      database,
      connection,
      masterKey,
      close: async () => {
        await close()
        if (!temporary) await rm(whereabouts, { force: true })
        await embedded.stop()
      },
    }
  } catch (error) {
    await embedded.stop()
    throw error
  }
}

/**
 * Opens the database for a command beside a gateway that may be running: the embedded server has one
 * owner, so a command uses the server of the gateway that runs, and starts one only when none does.
 *
 * @throws StartProblem as `openDatabase`
 */
export async function openForCommand(config: Config): Promise<OpenDatabase> {
  const say = () => undefined
  if (config.databaseUrl) return openDatabase(config, { say })
  const running = await readFile(whereaboutsOf(config), 'utf8').catch(() => undefined)
  if (running !== undefined) {
    const opened = await migrated(JSON.parse(running) as ClientConfig, 'the embedded database').catch(() => undefined)
    // A file that a killed gateway left leads nowhere; then the database is ours to start.
    if (opened) return { ...opened, masterKey: config.masterKey ?? (await keptMasterKey(config.dataDir)) }
  }
  return openDatabase(config, { say })
}

/** A database as it stands, whatever its schema. */
export interface ReachedDatabase {
  readonly connection: ClientConfig
  readonly close: () => Promise<void>
}

/**
 * Reaches the database that the settings name and leaves its schema alone. To read it, a gateway may run on
 * it, and an embedded one must be there; to fill it, the embedded one is ours alone, and made where there is none.
 *
 * @throws StartProblem as `openDatabase`
 */
export async function reachDatabase(config: Config, to: 'read' | 'fill'): Promise<ReachedDatabase> {
  const nothing = () => Promise.resolve()
  if (config.databaseUrl) {
    const connection = { connectionString: config.databaseUrl.reveal() }
    await tryOut(connection, nameOf(connection))
    return { connection, close: nothing }
  }
  if (to === 'read') {
    const running = await readFile(whereaboutsOf(config), 'utf8').catch(() => undefined)
    if (running !== undefined) {
      const connection = JSON.parse(running) as ClientConfig
      const answers = await tryOut(connection, 'the embedded database').then(
        () => true,
        () => false,
      )
      if (answers) return { connection, close: nothing }
    }
    if (!existsSync(config.dataDir)) throw new StartProblem(`There is no data directory ${config.dataDir}.`)
  }
  const embedded = await startEmbedded({ dataDir: config.dataDir })
  return { connection: { ...embedded.connection }, close: () => embedded.stop() }
}

/** Where a running gateway notes how its embedded server is reached. */
function whereaboutsOf(config: Config): string {
  return join(config.dataDir, 'connection.json')
}

async function migrated(connection: ClientConfig, name: string): Promise<Omit<OpenDatabase, 'masterKey'>> {
  try {
    await migrate({ ...connection, connectionTimeoutMillis: connectMs })
  } catch (error) {
    throw unusable(name, error)
  }
  const database = new Database(connection)
  return { database, connection, close: () => database.close() }
}

/** @throws StartProblem when nothing answers there, or not to us */
async function tryOut(connection: ClientConfig, name: string): Promise<void> {
  const client = new Client({ ...connection, connectionTimeoutMillis: connectMs })
  // A connection that breaks is reported by the query that needs it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
  } catch (error) {
    throw unusable(name, error)
  }
}

function unusable(name: string, error: unknown): unknown {
  if (error instanceof StartProblem) return error
  const { code, message } = error as Error & { code?: string }
  // The client's own failures have no code, and PostgreSQL's messages may end in a full stop.
  const reason = words[code ?? ''] ?? words[message] ?? message.replace(/\.$/, '')
  return new StartProblem(`The database at ${name} cannot be used: ${reason}.`)
}

/** Host and database, never the password. */
function nameOf(connection: ClientConfig): string {
  const { host, port, database } = new Client(connection)
  return `${host}:${port}/${database ?? ''}`
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up',
  ENOENT: 'there is no such socket',
  ETIMEDOUT: 'it does not answer',
  'timeout expired': 'it does not answer',
  'Connection terminated unexpectedly': 'it ends the connection',
  '28P01': 'the password is wrong',
  '28000': 'this user may not connect',
  '3D000': 'it does not exist',
  '57P03': 'it is starting up; try again',
}
