import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, chainStart, link } from './chain.ts'

const at = new Date('2026-11-24T00:00:00.000Z')
const first = link(chainStart, 1, 'order.initiated', at, { amount: '1000' })

test('an event of the same content after the same event has the same hash', () => {
  assert.deepEqual(link(chainStart, 1, 'order.initiated', at, { amount: '1000' }), first)
})

for (const [name, other] of [
  ['another predecessor', link(first.hash, 1, 'order.initiated', at, { amount: '1000' })],
  ['another number', link(chainStart, 2, 'order.initiated', at, { amount: '1000' })],
  ['another type', link(chainStart, 1, 'order.captured', at, { amount: '1000' })],
  ['another time', link(chainStart, 1, 'order.initiated', new Date(at.getTime() + 1), { amount: '1000' })],
  ['other data', link(chainStart, 1, 'order.initiated', at, { amount: '1001' })],
] as const) {
  test(`an event with ${name} has another hash (invariant 6)`, () => {
    assert.notDeepEqual(other.hash, first.hash)
  })
}

test('a chain begins as any event is linked', () => {
  const data = { amount: '1000', channel: null, reference: 'r' }
  const at = new Date('2026-01-01T00:00:00.123Z')
  assert.deepEqual(begin('order.initiated', at, JSON.stringify(data)), link(chainStart, 1, 'order.initiated', at, data))
})
