import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A server in a process of its own. */
export interface Child {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

const here = dirname(fileURLToPath(import.meta.url))

/** The program as it was built. */
const gerbang = join(here, '..', 'src', 'cli', 'main.js')

/** A master key for a database that goes with the measurement. */
const masterKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

/** What the gateway is reached with: the documentation's own example (design 4.1). */
export const authorization = `Basic ${Buffer.from('FINPAY770:SoSecret123').toString('base64')}`

export function environmentOf(databaseUrl: string): Record<string, string> {
  return { DATABASE_URL: databaseUrl, GERBANG_MASTER_KEY: masterKey, GERBANG_PORT: '0', GERBANG_LOG: 'warn' }
}

/** The gateway, as an operator starts it. */
export function startGateway(environment: Readonly<Record<string, string>>): Promise<Child> {
  return start([gerbang, 'serve'], environment, /^Gerbang serves http:\/\/127\.0\.0\.1:(\d+) /m)
}

/** A program of this folder that prints its port as JSON. */
export function startServer(
  name: string,
  words: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Child> {
  return start([join(here, `${name}.js`), ...words], environment, /"port":(\d+)/)
}

async function start(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  says: RegExp,
): Promise<Child> {
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const port = await new Promise<number>((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const found = says.exec(said)?.[1]
      if (found) resolve(Number(found))
    })
    void ended.then(() => reject(new Error(`${words.join(' ')} ended before it served: ${said}`)))
  })
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Runs a program of this folder with one task and gives what it prints. */
export async function ask<Answer>(name: string, task: object): Promise<Answer> {
  const child: ChildProcess = spawn(process.execPath, [join(here, `${name}.js`), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  return JSON.parse(said) as Answer
}

/** Resident memory of a process in MB, as Linux counts it. */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024
}
