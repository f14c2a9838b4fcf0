import { createHash } from 'node:crypto'
import { access, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { StartProblem } from '../base/start-problem.ts'
import type { Line, Seal } from './format.ts'

/**
 * Writes a backup: compressed, readable by its owner alone, under a name of its own until all of it is on
 * the disk, so that what bears the name is whole.
 *
 * @throws StartProblem when there is such a file already, or it cannot be written
 */
export async function writeBackup(path: string, lines: AsyncIterable<Line>): Promise<{ readonly bytes: number }> {
  const unfinished = join(dirname(path), `.${basename(path)}.unfinished-${process.pid}`)
  try {
    await refuseExisting(path)
    const file = await open(unfinished, 'wx', 0o600)
    try {
      await pipeline(Readable.from(sealed(lines)), createGzip({ level: 4 }), async (packed) => {
        for await (const chunk of packed as AsyncIterable<Buffer>) await file.appendFile(chunk)
      })
      await file.sync()
    } finally {
      await file.close()
    }
    await refuseExisting(path)
    await rename(unfinished, path)
    await syncFolder(dirname(path))
    return { bytes: (await stat(path)).size }
  } catch (error) {
    await rm(unfinished, { force: true })
    throw ofDisk(path, error)
  }
}

async function* sealed(lines: AsyncIterable<Line>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const line of lines) {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    hash.update(bytes)
    yield bytes
  }
  const seal: Seal = { complete: true, sha256: hash.digest('hex') }
  yield Buffer.from(`${JSON.stringify(seal)}\n`)
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (exists) throw new StartProblem(`${path} exists already: a backup replaces no file.`)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EIO: 'the disk fails',
}

function ofDisk(path: string, error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  return reasons[code] ? new StartProblem(`${path} cannot be written: ${reasons[code]}.`) : error
}
