import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { startEmbedded } from '../src/postgres/embedded.ts'
import { administer, createTemplate, templateVariable } from './postgres.ts'

/**
 * The test command: one PostgreSQL and one migrated template for all test files, then `node --test`.
 * Arguments choose files by a part of their path: `npm test -- wire checkout`. With TEST_DATABASE_URL
 * the server is that one, otherwise a temporary one. The exit code is the tests'.
 */
const dist = dirname(import.meta.dirname)
/** A file that takes longer hangs: better a failure than a suite that never ends. */
const fileMs = 300_000
const wanted = process.argv.slice(2)
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js') && (wanted.length === 0 || wanted.some((part) => file.includes(part))))
  .map((file) => join(dist, file))
  .toSorted()

if (files.length === 0) {
  process.stderr.write(`No test file has ${wanted.join(' or ')} in its path.\n`)
  process.exitCode = 1
} else {
  process.exitCode = await runAll(files)
}

async function runAll(files: readonly string[]): Promise<number> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
  const { connection, stop } = await findServer()
  try {
    const template = await createTemplate(connection)
    try {
      const environment = { ...process.env, [templateVariable]: JSON.stringify(template) }
      return interrupted.signal.aborted ? 1 : await runTests(files, environment, interrupted.signal)
    } finally {
      await administer(connection, `drop database if exists ${template.name} with (force)`)
    }
  } finally {
    await stop()
  }
}

async function findServer(): Promise<{ connection: ClientConfig; stop: () => Promise<void> }> {
  const url = process.env['TEST_DATABASE_URL']
  if (!url) return startEmbedded({ temporary: true })
  // A connection string would win over the name of a test's own database, so it is taken apart.
  const { host, port, user = '', password = '', database = '' } = new Client({ connectionString: url })
  return { connection: { host, port, user, password: password ?? '', database }, stop: () => Promise.resolve() }
}

async function runTests(files: readonly string[], env: NodeJS.ProcessEnv, interrupted: AbortSignal): Promise<number> {
  // Set where a test runs this command; with it `node --test` would run nothing.
  delete env['NODE_TEST_CONTEXT']
  const options = [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    `--test-timeout=${fileMs}`,
  ]
  const tests = spawn(process.execPath, [...options, ...files], { stdio: 'inherit', env })
  interrupted.addEventListener('abort', () => tests.kill('SIGINT'))
  const [code] = (await once(tests, 'exit')) as [number | null]
  return code ?? 1
}
