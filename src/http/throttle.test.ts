import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Throttle } from './throttle.ts'

suite('a throttle', () => {
  test('lets a burst pass, then one at each interval, whatever else is tried', () => {
    const throttle = new Throttle({ perSecond: 10, burst: 5 })
    const taken = [0, 0, 0, 0, 0, 0].map(() => throttle.take('a', 1_000))
    assert.deepEqual(taken, [0, 0, 0, 0, 0, 100])
    assert.equal(throttle.take('a', 1_060), 40)
    assert.equal(throttle.take('a', 1_100), 0)
    assert.equal(throttle.take('a', 1_100), 100)
    assert.equal(throttle.take('a', 9_000), 0)
  })

  test('tells the truth about when the next may come', () => {
    const throttle = new Throttle({ perSecond: 3, burst: 2 })
    let now = 0
    for (let tries = 0; tries < 1_000; tries += 1) {
      const waitMs = throttle.take('a', now)
      if (waitMs > 1e-3) assert.ok(throttle.take('a', now + waitMs * 0.99) > 0)
      now += waitMs
      if (waitMs > 0) assert.equal(throttle.take('a', now), 0)
    }
  })

  test('counts each name by itself', () => {
    const throttle = new Throttle({ perSecond: 1, burst: 1 })
    assert.equal(throttle.take('a', 0), 0)
    assert.equal(throttle.take('b', 0), 0)
    assert.equal(throttle.take('a', 0), 1_000)
  })

  test('gives a name no more than its rate over a long time', () => {
    const throttle = new Throttle({ perSecond: 50, burst: 10 })
    let passed = 0
    for (let now = 0; now < 20_000; now += 7) if (throttle.take('a', now) === 0) passed += 1
    assert.ok(passed >= 1_000 && passed <= 1_010, String(passed))
  })

  test('remembers a bounded number of a million names, and frees none of them early', () => {
    const throttle = new Throttle({ perSecond: 1, burst: 2 }, 1_000)
    assert.equal(throttle.take('greedy', 0), 0)
    assert.equal(throttle.take('greedy', 0), 0)
    for (let each = 0; each < 1_000_000; each += 1) throttle.take(`name ${each}`, each / 1_000_000)
    assert.equal(throttle.size, 1_000)
    assert.ok(throttle.take('greedy', 2) > 900)
    // What the masses share is used up; who was there before them has its own.
    assert.ok(throttle.take('newcomer', 2) > 0)
    assert.equal(throttle.take('name 5', 2), 0)
  })

  test('forgets who has been silent, so that others have room', () => {
    const throttle = new Throttle({ perSecond: 1, burst: 2 }, 10)
    for (let each = 0; each < 10; each += 1) throttle.take(`old ${each}`, 0)
    assert.equal(throttle.size, 10)
    assert.equal(throttle.take('new', 4_001), 0)
    assert.equal(throttle.size, 1)
  })
})
