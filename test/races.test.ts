import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { GatewayRefusal, type PayResult } from '../src/client.ts'
import { fold } from '../src/payment/history.ts'
import { addMerchant, answerOf, assertProblem, bodyOf } from './api.ts'
import {
  freshOrderId,
  type MerchantServer,
  merchantServer,
  seedSample,
  type TestGateway,
  testGateway,
} from './gateway.ts'
import { until } from './process.ts'

const ends = ['order.captured', 'order.failed', 'order.expired', 'order.cancelled']

describe('many at once', () => {
  let gateway: TestGateway
  let shop: MerchantServer
  before(async () => {
    gateway = await testGateway()
    shop = await merchantServer()
  })
  after(async () => {
    await gateway.close()
    await shop.close()
  })

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    answerOf(
      gateway.fetch('/pg/payment/card/initiate', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    )

  async function open(order: object = {}): Promise<{ id: string; link: string }> {
    const id = freshOrderId()
    const { status, body } = await gateway.initiate({ order: { ...order, id }, url: { callbackUrl: shop.url } })
    assert.equal(status, 200, JSON.stringify(body))
    return { id, link: body['redirecturl'] ?? '' }
  }

  /** Everything that is true of an order however its payers met: one end at most, told once. */
  async function settled(id: string): Promise<string> {
    await gateway.client.clock.advance('PT0S')
    const types = (await gateway.client.events(id)).map(({ type }) => type)
    const ended = types.filter((type) => ends.includes(type))
    assert.ok(ended.length <= 1, `one end: ${types.join(', ')}`)
    const [money] = await gateway.database.query<{ approved: bigint; asked: bigint }>(
      {
        name: 'test.money',
        text: `select count(*) filter (where state = 'approved') as approved, count(*) as asked
             from simulated_authorization where order_id = $1`,
      },
      [id],
    )
    const [order] = await gateway.database.query<{ state: string }>(
      {
        name: 'test.order',
        text: `select state from payment_order where order_id = $1`,
      },
      [id],
    )
    assert.ok(order)
    assert.equal(order.state, fold(types), 'the state is the fold of the events (invariant 6)')
    assert.equal(Number(money?.approved), order.state === 'captured' ? 1 : 0, 'one capture, or none (invariant 2)')
    const callbacks = await gateway.client.callbacks(id)
    assert.equal(callbacks.length, ended.length)
    return order.state
  }

  /** What a call may answer that came too late: never a bug of ours. */
  function assertLate(refusal: unknown): void {
    assert.ok(refusal instanceof GatewayRefusal, String(refusal))
    assert.ok(['4090000', '4040100'].includes(refusal.responseCode), refusal.message)
  }

  const bugs = () => gateway.logged.filter((line) => line.includes('"bug"'))

  describe('20 payers of one order make one capture (invariant 2):', () => {
    const form = (number: string, formNo = 1) =>
      new URLSearchParams({
        formNo: String(formNo),
        lang: 'id',
        number,
        expiry: '09/33',
        cvv: '100',
        name: 'Budi Santoso',
      })
    const submit = async (url: string, body: URLSearchParams) => {
      const response = await fetch(url, { method: 'POST', body, redirect: 'manual' })
      await response.arrayBuffer()
      assert.equal(response.status, 303)
    }
    const twenty = Array.from({ length: 20 }, (_, n) => n)

    test('by the page, with a card that is asked for nothing', async () => {
      for (let round = 0; round < 3; round += 1) {
        const { id, link } = await open()
        await Promise.all(twenty.map(() => submit(link, form('5111111111111118'))))
        assert.equal(await settled(id), 'captured')
        assert.equal((await gateway.client.events(id)).length, 5, 'one attempt was made')
      }
    })

    test('by the page, each through 3-D Secure, with double clicks and different cards', async () => {
      for (let round = 0; round < 3; round += 1) {
        const { id, link } = await open()
        await Promise.all(
          twenty.map(async (n) => {
            await submit(link, form(n % 2 === 0 ? '4111111111111111' : '4242424242424242', (n % 3) + 1))
            await Promise.all(
              [0, 1].map(() => submit(`${link}/authenticate`, new URLSearchParams({ methodCompleted: 'Y' }))),
            )
            await submit(`${link}/return`, new URLSearchParams())
          }),
        )
        assert.equal(await settled(id), 'captured')
      }
    })

    test('by the scripted payer', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { id } = await open()
        const results = await Promise.allSettled(twenty.map(() => gateway.client.pay(id)))
        for (const result of results) {
          if (result.status === 'rejected') assertLate(result.reason)
        }
        const paid = results.filter((each): each is PromiseFulfilledResult<PayResult> => each.status === 'fulfilled')
        assert.ok(
          paid.some(({ value }) => value.status === 'CAPTURED'),
          JSON.stringify(paid),
        )
        assert.equal(await settled(id), 'captured')
      }
    })

    test('by page and script at once, where the bank declines some', async () => {
      const { id, link } = await open()
      const results = await Promise.allSettled(
        twenty.map((n) =>
          n % 2 === 0
            ? submit(link, form('5111111111111118', 1 + (n % 4)))
            : gateway.client.pay(id, { outcome: n % 4 === 1 ? 'declined' : 'approved', attempts: 1 }),
        ),
      )
      for (const result of results) {
        if (result.status === 'rejected') assertLate(result.reason)
      }
      if ((await settled(id)) !== 'captured') await gateway.client.pay(id).catch(assertLate)
      await settled(id)
    })
  })

  test('8 equal requests for an order make one, and their answers differ in trace and time only', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = freshOrderId()
      const answers = await Promise.all(Array.from({ length: 8 }, () => post(seedSample(id))))
      const bodies = answers.map((answer) => {
        assert.equal(answer.status, 200, answer.text)
        const { traceId, processingTime, ...others } = bodyOf(answer)
        assert.equal(typeof processingTime, 'number')
        return { traceId, others }
      })
      assert.equal(new Set(bodies.map(({ traceId }) => traceId)).size, 8)
      for (const { others } of bodies) assert.deepEqual(others, bodies[0]?.others)
      assert.deepEqual(
        (await gateway.client.events(id)).map(({ type }) => type),
        ['order.initiated'],
      )
    }
  })

  test('8 requests of different content for one order: one gets it, by its own content', async () => {
    const id = freshOrderId()
    const amounts = Array.from({ length: 8 }, (_, n) => 1_000 + n)
    const answers = await Promise.all(amounts.map((amount) => post(seedSample(id, { order: { id, amount } }))))
    const won = answers.findIndex(({ status }) => status === 200)
    for (const [index, answer] of answers.entries()) {
      if (index !== won) assertProblem(answer, '4090001')
    }
    const { data } = (await gateway.client.check(id)) as { data: { order: { amount: number } } }
    assert.equal(data.order.amount, amounts[won])
  })

  test('a full batch of 200 is untouched by hostile rows and repeated orders beside it', async () => {
    const hostile = await addMerchant(gateway, 'HOSTILE', 'HostileKey123')
    const far = await answerOf(
      gateway.fetch('/sandbox/clock', {
        method: 'POST',
        headers: { authorization: hostile, 'content-type': 'application/json' },
        body: '{"to":"9989-12-31T23:59:59.999+00:00"}',
      }),
    )
    assert.equal(far.status, 200)
    // A gateway that rests takes a burst whole, however slow this process is at sending it.
    await pause(50)
    const ids = Array.from({ length: 200 }, () => freshOrderId())
    const repeated = freshOrderId()
    const strange = [
      { order: { amount: '99999999999999', timeout: 525_600 } },
      { order: { description: '\u{10ffff}'.repeat(127) } },
      { meta: { data: '\u{1f600}'.repeat(600) } },
      { meta: { data: JSON.parse(`${'['.repeat(28)}${']'.repeat(28)}`) as unknown } },
      { order: { item: Array.from({ length: 100 }, (_, n) => ({ name: `\u0001${n}`.repeat(100) })) } },
      { customer: { mobilePhone: '+62812862888', id: `{"'\\;--$1`.repeat(30) } },
    ]
    const sent = [
      ...ids.map((id) => post(seedSample(id))),
      ...strange.flatMap((change) =>
        [hostile, undefined].map((authorization) =>
          post(seedSample(freshOrderId(), change), authorization === undefined ? {} : { authorization }),
        ),
      ),
      ...Array.from({ length: 10 }, (_, n) =>
        post(seedSample(repeated, { order: { id: repeated, amount: 1 + (n % 2) } })),
      ),
    ]
    const answers = await Promise.all(sent)
    for (const { status, text } of answers.slice(0, 200)) assert.equal(status, 200, text)
    assert.equal(new Set(answers.slice(0, 200).map((answer) => bodyOf(answer)['redirecturl'])).size, 200)
    for (const answer of answers.slice(200)) {
      assert.ok(answer.status < 500, answer.text)
      if (answer.status === 200) {
        assert.match(String(bodyOf(answer)['expiryLink']), /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, answer.text)
      }
    }
    for (const id of ids.slice(0, 20)) await gateway.client.check(id)
    assert.deepEqual(bugs(), [])
  })

  test('expiry and payment at one moment: the order ends one way', async () => {
    const seen = new Set<string>()
    for (let round = 0; round < 12; round += 1) {
      const { id } = await open({ timeout: 1 })
      await gateway.client.clock.advance('PT59S')
      const [paid, moved] = await Promise.allSettled([
        later(round % 4, () => gateway.client.pay(id)),
        later(round, () => gateway.client.clock.advance('PT2S')),
      ])
      if (paid.status === 'rejected') assertLate(paid.reason)
      assert.equal(moved.status, 'fulfilled')
      const state = await settled(id)
      assert.ok(['captured', 'expired'].includes(state), state)
      if (paid.status === 'fulfilled') {
        const wire = state === 'captured' ? 'CAPTURED' : 'EXPIRED'
        assert.equal(paid.value.status, wire, 'the payer is told the truth')
      }
      seen.add(state)
    }
    assert.ok(seen.size > 0)
  })

  test('cancelling and paying at one moment: never both', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id } = await open()
      const [paid, ...cancelled] = await Promise.all([
        later(round % 3, () => gateway.client.pay(id)).then(
          ({ status }) => status,
          (refusal: unknown) => {
            assertLate(refusal)
            return 'late'
          },
        ),
        ...[0, 4].map((more) =>
          later(round * 2 + more, async () => answerOf(gateway.fetch(`/pg/payment/card/cancel/${id}`))),
        ),
      ])
      const done = cancelled.filter(({ status }) => status === 200)
      for (const answer of cancelled) if (answer.status !== 200) assertProblem(answer, '4040100')
      const state = await settled(id)
      assert.equal(state, done.length > 0 ? 'cancelled' : 'captured')
      assert.ok(done.length <= 1)
      assert.notEqual(paid, done.length > 0 ? 'CAPTURED' : 'CANCELLED')
    }
  })

  test('a payer whose order is cancelled while the bank is asked about the card is shown so', async () => {
    const { id, link } = await open()
    const isStarted = async () => (await gateway.client.events(id)).some(({ type }) => type === 'attempt.started')
    const fields = { formNo: '1', number: '4111111111111111', expiry: '09/33', cvv: '100', name: 'Budi Santoso' }
    let shown: Promise<Response> | undefined
    await gateway.database.transaction(async (sql) => {
      // The bank keeps us waiting.
      await sql.query({ name: 'test.bank', text: 'lock table simulated_authentication in access exclusive mode' })
      shown = fetch(link, { method: 'POST', body: new URLSearchParams(fields) })
      await until('the attempt', isStarted)
      assert.equal((await gateway.fetch(`/pg/payment/card/cancel/${id}`)).status, 200)
    })
    const page = await shown
    assert.equal(page?.status, 200)
    assert.match((await page?.text()) ?? '', /Pesanan dibatalkan/)
  })

  test('nothing of all this was a bug of ours, and no card is left in the vault', async () => {
    assert.deepEqual(bugs(), [])
    await gateway.client.clock.advance('PT16M')
    const [left] = await gateway.database.query<{ n: bigint }>({
      name: 'test.left',
      text: 'select count(*) as n from vault_entry',
    })
    assert.equal(Number(left?.n), 0)
  })
})

/** Does something `ms` milliseconds from now, so that rounds meet at different moments. */
async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
  return work()
}
