import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from './base/secret.ts'
import { StartProblem } from './base/start-problem.ts'

/** Where the key of a data dir is kept. */
export function masterKeyPath(dataDir: string): string {
  return join(dataDir, 'master.key')
}

/** The key that a data dir holds; undefined where none was made yet. Makes none. */
export async function existingMasterKey(dataDir: string): Promise<Secret<Buffer> | undefined> {
  return existsSync(masterKeyPath(dataDir)) ? keptMasterKey(dataDir) : undefined
}

/**
 * The master key of an embedded sandbox: made once and kept in the data dir, readable by its owner only.
 *
 * @throws StartProblem when the file cannot be read or written, or holds something else
 */
export async function keptMasterKey(dataDir: string): Promise<Secret<Buffer>> {
  const path = masterKeyPath(dataDir)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    // `wx`: of two starts at once one writes, and both read the same.
    await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' }).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
    const text = (await readFile(path, 'utf8')).trim()
    if (!/^[0-9a-f]{64}$/.test(text)) throw new StartProblem(`${path} does not hold a master key (64 hex digits).`)
    return new Secret(Buffer.from(text, 'hex'))
  } catch (error) {
    if (error instanceof StartProblem) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new StartProblem(`The master key ${path} cannot be read or written: ${code ?? message}.`)
  }
}
