import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { notBuiltYet } from '../src/api/not-built-yet.ts'
import { channels } from '../src/channel/catalogue.ts'
import { addMerchant, answerOf, assertProblem, basic, sendRaw } from './api.ts'
import { membersFor, orderMembersFor } from './channel-matrix.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'

const initiatePath = '/pg/payment/card/initiate'
const good = basic('FINPAY770', 'SoSecret123')
const json = { 'content-type': 'application/json' }

describe('errors of the API', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway()
  })
  after(() => gateway.close())

  /** A request with nothing but what is given. */
  const send = (path: string, init: RequestInit = {}) => answerOf(fetch(gateway.url + path, init))
  const post = (body: string | Buffer, headers: Record<string, string> = { authorization: good, ...json }) =>
    send(initiatePath, { method: 'POST', headers, body: typeof body === 'string' ? body : new Uint8Array(body) })
  const sample = () => JSON.stringify(seedSample(freshOrderId()))

  describe('come in a fixed order:', () => {
    test('the path is looked at before the credentials', async () => {
      for (const path of [
        '/pg/payment/card',
        '/pg/payment/card/nothing',
        '/pg/payment/card/initiate/',
        '/PG/payment/card/initiate',
        '/pg/payment/card/check',
        '/pg/payment/card/check/a/b',
        '/pg/payment/card/check/%E0%A4%A',
        `/pg/payment/card/check/${'x'.repeat(200)}`,
        '/pg/payment/card/check/%00',
        '/sandbox/callbacks?orderId=a%00b',
        '/nothing',
      ]) {
        assertProblem(await send(path, { method: 'POST', body: '{' }), '4040002', path)
        assertProblem(await send(path), '4040002', path)
      }
    })

    test('the method is looked at before the credentials, and the right ones are named', async () => {
      const rows = [
        // path, wrong methods, the right ones
        [initiatePath, ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'POST'],
        ['/pg/payment/card/check/1', ['POST', 'PUT', 'DELETE'], 'GET'],
        ['/pg/payment/card/cancel/1', ['POST', 'PUT', 'DELETE'], 'GET'],
        ['/pg/payment/card/refund', ['PUT', 'DELETE'], 'POST, GET'],
        ['/sandbox/clock', ['PUT', 'DELETE'], 'GET, POST'],
        ['/sandbox/orders/1/pay', ['GET'], 'POST'],
      ] as const
      for (const [path, methods, allowed] of rows) {
        for (const method of methods) {
          const answer = await send(path, { method, ...(method !== 'GET' && { body: '{', headers: json }) })
          assertProblem(answer, '4050001', `${method} ${path}`)
          assert.equal(answer.headers.get('allow'), allowed)
        }
      }
    })

    test('the credentials are looked at before type, size and content of the body', async () => {
      for (const [body, type] of [
        ['{', 'application/json'],
        ['x', 'text/plain'],
        ['x'.repeat(300 * 1024), 'application/json'],
        ['', 'application/json'],
      ] as const) {
        assertProblem(await post(body, { 'content-type': type }), '4010000', type)
      }
    })

    test('type and size are looked at before the content', async () => {
      assertProblem(await post('{', { authorization: good, 'content-type': 'text/plain' }), '4150000')
      assertProblem(await post(`{${' '.repeat(300 * 1024)}`), '4130000')
    })

    test('the content is looked at before the state of the order', async () => {
      const id = freshOrderId()
      await gateway.initiate({ order: { id } })
      await gateway.client.pay(id)
      assertProblem(await post(JSON.stringify(seedSample(id, { order: { id, amount: 'x' } }))), '4000001')
      assertProblem(await post(JSON.stringify(seedSample(id, { paymentPlan: { id: '1' } }))), '4030001')
      assertProblem(await post(JSON.stringify(seedSample(id))), '4090001')
    })
  })

  test('credentials that are missing, wrong or garbled are 401, all in the same words', async () => {
    const encode = (text: string) => Buffer.from(text).toString('base64')
    const rows = [
      undefined,
      '',
      'Basic',
      'Basic ',
      'Basic !!!!',
      `Basic ${encode('')}`,
      `Basic ${encode(':')}`,
      `Basic ${encode('FINPAY770')}`,
      `Basic ${encode('FINPAY770:')}`,
      `Basic ${encode('FINPAY770:sosecret123')}`,
      `Basic ${encode('FINPAY770:SoSecret1234')}`,
      `Basic ${encode(' FINPAY770:SoSecret123')}`,
      `Basic ${encode('finpay770:SoSecret123')}`,
      `Basic ${encode('NOBODY:SoSecret123')}`,
      `Basic ${encode('FINPAY770\0:SoSecret123')}`,
      `Bearer ${encode('FINPAY770:SoSecret123')}`,
      `${good}, ${good}`,
      `Basic ${encode(`${'x'.repeat(4_000)}:y`)}`,
    ]
    const messages = new Set<string>()
    for (const authorization of rows) {
      for (const [path, method] of [
        [initiatePath, 'POST'],
        ['/pg/payment/card/check/1', 'GET'],
        ['/pg/payment/card/cancel/1', 'GET'],
        ['/sandbox/clock', 'GET'],
      ] as const) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
        const answer = await send(path, { method, headers, ...(method === 'POST' && { body: sample() }) })
        messages.add(assertProblem(answer, '4010000', `${authorization} ${path}`))
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /)
      }
    }
    assert.deepEqual([...messages], ['Unauthorized'])
  })

  test('the scheme of the credentials may be written in any case', async () => {
    const answer = await post(sample(), { authorization: good.replace('Basic', 'bASIC'), ...json })
    assert.equal(answer.status, 200, answer.text)
  })

  test('a body of another type is 415, one without a type too', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'multipart/form-data',
      '',
    ]) {
      assertProblem(await post(Buffer.from(sample()), { authorization: good, 'content-type': type }), '4150000', type)
    }
    const untyped = await fetch(gateway.url + initiatePath, {
      method: 'POST',
      headers: { authorization: good },
      body: new Uint8Array(Buffer.from(sample())),
    })
    assertProblem(await answerOf(untyped), '4150000')
    const typed = await post(sample(), { authorization: good, 'content-type': 'Application/JSON; charset=UTF-8' })
    assert.equal(typed.status, 200, typed.text)
  })

  test('a body of more than 256 kB is 413, whether it declares its length or comes in chunks', async () => {
    const large = JSON.stringify({ ...seedSample(freshOrderId()), padding: 'x'.repeat(256 * 1024) })
    assertProblem(await post(large), '4130000')
    const chunked = request(gateway.url + initiatePath, { method: 'POST', headers: { authorization: good, ...json } })
    chunked.on('error', () => undefined)
    chunked.write(large.slice(0, 100_000))
    chunked.write(large.slice(100_000, 250_000))
    chunked.end(large.slice(250_000))
    const [response] = (await once(chunked, 'response')) as [IncomingMessage]
    let text = ''
    for await (const part of response.setEncoding('utf8')) text += String(part)
    const headers = new Headers({ 'content-type': response.headers['content-type'] ?? '' })
    assertProblem({ status: response.statusCode ?? 0, headers, text }, '4130000')
    const fits = JSON.stringify({ ...seedSample(freshOrderId()), padding: 'x'.repeat(250 * 1024) })
    assert.equal((await post(fits)).status, 200)
  })

  describe('a body that is not one JSON object is 400', () => {
    const nested = (depth: number) => `{"order":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    const rows: readonly (readonly [string, string | Buffer])[] = [
      ['empty', ''],
      ['blank', ' \n'],
      ['cut short', '{"order":'],
      ['followed by something', '{}{}'],
      ['an array', '[]'],
      ['a text', '"order"'],
      ['a number', '1'],
      ['null', 'null'],
      ['with a comma too many', '{"order":{},}'],
      ['with a single quote', "{'order':1}"],
      ['with a comment', '{/* */}'],
      ['with NaN', '{"order":NaN}'],
      ['with a duplicate key', '{"order":{"id":"1","id":"2"}}'],
      ['with a duplicate key in disguise', String.raw`{"order":1,"\u006frder":2}`],
      ['with a duplicate key in an unknown member', '{"x":{"y":1,"y":1}}'],
      ['too deep', nested(33)],
      ['far too deep', nested(50_000)],
      ['with U+0000', String.raw`{"order":{"id":"a\u0000b"}}`],
      ['with U+0000 in an unknown key', String.raw`{"a\u0000b":1}`],
      ['with a raw control character', '{"order":"\u0001"}'],
      ['with half a surrogate pair', String.raw`{"order":{"description":"\ud83d"}}`],
      ['with a pair the wrong way round', String.raw`{"order":{"description":"\ude00\ud83d"}}`],
      ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
      ['with an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
      ['with a byte order mark', Buffer.from('\ufeff{}')],
      ['UTF-16', Buffer.from('{}', 'utf16le')],
    ]
    for (const [what, body] of rows) {
      test(`when it is ${what}`, async () => {
        const message = assertProblem(await post(body), '4000000', what)
        assert.match(message, /^Bad Request\. /)
      })
    }

    test('and never quotes what was sent', async () => {
      const answer = await post('{"card":{"number":"5123450000000008","number":"5123450000000008"')
      assert.doesNotMatch(assertProblem(answer, '4000000'), /5123|number/)
    })
  })

  test('an object of the wrong type names the member', async () => {
    for (const [member, value] of [
      ['order', 'text'],
      ['order', [1]],
      ['customer', 1],
      ['url', 'https://x.example'],
      ['billing', true],
    ] as const) {
      const body = JSON.stringify({ ...seedSample(freshOrderId()), [member]: value })
      assert.match(assertProblem(await post(body), '4000001', member), new RegExp(`The ${member} format is invalid$`))
    }
    assert.equal(assertProblem(await post('{}'), '4000001'), 'Invalid Mandatory Field order')
  })

  test('an id that no order can have is not found', async () => {
    for (const id of ['%F0%9F%98%80', 'a%20b', '%2e%2e%2f', '*', "'--", 'x'.repeat(128)]) {
      for (const path of [
        `/pg/payment/card/check/${id}`,
        `/pg/payment/card/cancel/${id}`,
        `/sandbox/orders/${id}/events`,
      ]) {
        assertProblem(await send(path, { headers: { authorization: good } }), '4040001', path)
      }
    }
  })

  test('names that every object inherits are unknown members like others', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const body = sample().replace(/\}$/, `,"${name}":{"order":{"amount":"1"}}}`)
      assert.equal((await post(body)).status, 200, name)
    }
  })

  describe('what is not HTTP at all is answered by us', () => {
    const rows: readonly (readonly [string, string | Buffer, string])[] = [
      ['garbage', 'garbage\r\n\r\n', '4000000'],
      ['a TLS greeting', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, 0x0d, 0x0a]), '4000000'],
      ['an unknown version', 'GET / HTTP/9.9\r\n\r\n', '4000000'],
      [
        'a length that is no number',
        `POST ${initiatePath} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: x\r\n\r\n`,
        '4000000',
      ],
      [
        'two lengths',
        `POST ${initiatePath} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab`,
        '4000000',
      ],
      [
        'a length and chunks at once',
        `POST ${initiatePath} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
        '4000000',
      ],
      ['a header of 20 kB', `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, '4130000'],
      ['a path of 20 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`, '4130000'],
    ]
    for (const [what, bytes, code] of rows) {
      test(what, async () => {
        assertProblem(await sendRaw(gateway.url, bytes), code, what)
      })
    }
  })

  test('a request that names another host is refused, against DNS rebinding', async () => {
    const bytes = (host: string) =>
      `GET /pg/payment/card/check/1 HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '169.254.169.254']) {
      assertProblem(await sendRaw(gateway.url, bytes(host)), '4030015', host)
    }
    for (const host of ['localhost', '127.0.0.1:1234', '[::1]:99', 'LOCALHOST']) {
      assertProblem(await sendRaw(gateway.url, bytes(host)), '4010000', host)
    }
  })

  test('a call that is known and not built yet is 403 and says which', async () => {
    for (const { methods, url, feature } of notBuiltYet) {
      for (const method of methods) {
        const path = url.replace(/:\w+/g, 'x')
        const init = { method, headers: { authorization: good, ...json }, ...(method === 'POST' && { body: '{}' }) }
        assert.equal(
          assertProblem(await send(path, init), '4030001', `${method} ${path}`),
          `Feature Not Allowed ${feature}`,
        )
      }
    }
  })

  test("another merchant's order is not found, by whatever call (invariant 9)", async () => {
    const { body } = await gateway.initiate({ order: { id: 'walled' } })
    assert.equal(body['responseCode'], '2000000')
    await gateway.client.pay('walled')
    const authorization = await addMerchant(gateway, 'OTHER1', 'AnotherKey123')
    const [callback] = await gateway.client.callbacks()
    assert.equal(callback, undefined, 'there is no callback without a URL')
    for (const [path, method] of [
      ['/pg/payment/card/check/walled', 'GET'],
      ['/pg/payment/card/cancel/walled', 'GET'],
      ['/sandbox/orders/walled/events', 'GET'],
      ['/sandbox/orders/walled/pay', 'POST'],
    ] as const) {
      assertProblem(await send(path, { method, headers: { authorization } }), '4040001', path)
    }
    const own = await post(JSON.stringify(seedSample('walled')), { authorization, ...json })
    assert.equal(own.status, 200, 'the id is free for the other merchant')
    const check = await send('/pg/payment/card/check/walled', { headers: { authorization } })
    const { data } = JSON.parse(check.text) as { data: { merchant: object; result: { payment: { status: string } } } }
    assert.deepEqual(data.merchant, { id: 'OTHER1' })
    assert.equal(data.result.payment.status, 'REQUEST_INITIATED')
  })

  test('nothing that a stranger does is logged as a bug of ours', () => {
    const bugs = gateway.logged.filter((line) => line.includes('"bug"'))
    assert.deepEqual(bugs, [])
  })
})

describe('live mode', () => {
  let live: TestGateway
  let authorization: string
  before(async () => {
    live = await testGateway({}, { config: { mode: 'live', publicUrl: 'https://pay.example.com' } })
    authorization = await addMerchant(live, 'LIVE1', 'LiveKey1234567')
  })
  after(() => live.close())
  const send = (path: string, init: RequestInit = {}) =>
    answerOf(fetch(live.url + path, { ...init, headers: { authorization, ...json } }))

  test('without an acquirer it answers 403 to cards and keeps no order', async () => {
    for (const sourceOfFunds of [{ type: 'cc' }, undefined]) {
      const id = freshOrderId()
      const body = JSON.stringify({ ...seedSample(id), sourceOfFunds })
      const answer = await send(initiatePath, { method: 'POST', body })
      assert.equal(assertProblem(answer, '4030001'), 'Feature Not Allowed source of funds.type')
      assertProblem(await send(`/pg/payment/card/check/${id}`), '4040001')
    }
  })

  test('has nobody who tells it of payments that are made elsewhere, and refuses every such channel', async () => {
    const accounts: Readonly<Record<string, string>> = {
      ddisaku: '0'.repeat(32),
      ddbri: 'card_0',
      ddmandiri: '0'.repeat(32),
    }
    for (const channel of channels.filter(({ pays }) => pays === 'elsewhere')) {
      const id = freshOrderId()
      const order = { id, amount: 25_000, ...orderMembersFor(channel) }
      const accountId = accounts[channel.id]
      const linked = accountId === undefined ? {} : { sourceOfFunds: { type: channel.id, accountId } }
      const body = JSON.stringify(seedSample(id, { order, ...membersFor(channel), ...linked }))
      const answer = await send(initiatePath, { method: 'POST', body })
      assert.equal(assertProblem(answer, '4030001', channel.id), 'Feature Not Allowed source of funds.type')
      assertProblem(await send(`/pg/payment/card/check/${id}`), '4040001')
    }
  })

  test('has no sandbox: no call of it, no page, no merchant that everybody knows', async () => {
    for (const [path, method] of [
      ['/sandbox/clock', 'GET'],
      ['/sandbox/clock', 'POST'],
      ['/sandbox/callbacks', 'GET'],
      ['/sandbox/faults', 'POST'],
      ['/sandbox/faults', 'DELETE'],
      ['/sandbox/orders/1/pay', 'POST'],
      ['/sandbox/orders/1/events', 'GET'],
      ['/sandbox/cards', 'GET'],
      ['/sandbox/acs/challenge', 'POST'],
    ] as const) {
      assertProblem(await send(path, { method }), '4040002', path)
    }
    assert.equal(live.gateway.merchant, null)
    const example = await answerOf(fetch(`${live.url}/pg/payment/card/check/1`, { headers: { authorization: good } }))
    assertProblem(example, '4010000')
  })
})
