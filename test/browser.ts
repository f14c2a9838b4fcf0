import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** A Chromium on this machine, and what it needs in its environment. */
interface Candidate {
  readonly path: string
  readonly env?: Readonly<Record<string, string>>
}

const advice =
  'No Chromium for the page tests: set CHROMIUM_PATH to one, or install it (apt-get install chromium), or run npm ci so that @sparticuz/chromium is there'

/**
 * Starts a Chromium for tests: the one of `CHROMIUM_PATH`, else an installed `chromium`, else the one inside
 * npm's `@sparticuz/chromium`. The caller closes it.
 *
 * @throws Error in one line that says what to do, when none starts
 */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env['CHROMIUM_PATH']
  if (named) {
    try {
      return await launch({ path: named })
    } catch (error) {
      throw new Error(`CHROMIUM_PATH names ${named}, which does not start: ${firstLine(error)}`)
    }
  }
  const failures: string[] = []
  for (const candidate of [installed, () => bundled([]), () => bundled(['al2023'])]) {
    try {
      const found = candidate()
      if (found) return await launch(found)
    } catch (error) {
      failures.push(firstLine(error))
    }
  }
  throw new Error([advice, ...failures].join('; '))
}

async function launch({ path, env = {} }: Candidate): Promise<Browser> {
  // Tests also run as root and in containers, where Chromium's own sandbox cannot start; they open our pages only.
  return chromium.launch({
    executablePath: path,
    args: ['--headless=shell', '--no-sandbox', '--disable-dev-shm-usage'],
    env: { ...process.env, ...env },
  })
}

function installed(): Candidate | undefined {
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find(isExecutable)
  return path === undefined ? undefined : { path }
}

/**
 * The Chromium of `@sparticuz/chromium`, unpacked once per user and version. Its arguments are never used:
 * `--single-process` kills the browser when a context closes. `libraries` are those of Amazon Linux that
 * the package brings for machines without libnss3 and its kin.
 */
function bundled(libraries: readonly 'al2023'[]): Candidate | undefined {
  let manifest: string
  try {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
    manifest = join(entry, '..', '..', '..', 'package.json')
  } catch {
    return undefined
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const folder = join(tmpdir(), `gerbang-chromium-${version}-${userInfo().uid}`)
  if (!existsSync(folder)) unpack(folder)
  return {
    path: join(folder, 'chromium'),
    env: {
      ...(existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }),
      ...(libraries.length > 0 ? { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } : {}),
    },
  }
}

/** Unpacks beside the folder and renames, so that test files that start together never see half a browser. */
function unpack(folder: string): void {
  const staging = mkdtempSync(`${folder}-`)
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', "await (await import('@sparticuz/chromium')).default.executablePath()"],
    {
      cwd: import.meta.dirname,
      // The package unpacks into the temporary folder, and its libraries only where it believes to be in Lambda.
      env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
      encoding: 'utf8',
    },
  )
  try {
    if (status !== 0) throw new Error(`@sparticuz/chromium cannot be unpacked: ${firstLine(stderr)}`)
    renameSync(staging, folder)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.trim().split('\n')[0] ?? ''
}
