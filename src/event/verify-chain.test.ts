import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { chainStart, link, type StoredEvent } from './chain.ts'
import { chainFault } from './verify-chain.ts'

const at = new Date('2026-01-01T00:00:00.000Z')

function chain(...types: string[]): StoredEvent[] {
  const events: StoredEvent[] = []
  for (const [index, type] of types.entries())
    events.push(link(events.at(-1)?.hash ?? chainStart, index + 1, type, at, { n: index, text: 'é/"' }))
  return events
}

const whole = chain('order.initiated', 'attempt.started', 'order.captured')
const last = { seq: 3, hash: whole[2]?.hash ?? chainStart }

suite('the chain of an order’s events', () => {
  test('is whole as it was written', () => assert.equal(chainFault(whole, last), null))

  const changes: Readonly<Record<string, Partial<StoredEvent>>> = {
    'another type': { type: 'attempt.refused' },
    'another time': { at: new Date(at.getTime() + 1) },
    'other data': { data: '{"n":9}' },
    'a blank in the data': { data: '{"n":1, "text":"é/\\""}' },
    'data that is no JSON': { data: '{"n":1' },
    'data that is no object': { data: '1' },
    'another hash': { hash: Buffer.alloc(32, 1) },
  }
  for (const [name, change] of Object.entries(changes))
    test(`shows ${name}`, () => {
      const changed = whole.map((event, index) => (index === 1 ? { ...event, ...change } : event))
      assert.equal(chainFault(changed, last), 'event 2 was changed')
    })

  test('shows an event that is missing, first, in the middle or last, and one that is too many', () => {
    assert.equal(chainFault(whole.slice(1), last), 'event 1 is missing')
    assert.equal(chainFault(whole.toSpliced(1, 1), last), 'event 2 is missing')
    assert.equal(chainFault(whole.slice(0, 2), last), 'the log ends at 2 and the order at 3')
    assert.equal(chainFault(whole, { seq: 2, hash: last.hash }), 'the log ends at 3 and the order at 2')
    assert.equal(chainFault(whole, { seq: 3, hash: chainStart }), 'the log ends with another hash than the order')
  })
})
