import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { statement } from '../postgres/database.ts'
import { waiting } from './store.ts'

let made: TestDatabase
before(async () => {
  made = await testDatabase()
})
after(() => made.drop())

const machine = new Date('2026-03-01T00:00:00Z')
const at = (seconds: number) => new Date(machine.getTime() - seconds * 1_000)

const addMerchant = statement(
  'metrics_test.merchant',
  `insert into merchant (merchant_id, route, name, key_sealed, created_at) values ($1, $2, $1, '\\x00', $3)`,
)
const addOrder = statement(
  'metrics_test.order',
  `insert into payment_order (merchant_id, order_id, order_no, page_secret, reference, state, amount_minor, currency,
     content_hash, request, created_at, expires_at, event_hash)
   values ($1, $2::text, substr(sha256($2::text::bytea), 1, 12), substr(sha256($2::text::bytea), 1, 16),
     '00000000-0000-4000-8000-000000000000', 'open', 1, 'IDR', '\\x00', '{}', $3, $3, '\\x00')`,
)
const addTimer = statement(
  'metrics_test.timer',
  `insert into timer (merchant_id, timer_id, kind, subject, due_at) values ($1, $2::text || ':' || $3::text, $2, $3, $4)`,
)
const addCallback = statement(
  'metrics_test.callback',
  `insert into callback (merchant_id, callback_id, order_id, event_seq, url, headers, body, state, created_at)
   values ($1, $2, $3, 1, 'http://x', '{}', '\\x00', $4, $5)`,
)
const addAttempt = statement(
  'metrics_test.attempt',
  `insert into attempt (merchant_id, order_id, attempt_no, state, channel, reason, asked_at, created_at)
   values ($1, $2, $3, $4, 'cc', $5, $6, $6)`,
)

test('what waits is counted for merchants whose time is machine time, and the oldest found', async () => {
  const { database } = made
  const empty = { count: 0, oldest: null }
  const nobody = await waiting(database, { machine, except: [] })
  assert.deepEqual(nobody, { timers: [], callbacks: empty, unknownAttempts: empty })

  for (const [index, merchantId] of ['ONE', 'TWO', 'MOVED'].entries()) {
    await database.query(addMerchant, [merchantId, index + 1, machine])
    await database.query(addOrder, [merchantId, 'o-1', machine])
  }
  const timers = [
    ['ONE', 'expire', 'o-1', at(30)],
    ['ONE', 'expire', 'o-2', at(-30)],
    ['TWO', 'expire', 'o-1', at(90)],
    ['TWO', 'callback', 'cb-1', at(5)],
    ['TWO', 'callback', 'cb-2', at(-600)],
    ['ONE', 'callback', 'cb-3', at(-600)],
    ['MOVED', 'callback', 'cb-4', at(9_000)],
    ['ONE', 'inquire', 'o-1:1', at(-600)],
    ['ONE', 'inquire', 'o-1:2', at(-600)],
    ['TWO', 'inquire', 'o-1:1', at(-600)],
    ['TWO', 'inquire', 'o-1:2', at(-600)],
    ['MOVED', 'inquire', 'o-1:1', at(-600)],
  ] as const
  for (const row of timers) await database.query(addTimer, row)
  const callbacks = [
    ['TWO', 'cb-1', 'o-1', 'pending', at(7)],
    ['TWO', 'cb-2', 'o-1', 'pending', at(700)],
    // Delivered by hand a moment ago, its timer not yet gone.
    ['ONE', 'cb-3', 'o-1', 'delivered', at(900)],
    ['MOVED', 'cb-4', 'o-1', 'pending', at(9_000)],
  ] as const
  for (const row of callbacks) await database.query(addCallback, row)
  const attempts = [
    // Asked a moment ago: the answer is on its way.
    ['ONE', 'o-1', 1, 'authorizing', null, at(10)],
    // Asked by a process that is gone.
    ['ONE', 'o-1', 2, 'authorizing', null, at(100)],
    ['TWO', 'o-1', 1, 'authorizing', 'TIMED_OUT', at(20)],
    ['TWO', 'o-1', 2, 'reversing', null, at(950)],
    ['MOVED', 'o-1', 1, 'reversing', null, at(9_000)],
  ] as const
  for (const row of attempts) await database.query(addAttempt, row)

  const found = await waiting(database, { machine, except: ['MOVED'] })
  assert.deepEqual(
    { ...found, timers: found.timers.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)) },
    {
      timers: [
        { kind: 'callback', due: 1, oldest: at(5) },
        { kind: 'expire', due: 2, oldest: at(90) },
      ],
      callbacks: { count: 2, oldest: at(700) },
      unknownAttempts: { count: 3, oldest: at(950) },
    },
  )
})
