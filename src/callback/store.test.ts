import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { storedCallback } from './fixture.ts'
import * as store from './store.ts'

const temporary = await testDatabase()
const { database } = temporary
after(() => temporary.drop())

const at = new Date('2026-01-02T03:05:00Z')
const anAttempt: store.EndedAttempt = { at, status: 500, ms: 12, error: null, answer: '-1' }

test('what is inserted is found, byte for byte', async () => {
  const body = Buffer.from([0, 1, 0x7f, 0x80, 0xff, 0x5c, 0x27])
  const callback = await storedCallback(database, { body, headers: { 'x-external-id': 'a\'"\\b' } })
  assert.deepEqual(await store.find(database, callback), { ...callback, state: 'pending', attemptCount: 0 })
})

test('another merchant’s callback is not found, by any of the questions', async () => {
  const callback = await storedCallback(database, { merchantId: 'WALL-A' })
  const key = { merchantId: 'WALL-B', callbackId: callback.callbackId }
  await database.transaction((sql) => store.recordAttempt(sql, callback, anAttempt))
  assert.equal(await store.find(database, key), undefined)
  assert.deepEqual(await store.listOfOrder(database, 'WALL-B', callback.orderId ?? ''), [])
  assert.deepEqual(await store.list(database, 'WALL-B', 10), [])
  assert.deepEqual(await store.listOpen(database, 'WALL-B', '', 10), [])
  assert.equal(await store.restore(database, key, Buffer.from('x')), false)
  assert.equal(await store.move(database, key, { isDelivered: true, scheduledAttempts: 10 }), undefined)
  await assert.rejects(store.moveByHand(database, key, { isDelivered: true }), /Invariant broken/)
  assert.equal((await store.attemptsOf(database, 'WALL-B', [callback.callbackId])).size, 0)
  assert.deepEqual(await store.find(database, callback), { ...callback, state: 'pending', attemptCount: 0 })
})

test('two merchants may use the same callback id', async () => {
  const [a, b] = [
    await storedCallback(database, { merchantId: 'SAME-A', callbackId: 'same', url: 'https://a.example/' }),
    await storedCallback(database, { merchantId: 'SAME-B', callbackId: 'same', url: 'https://b.example/' }),
  ]
  assert.equal((await store.find(database, a))?.url, 'https://a.example/')
  assert.equal((await store.find(database, b))?.url, 'https://b.example/')
})

test('an order’s callbacks come in order, a merchant’s newest first and no more than asked for', async () => {
  const merchantId = 'LISTS'
  const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n))
  for (const [callbackId, orderId, eventSeq] of [
    ['l-3', 'one', 9],
    ['l-1', 'one', 3],
    ['l-2', 'two', 4],
  ] as const) {
    await storedCallback(database, { merchantId, callbackId, orderId, eventSeq, createdAt: minute(eventSeq) })
  }
  const ids = (callbacks: { callbackId: string }[]) => callbacks.map(({ callbackId }) => callbackId)
  assert.deepEqual(ids(await store.listOfOrder(database, merchantId, 'one')), ['l-1', 'l-3'])
  assert.deepEqual(ids(await store.list(database, merchantId, 10)), ['l-3', 'l-2', 'l-1'])
  assert.deepEqual(ids(await store.list(database, merchantId, 2)), ['l-3', 'l-2'])
  await store.move(database, { merchantId, callbackId: 'l-1' }, { isDelivered: true, scheduledAttempts: 10 })
  assert.deepEqual(ids(await store.listOpen(database, merchantId, '', 10)), ['l-2', 'l-3'])
  assert.deepEqual(ids(await store.listOpen(database, merchantId, 'l-2', 10)), ['l-3'])
})

/** State and count before, whether acknowledged; state and count after, or null where nothing moves. */
const moves = [
  ['pending', 0, false, 'pending', 1],
  ['pending', 0, true, 'delivered', 1],
  ['pending', 8, false, 'pending', 9],
  ['pending', 9, false, 'abandoned', 10],
  ['pending', 9, true, 'delivered', 10],
  ['abandoned', 10, false, null, null],
  ['abandoned', 10, true, 'delivered', 11],
  ['delivered', 1, false, null, null],
  ['delivered', 1, true, null, null],
] as const
for (const [state, attemptCount, isDelivered, stateAfter, countAfter] of moves) {
  const name = `${state} after ${attemptCount}, ${isDelivered ? 'acknowledged' : 'not acknowledged'}`
  test(`${name}: ${stateAfter ?? 'nothing moves'}`, async () => {
    const callback = await storedCallback(database)
    const isOver = state !== 'pending'
    for (let n = 0; n < attemptCount; n += 1) {
      const isLast = n === attemptCount - 1
      const isDelivered = isLast && state === 'delivered'
      await store.move(database, callback, { isDelivered, scheduledAttempts: isOver ? attemptCount : 10 })
    }
    assert.equal((await store.find(database, callback))?.state, state)
    const moved = await store.move(database, callback, { isDelivered, scheduledAttempts: 10 })
    assert.deepEqual(moved, stateAfter === null ? undefined : { state: stateAfter, attemptCount: countAfter })
    const found = await store.find(database, callback)
    assert.deepEqual([found?.state, found?.attemptCount], [stateAfter ?? state, countAfter ?? attemptCount])
  })
}

test('an attempt by hand ends a delivery and uses up none of the schedule', async () => {
  const callback = await storedCallback(database)
  assert.equal(await store.moveByHand(database, callback, { isDelivered: false }), 'pending')
  assert.equal(await store.moveByHand(database, callback, { isDelivered: true }), 'delivered')
  assert.equal(await store.moveByHand(database, callback, { isDelivered: false }), 'delivered')
  assert.equal((await store.find(database, callback))?.attemptCount, 0)
})

test('the body of an open delivery is stored anew, that of one that is over stays as it was sent', async () => {
  const callback = await storedCallback(database)
  assert.equal(await store.restore(database, callback, Buffer.from('signed anew')), true)
  assert.equal((await store.find(database, callback))?.body.toString(), 'signed anew')
  await store.move(database, callback, { isDelivered: true, scheduledAttempts: 10 })
  assert.equal(await store.restore(database, callback, Buffer.from('too late')), false)
  assert.equal((await store.find(database, callback))?.body.toString(), 'signed anew')
})

test('attempts are read in order, by callback', async () => {
  const [a, b, none] = [await storedCallback(database), await storedCallback(database), await storedCallback(database)]
  const failed: store.EndedAttempt = { at, status: null, ms: 30_000, error: 'timeout', answer: null }
  for (const [callback, attempt] of [
    [a, anAttempt],
    [b, failed],
    [a, failed],
  ] as const) {
    await database.transaction(async (sql) => {
      await store.moveByHand(sql, callback, { isDelivered: false })
      await store.recordAttempt(sql, callback, attempt)
    })
  }
  const attempts = await store.attemptsOf(database, a.merchantId, [a.callbackId, b.callbackId, none.callbackId])
  assert.deepEqual(
    [...attempts],
    [
      [
        a.callbackId,
        [
          { attemptNo: 1, ...anAttempt },
          { attemptNo: 2, ...failed },
        ],
      ],
      [b.callbackId, [{ attemptNo: 1, ...failed }]],
    ],
  )
})

test('attempts that are recorded at the same time each get their own number', async () => {
  const callback = await storedCallback(database)
  await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      database.transaction(async (sql) => {
        if (n % 2) await store.moveByHand(sql, callback, { isDelivered: false })
        else await store.move(sql, callback, { isDelivered: false, scheduledAttempts: 10 })
        return store.recordAttempt(sql, callback, anAttempt)
      }),
    ),
  )
  const attempts = (await store.attemptsOf(database, callback.merchantId, [callback.callbackId])).get(
    callback.callbackId,
  )
  assert.deepEqual(
    attempts?.map(({ attemptNo }) => attemptNo),
    Array.from({ length: 12 }, (_, n) => n + 1),
  )
})
