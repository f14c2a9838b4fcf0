import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { longestWindowMs, rules } from './rule.ts'
import { readCardLimits } from './setting.ts'

const read = (text: string, knowsNetworks = true) => {
  const found = readCardLimits(text, knowsNetworks)
  assert.ok('rules' in found, JSON.stringify(found))
  return found.rules
}

const shown = (text: string, knowsNetworks = true) =>
  (read(text, knowsNetworks) ?? []).map(({ name, atMost, withinSeconds }) => `${name}=${atMost}/${withinSeconds}s`)

suite('the table of rules', () => {
  test('each has a name of its own that can be typed, a window and a number', () => {
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length)
    for (const { name, atMost, withinSeconds } of rules) {
      assert.match(name, /^[a-z]+$/)
      assert.ok(atMost >= 1 && withinSeconds >= 60 && withinSeconds <= 86_400, name)
    }
    assert.equal(longestWindowMs(rules), 3_600_000)
    assert.equal(longestWindowMs([]), 0)
  })

  test('what many honest payers share is not begun one after another', () => {
    assert.deepEqual(
      rules.filter(({ isExact }) => !isExact).map(({ by }) => by),
      ['bin'],
    )
  })
})

suite('the setting', () => {
  test('is off, or on with the usual rules', () => {
    assert.equal(read('off'), null)
    assert.deepEqual(read('on'), rules)
  })

  test('changes the rules that it names and leaves the others', () => {
    assert.deepEqual(shown('card=3/90s, network=off,burst=100/1h'), [
      'card=3/90s',
      'bin=30/600s',
      'device=6/3600s',
      'burst=100/3600s',
    ])
  })

  test('is off when every rule is', () => {
    assert.equal(read(rules.map(({ name }) => `${name}=off`).join()), null)
  })

  test('counts by network only what it names where all payers have one address', () => {
    assert.deepEqual(shown('on', false), ['card=5/3600s', 'bin=30/600s', 'device=6/3600s'])
    assert.deepEqual(shown('burst=9/1m', false), ['card=5/3600s', 'bin=30/600s', 'device=6/3600s', 'burst=9/60s'])
  })

  test('tells every part that is wrong', () => {
    const found = readCardLimits('card=5,speed=1/1h,,bin=0/1h,device=2/25h,burst=1/1m,burst=2/1m,network=5/1d', true)
    assert.ok('faults' in found)
    assert.equal(found.faults.length, 7)
    for (const part of ['card=5', 'speed=1/1h', '``', 'bin=0/1h', 'device=2/25h', 'burst', 'network=5/1d'])
      assert.ok(
        found.faults.some((fault) => fault.includes(part)),
        part,
      )
  })
})
