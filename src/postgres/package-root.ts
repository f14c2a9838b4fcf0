import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { invariant } from '../base/invariant.ts'

/** The folder of our `package.json`, wherever this file was compiled to: `migrations/` and `schema.sql` lie there. */
export function packageRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    invariant(dirname(folder) !== folder, 'a package.json lies above every file of ours')
    folder = dirname(folder)
  }
  return folder
}

/** The version that our `package.json` tells. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}
