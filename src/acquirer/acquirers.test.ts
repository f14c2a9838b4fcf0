import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acquirerOf } from './acquirer.fixture.ts'
import type { AuthorizeReply } from './acquirer.ts'
import { Acquirers } from './acquirers.ts'

const never = () => Promise.reject(new Error('nobody asks'))
const two = () =>
  new Acquirers(
    [
      { ...acquirerOf(never), id: 'a' },
      { ...acquirerOf(never), id: 'b' },
    ],
    { monotonicMs: () => 0 },
  )

async function answer(acquirers: Acquirers, id: string, reply: AuthorizeReply, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await acquirers.ask(id, () => Promise.resolve(reply))
}

const approved = { outcome: 'approved', approvalCode: '123456', responseCode: '00', channel: '008' } as const
const declined = { outcome: 'declined', responseCode: '96', reason: 'ACQUIRER_SYSTEM_ERROR' } as const
const unknown = { outcome: 'unknown', reason: 'TIMED_OUT' } as const
const notSent = { outcome: 'not_sent', reason: 'UNREACHABLE' } as const

test('the first one is who takes everything, and each is found by its id', () => {
  const acquirers = two()
  assert.equal(acquirers.first?.id, 'a')
  assert.equal(acquirers.find('b')?.id, 'b')
  assert.equal(acquirers.find('c'), undefined)
  assert.equal(acquirers.find(null), undefined)
  assert.equal(new Acquirers([], { monotonicMs: () => 0 }).first, null)
})

for (const [name, reply, isUp] of [
  ['could not be reached', notSent, false],
  ['did not answer', unknown, false],
  ['declined', declined, true],
  ['approved', approved, true],
] as const) {
  test(`an acquirer that ${name} many times in a row is ${isUp ? 'up' : 'away'}, and the other is up`, async () => {
    const acquirers = two()
    await answer(acquirers, 'a', reply, 20)
    assert.deepEqual([acquirers.isUp('a'), acquirers.isUp('b')], [isUp, true])
  })
}

test('an answer between failures keeps an acquirer up', async () => {
  const acquirers = two()
  for (let round = 0; round < 5; round += 1) {
    await answer(acquirers, 'a', unknown, 4)
    await answer(acquirers, 'a', declined, 1)
  }
  assert.equal(acquirers.isUp('a'), true)
})
