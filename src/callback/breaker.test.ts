import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Breaker } from './breaker.ts'
import type { SendError } from './exchange.ts'
import type { SendResult } from './send.ts'

const failure = (error: SendError): SendResult => ({ kind: 'failed', error, ms: 1 })
const answer = (status: number): SendResult => ({ kind: 'answered', status, ms: 1, answer: '' })

/** A breaker that five refusals have opened at 0. */
function anOpenBreaker(): Breaker {
  const breaker = new Breaker()
  for (let n = 0; n < 5; n += 1) breaker.report(failure('refused'), 0)
  return breaker
}

for (const error of ['refused', 'unreachable', 'reset', 'tls', 'timeout'] as const) {
  test(`the fifth ${error} in a row opens it`, () => {
    const breaker = new Breaker()
    for (let n = 0; n < 4; n += 1) breaker.report(failure(error), 0)
    assert.equal(breaker.admit(0), 0)
    breaker.report(failure(error), 0)
    assert.equal(breaker.admit(0), 10_000)
    assert.ok(breaker.isOpen(9_999))
  })
}

const others = ['invalid_url', 'dns', 'address_not_allowed', 'too_large', 'protocol', 'resources', 'stopped'] as const
for (const error of others) {
  test(`${error} is not counted`, () => {
    const breaker = new Breaker()
    for (let n = 0; n < 50; n += 1) breaker.report(failure(error), 0)
    assert.equal(breaker.admit(0), 0)
  })
}

test('an HTTP answer of any status is never counted, and starts the count again', () => {
  const breaker = new Breaker()
  for (let n = 0; n < 50; n += 1) breaker.report(answer(500), 0)
  for (let n = 0; n < 4; n += 1) breaker.report(failure('timeout'), 0)
  breaker.report(answer(404), 0)
  for (let n = 0; n < 4; n += 1) breaker.report(failure('timeout'), 0)
  assert.equal(breaker.admit(0), 0)
})

test('after the pause one goes through, and the others wait for what it finds', () => {
  const breaker = anOpenBreaker()
  assert.equal(breaker.admit(9_000), 1_000)
  assert.equal(breaker.admit(10_000), 0)
  assert.equal(breaker.admit(10_000), 1_000)
  breaker.report(answer(503), 10_050)
  assert.deepEqual([breaker.admit(10_050), breaker.admit(10_050)], [0, 0])
  assert.ok(breaker.isPristine)
})

test('each probe that fails doubles the pause, up to five minutes', () => {
  const breaker = anOpenBreaker()
  let nowMs = 10_000
  const pauses: number[] = []
  for (let n = 0; n < 7; n += 1) {
    assert.equal(breaker.admit(nowMs), 0)
    breaker.report(failure('timeout'), nowMs)
    const pauseMs = breaker.admit(nowMs)
    pauses.push(pauseMs)
    nowMs += pauseMs
  }
  assert.deepEqual(pauses, [20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000])
})

test('a probe that finds nothing out leaves its place to the next', () => {
  const breaker = anOpenBreaker()
  assert.equal(breaker.admit(10_000), 0)
  breaker.report(failure('dns'), 10_010)
  assert.equal(breaker.admit(10_010), 0)
  breaker.report(undefined, 10_020)
  assert.equal(breaker.admit(10_020), 0)
})

test('what was sent before it opened does not make the pause longer, and an answer ends it', () => {
  const breaker = anOpenBreaker()
  breaker.report(failure('timeout'), 5_000)
  assert.equal(breaker.admit(5_000), 5_000)
  breaker.report(answer(200), 5_000)
  assert.equal(breaker.admit(5_000), 0)
})
