import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { StartProblem } from '../base/start-problem.ts'
import { format, type Header, type Line, type Seal } from './format.ts'

/**
 * Reads a whole backup without keeping it, and answers its header: every line is there and as it was written.
 *
 * @throws StartProblem as `readBackup`
 */
export async function checkBackup(path: string): Promise<Header> {
  let header: Header | undefined
  for await (const line of readBackup(path)) if ('gerbang' in line) header = line
  if (!header) throw altered(path)
  return header
}

/**
 * The lines of a backup in their order, one in memory at a time. That it is whole is known only at the end,
 * so what is done with them must be undone when this throws.
 *
 * @throws StartProblem when the file is no backup, of another format, cut short or altered
 */
export async function* readBackup(path: string): AsyncGenerator<Line> {
  const hash = createHash('sha256')
  let state: 'fresh' | 'open' | 'sealed' = 'fresh'
  for await (const text of textLines(path)) {
    const line = parsed(path, text)
    if (state === 'fresh') checkHeader(path, line)
    if (state === 'sealed') throw altered(path)
    if ('complete' in line) {
      if (line.sha256 !== hash.digest('hex')) throw altered(path)
      state = 'sealed'
    } else {
      hash.update(text).update('\n')
      state = 'open'
      yield line
    }
  }
  if (state === 'fresh') throw noBackup(path)
  if (state === 'open') throw cutShort(path)
}

/** The lines of the unpacked file. What stands behind the last line end is not one. */
async function* textLines(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const unpacked = createGunzip()
  file.on('error', (error) => unpacked.destroy(error))
  let parts: Buffer[] = []
  try {
    for await (const chunk of file.pipe(unpacked) as AsyncIterable<Buffer>) {
      let start = 0
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([...parts, chunk.subarray(start, end)])
        parts = []
        start = end + 1
      }
      if (start < chunk.length) parts.push(chunk.subarray(start))
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') throw cutShort(path)
    if (code.startsWith('Z_')) throw unpacked.bytesWritten > 0 && parts.length > 0 ? altered(path) : noBackup(path)
    if (unreadable[code]) throw new StartProblem(`${path} cannot be read: ${unreadable[code]}.`)
    throw error
  } finally {
    file.destroy()
  }
}

function parsed(path: string, text: Buffer): Line | Seal {
  try {
    const line: unknown = JSON.parse(text.toString('utf8'))
    // The hash says whether it is what we wrote; what is read before the end is only a row or a name.
    if (typeof line === 'object' && line !== null) return line as Line | Seal
  } catch {
    // Told below.
  }
  throw altered(path)
}

function checkHeader(path: string, line: Line | Seal): void {
  if (!('gerbang' in line) || line.gerbang !== 'backup') throw noBackup(path)
  if (line.format !== format) {
    throw new StartProblem(
      `${path} is a backup of format ${String(line.format)}, and this program reads format ${format}: restore it with the release that made it (${line.program}).`,
    )
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk fails',
}

const noBackup = (path: string) => new StartProblem(`${path} is not a backup of a gateway.`)
const altered = (path: string) =>
  new StartProblem(`${path} is damaged: it is not what was written. Nothing was restored.`)
const cutShort = (path: string) =>
  new StartProblem(`${path} is cut short: it was not copied whole. Nothing was restored.`)
