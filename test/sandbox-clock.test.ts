import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { MovableClock } from '../src/base/clock.ts'
import { VirtualClock } from '../src/sandbox/virtual-clock.ts'
import { schedule } from '../src/timer/store.ts'
import { handlersOf } from '../src/timer/handlers.fixture.ts'
import { TimerRunner } from '../src/timer/runner.ts'
import { timerOf } from '../src/timer/timer.ts'
import { addMerchant, answerOf, assertProblem, bodyOf } from './api.ts'
import { type ClockView } from '../src/client.ts'
import { freshOrderId, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { testDatabase } from './postgres.ts'

const hour = 3_600_000

describe('the clock of the sandbox', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway()
  })
  after(() => gateway.close())
  beforeEach(async () => {
    // Whatever an earlier test has left waiting has its turn, and its end, before this one.
    await gateway.client.clock.advance('P3D')
    await gateway.client.clock.reset()
  })

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    answerOf(
      gateway.fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  const ms = (text: string) => Date.parse(text)
  const near = (text: string, expected: number) =>
    assert.ok(Math.abs(ms(text) - expected) < 5_000, `${text} is near ${new Date(expected).toISOString()}`)
  async function open(timeout: number, callbackUrl?: string): Promise<string> {
    const id = freshOrderId()
    const { status } = await gateway.initiate({ order: { id, timeout }, ...(callbackUrl && { url: { callbackUrl } }) })
    assert.equal(status, 200)
    return id
  }
  const stateOf = async (id: string) =>
    ((await gateway.client.check(id)) as { data: { result: { payment: { status: string } } } }).data.result.payment
      .status

  test('answers where it stands, in Western Indonesian time', async () => {
    const answer = await answerOf(gateway.fetch('/sandbox/clock'))
    assert.deepEqual(Object.keys(bodyOf(answer)), ['now', 'offsetSeconds', 'frozen', 'ran', 'next', 'more'])
    const { now, ...others } = bodyOf(answer) as unknown as ClockView
    assert.match(now, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+07:00$/)
    near(now, Date.now())
    assert.deepEqual(others, { offsetSeconds: 0, frozen: false, ran: 0, next: null, more: false })
  })

  test('advances by a duration, goes to a time, and is reset', async () => {
    const advanced = await gateway.client.clock.advance('P1DT1H')
    assert.equal(advanced.offsetSeconds, 25 * 3_600)
    near(advanced.now, Date.now() + 25 * hour)
    const to = new Date(Date.now() + 100 * hour).toISOString().replace(/\.\d+Z$/, '+00:00')
    const moved = await gateway.client.clock.to(to)
    near(moved.now, ms(to))
    assert.ok(Math.abs(moved.offsetSeconds - 100 * 3_600) < 5)
    assert.equal(moved.frozen, false)
    const reset = await gateway.client.clock.reset()
    assert.equal(reset.offsetSeconds, 0)
    near(reset.now, Date.now())
  })

  test('stands still while frozen, moves only when it is moved, and runs on from where it stood', async () => {
    const { now: stood, frozen } = await gateway.client.clock.freeze()
    assert.equal(frozen, true)
    await new Promise((resolve) => {
      setTimeout(resolve, 30)
    })
    assert.equal((await gateway.client.clock.get()).now, stood)
    const later = await gateway.client.clock.advance('PT90S')
    assert.equal(ms(later.now) - ms(stood), 90_000)
    assert.equal(later.frozen, true)
    const thawed = await gateway.client.clock.freeze(false)
    assert.equal(thawed.frozen, false)
    assert.ok(ms(thawed.now) - ms(later.now) >= 0 && ms(thawed.now) - ms(later.now) < 5_000)
  })

  test('goes to the next timer and runs it', async () => {
    const { now } = await gateway.client.clock.freeze()
    const [late, soon] = [await open(30), await open(10)]
    const before = await gateway.client.clock.get()
    assert.equal(before.next && ms(before.next), ms(now) + 10 * 60_000)
    const first = await gateway.client.clock.next()
    assert.deepEqual([first.now, first.ran, first.more], [before.next, 1, false])
    assert.deepEqual([await stateOf(soon), await stateOf(late)], ['EXPIRED', 'REQUEST_INITIATED'])
    const second = await gateway.client.clock.next()
    assert.equal(ms(second.now), ms(now) + 30 * 60_000)
    assert.equal(await stateOf(late), 'EXPIRED')
    const third = await gateway.client.clock.next()
    assert.deepEqual([third.now, third.ran, third.next], [second.now, 0, null])
  })

  test('steps to each timer in its turn, so that each event has its own time', async () => {
    const { now } = await gateway.client.clock.freeze()
    const minutes = [50, 20, 40, 30]
    const ids: string[] = []
    for (const timeout of minutes) ids.push(await open(timeout))
    const moved = await gateway.client.clock.advance('PT45M')
    assert.equal(moved.ran, 3)
    assert.equal(ms(moved.now), ms(now) + 45 * 60_000)
    for (const [index, id] of ids.entries()) {
      const timeout = minutes[index] ?? 0
      const last = (await gateway.client.events(id)).at(-1)
      assert.equal(last?.type, timeout > 45 ? 'order.initiated' : 'order.expired')
      if (timeout <= 45) assert.equal(ms(last.at), ms(now) + timeout * 60_000)
    }
  })

  test('handlers may call the API while it moves, and what they cause belongs to the move', async () => {
    const { now } = await gateway.client.clock.freeze()
    const opened: string[] = []
    const seen: string[] = []
    const shop = await merchantServer(async ({ body }) => {
      const { order } = JSON.parse(body) as { order: { id: string } }
      seen.push(`${order.id} ${await stateOf(order.id)}`)
      if (opened.length < 3) opened.push(await open(5, shop.url))
      return 200
    })
    try {
      const first = await open(10, shop.url)
      const moved = await gateway.client.clock.advance('PT1H')
      assert.deepEqual(
        seen,
        [first, ...opened].map((id) => `${id} EXPIRED`),
      )
      assert.equal(moved.ran, 8, 'four expiries and four callbacks')
      const last = (await gateway.client.events(opened[2] ?? '')).at(-1)
      assert.equal(last && ms(last.at), ms(now) + (10 + 5 * 3) * 60_000)
    } finally {
      await shop.close()
    }
  })

  test('a second move meanwhile is a conflict, and changes nothing', async () => {
    await gateway.client.clock.freeze()
    const second: unknown[] = []
    const shop = await merchantServer(async () => {
      for (const move of [{ advance: 'PT1H' }, { reset: true }, { freeze: false }, { until: 'next' }]) {
        second.push(assertProblem(await post('/sandbox/clock', move), '4090000'))
      }
      second.push((await gateway.client.clock.get()).frozen)
      return 200
    })
    try {
      const { now } = await gateway.client.clock.get()
      await open(10, shop.url)
      const moved = await gateway.client.clock.advance('PT20M')
      const conflict = 'Conflict. The clock is being moved already'
      assert.deepEqual(second, [conflict, conflict, conflict, conflict, true])
      assert.equal(ms(moved.now), ms(now) + 20 * 60_000)
    } finally {
      await shop.close()
    }
  })

  test('a handler that moves it itself is answered, and hears of no second delivery', async () => {
    const answers: number[] = []
    const shop = await merchantServer(async () => {
      answers.push((await post('/sandbox/clock', { advance: 'PT1H' })).status)
      return 200
    })
    try {
      const id = await open(60, shop.url)
      await gateway.client.pay(id)
      await shop.wait(1)
      while (answers.length === 0) await wait(20)
      await gateway.client.clock.advance('PT0S')
      assert.deepEqual(answers, [200])
      assert.equal((await gateway.client.callbacks(id))[0]?.state, 'delivered')
      assert.equal(shop.received.length, 1)
    } finally {
      await shop.close()
    }
  })

  test('what is no move is refused', async () => {
    const rows: readonly (readonly [unknown, string])[] = [
      [{ to: new Date(Date.now() - 60_000).toISOString() }, '4000001'],
      [{ to: '2099-01-01T00:00:00' }, '4000001'],
      [{ to: '2099-01-01' }, '4000001'],
      [{ to: '2099-13-01T00:00:00Z' }, '4000001'],
      [{ to: '9999-12-31T23:59:59Z' }, '4000001'],
      [{ to: 1 }, '4000001'],
      [{ advance: '24H' }, '4000001'],
      [{ advance: 'PT' }, '4000001'],
      [{ advance: 'P' }, '4000001'],
      [{ advance: 'P1Y' }, '4000001'],
      [{ advance: '-PT1H' }, '4000001'],
      [{ advance: 'PT1.5H' }, '4000001'],
      [{ advance: `PT${'9'.repeat(400)}S` }, '4000001'],
      [{ advance: 'P200000000D' }, '4000001'],
      [{ advance: '' }, '4000001'],
      [{ until: 'last' }, '4000001'],
      [{ freeze: 'true' }, '4000001'],
      [{ reset: false }, '4000001'],
      [{ reset: true, freeze: true }, '4000001'],
      [{ advance: 'PT1H', unknown: 1 }, '4000001'],
      [{ unknown: 1 }, '4000001'],
      [{}, '4000001'],
      ['', '4000001'],
      ['[]', '4000000'],
      ['{"advance":"PT1H","advance":"PT2H"}', '4000000'],
    ]
    for (const [body, code] of rows) assertProblem(await post('/sandbox/clock', body), code, JSON.stringify(body))
    const { offsetSeconds, frozen } = await gateway.client.clock.get()
    assert.deepEqual({ offsetSeconds, frozen }, { offsetSeconds: 0, frozen: false })
    assertProblem(await post('/sandbox/clock', 'x', { 'content-type': 'text/plain' }), '4150000')
  })

  test('goes as far as the dates of the contract can be written, and no further', async () => {
    await gateway.client.clock.freeze()
    const end = await gateway.client.clock.to('9990-01-01T00:00:00Z')
    assert.equal(end.now, '9990-01-01T07:00:00.000+07:00')
    const { body } = await gateway.initiate({ order: { timeout: 525_600 } })
    assert.equal(body['expiryLink'], '9991-01-01 07:00:00')
    await assert.rejects(gateway.client.clock.advance('PT1S'), { responseCode: '4000001' })
    await gateway.client.clock.reset()
  })

  test("belongs to one merchant: another's time does not move (invariant 9)", async () => {
    const authorization = await addMerchant(gateway, 'OTHERCLOCK', 'AnotherKey123')
    await gateway.client.clock.advance('PT48H')
    const other = await answerOf(gateway.fetch('/sandbox/clock', { headers: { authorization } }))
    assert.equal(bodyOf(other)['offsetSeconds'], 0)
    const moved = await post('/sandbox/clock', { advance: 'PT1H' }, { authorization })
    assert.equal(bodyOf(moved)['offsetSeconds'], 3_600)
    assert.equal((await gateway.client.clock.get()).offsetSeconds, 48 * 3_600)
  })

  test('an order whose time is over is expired for everybody alike', async () => {
    const shop = await merchantServer()
    try {
      const id = freshOrderId()
      const asked = { order: { id, timeout: 15 }, url: { callbackUrl: shop.url } }
      const { body } = await gateway.initiate(asked)
      const link = body['redirecturl'] ?? ''
      const pageState = async () => ((await (await fetch(`${link}/status`)).json()) as { state: string }).state
      assert.match(await pageState(), /^open/)
      await gateway.client.clock.advance('PT14M')
      assert.equal(await stateOf(id), 'REQUEST_INITIATED')
      assert.equal((await gateway.initiate(asked)).body['redirecturl'], link)
      await gateway.client.clock.advance('PT1M')
      assert.equal(await stateOf(id), 'EXPIRED')
      assert.match(await pageState(), /^expired/)
      assert.match(await (await fetch(`${link}?lang=en`)).text(), /expired/i)
      assert.equal((await gateway.initiate(asked)).body['responseCode'], '4090001')
      await assert.rejects(gateway.client.pay(id), { responseCode: '4040100' })
      const [received] = await shop.wait(1)
      assert.match(received?.body ?? '', /"status":"EXPIRED"/)
    } finally {
      await shop.close()
    }
  })
})

describe('a move of the clock that is long', () => {
  const merchantId = 'M'

  /** A clock whose steps take so long, in machine time, as the test says. */
  class SlowClock extends MovableClock {
    #elapsed = 0
    readonly #stepMs: number
    constructor(stepMs: number) {
      super()
      this.#stepMs = stepMs
    }
    override monotonicMs(): number {
      this.#elapsed += this.#stepMs
      return this.#elapsed
    }
  }

  test('stops after a minute, says that there is more, and goes on when it is asked again', async () => {
    const own = await testDatabase()
    try {
      const { database } = own
      await addMerchant(own, merchantId, 'AnyKey123')
      const clock = new SlowClock(25_000)
      const start = new Date('2026-01-01T00:00:00Z')
      clock.set(merchantId, { offsetMs: 0, frozenAt: start })
      const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000)
      const ran: string[] = []
      const run = async ({ subject }: { subject: string }) => {
        ran.push(`${subject} ${clock.now(merchantId).toISOString()}`)
        return null
      }
      const failed = (_timer: unknown, error: unknown) => assert.fail(String(error))
      const handlers = handlersOf(run)
      const runner = new TimerRunner({ database, clock, handlers, failed })
      const poller = { hold: async () => undefined, release: () => undefined }
      const virtual = new VirtualClock({ database, clock, runner, poller, quiet: async () => undefined })
      const minutes = [1, 2, 3, 4]
      const timers = minutes.map((minute) => timerOf(merchantId, 'expire', `order-${minute}`, at(minute)))
      await schedule(database, timers)

      const first = await virtual.move(merchantId, { to: at(10) })
      assert.equal(first.more, true)
      assert.ok(first.ran > 0 && first.ran < 4, `${first.ran} of four`)
      assert.deepEqual(first.now, at(first.ran), 'it stands where the last timer ran')
      let state = first
      for (let moves = 0; state.more && moves < 5; moves += 1) state = await virtual.move(merchantId, { to: at(10) })
      assert.deepEqual([state.more, state.now, state.next], [false, at(10), null])
      assert.deepEqual(
        ran,
        minutes.map((minute) => `order-${minute} ${at(minute).toISOString()}`),
      )
    } finally {
      await own.drop()
    }
  })
})
