import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { GuessGuard } from './guess-guard.ts'

const basic = (id: string, key: string) => `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}`
const good = basic('SHOP', 'RightKey123')
const guess = (n: number) => basic('SHOP', `guess-${n}`)

/** Guesses as fast as the guard lets it, and answers how many were looked at. */
function guessFor(guard: GuessGuard, network: string, ms: number, header: (n: number) => string = guess): number {
  let looked = 0
  for (let now = 0; now < ms; now += 100) {
    if (guard.waitMs(network, header(looked), now) > 0) continue
    guard.failed(network, header(looked), now)
    looked += 1
  }
  return looked
}

suite('who guesses at a key', () => {
  test('waits after ten wrong ones, twice as long after each further one, a quarter of an hour at most', () => {
    const guard = new GuessGuard()
    const waits: number[] = []
    let now = 0
    for (let n = 0; n < 20; n += 1) {
      assert.equal(guard.waitMs('1.2.3.4', guess(n), now), 0)
      guard.failed('1.2.3.4', guess(n), now)
      const waitMs = guard.waitMs('1.2.3.4', guess(n), now)
      waits.push(waitMs / 1_000)
      now += waitMs
    }
    assert.deepEqual(waits, [0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900])
  })

  test('has a hundred guesses a day at one merchant, not a million', () => {
    assert.ok(guessFor(new GuessGuard(), '1.2.3.4', 86_400_000) < 125)
  })

  test('wins little by trying the ids of many merchants', () => {
    const spread = guessFor(new GuessGuard(), '1.2.3.4', 3_600_000, (n) => basic(`SHOP${n}`, 'Password1'))
    assert.ok(spread < 120, String(spread))
  })

  test('is told nothing about which ids exist: an unknown one is counted as a known one', () => {
    const waits = ['SHOP', 'NOBODY', '', 'not an id'].map((id) => {
      const guard = new GuessGuard()
      for (let n = 0; n < 10; n += 1) guard.failed('1.2.3.4', basic(id, `guess-${n}`), 0)
      return guard.waitMs('1.2.3.4', basic(id, 'x'), 0)
    })
    assert.deepEqual(new Set(waits), new Set([10_000]))
  })

  test('cannot lock the merchant out at another address, however many guess', () => {
    const guard = new GuessGuard()
    for (let each = 0; each < 5_000; each += 1) guard.failed(`10.0.${each >> 8}.${each & 255}`, guess(each), 0)
    assert.equal(guard.waitMs('203.0.113.7', good, 0), 0)
  })

  test('cannot lock out who was let in at the same address, by that key', () => {
    const guard = new GuessGuard()
    guard.passed('1.2.3.4', 'SHOP', good, 0)
    for (let n = 0; n < 10; n += 1) guard.failed('1.2.3.4', guess(n), 0)
    assert.equal(guard.waitMs('1.2.3.4', good, 1), 0)
    assert.ok(guard.waitMs('1.2.3.4', guess(11), 1) > 0)
    assert.ok(guard.waitMs('1.2.3.4', basic('SHOP', 'RightKey124'), 1) > 0)
  })

  test('has one try at each address while many addresses guess at one merchant', () => {
    const guard = new GuessGuard()
    for (let each = 0; each < 201; each += 1) guard.failed(`10.0.0.${each}`, guess(each), 0)
    assert.equal(guard.waitMs('192.0.2.1', guess(0), 0), 0)
    guard.failed('192.0.2.1', guess(0), 0)
    assert.ok(guard.waitMs('192.0.2.1', guess(1), 0) > 0)
    assert.equal(guard.waitMs('192.0.2.1', basic('OTHER', 'x'), 0), 0, 'another merchant is not under siege')
  })

  test('and succeeds at last is a person who mistyped', () => {
    const guard = new GuessGuard()
    for (let n = 0; n < 9; n += 1) guard.failed('1.2.3.4', guess(n), 0)
    guard.passed('1.2.3.4', 'SHOP', good, 0)
    guard.failed('1.2.3.4', guess(9), 0)
    assert.equal(guard.waitMs('1.2.3.4', guess(10), 0), 0)
  })

  test('is forgotten after a while, and masses of them fill no memory', () => {
    const guard = new GuessGuard()
    for (let n = 0; n < 10; n += 1) guard.failed('1.2.3.4', guess(n), 0)
    for (let each = 0; each < 300_000; each += 1) guard.failed(`network ${each}`, guess(each), 1)
    assert.ok(guard.size <= 110_000, String(guard.size))
    assert.ok(guard.waitMs('1.2.3.4', guess(0), 2) > 0, 'what was remembered is not pushed out')
    assert.equal(guard.waitMs('192.0.2.1', good, 2), 0, 'who comes new is not shut out')
    const later = 31 * 60_000
    assert.equal(guard.waitMs('1.2.3.4', guess(0), later), 0)
    guard.failed('1.2.3.4', guess(0), later)
    assert.ok(guard.size <= 3, String(guard.size))
  })

  test('without credentials is only a stranger', () => {
    const guard = new GuessGuard()
    for (let n = 0; n < 1_000; n += 1) guard.failed('1.2.3.4', undefined, 0)
    assert.equal(guard.waitMs('1.2.3.4', undefined, 0), 0)
    assert.equal(guard.size, 0)
  })
})
