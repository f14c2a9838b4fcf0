import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { StartProblem } from '../base/start-problem.ts'
import { createCluster, superuser } from './cluster.ts'
import { findHome, makeDataDir, temporaryDataDir, type Home } from './home.ts'
import { socketPrefix } from './leftover.ts'
import { claim, type Ownership } from './owner.ts'
import { reaches } from './server-user.ts'
import { Server } from './server.ts'
import { startWatcher, type Watcher } from './watcher.ts'

/** How to connect: `host` is the folder of the server's Unix socket. */
export interface EmbeddedConnection {
  readonly host: string
  readonly user: string
  readonly database: string
}

/** A private PostgreSQL that lives as long as its gateway. */
export interface EmbeddedServer {
  readonly connection: EmbeddedConnection
  readonly dataDir: string
  /** The server's process now; another after it died and was started again, none in between. */
  readonly pid: number | undefined
  /** Stops the server, at most 8 seconds, and leaves nothing behind but its data. May be called twice. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Sentences for the operator: where the data lies, what died and runs again. */
  readonly log?: (sentence: string) => void
}

/**
 * Starts the private PostgreSQL of a data directory, creating both when they are not there; or, with
 * `temporary`, one in a new folder that goes with it, even when this process is killed. A server that
 * dies is started again until `stop`.
 *
 * @throws StartProblem when the directory has another owner or cannot be used, or PostgreSQL does not start
 */
export async function startEmbedded(
  options: EmbeddedOptions & ({ readonly dataDir: string } | { readonly temporary: true }),
): Promise<EmbeddedServer> {
  const log = options.log ?? (() => undefined)
  const temporary = !('dataDir' in options)
  const dataDir = temporary ? await temporaryDataDir() : resolve(options.dataDir)
  const owner = await onDisk(dataDir, async () => {
    await makeDataDir(dataDir)
    return claim(dataDir)
  })
  const folders = temporary ? [dataDir] : []
  let undo = () => finish(owner, undefined, folders)
  try {
    const home = await onDisk(dataDir, () => findHome(dataDir, log))
    const socketDir = await makeSocketDir(home)
    folders.push(socketDir)
    const watcher = startWatcher(folders)
    undo = () => finish(owner, watcher, folders)
    await onDisk(dataDir, () => createCluster(home, watcher, !temporary))
    const server = new Server(home, socketDir, watcher, log)
    undo = async () => {
      await server.stop()
      await finish(owner, watcher, folders)
    }
    await server.start()
    const connection = { host: socketDir, user: superuser, database: 'gerbang' }
    await ensureDatabase(connection)
    let stopped: Promise<void> | undefined
    return {
      connection,
      dataDir,
      get pid() {
        return server.pid
      },
      stop: () => (stopped ??= undo()),
    }
  } catch (error) {
    await undo()
    throw error
  }
}

async function finish(owner: Ownership, watcher: Watcher | undefined, folders: readonly string[]): Promise<void> {
  await watcher?.end()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
  await owner.release()
}

/** A socket's path may have 107 bytes, so the folder is a short one of its own, open to the server's user and root alone. */
async function makeSocketDir({ user }: Home): Promise<string> {
  const long = Buffer.byteLength(join(tmpdir(), `${socketPrefix}XXXXXX`, '.s.PGSQL.5432.lock')) > 100
  const base = long || (user && !reaches(user, tmpdir())) ? '/tmp' : tmpdir()
  const folder = await mkdtemp(join(base, socketPrefix))
  if (user) await chown(folder, user.uid, user.gid)
  return folder
}

/**
 * Gives the one database that `initdb` makes our name, on the first start or, if that was interrupted
 * here, on the next: 5 ms, where creating another takes 70.
 */
async function ensureDatabase(connection: EmbeddedConnection): Promise<void> {
  try {
    await once(connection, 'select')
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === '3D000')) throw error
    await once({ ...connection, database: 'template1' }, `alter database postgres rename to ${connection.database}`)
  }
}

async function once(connection: EmbeddedConnection, sql: string): Promise<void> {
  const client = new Client({ ...connection })
  // A server that dies between two messages is reported by the query.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it, or a part of its path, is not a folder',
  EEXIST: 'it is not a folder',
}

/** Turns what the file system says into the one sentence that an operator reads. */
async function onDisk<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StartProblem || !(error instanceof Error && 'code' in error)) throw error
    const { code, path } = error as NodeJS.ErrnoException
    throw new StartProblem(
      `The data directory ${dataDir} cannot be used: ${words[code ?? ''] ?? error.message}${path && path !== dataDir ? ` (${path})` : ''}. Choose another with GERBANG_DATA_DIR, or change its permissions.`,
    )
  }
}
