import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Secret } from '../base/secret.ts'
import { CvvKeeper } from './cvv.ts'

function watch(): { ms: number; monotonicMs(): number } {
  return {
    ms: 0,
    monotonicMs() {
      return this.ms
    },
  }
}

test('a CVV is there until it is dropped', () => {
  const keeper = new CvvKeeper(watch())
  keeper.hold('token', new Secret('100'))
  assert.equal(keeper.peek('token')?.reveal(), '100')
  assert.equal(keeper.has('token'), true)
  assert.equal(keeper.peek('another'), undefined)
  keeper.drop('token')
  assert.equal(keeper.has('token'), false)
  keeper.clear()
})

test('a CVV is forgotten after ten minutes, and asking does not prolong its life', () => {
  const clock = watch()
  const keeper = new CvvKeeper(clock)
  keeper.hold('token', new Secret('100'))
  clock.ms = 10 * 60_000 - 1
  assert.equal(keeper.has('token'), true)
  clock.ms = 10 * 60_000
  assert.equal(keeper.has('token'), false)
  assert.equal(keeper.size, 0)
  keeper.clear()
})

test('a CVV is forgotten on time although nobody asks', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const clock = watch()
  const keeper = new CvvKeeper(clock)
  keeper.hold('first', new Secret('100'))
  clock.ms = 60_000
  keeper.hold('second', new Secret('101'))
  clock.ms = 10 * 60_000
  t.mock.timers.tick(10 * 60_000)
  assert.equal(keeper.size, 1)
  clock.ms = 11 * 60_000
  t.mock.timers.tick(60_000)
  assert.equal(keeper.size, 0)
})

test('holding again replaces the CVV and starts its time anew', () => {
  const clock = watch()
  const keeper = new CvvKeeper(clock)
  keeper.hold('token', new Secret('100'))
  clock.ms = 9 * 60_000
  keeper.hold('token', new Secret('101'))
  clock.ms = 18 * 60_000
  assert.equal(keeper.peek('token')?.reveal(), '101')
  keeper.clear()
})

test('the oldest goes when there are too many', () => {
  const keeper = new CvvKeeper(watch(), 2)
  for (const token of ['a', 'b', 'a', 'c']) keeper.hold(token, new Secret('100'))
  assert.deepEqual(
    ['a', 'b', 'c'].map((token) => keeper.has(token)),
    [true, false, true],
  )
  keeper.clear()
})

test('the keeper never prints a CVV', () => {
  const keeper = new CvvKeeper(watch())
  keeper.hold('token', new Secret('8642'))
  assert.doesNotMatch(inspect(keeper, { depth: 9, showHidden: true }) + JSON.stringify(keeper), /8642/)
  keeper.clear()
})
