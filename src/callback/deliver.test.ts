import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, after, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { MovableClock, systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { statement } from '../postgres/database.ts'
import { localAddressesToo } from './address.ts'
import { Callbacks } from './callbacks.ts'
import { type DeliveryDeps, type DeliveryOutcome, deliver, resend } from './deliver.ts'
import { storedCallback } from './fixture.ts'
import { HostQueues } from './queue.ts'
import { systemResolve } from './resolve.ts'
import { httpSender } from './send.ts'
import * as store from './store.ts'

const temporary = await testDatabase()
const { database } = temporary
after(() => temporary.drop())

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A merchant's server that answers with what `answer` says of the nth request, from 1. */
async function aShop(t: TestContext, answer: (nth: number) => number | Promise<number>) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) })
      void Promise.resolve(answer(received.length)).then((status) => response.writeHead(status).end(`says ${status}`))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`, received }
}

/** The deliverer's dependencies under a clock that stands still at noon of a day in 2030. */
function someDeps(t: TestContext, overrides: Partial<DeliveryDeps> = {}) {
  const clock = new MovableClock()
  const setTime = (iso: string) => clock.set('FINPAY770', { offsetMs: 0, frozenAt: new Date(iso) })
  setTime('2030-01-01T12:00:00Z')
  const sender = httpSender({ clock, resolve: systemResolve, allows: localAddressesToo, timeoutMs: 5_000 })
  t.after(() => sender.close())
  const keysOf = async () => [new Secret('SoSecret123')]
  return {
    deps: {
      database,
      callbacks: new Callbacks(database),
      clock,
      sender,
      queues: new HostQueues(clock),
      keysOf,
      ...overrides,
    },
    sender,
    setTime,
  }
}

async function attemptsOf({ merchantId, callbackId }: store.CallbackKey) {
  return (await store.attemptsOf(database, merchantId, [callbackId])).get(callbackId) ?? []
}

async function stateOf(key: store.CallbackKey) {
  const callback = await store.find(database, key)
  return [callback?.state, callback?.attemptCount]
}

const noon = new Date('2030-01-01T12:00:00Z')

for (const status of [200, 201, 204]) {
  test(`${status} delivers, and the attempt is recorded in business time`, async (t) => {
    const { url, received } = await aShop(t, () => status)
    const callback = await storedCallback(database, { url })
    const outcome = await deliver(someDeps(t).deps, callback)

    const [attempt] = await attemptsOf(callback)
    assert.deepEqual(outcome, { kind: 'delivered', attempt })
    const answer = status === 204 ? '' : `says ${status}`
    assert.deepEqual({ ...attempt, ms: 0 }, { attemptNo: 1, at: noon, status, ms: 0, error: null, answer })
    assert.deepEqual(await stateOf(callback), ['delivered', 1])
    assert.equal(received.length, 1)
  })
}

test('every attempt of the schedule sends the stored bytes, then the callback is abandoned (invariant 7)', async (t) => {
  const { url, received } = await aShop(t, () => 500)
  const body = Buffer.from('{"a":"\\/\\u00e9","b":"é\ufffd","signature":"00"}')
  const callback = await storedCallback(database, { url, body })
  const { deps, setTime } = someDeps(t)

  let now = noon
  const delays: number[] = []
  let outcome: DeliveryOutcome | undefined
  for (let n = 1; n <= 10; n += 1) {
    outcome = await deliver(deps, callback)
    if (outcome.kind !== 'retry') break
    delays.push((outcome.retryAt.getTime() - now.getTime()) / 60_000)
    now = outcome.retryAt
    setTime(now.toISOString())
  }
  assert.deepEqual(delays, [1, 5, 15, 30, 60, 120, 360, 720, 1_440])
  const attempts = await attemptsOf(callback)
  assert.deepEqual(outcome, { kind: 'abandoned', attempt: attempts.at(-1) })
  assert.deepEqual(await stateOf(callback), ['abandoned', 10])
  assert.deepEqual(
    attempts.map(({ attemptNo, status, error, answer }) => [attemptNo, status, error, answer]),
    Array.from({ length: 10 }, (_, n) => [n + 1, 500, null, 'says 500']),
  )
  assert.equal(attempts.at(-1)?.at.getTime(), now.getTime())

  assert.equal(received.length, 10)
  for (const request of received) {
    assert.deepEqual(request.body, body)
    assert.deepEqual(request.headers['webhook-id'], callback.callbackId)
    assert.deepEqual(request.headers['x-partner-id'], 'FINPAY770')
  }
})

test('what a peer compares with its own watch is machine time, signed on each attempt', async (t) => {
  const { url, received } = await aShop(t, () => 200)
  const callback = await storedCallback(database, { url })
  const keysOf = async () => [new Secret('old'), new Secret('new')]
  await deliver(someDeps(t, { keysOf }).deps, callback)

  const headers = received[0]?.headers ?? {}
  const timestamp = Number(headers['webhook-timestamp'])
  const nowSeconds = systemClock.machine().getTime() / 1000
  assert.ok(Math.abs(timestamp - nowSeconds) < 30, `${timestamp} is not ${nowSeconds}`)
  assert.equal(Date.parse(String(headers['x-timestamp'])) / 1000, timestamp)
  assert.match(String(headers['x-timestamp']), /\+07:00$/)
  const signatures = ['old', 'new'].map((key) => {
    const signed = `${callback.callbackId}.${timestamp}.${callback.body.toString()}`
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  })
  assert.equal(headers['webhook-signature'], signatures.join(' '))
})

test('an attempt without an answer is recorded by the name of what went wrong', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const cases = [
    [`http://127.0.0.1:${port}/`, 'refused'],
    ['http://169.254.169.254/latest/meta-data/', 'address_not_allowed'],
    ['nonsense', 'invalid_url'],
  ] as const
  const { deps } = someDeps(t)
  for (const [url, error] of cases) {
    const callback = await storedCallback(database, { url })
    assert.equal((await deliver(deps, callback)).kind, 'retry')
    const attempts = await attemptsOf(callback)
    assert.deepEqual(
      attempts.map((attempt) => ({ ...attempt, ms: 0 })),
      [{ attemptNo: 1, at: noon, status: null, ms: 0, error, answer: null }],
    )
  }
})

test('the delay counts from the end of the attempt, whose time is its beginning', async (t) => {
  const { deps, setTime } = someDeps(t)
  const { url } = await aShop(t, () => {
    setTime('2030-01-01T12:00:20Z')
    return 500
  })
  const callback = await storedCallback(database, { url })
  const outcome = await deliver(deps, callback)
  assert.equal(outcome.kind === 'retry' && outcome.retryAt.toISOString(), '2030-01-01T12:01:20.000Z')
  assert.deepEqual((await attemptsOf(callback))[0]?.at, noon)
})

const openTransactions = statement(
  'callback_test.open_transactions',
  `select count(*)::int as count
   from pg_stat_activity
   where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`,
)

test('no transaction is open while the merchant answers (invariant 3)', async (t) => {
  let open: number | undefined
  const { url } = await aShop(t, async () => {
    const [row] = await database.query<{ count: number }>(openTransactions)
    open = row?.count
    return 200
  })
  await deliver(someDeps(t).deps, await storedCallback(database, { url }))
  assert.equal(open, 0)
})

test('the timer moves in the transaction that records the outcome, or neither happens', async (t) => {
  const { url } = await aShop(t, () => 500)
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  const failing = deliver(deps, {
    ...callback,
    inTransaction: async (sql) => {
      await storedCallback(sql, { callbackId: 'beside' })
      throw new Error('the timer cannot be moved')
    },
  })
  await assert.rejects(failing, /the timer cannot be moved/)
  assert.deepEqual(await stateOf(callback), ['pending', 0])
  assert.deepEqual(await attemptsOf(callback), [])
  assert.equal(await store.find(database, { merchantId: 'FINPAY770', callbackId: 'beside' }), undefined)

  const seen: DeliveryOutcome[] = []
  const outcome = await deliver(deps, {
    ...callback,
    inTransaction: async (sql, outcome) => {
      seen.push(outcome)
      // The transaction sees its own attempt, and nobody else does yet.
      assert.equal((await store.find(sql, callback))?.attemptCount, 1)
      assert.deepEqual(await stateOf(callback), ['pending', 0])
    },
  })
  assert.deepEqual(seen, [outcome])
  assert.deepEqual(await stateOf(callback), ['pending', 1])
})

test('nothing is sent or recorded for a delivery that is over, and the timer hears of it', async (t) => {
  const { url, received } = await aShop(t, () => 200)
  const { deps } = someDeps(t)
  for (const state of ['delivered', 'abandoned'] as const) {
    const callback = await storedCallback(database, { url })
    await store.move(database, callback, { isDelivered: state === 'delivered', scheduledAttempts: 1 })
    const seen: DeliveryOutcome[] = []
    const outcome = await deliver(deps, { ...callback, inTransaction: async (_, outcome) => void seen.push(outcome) })
    assert.deepEqual(outcome, { kind: state, attempt: null })
    assert.deepEqual(seen, [outcome])
    assert.deepEqual(await attemptsOf(callback), [])
  }
  assert.equal(received.length, 0)
})

test('an attempt that fails after the callback was delivered meanwhile leaves no trace', async (t) => {
  const key: { current?: store.CallbackKey } = {}
  const { url } = await aShop(t, async () => {
    if (key.current) await store.moveByHand(database, key.current, { isDelivered: true })
    return 500
  })
  const callback = await storedCallback(database, { url })
  key.current = callback
  assert.deepEqual(await deliver(someDeps(t).deps, callback), { kind: 'delivered', attempt: null })
  assert.deepEqual(await stateOf(callback), ['delivered', 0])
  assert.deepEqual(await attemptsOf(callback), [])
})

test('an acknowledgement counts even if the callback was abandoned meanwhile', async (t) => {
  const key: { current?: store.CallbackKey } = {}
  const { url } = await aShop(t, async () => {
    if (key.current) await store.move(database, key.current, { isDelivered: false, scheduledAttempts: 1 })
    return 200
  })
  const callback = await storedCallback(database, { url })
  key.current = callback
  assert.equal((await deliver(someDeps(t).deps, callback)).kind, 'delivered')
  assert.deepEqual(await stateOf(callback), ['delivered', 2])
})

test('a merchant’s handler that reads its callback finds it as it was before', async (t) => {
  const { deps } = someDeps(t)
  let state: unknown
  const key: { current?: store.CallbackKey } = {}
  const { url } = await aShop(t, async () => {
    if (key.current) state = await stateOf(key.current)
    return 200
  })
  const callback = await storedCallback(database, { url })
  key.current = callback
  await deliver(deps, callback)
  assert.deepEqual(state, ['pending', 0])
})

test('a postponed delivery is not an attempt, and the timer hears of it', async (t) => {
  const { url, received } = await aShop(t, () => 200)
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  const refused = async () => ({ kind: 'failed', error: 'refused', ms: 1 }) as const
  for (let n = 0; n < 5; n += 1) await deps.queues.run(callback.merchantId, url, refused)

  const seen: DeliveryOutcome[] = []
  const outcome = await deliver(deps, { ...callback, inTransaction: async (_, outcome) => void seen.push(outcome) })
  assert.equal(outcome.kind, 'postponed')
  assert.ok(outcome.kind === 'postponed' && outcome.postponedMs > 9_000)
  assert.deepEqual(seen, [outcome])
  assert.equal(received.length, 0)
  assert.deepEqual(await stateOf(callback), ['pending', 0])

  assert.equal((await deliver(deps, { ...callback, isUrgent: true })).kind, 'delivered', 'a moved clock does not wait')
})

test('a delivery that the gateway’s own end breaks off is not an attempt', async (t) => {
  const { deps, sender } = someDeps(t)
  const { url } = await aShop(t, () => {
    sender.close()
    return 200
  })
  const callback = await storedCallback(database, { url })
  assert.deepEqual(await deliver(deps, callback), { kind: 'postponed', postponedMs: 1_000 })
  assert.deepEqual(await stateOf(callback), ['pending', 0])
  assert.deepEqual(await attemptsOf(callback), [])
})

test('keys that cannot be read stop a delivery before anything is sent', async (t) => {
  const { url, received } = await aShop(t, () => 200)
  const callback = await storedCallback(database, { url })
  const keysOf = () => Promise.reject(new Error('the vault is closed'))
  await assert.rejects(deliver(someDeps(t, { keysOf }).deps, callback), /the vault is closed/)
  assert.equal(received.length, 0)
  assert.deepEqual(await stateOf(callback), ['pending', 0])
})

test('a body that was stored anew is what the next attempt sends', async (t) => {
  const { url, received } = await aShop(t, (nth) => (nth === 1 ? 500 : 200))
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  await deliver(deps, callback)
  await store.restore(database, callback, Buffer.from('{"signature":"anew"}'))
  await deliver(deps, callback)
  assert.deepEqual(
    received.map(({ body }) => body.toString()),
    [callback.body.toString(), '{"signature":"anew"}'],
  )
})

test('sent again by hand, a delivered callback goes out with the same bytes and stays delivered', async (t) => {
  const { url, received } = await aShop(t, (nth) => (nth === 2 ? 500 : 200))
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  await deliver(deps, callback)
  const again = await resend(deps, callback)
  assert.deepEqual([again?.state, again?.attempt.attemptNo, again?.attempt.status], ['delivered', 2, 500])
  assert.deepEqual(await stateOf(callback), ['delivered', 1])
  assert.deepEqual(received[1]?.body, received[0]?.body)
})

test('sent again by hand, an abandoned callback is delivered once it is acknowledged', async (t) => {
  const { url } = await aShop(t, (nth) => (nth === 1 ? 500 : 200))
  const callback = await storedCallback(database, { url })
  await store.move(database, callback, { isDelivered: false, scheduledAttempts: 1 })
  const { deps } = someDeps(t)
  assert.equal((await resend(deps, callback))?.state, 'abandoned')
  assert.equal((await resend(deps, callback))?.state, 'delivered')
  assert.deepEqual(
    (await attemptsOf(callback)).map(({ attemptNo, status }) => [attemptNo, status]),
    [
      [1, 500],
      [2, 200],
    ],
  )
})

test('sending again by hand uses up nothing of the schedule', async (t) => {
  const { url } = await aShop(t, () => 500)
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  for (let n = 0; n < 12; n += 1) assert.equal((await resend(deps, callback))?.state, 'pending')
  const outcome = await deliver(deps, callback)
  assert.equal(outcome.kind === 'retry' && outcome.retryAt.getTime() - noon.getTime(), 60_000)
  assert.equal((await attemptsOf(callback)).length, 13)
})

test('sending again by hand goes past an open breaker, and its timer goes in the same transaction', async (t) => {
  const { url } = await aShop(t, () => 200)
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  const refused = async () => ({ kind: 'failed', error: 'refused', ms: 1 }) as const
  for (let n = 0; n < 5; n += 1) await deps.queues.run(callback.merchantId, url, refused)
  const inTransaction = () => Promise.reject(new Error('the timer cannot be moved'))
  await assert.rejects(resend(deps, { ...callback, inTransaction }), /the timer cannot be moved/)
  assert.deepEqual(await attemptsOf(callback), [])
  assert.equal((await resend(deps, callback))?.state, 'delivered')
})

test('another merchant’s callback cannot be sent again', async (t) => {
  const { url, received } = await aShop(t, () => 200)
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  assert.equal(await resend(deps, { merchantId: 'OTHER', callbackId: callback.callbackId }), undefined)
  await assert.rejects(deliver(deps, { merchantId: 'OTHER', callbackId: callback.callbackId }), /Invariant broken/)
  assert.equal(received.length, 0)
})

test('eight at once, on schedule and by hand, are eight numbered attempts and one delivery', async (t) => {
  const { url, received } = await aShop(t, (nth) => (nth === 8 ? 200 : 500))
  const callback = await storedCallback(database, { url })
  const { deps } = someDeps(t)
  await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 ? resend(deps, callback) : deliver(deps, callback))))
  assert.equal(received.length, 8)
  assert.equal((await stateOf(callback))[0], 'delivered')
  const numbers = (await attemptsOf(callback)).map(({ attemptNo }) => attemptNo)
  assert.deepEqual(
    numbers,
    numbers.map((_, n) => n + 1),
  )
})

test('a server that hangs for one merchant delays no other', async (t) => {
  const hanging = await aShop(t, () => new Promise(() => undefined))
  const { url } = await aShop(t, () => 200)
  const { deps, sender } = someDeps(t)
  const stuck = await Promise.all(Array.from({ length: 20 }, () => storedCallback(database, { url: hanging.url })))
  const held = stuck.map((callback) => deliver(deps, callback))
  const callback = await storedCallback(database, { merchantId: 'OTHER', url })
  const outcome = await deliver(deps, callback)
  assert.ok(outcome.kind === 'delivered' && (outcome.attempt?.ms ?? Infinity) < 1_000)
  assert.ok(hanging.received.length <= 8)
  sender.close()
  assert.ok((await Promise.all(held)).every(({ kind }) => kind === 'postponed'))
})
