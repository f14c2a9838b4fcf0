import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, realpath, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartProblem } from '../base/start-problem.ts'
import { copyOf, findBinaries, makeLinks } from './binaries.ts'
import { reaches, requireOwnName, serverUser, weAreRoot, type ServerUser } from './server-user.ts'

/** Where the pieces of an embedded server lie, and whom it runs as. */
export interface Home {
  /** Holds `bin`, `lib` and `share`. */
  readonly binaries: string
  /** PostgreSQL's own data folder. It need not exist yet; the folder around it does. */
  readonly cluster: string
  /** Null: as ourselves. */
  readonly user: ServerUser | null
}

/** Where things go that another user must reach when the data directory lies behind a closed door such as /root. */
const open = '/var/lib/gerbang'

/**
 * Finds a place for the server's programs and data. As an ordinary user that is the data directory and
 * the npm package. Under root the server is another user, who may not be able to enter either; then
 * they lie under /var/lib/gerbang, and `log` says so.
 */
export async function findHome(dataDir: string, log: (sentence: string) => void): Promise<Home> {
  const packaged = await findBinaries()
  const linked = await makeLinks(packaged.native)
  if (!weAreRoot()) {
    requireOwnName()
    const binaries = linked ? packaged.native : await copyOf(packaged, dataDir)
    return { binaries, cluster: join(dataDir, 'postgres'), user: null }
  }
  const user = ownerOf(join(dataDir, 'postgres')) ?? serverUser()
  const binaries = reaches(user, join(packaged.native, 'bin', 'postgres'))
    ? packaged.native
    : await copyOf(packaged, await makeOpen(open))
  if (reaches(user, dataDir)) return { binaries, cluster: join(dataDir, 'postgres'), user }
  const elsewhere = await openHomeOf(dataDir)
  log(
    `The database of ${dataDir} lies in ${elsewhere}: PostgreSQL refuses to run as root, and no other user can enter ${dataDir}.`,
  )
  const cluster = join(elsewhere, 'postgres')
  return { binaries, cluster, user: ownerOf(cluster) ?? user }
}

/** A new folder for a server that lives as long as its gateway. */
export async function temporaryDataDir(): Promise<string> {
  const user = weAreRoot() ? serverUser() : null
  for (const base of [tmpdir(), '/tmp']) {
    if (user && !reaches(user, base)) continue
    const folder = await mkdtemp(join(base, 'gerbang-'))
    if (user) await chmod(folder, 0o711)
    return folder
  }
  throw new StartProblem(
    `Neither ${tmpdir()} nor /tmp can be entered by the user that PostgreSQL runs as: set TMPDIR to a folder that can.`,
  )
}

/** Creates the data directory. Under root others may pass through it, not list it, so that the server's user gets to its own folder. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: weAreRoot() ? 0o711 : 0o700 })
}

function ownerOf(folder: string): ServerUser | undefined {
  const stat = statSync(folder, { throwIfNoEntry: false })
  return stat && stat.uid > 0 ? { uid: stat.uid, gid: stat.gid } : undefined
}

/**
 * /var/lib/gerbang/<hash of the data directory's path>. Both folders carry one name tag: when somebody
 * removes the data directory to begin anew, the database of the old one must not come back under
 * another master key, so it is set aside.
 */
async function openHomeOf(dataDir: string): Promise<string> {
  const path = await realpath(dataDir)
  const home = join(open, createHash('sha256').update(path).digest('hex').slice(0, 16))
  const tagHere = join(dataDir, 'database-tag')
  const tagThere = join(home, 'database-tag')
  if (
    existsSync(tagThere) &&
    !(existsSync(tagHere) && readFileSync(tagHere, 'utf8') === readFileSync(tagThere, 'utf8'))
  )
    await rename(home, `${home}.${randomUUID().slice(0, 8)}.old`)
  await makeOpen(open)
  await makeOpen(home)
  if (!existsSync(tagThere)) {
    const tag = `${randomUUID()} ${path}\n`
    await writeFile(tagHere, tag, { mode: 0o600 })
    await writeFile(tagThere, tag, { mode: 0o600 })
  }
  return home
}

async function makeOpen(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
  return folder
}
