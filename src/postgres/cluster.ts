import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartProblem } from '../base/start-problem.ts'
import type { Home } from './home.ts'
import type { Watcher } from './watcher.ts'

/** The server's superuser. The socket's folder is closed to others, so it needs no password. */
export const superuser = 'gerbang'

/**
 * Makes PostgreSQL's data folder if there is none. `initdb` works in a folder beside it, which takes
 * the name only when it is complete, so that an interrupted first start leaves nothing that looks finished.
 */
export async function createCluster(home: Home, watcher: Watcher, durable: boolean): Promise<void> {
  if (existsSync(home.cluster)) return
  const around = dirname(home.cluster)
  const unfinished = `${basename(home.cluster)}.unfinished-`
  for (const name of await readdir(around))
    if (name.startsWith(unfinished)) await rm(join(around, name), { recursive: true, force: true, maxRetries: 10 })
  const folder = join(around, `${unfinished}${process.pid}`)
  await mkdir(folder, { mode: 0o700 })
  if (home.user) await chown(folder, home.user.uid, home.user.gid)
  await initdb(home, folder, watcher, durable)
  await rename(folder, home.cluster)
  if (durable) await syncFolder(around)
}

/**
 * The database writes zeros over a whole new segment of its log and waits for the disk before it goes on, with
 * everybody behind it: 20 to 40 ms for the usual 16 MB, 2 for one. It makes them anew until `max_wal_size` is
 * there to be used again.
 */
const walSegmentMb = 1

async function initdb(home: Home, folder: string, watcher: Watcher, durable: boolean): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const program = spawn(
    join(home.binaries, 'bin', 'initdb'),
    [
      '-D',
      folder,
      '-U',
      superuser,
      '--auth=trust',
      '--no-instructions',
      `--wal-segsize=${walSegmentMb}`,
      ...locale,
      ...(durable ? [] : ['--no-sync']),
    ],
    { ...home.user, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: serverEnvironment },
  )
  watcher.guard(program.pid ?? null)
  let said = ''
  program.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const failure = await new Promise<string | null>((resolve) => {
    program.once('error', (error) => resolve(error.message))
    program.once('close', (code) => resolve(code === 0 ? null : said.trim().replace(/\s*\n\s*/g, ' ')))
  })
  watcher.guard(null)
  if (failure !== null) throw new StartProblem(`PostgreSQL cannot create its data folder ${home.cluster}: ${failure}`)
}

/** Nothing of our own environment: PGDATA, PGPORT or a locale would change what the programs do. */
export const serverEnvironment: NodeJS.ProcessEnv = { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' }

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}
