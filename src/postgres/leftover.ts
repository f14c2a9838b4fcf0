import { readFileSync, readlinkSync } from 'node:fs'
import { readFile, realpath, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gone, identityOf } from './process-identity.ts'

/** The folder for a server's socket has a name that starts so. */
export const socketPrefix = 'gerbang-socket-'

/**
 * Makes a data folder free: stops a server that a killed gateway left running in it, and removes the
 * lock file of one that is gone. The number in that file may meanwhile belong to a stranger, so a
 * process counts as the server only if it works in this very folder, as PostgreSQL does. The folder of
 * an old socket goes too, unless it is the one that the next server will use.
 */
export async function clearLeftover(
  { cluster, socketDir }: { cluster: string; socketDir: string },
  log: (sentence: string) => void,
): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid')
  const lines = await readFile(lockFile, 'utf8').then(
    (text) => text.split('\n'),
    () => undefined,
  )
  if (!lines) return
  const pid = Math.abs(Number(lines[0]))
  const identity = Number.isSafeInteger(pid) && pid > 0 ? identityOf(pid) : undefined
  if (identity && (await worksIn(pid, cluster))) {
    log(`A PostgreSQL server of an earlier gateway still runs (process ${pid}); it is stopped and started anew.`)
    await stopServer(pid, identity)
  }
  await rm(lockFile, { force: true })
  const oldSocketDir = lines[4] ?? ''
  // The server's user wrote the path, and we may be root: nothing but a socket's folder of ours is touched.
  if (!basename(oldSocketDir).startsWith(socketPrefix)) return
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock'])
    await rm(join(oldSocketDir, name), { force: true }).catch(() => undefined)
  if (oldSocketDir !== socketDir) await rmdir(oldSocketDir).catch(() => undefined)
}

/** Fast shutdown, then an immediate one, then the end. */
async function stopServer(pid: number, identity: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 5_000],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 1_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    if (await gone(pid, identity, patienceMs)) return
  }
}

async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return true
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === (await realpath(cluster)) && isPostgres(pid)
  } catch {
    return false
  }
}

function isPostgres(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
}
