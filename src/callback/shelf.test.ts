import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { statement } from '../postgres/database.ts'
import { dueOf, schedule } from '../timer/store.ts'
import { timerOf } from '../timer/timer.ts'
import { storedCallback } from './fixture.ts'
import { shelveDue } from './shelf-store.ts'

const temporary = await testDatabase()
const { database } = temporary
after(() => temporary.drop())

const now = new Date('2030-01-01T12:00:00Z')
const until = new Date('2030-01-01T12:00:10Z')

async function due(merchantId: string, url: string, dueAt = now): Promise<string> {
  const { callbackId } = await storedCallback(database, { merchantId, url })
  await schedule(database, [timerOf(merchantId, 'callback', callbackId, dueAt)])
  return callbackId
}

async function shelve(merchantId: string, limit = 100): Promise<number> {
  const origin = 'http://shop.example'
  return shelveDue(database, { merchantId, origin, now, machine: now, until, spreadMs: 60_000, limit })
}

async function dueAt(merchantId: string, machine: Date): Promise<string[]> {
  const found = await dueOf(database, merchantId, { now, machine, kinds: ['callback'], limit: 100 })
  return found.map(({ subject }) => subject)
}

test('what is due to a host is put away until it may be asked, and what is due to others is not', async () => {
  const shelved = [await due('SHELF', 'http://shop.example/a'), await due('SHELF', 'http://shop.example/b')]
  const left = [
    await due('SHELF', 'http://shop.example.org/a'),
    await due('SHELF', 'http://shop.example:8080/a'),
    await due('SHELF', 'https://shop.example/a'),
  ]
  await due('SHELF', 'http://shop.example/c', new Date(now.getTime() + 1))
  const ofAnother = await due('OTHER-SHELF', 'http://shop.example/a')
  assert.equal(await shelve('SHELF'), 2)
  assert.deepEqual(await dueAt('SHELF', now), left)
  assert.deepEqual(await dueAt('OTHER-SHELF', now), [ofAnother])
  assert.equal(await shelve('SHELF'), 0, 'what is put away is not put away again')

  // Machine time alone: nothing of the schedule is used up, and they come back one after another.
  assert.deepEqual(new Set(await dueAt('SHELF', new Date(until.getTime() + 15))), new Set([shelved[0], ...left]))
  assert.deepEqual(new Set(await dueAt('SHELF', new Date(until.getTime() + 25))), new Set([...shelved, ...left]))
  const moments = statement('test.moments', `select distinct due_at from timer where merchant_id = 'SHELF' order by 1`)
  const [first, second] = await database.query<{ due_at: Date }>(moments)
  assert.deepEqual([first?.due_at, second?.due_at], [now, new Date(now.getTime() + 1)])
})

test('no more are put away at once than are asked for', async () => {
  for (let n = 0; n < 5; n += 1) await due('MANY', `http://shop.example/${n}`)
  assert.equal(await shelve('MANY', 3), 3)
  assert.equal(await shelve('MANY', 3), 2)
})
