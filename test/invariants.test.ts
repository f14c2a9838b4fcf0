import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { onlyAcquirer } from '../src/acquirer/acquirer.fixture.ts'
import type { Acquirer, Approved } from '../src/acquirer/acquirer.ts'
import { type Clock, MovableClock, systemClock } from '../src/base/clock.ts'
import { systemRandom } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import type { Merchant } from '../src/merchant/merchant.ts'
import type { PaymentDeps } from '../src/payment/deps.ts'
import { expire } from '../src/payment/expire.ts'
import { inquire, reverseLate } from '../src/payment/inquire.ts'
import { settle } from '../src/payment/settle.ts'
import type { Order } from '../src/payment/order.ts'
import { Orders } from '../src/payment/orders.ts'
import { findStandings } from '../src/payment/standing-store.ts'
import { Database, statement } from '../src/postgres/database.ts'
import { VirtualClock } from '../src/sandbox/virtual-clock.ts'
import { handlersOf } from '../src/timer/handlers.fixture.ts'
import { TimerRunner } from '../src/timer/runner.ts'
import { schedule } from '../src/timer/store.ts'
import { timerOf } from '../src/timer/timer.ts'
import { CvvKeeper } from '../src/vault/cvv.ts'
import { fixedKeys } from '../src/vault/fixture.ts'
import { Plans } from '../src/recurring/plans.ts'
import { Vault } from '../src/vault/vault.ts'
import { freshOrderId, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { administer, testDatabase } from './postgres.ts'

let gateway: TestGateway
let merchant: Merchant

before(async () => {
  gateway = await testGateway()
  assert.ok(gateway.gateway.merchant)
  merchant = gateway.gateway.merchant
})
after(() => gateway?.close())

const approved: Approved = { outcome: 'approved', approvalCode: '123456', responseCode: '00', channel: '008' }
const never = () => Promise.reject(new Error('Nothing is run.'))
const unknown = { outcome: 'unknown', reason: 'TIMED_OUT' } as const

function ordersOf(database: Database): Orders {
  return new Orders(database, {
    cards: new Vault(fixedKeys(new Secret(randomBytes(32))), systemRandom),
    plans: new Plans(database),
  })
}

/** A process of its own on the gateway's database, with an acquirer that the test plays. */
function another(acquirer: Partial<Acquirer>, aheadMs = 0): PaymentDeps {
  const clock: Clock = { ...systemClock, now: () => new Date(systemClock.machine().getTime() + aheadMs) }
  return {
    database: gateway.database,
    orders: ordersOf(gateway.database),
    clock,
    random: systemRandom,
    acquirers: onlyAcquirer(acquirer),
    collects: () => true,
    authenticator: null,
    cvvs: new CvvKeeper(clock),
    unknownDeadlineMs: 15 * 60_000,
    wake: () => undefined,
  }
}

async function orderOf(merchantId: string, orderId: string): Promise<Order | undefined> {
  const [found] = await findStandings(gateway.database, [{ merchantId, orderId }])
  return found?.order
}

/** An order whose acquirer has been asked and has not answered. */
async function askedOrder(): Promise<string> {
  const orderId = freshOrderId()
  await gateway.initiate({ order: { id: orderId } })
  await gateway.client.pay(orderId, { outcome: 'timeout' })
  return orderId
}

test('invariant 2: a payment that is approved while it is inquired of for the last time is not reversed', async () => {
  const orderId = await askedOrder()
  const reversed: string[] = []
  const deps = another(
    {
      inquire: async () => {
        await settle(deps, merchant, orderId, 1, approved)
        return unknown
      },
      reverse: async ({ reference }) => {
        reversed.push(reference)
        return { outcome: 'reversed' }
      },
    },
    16 * 60_000,
  )
  assert.equal(await inquire(deps, merchant, orderId, 1), null)
  assert.deepEqual(reversed, [])
  assert.equal((await orderOf(merchant.merchantId, orderId))?.state, 'captured')
})

test('invariant 4: an expiry timer that comes before its time is not lost', async () => {
  const orderId = freshOrderId()
  await gateway.initiate({ order: { id: orderId, timeout: '5' } })
  const order = await orderOf(merchant.merchantId, orderId)
  assert.deepEqual(await expire(another({}), merchant, orderId), order?.expiresAt)
  assert.equal(await expire(another({}, 6 * 60_000), merchant, orderId), null)
  assert.equal((await orderOf(merchant.merchantId, orderId))?.state, 'expired')
})

test('invariant 8: under a seed, a form that is sent twice keeps the CVV of the attempt that it made', async () => {
  const seeded = await testGateway({ GERBANG_SEED: 'twice' })
  try {
    const { body } = await seeded.initiate()
    const link = body['redirecturl'] ?? ''
    const form = { formNo: '1', number: '5123450000000008', expiry: '01/39', cvv: '100', name: 'Kartu Contoh' }
    const send = async () => fetch(link, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
    await Promise.all([send(), send(), send()])
    const page = await (await fetch(`${link}/authenticate`, { method: 'POST' })).text()
    const creq = /name="creq" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const acs = `${seeded.url}/sandbox/acs/challenge`
    await fetch(`${acs}/answer`, { method: 'POST', body: new URLSearchParams({ creq, otp: '112233' }) })
    await fetch(`${link}/return`, { method: 'POST' })
    const states = statement('test.states', 'select state from payment_order')
    assert.deepEqual(await seeded.database.query(states), [{ state: 'captured' }])
  } finally {
    await seeded.close()
  }
})

test('design 4.3: a scripted outcome is for the payer that it was given to, and for nobody after', async () => {
  const orderId = freshOrderId()
  await gateway.initiate({ order: { id: orderId } })
  await gateway.client.pay(orderId, { outcome: 'declined', authentication: 'fail', attempts: 1 })
  const { status, steps } = await gateway.client.pay(orderId, { attempts: 1 })
  assert.equal(status, 'CAPTURED', JSON.stringify(steps))
})

test('an address that names no merchant or no order is not found, and is no bug of ours', async () => {
  const id = 'ffffffff-ffff-4fff-8fff-ffffffffffff'
  const creq = Buffer.from(JSON.stringify({ threeDSServerTransID: id, acsTransID: id })).toString('base64url')
  const stranger = { authorization: `Basic ${Buffer.from('a\0b:key').toString('base64')}` }
  const answers = await Promise.all([
    fetch(`${gateway.url}/pg/payment/card/access/${'f'.repeat(64)}`),
    fetch(`${gateway.url}/sandbox/acs/challenge`, { method: 'POST', body: new URLSearchParams({ creq }) }),
    gateway.fetch('/pg/payment/card/check/%00'),
    gateway.fetch('/pg/payment/card/cancel/a%00b'),
    gateway.fetch('/sandbox/orders/%00/events'),
    gateway.fetch('/sandbox/callbacks?orderId=%00'),
    gateway.fetch('/sandbox/callbacks/%00/resend', { method: 'POST' }),
    gateway.fetch(`/pg/payment/card/check/${'x'.repeat(200)}`),
    fetch(`${gateway.url}/pg/payment/card/check/x`, { headers: stranger }),
  ])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404, 404, 404, 404, 404, 404, 401],
  )
  assert.deepEqual(
    gateway.logged.filter((line) => line.includes('"bug"')),
    [],
  )
})

test('design 4.3: the clock stays within the years that the contract can write', async () => {
  const own = await testGateway()
  try {
    await assert.rejects(own.client.clock.to('9999-12-31T23:59:59Z'), /4000001/)
    for (let moves = 0; moves < 3; moves += 1) await own.client.clock.advance('P36000D').catch(() => undefined)
    const { status, body } = await own.initiate()
    assert.equal(status, 200, JSON.stringify(body))
  } finally {
    await own.close()
  }
})

test('invariant 4: a connection that breaks inside a transaction is an answer, and not the end of the process', async () => {
  const own = await testDatabase()
  const pid = statement('test.pid', 'select pg_backend_pid() as pid')
  const work = own.database.transaction(async (sql) => {
    const [connection] = await sql.query<{ pid: number }>(pid)
    await administer(own.connection, `select pg_terminate_backend(${connection?.pid})`)
    await wait(100)
    await sql.query(pid)
  })
  try {
    await assert.rejects(work, /Service Unavailable/)
    assert.equal((await own.database.query(pid)).length, 1)
  } finally {
    await own.drop()
  }
})

test('design 4.3: a move of the clock that fails does not leave the clock standing', async () => {
  const clock = new MovableClock()
  const { merchantId } = merchant
  const due = new Date(clock.machine().getTime() + 60_000)
  const dueFirst = timerOf(merchantId, 'expire', freshOrderId(), due)
  await schedule(gateway.database, [dueFirst])
  const away = new Database({})
  await away.close()
  const handlers = handlersOf(never)
  const failing = new TimerRunner({ database: away, clock, handlers, failed: () => undefined })
  const poller = { hold: () => Promise.resolve(), release: () => undefined }
  const moving = new VirtualClock({
    database: gateway.database,
    clock,
    runner: failing,
    poller,
    quiet: async () => undefined,
  })
  await assert.rejects(moving.move(merchantId, { advanceMs: 120_000 }))
  assert.equal(clock.setting(merchantId).frozenAt, null)
})

test('design part 5: callbacks that a merchant does not answer hold up no order that expires', async () => {
  const silent = createServer((request) => void request.resume())
  await new Promise<void>((resolve) => silent.listen(0, '0.0.0.0', resolve))
  const { port } = silent.address() as AddressInfo
  const own = await testGateway()
  try {
    // More than the eight that one host gets at once, on more hosts than there were places for.
    for (let host = 1; host <= 9; host += 1) {
      for (let count = 0; count < 8; count += 1) {
        const orderId = freshOrderId()
        await own.initiate({ order: { id: orderId }, url: { callbackUrl: `http://127.0.0.${host}:${port}/` } })
        await own.fetch(`/pg/payment/card/cancel/${orderId}`)
      }
    }
    const orderId = freshOrderId()
    await own.initiate({ order: { id: orderId } })
    const { merchantId } = merchant
    await schedule(own.database, [timerOf(merchantId, 'expire', orderId, systemClock.machine())])
    const left = statement('test.due', `select due_at > now() as later from timer where subject = $1`)
    await wait(1_500)
    // The handler came, found the order's time not over, and put its timer back to where it belongs.
    assert.deepEqual(await own.database.query(left, [orderId]), [{ later: true }])
  } finally {
    silent.closeAllConnections()
    silent.close()
    await own.close()
  }
})

test('design 4.3: a move of the clock waits for a callback that is on its way', async () => {
  const slow = await merchantServer(async () => {
    await wait(300)
    return 500
  })
  const own = await testGateway()
  try {
    const orderId = freshOrderId()
    await own.initiate({ order: { id: orderId }, url: { callbackUrl: slow.url } })
    await own.client.pay(orderId)
    await wait(100)
    await own.client.clock.advance('PT2M')
    const [callback] = await own.client.callbacks(orderId)
    assert.equal(callback?.attempts.length, 2)
  } finally {
    await slow.close()
    await own.close()
  }
})

test('invariant 2: an approval that comes after a decline is given back, and the log says so', async () => {
  const orderId = await askedOrder()
  const asked: string[] = []
  const answers = [unknown, { outcome: 'reversed' }] as const
  const deps = another({
    reverse: async ({ reference }) => {
      asked.push(reference)
      return answers[asked.length - 1] ?? never()
    },
  })
  const declined = { outcome: 'declined', responseCode: '25', reason: 'NOT_FOUND' } as const
  assert.equal(await settle(deps, merchant, orderId, 1, declined), true)
  assert.equal(await settle(deps, merchant, orderId, 1, approved), false)
  const due = statement('test.reversals', `select subject from timer where merchant_id = $1 and kind = 'reverse'`)
  assert.deepEqual(await gateway.database.query(due, [merchant.merchantId]), [{ subject: `${orderId}:1` }])
  assert.ok((await reverseLate(deps, merchant, orderId, 1)) instanceof Date)
  assert.equal(await reverseLate(deps, merchant, orderId, 1), null)
  assert.equal(new Set(asked).size, 1)
  const types = (await gateway.client.events(orderId)).map(({ type }) => type)
  assert.deepEqual(types.slice(-3), ['attempt.declined', 'attempt.late_answer', 'attempt.late_reversed'])
  assert.equal((await orderOf(merchant.merchantId, orderId))?.state, 'open')
})

test('design 4.3: an order whose time was over while it was being paid, and is not any more, expires in time', async () => {
  const own = await testGateway()
  try {
    const orderId = freshOrderId()
    await own.initiate({ order: { id: orderId, timeout: '5' } })
    await own.client.pay(orderId, { outcome: 'timeout' })
    // The expiry timer leaves an order alone that is being paid, and is over.
    await own.client.clock.advance('PT6M')
    await own.client.clock.reset()
    const deps = { ...another({}), database: own.database, orders: ordersOf(own.database) }
    const declined = { outcome: 'declined', responseCode: '05', reason: 'DECLINED' } as const
    assert.equal(await settle(deps, merchant, orderId, 1, declined), true)
    const due = statement(
      'test.expiry',
      `select t.due_at = o.expires_at as at_its_time from timer t
      join payment_order o on o.order_id = t.subject where o.order_id = $1 and o.state = 'open' and t.kind = 'expire'`,
    )
    assert.deepEqual(await own.database.query(due, [orderId]), [{ at_its_time: true }])
    await own.client.clock.advance('PT5M')
    const [found] = await findStandings(own.database, [{ merchantId: merchant.merchantId, orderId }])
    assert.equal(found?.order.state, 'expired')
  } finally {
    await own.close()
  }
})
