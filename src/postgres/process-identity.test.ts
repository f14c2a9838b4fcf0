import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { gone, identityOf, runs } from './process-identity.ts'

test('a process has one identity as long as it runs, and none afterwards', async () => {
  const program = spawn('sleep', ['60'])
  const pid = program.pid ?? 0
  const identity = identityOf(pid) ?? ''
  assert.match(identity, /\d/)
  assert.equal(identityOf(pid), identity)
  assert.equal(await gone(pid, identity, 20), false)
  program.kill()
  await once(program, 'exit')
  assert.equal(identityOf(pid), undefined)
  assert.equal(await gone(pid, identity, 20), true)
})

test('a number that is used again is another process', () => {
  const now = identityOf(process.pid) ?? ''
  assert.equal(runs(process.pid, now), true)
  assert.equal(runs(process.pid, `${now}1`), false)
})
