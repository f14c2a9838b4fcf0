import assert from 'node:assert/strict'
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { after, before, describe, mock, test } from 'node:test'
import { DirectWay } from '../src/http/direct.ts'
import { basic, giveNewKey } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'

/** Which requests went the short way, in their order. */
const taken: boolean[] = []
const takes: DirectWay['takes'] = Reflect.get(DirectWay.prototype, 'takes')
mock.method(DirectWay.prototype, 'takes', function (this: DirectWay, ...given: Parameters<typeof takes>) {
  const isTaken = takes.apply(this, given)
  taken.push(isTaken)
  return isTaken
})

interface Sent {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answer {
  readonly status: number
  readonly headers: string[]
  readonly body: string
  readonly isDirect: boolean | undefined
}

/** One connection that is kept alive. */
class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async send({ method = 'GET', path, headers = {}, body }: Sent): Promise<Answer> {
    const options = { method, agent: this.#agent, headers: { authorization: ours, ...headers } }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(this.#url + path, options, resolve).on('error', reject)
      request.end(body)
    })
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    return {
      status: answer.statusCode ?? 0,
      headers: answer.rawHeaders.map((each, index, all) =>
        all[index - 1] === 'Date' || all[index - 1] === 'content-length' ? 'any' : each,
      ),
      body: masked(text),
      isDirect: taken.at(-1),
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}

function masked(text: string): string {
  return text
    .replace(/"processingTime":[\d.e-]+/, '"processingTime":0')
    .replace(/"traceId":"[0-9a-f-]{36}"/, '"traceId":""')
}

const ours = basic('FINPAY770', 'SoSecret123')
const initiatePath = '/pg/payment/card/initiate'
const json = { 'content-type': 'application/json' }
/** What a browser's own address bar says, which changes nothing but the way. */
const byFramework = { 'sec-fetch-site': 'none' }

const post = (body: string | object, headers: Readonly<Record<string, string>> = {}): Sent => ({
  method: 'POST',
  path: initiatePath,
  headers: { ...json, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const check = (orderId: string, headers: Readonly<Record<string, string>> = {}): Sent => ({
  path: `/pg/payment/card/check/${orderId}`,
  headers,
})

describe('the short way', () => {
  let gateway: TestGateway
  let connection: Connection
  before(async () => {
    gateway = await testGateway({ GERBANG_LOG: 'info' })
    connection = new Connection(gateway.url)
  })
  after(async () => {
    connection.close()
    await gateway.close()
  })

  /** Sends the same both ways. */
  async function both(sent: Sent): Promise<void> {
    // What was let in is remembered for five seconds.
    await connection.send(check('nothing', byFramework))
    const seen = gateway.logged.length
    const long = await connection.send({ ...sent, headers: { ...sent.headers, ...byFramework } })
    const short = await connection.send(sent)
    assert.equal(long.isDirect, false)
    assert.equal(short.isDirect, true)
    assert.deepEqual({ ...short, isDirect: false }, long)
    const lines = gateway.logged.slice(seen).filter((line) => line.includes('"msg":"request"'))
    const [first, second] = lines.map((line) => {
      const { traceId, time, ms, ...rest } = JSON.parse(line) as Record<string, unknown>
      assert.match(String(traceId), /^[0-9a-f-]{36}$/)
      assert.equal(typeof time, 'number')
      assert.equal(typeof ms, 'number')
      return JSON.stringify(rest)
    })
    assert.equal(lines.length, 2)
    assert.equal(second, first)
  }

  test('gives the bytes, headers and lines in the log that the framework gives', async () => {
    const order = seedSample(freshOrderId(), { meta: { data: { cart: 'A-1', n: 12345678901234567890n.toString() } } })
    await both(post(order))
    const picker = seedSample(freshOrderId(), { sourceOfFunds: {} })
    await both(post(picker))
    const { id } = picker['order'] as { id: string }
    await both(check(id))
    await both(check((order['order'] as { id: string }).id))
    const odd = seedSample(freshOrderId(), {
      customer: { id: 'B"\u00e9\ud83d\ude00\u2028', mobilePhone: '+62812860000' },
    })
    await both(post(odd))
    await both(check((odd['order'] as { id: string }).id))
    for (const sent of [
      post('{'),
      post(''),
      post({}),
      post({ ...order, order: { id: 'A 1' } }),
      post({ ...order, sourceOfFunds: { type: 'vabca' } }),
      post({ ...order, order: { ...(order['order'] as object), amount: '2000' } }),
      check('unknown-order'),
    ])
      await both(sent)
  })

  test('tells of paid orders as the framework does', async () => {
    const orderId = freshOrderId()
    await gateway.initiate({ order: { id: orderId }, meta: { data: { b: [1.5, '/'], a: null } } })
    await gateway.client.pay(orderId)
    await both(check(orderId))
  })

  test('is not taken by what is in any way unusual', async () => {
    const orderId = freshOrderId()
    const first = new Connection(gateway.url)
    await first.send(check('nothing', byFramework))
    assert.equal((await first.send(check('nothing'))).isDirect, true)
    for (const sent of [
      check('nothing', { authorization: basic('FINPAY770', 'wrong') }),
      check('nothing', { authorization: '' }),
      check('nothing', { origin: 'http://evil.example' }),
      check('nothing', { host: 'evil.example' }),
      check('nothing', { 'x-forwarded-for': '10.0.0.1' }),
      check('nothing', { 'x-forwarded-host': 'evil.example' }),
      check('%6eothing'),
      check('nothing?a=b'),
      check('a'.repeat(65)),
      post(seedSample(orderId), { 'content-type': 'text/plain' }),
      post(seedSample(orderId), { 'content-encoding': 'gzip' }),
      post(seedSample(orderId), { 'transfer-encoding': 'chunked' }),
      { ...check('nothing'), method: 'DELETE' },
      { path: '/readyz' },
    ])
      assert.equal((await first.send(sent)).isDirect, false, JSON.stringify(sent))
    assert.equal((await first.send(check('nothing'))).isDirect, true)
    first.close()
  })

  test('knows who comes again over another connection, and nobody else', async () => {
    const own = await testGateway()
    const first = new Connection(own.url)
    assert.equal((await first.send(check('nothing'))).isDirect, false)
    for (const [sent, isDirect] of [
      [check('nothing'), true],
      [check('nothing', { host: 'evil.example' }), false],
      [check('nothing', { 'x-forwarded-for': '10.0.0.1' }), false],
      [check('nothing', { 'x-forwarded-for': '10.0.0.1' }), true],
      [check('nothing', { 'x-forwarded-for': '10.0.0.2' }), false],
      [check('nothing'), true],
      // Whoever gives a wrong key has the merchant looked up anew, so the next right one is asked as well.
      [check('nothing', { authorization: basic('FINPAY770', 'wrong') }), false],
      [check('nothing'), false],
      [check('nothing'), true],
    ] as const) {
      const other = new Connection(own.url)
      assert.equal((await other.send(sent)).isDirect, isDirect, JSON.stringify(sent))
      other.close()
    }
    first.close()
    await own.close()
  })

  test('is closed to a key that is no longer the merchant\u2019s, and to one that is new', async () => {
    const own = await testGateway()
    const line = new Connection(own.url)
    for (const isDirect of [false, true]) assert.equal((await line.send(check('nothing'))).isDirect, isDirect)
    await giveNewKey(own, 'FINPAY770', 'AnotherKey-1')
    const renewed = check('nothing', { authorization: basic('FINPAY770', 'AnotherKey-1') })
    for (const isDirect of [false, false, true]) {
      const answer = await line.send(renewed)
      assert.equal(answer.status, 404)
      assert.equal(answer.isDirect, isDirect)
    }
    line.close()
    await own.close()
  })
})
