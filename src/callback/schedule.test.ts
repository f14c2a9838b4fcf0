import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acknowledges, deliveryTimeoutMs, nextDelayMs, scheduledAttempts } from './schedule.ts'

test('the schedule is the documented one: ten attempts, then nothing', () => {
  const minutes = Array.from({ length: 10 }, (_, index) => nextDelayMs(index + 1)).map((ms) => ms && ms / 60_000)
  assert.deepEqual(minutes, [1, 5, 15, 30, 60, 120, 360, 720, 1440, null])
  assert.equal(scheduledAttempts, 10)
  assert.equal(nextDelayMs(11), null)
  assert.equal(deliveryTimeoutMs, 30_000)
})

test('a delay before the first attempt is a bug', () => {
  assert.throws(() => nextDelayMs(0), /Invariant broken/)
})

test('any 2xx acknowledges and nothing else does', () => {
  const cases = [
    [199, false],
    [200, true],
    [201, true],
    [204, true],
    [299, true],
    [300, false],
    [302, false],
    [400, false],
    [404, false],
    [422, false],
    [500, false],
  ] as const
  for (const [status, expected] of cases) assert.equal(acknowledges(status), expected, String(status))
})
