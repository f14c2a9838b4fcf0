import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type CallbackView, type FaultWish, SandboxClient } from '../src/client.ts'
import { addMerchant } from './api.ts'
import { findingsOn } from './audit.ts'
import {
  freshOrderId,
  type MerchantServer,
  merchantServer,
  type Received,
  type TestGateway,
  testGateway,
} from './gateway.ts'

/* Callbacks that go wrong on demand. Under each fault the invariants hold: the bytes are those that were signed
   (7), nothing is lost for good, and the auditor finds nothing. */

let gateway: TestGateway
let shop: MerchantServer
/** What the shop answers. */
let status = 200

before(async () => {
  gateway = await testGateway({ GERBANG_SEED: 'callback faults' })
  shop = await merchantServer(() => status)
})
after(async () => {
  await shop.close()
  await gateway.close()
})

const faults = () => gateway.client.faults
const idOf = ({ body }: Received) => (JSON.parse(body) as { order: { id: string } }).order.id

/** What the shop was sent of these orders, by order, in the order in which it came. */
const received = (...ids: string[]) => shop.received.filter((each) => ids.includes(idOf(each))).map(idOf)

/** A move by nothing waits for what is on its way. */
const settled = () => gateway.client.clock.advance('PT0S')

async function anOrder(): Promise<string> {
  const id = freshOrderId()
  const { status: answered, body } = await gateway.initiate({ order: { id }, url: { callbackUrl: shop.url } })
  assert.equal(answered, 200, JSON.stringify(body))
  return id
}

async function paid(id: string): Promise<void> {
  await gateway.client.pay(id, { card: { number: '4111111111111111' } })
  await settled()
}

async function callbackOf(id: string): Promise<CallbackView> {
  const [callback, ...others] = await gateway.client.callbacks(id)
  assert.ok(callback)
  assert.deepEqual(others, [])
  return callback
}

const told = ({ attempts }: CallbackView) => attempts.map(({ status: answer, error }) => answer ?? error)

/** Minutes from a callback's first attempt to each. */
const minutes = ({ attempts }: CallbackView) =>
  attempts.map(({ at }) => (Date.parse(at) - Date.parse(attempts[0]?.at ?? '')) / 60_000)

async function assertSound(): Promise<void> {
  assert.deepEqual(await findingsOn(gateway.database), [])
  for (const each of shop.received) {
    const { id, body } = await callbackOf(idOf(each))
    assert.deepEqual([each.headers['webhook-id'], each.body], [id, body], 'sent bytes are stored bytes (invariant 7)')
  }
  assert.deepEqual(
    gateway.logged.filter((line) => line.includes('"bug"')),
    [],
  )
}

describe('a callback that goes wrong on demand', () => {
  test('is lost: nothing comes, the attempt says so, and the schedule goes on (invariant 7)', async () => {
    const id = await anOrder()
    await faults().plan({ orderId: id, message: 'callback', fault: 'lost', times: 2 })
    await paid(id)
    assert.deepEqual(told(await callbackOf(id)), ['lost'])
    assert.deepEqual([(await callbackOf(id)).state, received(id)], ['pending', []])
    await assertSound()
    await gateway.client.clock.advance('PT6M')
    const callback = await callbackOf(id)
    assert.deepEqual(
      [callback.state, told(callback), minutes(callback)],
      ['delivered', ['lost', 'lost', 200], [0, 1, 6]],
    )
    assert.deepEqual(received(id), [id])
    await assertSound()
  })

  test('is lost every time: it is abandoned, which is shown, and can be sent by hand', async () => {
    const id = await anOrder()
    await faults().plan({ orderId: id, message: 'callback', fault: 'lost', times: 20 })
    await paid(id)
    await gateway.client.clock.advance('P3D')
    const callback = await callbackOf(id)
    assert.deepEqual([callback.state, told(callback)], ['abandoned', Array.from({ length: 10 }, () => 'lost')])
    assert.deepEqual(received(id), [])
    await assertSound()
    assert.equal((await gateway.client.resend(callback.id)).state, 'delivered', 'by hand it meets no fault')
    assert.deepEqual(received(id), [id])
    assert.equal(await faults().clear(id), 1)
    await assertSound()
  })

  test('lost callbacks do not make their host one that is down', async () => {
    await faults().plan({ message: 'callback', fault: 'lost', times: 8 })
    const ids = await Promise.all(Array.from({ length: 8 }, anOrder))
    for (const id of ids) await gateway.client.pay(id, { card: { number: '4111111111111111' } })
    await settled()
    for (const id of ids) assert.deepEqual(told(await callbackOf(id)), ['lost'])
    const next = await anOrder()
    const before = shop.received.length
    await gateway.client.pay(next, { card: { number: '4111111111111111' } })
    await shop.wait(before + 1)
    assert.deepEqual(received(next), [next])
    await gateway.client.clock.advance('PT1M')
    assert.deepEqual(received(...ids).toSorted(), ids.toSorted())
    await assertSound()
  })

  for (const [name, answer, states] of [
    ['acknowledged', 200, ['delivered', 2]],
    ['refused', 500, ['pending', 2]],
  ] as const) {
    test(`is duplicated and ${name}: the merchant gets the same bytes twice, and it is one attempt (invariant 7)`, async () => {
      const id = await anOrder()
      await faults().plan({ orderId: id, message: 'callback', fault: 'duplicated' })
      status = answer
      await paid(id)
      const callback = await callbackOf(id)
      assert.deepEqual([callback.state, received(id).length], states)
      assert.deepEqual(told(callback), [answer])
      const [first, second] = shop.received.filter((each) => idOf(each) === id)
      assert.deepEqual([first?.body, first?.headers], [second?.body, second?.headers])
      await assertSound()
      status = 200
      await gateway.client.clock.advance('PT1M')
      assert.deepEqual([(await callbackOf(id)).state, received(id).length], ['delivered', answer === 200 ? 2 : 3])
      await assertSound()
    })
  }

  test('is slow by a stated delay, in business time (invariant 10)', async () => {
    const id = await anOrder()
    const planned = await faults().plan({ orderId: id, message: 'callback', fault: 'slow', delay: 'PT1H' })
    assert.equal(planned.delay, 'PT3600S')
    const { now } = await gateway.client.clock.get()
    await paid(id)
    await gateway.client.clock.advance('PT59M59S')
    assert.deepEqual([told(await callbackOf(id)), received(id)], [[], []])
    await assertSound()
    const { ran } = await gateway.client.clock.advance('PT1S')
    const callback = await callbackOf(id)
    assert.deepEqual([callback.state, told(callback), received(id), ran], ['delivered', [200], [id], 1])
    assert.equal(Date.parse(callback.attempts[0]?.at ?? '') - Date.parse(now), 3_600_000)
    await assertSound()
  })

  test('is slow by a delay of its seed, and a retry after it comes by the schedule', async () => {
    const delays: number[] = []
    for (const seed of ['a', 'a', 'b', 'c', 'd']) {
      const id = await anOrder()
      await faults().plan({ orderId: id, message: 'callback', fault: 'slow', seed })
      const { now } = await gateway.client.clock.get()
      status = 500
      await paid(id)
      await gateway.client.clock.advance('PT5M')
      status = 200
      await gateway.client.clock.advance('PT10M')
      const callback = await callbackOf(id)
      assert.deepEqual([callback.state, received(id).length], ['delivered', callback.attempts.length])
      assert.deepEqual(minutes(callback).slice(0, 2), [0, 1])
      delays.push(Date.parse(callback.attempts[0]?.at ?? '') - Date.parse(now))
    }
    for (const ms of delays) assert.ok(ms >= 1_000 && ms <= 300_000, String(ms))
    assert.ok(new Set(delays).size > 2, String(delays))
    await assertSound()
  })

  test('is reordered: it goes behind the next callback of the merchant', async () => {
    const [first, second, third] = [await anOrder(), await anOrder(), await anOrder()]
    await faults().plan({ orderId: first, message: 'callback', fault: 'reordered' })
    await paid(first)
    assert.deepEqual(received(first), [])
    await assertSound()
    // One that is lost has not gone.
    await faults().plan({ orderId: second, message: 'callback', fault: 'lost' })
    await paid(second)
    assert.deepEqual(received(first, second), [])
    await paid(third)
    assert.deepEqual(received(first, second, third), [third, first])
    await gateway.client.clock.advance('PT1M')
    assert.deepEqual(received(first, second, third), [third, first, second])
    await assertSound()
  })

  test('is reordered, and goes alone after a minute if no other comes', async () => {
    const id = await anOrder()
    await faults().plan({ orderId: id, message: 'callback', fault: 'reordered' })
    await paid(id)
    await gateway.client.clock.advance('PT59S')
    assert.deepEqual(received(id), [])
    await gateway.client.clock.advance('PT1S')
    assert.deepEqual([received(id), (await callbackOf(id)).state], [[id], 'delivered'])
    await assertSound()
  })

  test('is reordered on a clock that runs, without any move of it', async () => {
    await gateway.client.clock.freeze(false)
    const [first, second] = [await anOrder(), await anOrder()]
    await faults().plan({ orderId: first, message: 'callback', fault: 'reordered' })
    const before = shop.received.length
    await gateway.client.pay(first, { card: { number: '4111111111111111' } })
    await gateway.client.pay(second, { card: { number: '4111111111111111' } })
    await shop.wait(before + 2)
    assert.deepEqual(received(first, second), [second, first])
    await gateway.client.clock.freeze()
    await assertSound()
  })

  test('another merchant meets none of it (invariant 9)', async () => {
    await addMerchant(gateway, 'TETANGGA', 'AnotherKey123')
    const other = new SandboxClient({ url: gateway.url, merchantId: 'TETANGGA', merchantKey: 'AnotherKey123' })
    await faults().plan({ message: 'callback', fault: 'lost', share: 1, times: 100 })
    await other.faults.plan({ message: 'refund', fault: 'late' })
    assert.equal((await other.faults.list()).length, 1)
    assert.equal(await other.faults.clear(), 1)
    assert.equal((await faults().list()).length, 1)
    assert.equal(await faults().clear(), 1)
  })
})

describe('a share of the callbacks', () => {
  const share: FaultWish = { message: 'callback', fault: 'lost', share: 0.3, seed: 'abc' }

  /** Which of forty orders' first attempts are lost. */
  async function lost(own: TestGateway, wish: FaultWish): Promise<string[]> {
    await own.client.faults.clear()
    const planned = await own.client.faults.plan(wish)
    assert.deepEqual([planned.orderId, planned.times, planned.share], [null, null, 0.3])
    const ids = Array.from({ length: 40 }, (_, n) => `share-${n}`)
    const found: string[] = []
    for (const id of ids) {
      await own.initiate({ order: { id }, url: { callbackUrl: shop.url } })
      await own.client.pay(id, { card: { number: '4111111111111111' } })
    }
    await own.client.clock.advance('PT0S')
    for (const id of ids) {
      const [callback] = await own.client.callbacks(id)
      if (callback?.attempts[0]?.error === 'lost') found.push(id)
    }
    await own.client.clock.advance('P3D')
    const states = new Set((await own.client.callbacks()).map(({ state }) => state))
    assert.deepEqual([...states], ['delivered'], 'all of them come in the end')
    assert.deepEqual(await findingsOn(own.database), [])
    return found
  }

  /** On a gateway of its own, without a seed. */
  async function run(wish: FaultWish): Promise<string[]> {
    const own = await testGateway()
    try {
      return await lost(own, wish)
    } finally {
      await own.close()
    }
  }

  test('is lost, the same by one seed on any gateway, others by another', async () => {
    const first = await run(share)
    assert.ok(first.length >= 5 && first.length <= 20, `${first.length} of 40`)
    assert.deepEqual(await run(share), first)
    assert.notDeepEqual(await run({ ...share, seed: 'abd' }), first)
  })
})

describe('what is planned', () => {
  test('is listed with its seed until it has happened, and cleared by order or whole', async () => {
    const id = freshOrderId()
    const plan = async (wish: FaultWish) => faults().plan(wish)
    const one = await plan({ orderId: id, message: 'refund', fault: 'late', times: 3 })
    const two = await plan({ message: 'callback', fault: 'slow', share: 0.5, seed: 'xyz', delay: 'PT90S' })
    assert.match(one.seed, /^[0-9a-f]{16}$/)
    assert.deepEqual(one, { ...one, orderId: id, message: 'refund', fault: 'late', times: 3, share: 1, delay: null })
    assert.deepEqual(two, { ...two, orderId: null, times: null, share: 0.5, seed: 'xyz', delay: 'PT90S' })
    assert.deepEqual(await faults().list(), [one, two])
    assert.equal(await faults().clear(id), 1)
    assert.deepEqual(await faults().list(), [two])
    assert.equal(await faults().clear(), 1)
    assert.deepEqual([await faults().list(), await faults().clear()], [[], 0])
  })

  test('of the acquirer’s messages, is of any order or a share of them as well', async () => {
    await faults().plan({ message: 'refund', fault: 'declined', share: 0.5, seed: 'one' })
    const found = new Set<string>()
    for (let n = 0; n < 12; n += 1) {
      const id = `acquirer-${n}`
      await gateway.initiate({ order: { id } })
      await gateway.client.pay(id, { card: { number: '4111111111111111' } })
      const refunded = gateway.client.refund(id, 1_000)
      found.add(
        await refunded.then(
          () => 'done',
          (error: Error) => error.message.slice(0, 7),
        ),
      )
    }
    await faults().clear()
    assert.deepEqual([...found].toSorted(), ['4030005', 'done'])
  })

  const nonsense: readonly (readonly [FaultWish, RegExp])[] = [
    [{ message: 'callback', fault: 'declined' }, /fault/],
    [{ message: 'callback', fault: 'late' }, /fault/],
    [{ message: 'refund', fault: 'slow' }, /fault/],
    [{ message: 'inquiry', fault: 'reordered' }, /fault/],
    [{ message: 'letter', fault: 'lost' }, /message/],
    [{ message: 'callback', fault: 'lost', delay: 'PT1M' }, /delay/],
    [{ message: 'callback', fault: 'slow', delay: 'PT1H1S' }, /delay/],
    [{ message: 'callback', fault: 'slow', delay: 'an hour' }, /delay/],
    [{ message: 'callback', fault: 'lost', share: 0 }, /share/],
    [{ message: 'callback', fault: 'lost', share: 1.1 }, /share/],
    [{ message: 'callback', fault: 'lost', times: 0 }, /times/],
    [{ message: 'callback', fault: 'lost', seed: '' }, /seed/],
    [{ orderId: 'a b', message: 'callback', fault: 'lost' }, /order id/],
  ]
  test('is refused where it makes no sense, naming the member', async () => {
    for (const [wish, member] of nonsense) {
      await assert.rejects(faults().plan(wish), (error: Error) => {
        assert.match(error.message, /^4000001 /, JSON.stringify(wish))
        assert.match(error.message, member, JSON.stringify(wish))
        return true
      })
    }
    assert.deepEqual(await faults().list(), [])
  })
})
