import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { templateVariable } from './postgres.ts'

suite('the test command', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync('/tmp/run-test-')
    chmodSync(folder, 0o777)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs it with a server of its own, whose folders lie in `folder`. */
  function run(...filters: string[]) {
    const { [templateVariable]: _, TEST_DATABASE_URL: __, ...environment } = process.env
    const program = spawn(process.execPath, [join(import.meta.dirname, 'run.js'), ...filters], {
      env: { ...environment, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    program.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    program.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    return { program, ended: once(program, 'close').then(([code]) => ({ code: code as number | null, output })) }
  }

  const servers = () => spawnSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).stdout.includes(`-D ${folder}`)

  test('runs the chosen files, ends in their summary, and leaves nothing behind', async () => {
    const { code, output } = await run('process-identity').ended
    assert.equal(code, 0, output)
    assert.match(output, /ℹ pass 2\n/)
    assert.match(output, /ℹ duration_ms [\d.]+\s*$/)
    assert.equal(servers(), false)
    assert.deepEqual(readdirSync(folder), [])
  })

  test('says so when a filter chooses nothing', async () => {
    assert.deepEqual(await run('no-such-file').ended, {
      code: 1,
      output: 'No test file has no-such-file in its path.\n',
    })
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
    test(`leaves no server behind after ${signal}`, async () => {
      const { program, ended } = run('process-identity')
      while (!servers()) await sleep(20)
      program.kill(signal)
      const { code } = await ended
      assert.notEqual(code, 0)
      for (let tries = 0; readdirSync(folder).length > 0 && tries < 500; tries += 1) await sleep(20)
      assert.deepEqual(readdirSync(folder), [])
      assert.equal(servers(), false)
    })
})
