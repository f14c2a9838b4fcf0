import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fastify from 'fastify'
import { checkoutRoutes, type CheckoutDeps } from '../src/checkout/routes.ts'
import { operationRoutes } from '../src/http/operation.ts'
import { collectRoutes } from '../src/http/openapi.ts'
import { jsonRoutes } from '../src/openapi.ts'
import type { Sql } from '../src/postgres/database.ts'
import { type AcsDeps, acsRoutes } from '../src/sandbox/acs-routes.ts'
import { type BindingDeps, bindingRoutes } from '../src/sandbox/binding-routes.ts'
import { type PageDeps, pageRoutes } from '../src/sandbox/page-routes.ts'
import { answerOf, assertProblem, basic, bodyOf, sendRaw } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'
import { textMembers } from './initiate-members.ts'

/*
 * Requests that are made to hurt, against a running gateway: whoever sends them knows what can be known, and
 * the rule that each breaks on stands in SECURITY.md.
 */

const good = basic('FINPAY770', 'SoSecret123')
const json = { 'content-type': 'application/json' }
const initiatePath = '/pg/payment/card/initiate'

let gateway: TestGateway
before(async () => {
  gateway = await testGateway()
})
after(() => gateway.close())

const send = (path: string, init: RequestInit = {}) => answerOf(fetch(gateway.url + path, init))

/** Every route of every door, from the registrations themselves, with a name in place of each parameter. */
async function allRoutes(): Promise<{ method: string; url: string; path: string }[]> {
  const app = fastify()
  const pages = collectRoutes(app)
  const nothing: unknown = { merchant: {}, publicUrl: () => '' }
  await app.register(checkoutRoutes(nothing as CheckoutDeps))
  await app.register(acsRoutes(nothing as AcsDeps))
  await app.register(bindingRoutes(nothing as BindingDeps))
  await app.register(pageRoutes(nothing as PageDeps))
  await app.register(operationRoutes(nothing as Sql))
  await app.ready()
  await app.close()
  return [...pages, ...(await jsonRoutes())].map(({ method, url }) => ({
    method,
    url,
    path: url.replace(':language(^id$|^en$)', 'id').replace(/:\w+/g, 'x'),
  }))
}

describe('a page of another site', () => {
  /** Where another site may lead a browser: what is only looked at, and the ways to and from a bank. */
  const open = [
    'GET /',
    'GET /healthz',
    'GET /readyz',
    'GET /sandbox/cards',
    'GET /sandbox/directdebit/:token',
    'POST /sandbox/acs/challenge',
    'POST /sandbox/acs/method',
    'GET /pg/payment/card/threeds/return/:token',
    'POST /pg/payment/card/threeds/return/:token',
    'GET /widgetpg/qr/:token.png',
    'GET /widgetpg/qr/:token.svg',
    ...[
      '/pg/payment/card/access/:token',
      '/pg/payment/card/v2/access/:token',
      '/pg/payment/card/:language(^id$|^en$)/v2/access/:token',
      '/widgetpg/pending/:token',
    ].flatMap((form) => [
      `GET ${form}`,
      `GET ${form}/authenticate`,
      `GET ${form}/change`,
      `GET ${form}/cvv`,
      `GET ${form}/method`,
      `GET ${form}/stored`,
      `GET ${form}/return`,
      `POST ${form}/return`,
    ]),
  ]

  /** What a browser says of such a request: the first since 2023, the others where it says no more. */
  const foreign: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'something new' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
  ]

  test('is refused by every route of every door but those that it may lead to', async () => {
    const routes = await allRoutes()
    assert.ok(routes.length > 100)
    const taken: string[] = []
    for (const { method, url, path } of routes) {
      const refusals = new Set<boolean>()
      const step = /\/(change|cvv|method|stored|authenticate)$/.test(path) ? '' : '$&'
      for (const headers of foreign) {
        const answer = await send(path, {
          method,
          headers: { authorization: good, ...headers },
          redirect: 'manual',
        })
        // A payer whose shop posts to the page is shown the page, and nothing that was posted is read.
        const isShown = answer.status === 303 && answer.headers.get('location') === path.replace(/\/\w+$/, step)
        refusals.add(answer.status === 403 || isShown)
      }
      assert.equal(refusals.size, 1, `${method} ${url} treats all of them alike`)
      if (refusals.has(false)) taken.push(`${method} ${url}`)
    }
    assert.deepEqual(taken.toSorted(), open.toSorted())
  })

  test('learns nothing of paths that are not there', async () => {
    assertProblem(await send('/nothing', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }), '4040002')
  })

  test('is told apart from our own pages and from programs', async () => {
    const { host } = new URL(gateway.url)
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      { origin: `http://${host}` },
      { origin: `https://${host}` },
    ]) {
      const answer = await send('/sandbox/clock', { headers: { authorization: good, ...headers } as HeadersInit })
      assert.equal(answer.status, 200, JSON.stringify(headers))
    }
    const behindProxy = await testGateway({ GERBANG_PUBLIC_URL: 'https://pay.example.com' })
    for (const [origin, status] of [
      ['https://pay.example.com', 404],
      ['https://pay.example.com.evil.example', 303],
      ['https://evil.example', 303],
    ] as const) {
      const path = `${behindProxy.url}/pg/payment/card/access/${'0'.repeat(64)}`
      assert.equal(
        (await fetch(path, { method: 'POST', redirect: 'manual', headers: { origin } })).status,
        status,
        origin,
      )
    }
    await behindProxy.close()
  })

  test('gets no leave to read an answer from any route (CORS)', async () => {
    for (const { method, url, path } of await allRoutes()) {
      for (const sent of new Set([method, 'OPTIONS'])) {
        const { headers } = await send(path, {
          method: sent,
          headers: {
            authorization: good,
            origin: 'https://evil.example',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization',
            'access-control-request-private-network': 'true',
          },
        })
        const leave = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
        assert.deepEqual(leave, [], `${sent} ${url}`)
        assert.equal(headers.get('x-content-type-options'), 'nosniff', `${sent} ${url}`)
        assert.equal(headers.get('cache-control'), 'no-store', `${sent} ${url}`)
      }
    }
  })
})

describe('a request line or header', () => {
  const raw = (head: string) => sendRaw(gateway.url, `${head}\r\nconnection: close\r\n\r\n`)

  test('that names another host is refused, however it is dressed up', async () => {
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'evil.example#127.0.0.1',
      'evil.example/127.0.0.1',
      '0.0.0.0',
      '[::]',
      '169.254.169.254',
      '10.0.0.1',
      '[::ffff:10.0.0.1]',
      'localhost.',
      '127.0.0.1.',
      'local\u0131host',
      'xlocalhost',
      '',
    ]) {
      assertProblem(await raw(`GET /sandbox/clock HTTP/1.1\r\nhost: ${host}`), '4030015', host)
      const forwarded = await raw(`GET /sandbox/clock HTTP/1.1\r\nhost: ${host}\r\nx-forwarded-host: 127.0.0.1`)
      assertProblem(forwarded, '4030015', `${host} behind a header that nobody vouches for`)
    }
    for (const extra of ['x-forwarded-host: evil.example', 'forwarded: host=evil.example', 'x-host: evil.example']) {
      assertProblem(await raw(`GET /sandbox/clock HTTP/1.1\r\nhost: 127.0.0.1\r\n${extra}`), '4010000', extra)
    }
  })

  test('is not turned into another method or path', async () => {
    const id = freshOrderId()
    await gateway.initiate({ order: { id } })
    for (const header of [
      'x-http-method-override',
      'x-http-method',
      'x-method-override',
      'x-original-url',
      'x-rewrite-url',
    ]) {
      const value = /url/.test(header) ? `/pg/payment/card/cancel/${id}` : 'POST'
      const answer = await send(`/pg/payment/card/check/${id}`, { headers: { authorization: good, [header]: value } })
      assert.equal(answer.status, 200, header)
    }
    for (const query of ['_method=POST', 'method=GET&_method=DELETE', `orderId=other`]) {
      const answer = await send(`/pg/payment/card/check/${id}?${query}`, { headers: { authorization: good } })
      assert.match(answer.text, /REQUEST_INITIATED/, query)
    }
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'DEBUG', 'PROPFIND']) {
      const answer = await raw(`${method} /pg/payment/card/check/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: secret=1`)
      assert.ok(Number.isNaN(answer.status) || answer.status >= 400, `${method} ${answer.status}`)
      assert.doesNotMatch(answer.text, /secret=1/)
    }
  })

  test('with a parameter twice is read one way', async () => {
    const { body } = await gateway.initiate()
    const link = new URL(body['redirecturl'] ?? '')
    for (const query of [
      'lang=en&lang=id',
      'lang[]=en',
      'lang=%00',
      '__proto__[lang]=en',
      'lang=en%0d%0ax-injected:1',
    ]) {
      const answer = await send(`${link.pathname}?${query}`)
      assert.ok(answer.status === 200 || answer.status === 404, `${query} ${answer.status}`)
      assert.match(answer.text, /<html lang="id"/, query)
      assert.equal(answer.headers.get('x-injected'), null)
    }
    const form = 'formNo=1&formNo=2&number=1&number=5123450000000008&expiry=09/33&cvv=100&name=Budi'
    const answer = await send(link.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    })
    assert.equal(answer.status, 422, 'of a name that comes twice the first counts')
  })
})

describe('a body', () => {
  test('changes no prototype, in whatever member it tries', async () => {
    const bombs = ['__proto__', 'constructor', 'prototype']
    for (const path of [[], ...textMembers().map((path) => path.slice(0, -1))]) {
      const places = path.filter((name) => name !== '0')
      const bomb = bombs
        .map(
          (name) =>
            `"${name}":{"polluted":"yes","prototype":{"polluted":"yes"},"url":{"callbackUrl":"http://evil.example"}}`,
        )
        .join(',')
      const text = places.reduceRight((inner, name) => `{"${name}":${inner}}`, `{${bomb}}`)
      for (const body of [text, JSON.stringify(seedSample(freshOrderId())).replace(/\}$/, `,${text.slice(1)}`)]) {
        await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body })
      }
      await send('/sandbox/clock', { method: 'POST', headers: { authorization: good, ...json }, body: text })
    }
    const id = freshOrderId()
    const data = `{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}`
    const body = JSON.stringify(seedSample(id)).replace(/\}$/, `,"meta":{"data":${data}}}`)
    assert.equal(
      (await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body })).status,
      200,
    )
    const check = await send(`/pg/payment/card/check/${id}`, { headers: { authorization: good } })
    assert.ok(check.text.includes(`"meta":{"data":${data}}`), 'what a merchant sends comes back as it was')
    // The gateway runs in this process, so that its prototypes are these.
    for (const target of [{}, [], '', () => undefined]) {
      assert.equal((target as Record<string, unknown>)['polluted'], undefined)
    }
  })

  test('with thousands of members, whose names are made to collide, is read in no more time than others', async () => {
    const many = (name: (n: number) => string, count: number) =>
      `{"order":{${Array.from({ length: count }, (_, n) => `"${name(n)}":0`).join(',')}}}`
    const bodies = {
      plain: many((n) => `k${n}`, 20_000),
      // Names that are numbers, whose hash was their value in V8 (CVE-2026-21717).
      'multiples of 2^16': many((n) => String((n % 40_000) * 65_536 + 1_000_000_000), 14_000),
      'multiples of 2^17 and beyond 32 bits': many((n) => String(2 ** 33 + n * 131_072), 14_000),
      negative: many((n) => `-${n * 65_536}`, 14_000),
      'names of every object': many((n) => `__proto__${n}`, 14_000),
    }
    for (const [what, body] of Object.entries(bodies)) {
      assert.ok(body.length < 256 * 1024, what)
      const times: number[] = []
      for (let n = 0; n < 3; n += 1) {
        const startedAt = performance.now()
        const answer = await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body })
        times.push(performance.now() - startedAt)
        assertProblem(answer, '4000001', what)
      }
      assert.ok(Math.min(...times) < 250, `${what}: ${Math.min(...times)} ms`)
    }
  })

  test('with an order id that could be taken for another is refused, or is that order', async () => {
    const initiate = async (id: string) => {
      const text = JSON.stringify(seedSample('ID')).replace('"id":"ID"', `"id":${id}`)
      return bodyOf(await send(initiatePath, { method: 'POST', headers: { authorization: good, ...json }, body: text }))
    }
    for (const id of [
      '9007199254740993',
      '1e3',
      '1.0',
      '-1',
      '0x10',
      '18446744073709551617',
      '"a b"',
      '"a\\n"',
      '"a\\u0000"',
      '"\\u0430bc"',
      '"a\\u200b"',
      '"a\\u202e"',
      '"\\uff11"',
      '"é"',
      '"e\\u0301"',
      '"../x"',
      '"a/b"',
      '"a?b"',
      '"a%2fb"',
      `"${'x'.repeat(65)}"`,
      '[1]',
      '{"a":1}',
      'true',
    ]) {
      assert.match(String((await initiate(id))['responseCode']), /^400000[01]$/, id)
    }
    const first = await initiate('9007199254740992')
    assert.equal(first['responseCode'], '2000000')
    assert.equal((await initiate('"9007199254740992"'))['redirecturl'], first['redirecturl'])
    const upper = await initiate('"Case-1"')
    const lower = await initiate('"case-1"')
    assert.notEqual(upper['redirecturl'], lower['redirecturl'], 'letters of either case are two orders')
  })
})
