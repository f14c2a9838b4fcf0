import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Health } from './health.ts'

const fail = (health: Health, times: number, at = 0) => {
  for (let time = 0; time < times; time += 1) {
    health.asked(at)
    health.failed(at)
  }
}

test('five failures in a row take an acquirer out, fewer do not, and an answer begins anew', () => {
  const health = new Health()
  fail(health, 4)
  assert.equal(health.isUp(0), true)
  health.answered()
  fail(health, 4)
  assert.equal(health.isUp(0), true)
  fail(health, 1)
  assert.equal(health.isUp(0), false)
})

test('after a pause one payment is the probe, and while it is under way nobody else', () => {
  const health = new Health()
  fail(health, 5)
  assert.equal(health.isUp(9_999), false)
  assert.equal(health.isUp(10_000), true)
  health.asked(10_000)
  assert.equal(health.isUp(10_001), false)
  health.answered()
  assert.equal(health.isUp(10_002), true)
})

test('a probe that fails doubles the pause, up to five minutes; one that is never heard of gives way', () => {
  const health = new Health()
  fail(health, 5)
  let now = 10_000
  for (const pause of [20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
    fail(health, 1, now)
    assert.equal(health.isUp(now + pause - 1), false, `${pause}`)
    now += pause
    assert.equal(health.isUp(now), true, `${pause}`)
  }
  health.asked(now)
  assert.equal(health.isUp(now + 59_999), false)
  assert.equal(health.isUp(now + 60_000), true)
})

test('what was sent before the breaker opened and fails after makes no pause longer', () => {
  const health = new Health()
  fail(health, 5)
  for (let late = 0; late < 20; late += 1) health.failed(5_000)
  assert.equal(health.isUp(10_000), true)
})
