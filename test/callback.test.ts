import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { openGateway } from '../src/gateway.ts'
import { createLog } from '../src/log.ts'
import { basic, giveNewKey, uuid } from './api.ts'
import { findingsOn } from './audit.ts'
import {
  freshOrderId,
  merchantServer,
  type Received,
  seedSample,
  type TestGateway,
  testGateway,
  testMasterKey,
} from './gateway.ts'
import { testDatabase } from './postgres.ts'

const key = 'SoSecret123'

/** What a merchant's ten lines do: cut the signature off and compare (finpay-api.md 6.4). */
function isGenuine(body: string, merchantKey: string): boolean {
  const signature = (JSON.parse(body) as { signature: string }).signature
  const signed = body.replace(`,"signature":"${signature}"`, '')
  return createHmac('sha512', merchantKey).update(signed).digest('hex') === signature
}

/** What a Standard Webhooks library does with the secret `whsec_` + base64 of the merchant key. */
function isStandardWebhook({ headers, body }: Received, secret: string): boolean {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const expected = `v1,${createHmac('sha256', bytes).update(signed).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(expected)
}

interface Told {
  readonly order: { readonly id: string; readonly reference: string }
  readonly result: { readonly payment: Record<string, unknown> }
}
const told = ({ body }: Received) => JSON.parse(body) as Told

describe('the notification to the merchant', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway({}, { startAt: new Date('2026-03-01T03:11:12.000Z') })
    await gateway.client.clock.freeze()
    await gateway.client.clock.to('2026-03-02T10:11:12+07:00')
  })
  after(() => gateway.close())

  async function open(callbackUrl: string, order: object = {}, meta?: object): Promise<string> {
    const id = freshOrderId()
    const { status, body } = await gateway.initiate({
      order: { ...order, id },
      url: { callbackUrl },
      ...(meta && { meta }),
    })
    assert.equal(status, 200, JSON.stringify(body))
    return id
  }

  test('comes once, in the recorded shape and order, signed so that a merchant can tell', async () => {
    const shop = await merchantServer()
    try {
      const id = await open(`${shop.url}/callback?shop=1`, {}, { data: { note: 'a/b é', big: 1 } })
      await gateway.client.pay(id)
      const [received] = await shop.wait(1)
      assert.ok(received)
      assert.equal(received.path, '/callback?shop=1')
      assert.ok(isGenuine(received.body, key))
      assert.ok(!isGenuine(received.body.replace('1000', '1'), key), 'a changed amount is found out')
      assert.ok(!isGenuine(received.body, 'another'))

      const { order, result } = told(received)
      assert.match(order.reference, uuid)
      const signature = /"signature":"([0-9a-f]{128})"\}$/.exec(received.body)?.[1]
      assert.equal(
        received.body,
        String.raw`{"merchant":{"id":"FINPAY770"},"customer":{"id":"hajar.finnet@gmail.com"},` +
          `"order":{"id":"${id}","reference":"${order.reference}","amount":1000,"currency":"IDR"},` +
          `"transaction":{"acquirerId":null},"sourceOfFunds":{"type":"cc"},` +
          String.raw`"meta":{"data":{"note":"a\/b \u00e9","big":1}},` +
          `"result":{"payment":{"status":"CAPTURED","statusDesc":"CAPTURED","userDesc":"Your transaction was successful",` +
          `"datetime":"2026-03-02 10:11:12","reference":"${String(result.payment['reference'])}","channel":"008","amount":1000}},` +
          `"signature":"${signature}"}`,
      )
      const { headers } = received
      assert.equal(headers['content-type'], 'application/json')
      assert.equal(headers['channel-id'], 'FINPAY')
      assert.equal(headers['client-id'], 'FINPAY')
      assert.equal(headers['x-partner-id'], 'FINPAY770')
      assert.equal(headers['x-external-id'], order.reference)
      assert.equal(headers['authorization'], undefined)
      // Machine time, though the merchant's clock stands in March (invariant 10).
      const stamp = String(headers['x-timestamp'])
      assert.match(stamp, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+07:00$/)
      assert.ok(Math.abs(Date.parse(stamp) - Date.now()) < 60_000)
      assert.ok(Math.abs(Number(headers['webhook-timestamp']) * 1000 - Date.now()) < 60_000)
      assert.ok(isStandardWebhook(received, `whsec_${Buffer.from(key).toString('base64')}`))

      // A move waits for what is under way, also one by nothing.
      await gateway.client.clock.advance('PT0S')
      const [callback, ...more] = await gateway.client.callbacks(id)
      assert.deepEqual(more, [])
      assert.equal(callback?.state, 'delivered')
      assert.equal(callback.id, headers['webhook-id'])
      assert.equal(callback.body, received.body)
      assert.deepEqual(
        callback.attempts.map(({ status, error, answer }) => ({ status, error, answer })),
        [{ status: 200, error: null, answer: '{"responseCode":"2000000"}' }],
      )
      assert.equal((await gateway.client.clock.advance('PT72H')).ran, 0)
      assert.equal(shop.received.length, 1, 'an acknowledged callback is over')
    } finally {
      await shop.close()
    }
  })

  test('says the truth already: `check` from inside the handler sees it (invariants 1 and 6)', async () => {
    const seen: unknown[] = []
    const shop = await merchantServer(async (received) => {
      const { data } = (await gateway.client.check(told(received).order.id)) as { data: Told }
      seen.push(
        data.result.payment['status'],
        data.result.payment['reference'] === told(received).result.payment['reference'],
      )
      return 200
    })
    try {
      await gateway.client.pay(await open(shop.url))
      await shop.wait(1)
      assert.deepEqual(seen, ['CAPTURED', true])
    } finally {
      await shop.close()
    }
  })

  test('is repeated on the documented schedule with equal bytes, then given up (invariant 7)', async () => {
    const shop = await merchantServer(() => 500)
    try {
      const id = await open(shop.url)
      await gateway.client.pay(id)
      await shop.wait(1)
      await gateway.client.clock.advance('PT72H')
      const [callback] = await gateway.client.callbacks(id)
      assert.equal(callback?.state, 'abandoned')
      const minutes = callback.attempts.map(({ at }) => Date.parse(at) / 60_000)
      const waits = minutes.slice(1).map((minute, n) => Math.round(minute - (minutes[n] ?? 0)))
      assert.deepEqual(waits, [1, 5, 15, 30, 60, 120, 360, 720, 1440])
      assert.equal(shop.received.length, 10)
      assert.equal(new Set(shop.received.map(({ body }) => body)).size, 1)
      assert.equal(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size, 1)
      assert.ok(shop.received.every((each) => isGenuine(each.body, key)))
      assert.ok(shop.received.every((each) => isStandardWebhook(each, Buffer.from(key).toString('base64'))))
      assert.deepEqual(
        callback.attempts.map(({ status }) => status),
        Array.from({ length: 10 }, () => 500),
      )
    } finally {
      await shop.close()
    }
  })

  test('any 2xx ends it, whatever came before', async () => {
    for (const [answers, expected] of [
      [
        [500, 200],
        [500, 200],
      ],
      [
        [404, 302, 201],
        [404, 302, 201],
      ],
      [[204], [204]],
    ] as const) {
      const shop = await merchantServer((_, count) => answers[count - 1] ?? 599)
      try {
        const id = await open(shop.url)
        await gateway.client.pay(id)
        await shop.wait(1)
        await gateway.client.clock.advance('PT72H')
        const [callback] = await gateway.client.callbacks(id)
        assert.equal(callback?.state, 'delivered')
        assert.deepEqual(
          callback.attempts.map(({ status }) => status),
          expected,
        )
        assert.equal(shop.received.length, expected.length)
      } finally {
        await shop.close()
      }
    }
  })

  test('a merchant that is not there is tried again, and the reason is shown', async () => {
    const shop = await merchantServer()
    const { url } = shop
    await shop.close()
    const id = await open(url)
    await gateway.client.pay(id)
    await gateway.client.clock.advance('PT10M')
    const [callback] = await gateway.client.callbacks(id)
    assert.equal(callback?.state, 'pending')
    assert.ok(callback.attempts.length >= 2)
    assert.ok(callback.attempts.every(({ status, error }) => status === null && error !== null))
    assert.equal(((await gateway.client.check(id)) as { data: Told }).data.result.payment['status'], 'CAPTURED')
  })

  test('tells of every end that an order can have', async () => {
    const shop = await merchantServer()
    try {
      const rows: readonly (readonly [string, (id: string) => Promise<unknown>, string])[] = [
        ['FAILURE', (id) => gateway.client.pay(id, { outcome: 'declined' }), 'Your transaction has failed'],
        ['FAILURE', (id) => gateway.client.pay(id, { authentication: 'fail' }), 'Your transaction has failed'],
        ['EXPIRED', () => gateway.client.clock.advance('PT1M'), 'Your transaction has expired'],
        ['CANCELLED', (id) => gateway.fetch(`/pg/payment/card/cancel/${id}`), 'Your transaction was cancelled'],
      ]
      for (const [index, [status, end, userDesc]] of rows.entries()) {
        const id = await open(shop.url, { timeout: 1 })
        await end(id)
        const received = (await shop.wait(index + 1)).at(-1)
        assert.ok(received)
        assert.ok(isGenuine(received.body, key))
        const { order, result } = told(received)
        assert.equal(order.id, id)
        const { datetime, ...payment } = result.payment
        assert.match(String(datetime), /^2026-03-\d\d \d\d:\d\d:\d\d$/)
        assert.deepEqual(payment, { status, statusDesc: status, userDesc, reference: null, channel: null, amount: 0 })
      }
      await gateway.client.clock.advance('PT48H')
      assert.equal(shop.received.length, rows.length, 'each is told once')
    } finally {
      await shop.close()
    }
  })

  test('is not sent for what is not final', async () => {
    const shop = await merchantServer()
    try {
      const id = await open(shop.url)
      await gateway.client.pay(id, { outcome: 'declined', attempts: 1 })
      await gateway.client.pay(id, { authentication: 'abandon' })
      assert.deepEqual(await gateway.client.callbacks(id), [])
      await gateway.client.pay(id)
      const [only] = await shop.wait(1)
      assert.equal(only && told(only).result.payment['status'], 'CAPTURED')
    } finally {
      await shop.close()
    }
  })

  test('is sent to nobody where no callbackUrl was given', async () => {
    const { body } = await gateway.initiate({ order: { id: 'no-url' } })
    assert.equal(body['responseCode'], '2000000')
    await gateway.client.pay('no-url')
    assert.deepEqual(await gateway.client.callbacks('no-url'), [])
  })

  test('can be sent again by hand, with the same bytes, and uses up nothing of the schedule', async () => {
    let status = 500
    const shop = await merchantServer(() => status)
    try {
      const id = await open(shop.url)
      await gateway.client.pay(id)
      await shop.wait(1)
      const [before] = await gateway.client.callbacks(id)
      assert.ok(before)
      const refused = await gateway.client.resend(before.id)
      assert.equal(refused.state, 'pending')
      assert.deepEqual(
        refused.attempts.map((attempt) => attempt.status),
        [500, 500],
      )
      status = 200
      const sent = await gateway.client.resend(before.id)
      assert.equal(sent.state, 'delivered')
      await gateway.client.clock.advance('PT72H')
      assert.equal(shop.received.length, 3, 'what was delivered by hand is over')
      await gateway.client.resend(before.id)
      assert.equal(shop.received.length, 4, 'a delivered one can be sent again')
      assert.equal(new Set(shop.received.map(({ body }) => body)).size, 1)
      await assert.rejects(gateway.client.resend('cb_unknown'), { status: 404, responseCode: '4040001' })
    } finally {
      await shop.close()
    }
  })
})

describe("a merchant's key is changed", () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway()
  })
  after(() => gateway.close())

  const check = async (merchantKey: string, id: string) => {
    const headers = { authorization: basic('FINPAY770', merchantKey) }
    return (await fetch(`${gateway.url}/pg/payment/card/check/${id}`, { headers })).status
  }

  test('both keys authenticate; open callbacks are signed anew once the new one is used, with an event', async () => {
    let status = 500
    const shop = await merchantServer(() => status)
    try {
      const open = freshOrderId()
      await gateway.initiate({ order: { id: open }, url: { callbackUrl: shop.url } })
      await gateway.client.pay(open)
      const [first] = await shop.wait(1)
      assert.ok(first && isGenuine(first.body, key))

      const newKey = 'BrandNewKey456'
      await giveNewKey(gateway, 'FINPAY770', newKey)
      // What was remembered of the merchant is forgotten within five seconds (design part 5).
      const until = performance.now() + 8_000
      while (performance.now() < until && (await fresh()) === first.headers['webhook-signature']) await pause(250)
      assert.equal(await check(key, open), 200, 'the old key is still good')
      await gateway.client.clock.advance('PT6M')
      const whileOld = shop.received.at(-1)
      assert.ok(whileOld && isGenuine(whileOld.body, key), 'the old key signs until the new one is used')
      for (const each of [key, newKey]) {
        assert.ok(isStandardWebhook(whileOld, Buffer.from(each).toString('base64')), 'both keys sign the headers')
      }
      assert.equal(whileOld.body, first.body)

      assert.equal(await check(newKey, open), 200)
      assert.equal(await check('neither', open), 401)
      const before = shop.received.length
      await gateway.client.clock.advance('PT20M')
      const anew = shop.received.slice(before)
      assert.equal(anew.length, 1)
      assert.ok(anew[0] && isGenuine(anew[0].body, newKey), 'signed anew')
      assert.equal(anew[0].body.replace(/"signature".*/s, ''), first.body.replace(/"signature".*/s, ''))
      const types = (await gateway.client.events(open)).map(({ type }) => type)
      assert.deepEqual(types.slice(-2), ['order.captured', 'callback.signed_anew'])

      await gateway.client.clock.advance('PT30M')
      assert.equal(shop.received.at(-1)?.body, anew[0].body, 'and then stays as it is (invariant 7)')
      const events = (await gateway.client.events(open)).filter(({ type }) => type === 'callback.signed_anew')
      assert.equal(events.length, 1)
      const [stored] = await gateway.client.callbacks(open)
      assert.equal(stored?.body, anew[0].body)

      status = 200
      const later = freshOrderId()
      await gateway.initiate({ order: { id: later }, url: { callbackUrl: shop.url } })
      await gateway.client.pay(later)
      await gateway.client.clock.advance('PT0S')
      const last = shop.received.findLast(({ body }) => body.includes(`"id":"${later}"`))
      assert.ok(last && isGenuine(last.body, newKey))
      assert.equal(await check(key, later), 200, 'the old key is good for the rest of its day')
    } finally {
      await shop.close()
    }

    /** The signatures that a callback would carry now: one more once the new key is known. */
    async function fresh(): Promise<unknown> {
      const [callback] = await gateway.client.callbacks()
      assert.ok(callback)
      await gateway.client.resend(callback.id)
      const signature = String(shop.received.at(-1)?.headers['webhook-signature'])
      return signature.includes(' ') ? signature : shop.received[0]?.headers['webhook-signature']
    }
  })

  for (const [status, becomes] of [
    [500, 'the next try is signed anew'],
    [200, 'what was acknowledged stays as it was sent'],
  ] as const)
    test(`while a callback is on its way, which ends ${status}: ${becomes}`, async () => {
      const own = await testGateway()
      let answer: (status: number) => void = () => undefined
      const shop = await merchantServer((_, count) =>
        count > 1 ? 200 : new Promise<number>((resolve) => (answer = resolve)),
      )
      try {
        const id = freshOrderId()
        await own.initiate({ order: { id }, url: { callbackUrl: shop.url } })
        await own.client.pay(id)
        while (shop.received.length < 1) await pause(10)
        await giveNewKey(own, 'FINPAY770', 'NewMeanwhile1')
        const headers = { authorization: basic('FINPAY770', 'NewMeanwhile1') }
        const checked = await fetch(`${own.url}/pg/payment/card/check/${id}`, { headers })
        assert.equal(checked.status, 200)
        answer(status)
        await own.client.clock.advance('PT2M')
        const [first, second] = shop.received
        assert.ok(first && isGenuine(first.body, key))
        const [stored] = await own.client.callbacks(id)
        assert.equal(stored?.state, 'delivered')
        assert.equal(stored.attempts.length, status === 200 ? 1 : 2)
        assert.equal(shop.received.length, stored.attempts.length)
        assert.equal(stored.body, (second ?? first).body, 'what was sent last is what is stored (invariant 7)')
        if (second) assert.ok(isGenuine(second.body, 'NewMeanwhile1'))
        assert.deepEqual(await findingsOn(own.database), [])
      } finally {
        await own.close()
        await shop.close()
      }
    })
})

describe('the gateway is restarted', () => {
  const authorization = basic('FINPAY770', key)
  const json = { authorization, 'content-type': 'application/json' }

  /** Opens and pays an order on one gateway, and goes on with a second one on the same database. */
  async function restart(
    shop: { readonly url: string },
    between: (first: { close(): Promise<void> }) => Promise<void>,
    afterwards: (url: string) => Promise<void>,
  ): Promise<void> {
    const own = await testDatabase()
    const config = readConfig({ GERBANG_PORT: '0', GERBANG_MASTER_KEY: testMasterKey })
    const options = { connection: own.connection, log: createLog('silent'), say: () => undefined }
    try {
      const first = await openGateway(config, options)
      const body = JSON.stringify(seedSample('kept', { url: { callbackUrl: shop.url } }))
      await fetch(`${first.url}/pg/payment/card/initiate`, { method: 'POST', headers: json, body })
      const paid = await fetch(`${first.url}/sandbox/orders/kept/pay`, { method: 'POST', headers: { authorization } })
      assert.equal(paid.status, 200)
      await between(first)
      const second = await openGateway(config, options)
      try {
        await afterwards(second.url)
      } finally {
        await second.close()
      }
    } finally {
      await own.drop()
    }
  }
  const move = async (url: string, duration: string) => {
    const body = JSON.stringify({ advance: duration })
    assert.equal((await fetch(`${url}/sandbox/clock`, { method: 'POST', headers: json, body })).status, 200)
  }

  test('between a callback that was refused and its repetition: it comes, with the same bytes', async () => {
    const shop = await merchantServer((_, count) => (count === 1 ? 500 : 200))
    try {
      await restart(
        shop,
        async (first) => {
          await shop.wait(1)
          await first.close()
        },
        async (url) => {
          await move(url, 'PT2M')
          const [before, again] = await shop.wait(2)
          assert.equal(again?.body, before?.body)
          assert.ok(again && isGenuine(again.body, key))
        },
      )
    } finally {
      await shop.close()
    }
  })

  test('while the merchant is still answering: the callback comes again', async () => {
    let answer: (status: number) => void = () => undefined
    let came: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => {
      came = resolve
    })
    const shop = await merchantServer((_, count) => {
      if (count > 1) return 200
      came()
      return new Promise<number>((resolve) => {
        answer = resolve
      })
    })
    try {
      await restart(
        shop,
        async (first) => {
          await arrived
          await first.close()
        },
        async (url) => {
          answer(200)
          const [before, again] = await shop.wait(2)
          assert.equal(again?.body, before?.body)
          await move(url, 'PT0S')
          const listed = await fetch(`${url}/sandbox/callbacks?orderId=kept`, { headers: json })
          const { callbacks } = (await listed.json()) as { callbacks: { state: string; attempts: unknown[] }[] }
          assert.equal(callbacks[0]?.state, 'delivered')
          assert.equal(callbacks[0].attempts.length, 1, 'what we cut off ourselves is no attempt')
        },
      )
    } finally {
      await shop.close()
    }
  })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
