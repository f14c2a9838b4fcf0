import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { packageRoot } from '../src/postgres/package-root.ts'
import { addMerchant, type Answer, answerOf, basic } from './api.ts'
import { freshOrderId, merchantServer, seedSample, type TestGateway, testGateway } from './gateway.ts'
import { until } from './process.ts'

/*
 * A merchant who is hostile to another, and whoever would be one: what they can call, and what they could learn from
 * how they are refused. The rule that each breaks on stands in SECURITY.md.
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

describe('a merchant who is hostile to another', () => {
  interface Operation {
    readonly requestBody?: object
    readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  }
  const document = JSON.parse(readFileSync(join(packageRoot(), 'openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>
  }

  /** Without what differs from one answer to the next by itself. */
  const comparable = ({ status, headers, text }: Answer) => ({
    status,
    headers: [...headers].filter(([name]) => !['date', 'content-length', 'keep-alive'].includes(name)),
    text: text
      .replace(/"processingTime":[\d.e-]+/, '')
      .replace(/"traceId":"[^"]+"/, '')
      .replace(/[0-9a-f]{64}/, '')
      .replace(/"expiryLink":"[^"]+"/, '')
      .replace(/"customer":\{"id":"[^"]+"\}/, '')
      .replace(/"now":"[^"]+"/, ''),
  })

  test("learns nothing of the other's orders and changes none, by any call of openapi.json (invariant 9)", async () => {
    const merchant = await merchantServer()
    const authorization = await addMerchant(gateway, 'HOSTILE1', 'HostileKey123')
    const open = freshOrderId()
    const paid = freshOrderId()
    for (const id of [open, paid]) await gateway.initiate({ order: { id }, url: { callbackUrl: merchant.url } })
    await gateway.client.pay(paid)
    const owner = { id: 'pelanggan', mobilePhone: '+6281286288800' }
    const kept = freshOrderId()
    await gateway.initiate({ order: { id: kept }, customer: owner, card: { storedOnFile: 'TO_BE_STORED' } })
    await gateway.client.pay(kept)
    const planned = freshOrderId()
    const planId = `plan-${planned}`
    await gateway.initiate({
      order: { id: planned },
      customer: owner,
      recurring: { subscribe: 'Y', type: 'PURCHASE', id: planId, amount: '1000', intervalUnit: 'monthly' },
    })
    await gateway.client.pay(planned)
    const [card] = await gateway.client.cards(owner.id)
    assert.ok(card)
    const number = { sofId: 'vabca', paymentCode: '8804412345678901' }
    await gateway.client.call('POST', '/pg/payment/card/openpayment/register', {
      customer: owner,
      sourceOfFunds: { type: number.sofId, paymentCode: number.paymentCode },
    })
    const bound: Record<string, unknown> = await gateway.client.call('POST', '/pg/payment/card/directdebit/bind', {
      customer: { ...owner, email: 'budi@example.com', firstName: 'Budi', lastName: 'Santoso' },
      url: { callbackUrl: 'http://127.0.0.1:9/callback' },
      sourceOfFunds: { type: 'ddbri' },
    })
    const token = String(bound['redirecturl']).slice(-64)
    // Delivered and written down, so that nothing of it moves any more.
    const callback = await until('the callback', async () =>
      (await gateway.client.callbacks(paid)).find(({ state }) => state === 'delivered'),
    )
    const missing = {
      orderId: 'missing-1',
      id: '00000000-0000-4000-8000-000000000000',
      cardToken: 'f'.repeat(64),
      customerId: 'nobody',
      planId: 'no-plan',
      sofId: 'vabca',
      paymentCode: '8804499999999999',
      token: 'f'.repeat(64),
      after: '',
      limit: '1',
      state: 'active',
    }
    const orderOf = (orderId: string) => ({
      orderId,
      id: callback.id,
      cardToken: card.token,
      customerId: owner.id,
      planId,
      ...number,
      token,
      after: '',
      limit: '1',
      state: 'active',
    })

    const look = async () => {
      const seen = [
        '/sandbox/clock',
        `/pg/payment/card/check/${open}`,
        `/sandbox/orders/${open}/events`,
        '/sandbox/callbacks',
        `/gerbang/plans/${planId}`,
      ]
      const answers = await Promise.all(seen.map((path) => send(path, { headers: { authorization: good } })))
      return [...answers.map(comparable), await gateway.client.cards(owner.id)]
    }
    const before = await look()

    let calls = 0
    // What opens an order comes last, as the names are free before.
    const paths = Object.entries(document.paths).toSorted(([one]) => (one === initiatePath ? 1 : -1))
    for (const [path, operations] of paths) {
      for (const [method, { requestBody, parameters = [] }] of Object.entries(operations)) {
        /** The call with the names of an order and a callback wherever one can be named. */
        const call = async (names: typeof missing) => {
          const nameOf = (name: string) => {
            assert.ok(Object.hasOwn(names, name), `say here what a hostile merchant puts for {${name}}`)
            // The line above has checked that it is one of them.
            return names[name as keyof typeof names]
          }
          const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => nameOf(name))
          const query = parameters.filter((each) => each.in === 'query').map(({ name }) => `${name}=${nameOf(name)}`)
          const bodies: Readonly<Record<string, object>> = {
            [initiatePath]: seedSample(names.orderId),
            '/sandbox/clock': { advance: 'PT1M' },
            '/sandbox/numbers/{sofId}/{paymentCode}/pay': { amount: 1_000 },
            '/pg/payment/card/customer': { customer: { id: names.customerId } },
            '/pg/payment/card/payment': {
              customer: { id: names.customerId },
              order: { id: names.orderId, amount: 1_000 },
              card: { token: names.cardToken, storedOnFile: 'STORED' },
            },
          }
          const body = bodies[path] ?? {}
          const answer = await send(`${filled}?${query.join('&')}`, {
            method: method.toUpperCase(),
            headers: { authorization, ...(requestBody && json) },
            ...(requestBody && { body: JSON.stringify(body) }),
          })
          assert.ok(!answer.text.includes('FINPAY770'), `${method} ${path}`)
          calls += 1
          return comparable(answer)
        }
        const nothing = await call(missing)
        if (path.includes('{')) assert.equal(nothing.status, 404, `${method} ${path}`)
        // A clock that is moved differs by the move; what it must not do is move the other's, which is looked at below.
        if (path === '/sandbox/clock') continue
        for (const orderId of [open, paid])
          assert.deepEqual(
            await call(orderOf(orderId)),
            nothing,
            `${method} ${path} tells ${orderId} from a missing one`,
          )
      }
    }
    assert.ok(calls > 15)
    const after = await look()
    assert.deepEqual(after, before, "nothing of the other's has changed")
    await merchant.close()
  })
})

describe('a secret', () => {
  const src = join(packageRoot(), 'src')
  const codeOf = (file: string) => readFileSync(join(src, file), 'utf8')

  test('is compared in constant time, on values whose length says nothing', () => {
    const comparing = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /(?<!\.test)\.tsx?$/.test(file) && codeOf(file).includes('timingSafeEqual('),
    )
    assert.deepEqual(comparing.toSorted(), [
      'http/direct.ts',
      'http/guess-guard.ts',
      'merchant/directory.ts',
      'payment/page-token.ts',
      'wire/signature.ts',
    ])
    // Keys and credentials by their digests, or in a place of one size; page secrets are 16 bytes each by the form of the token.
    assert.match(codeOf('http/guess-guard.ts'), /timingSafeEqual\(trusted\.digest, digestOf\(header\)\)/)
    assert.match(codeOf('http/direct.ts'), /timingSafeEqual\(known, padded\(credentials, given\)\)/)
    assert.match(codeOf('merchant/directory.ts'), /timingSafeEqual\(given, digestOfKey\(key\)\)/)
    assert.match(codeOf('payment/page-token.ts'), /timingSafeEqual\(token\.secret, order\.pageSecret\)/)
    // What is never a secret's business: comparing a revealed one by hand.
    const byHand = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        /\.ts$/.test(file) &&
        !/\.test\.ts$/.test(file) &&
        /reveal\(\) [!=]==? given|given [!=]==? .*reveal\(\)/.test(codeOf(file)),
    )
    assert.deepEqual(byHand, [])
  })

  test('costs whoever guesses the same answer for an unknown merchant as for a wrong key', async () => {
    const answers = await Promise.all(
      ['FINPAY770:wrong', 'NOBODY:wrong', 'FINPAY770:', `FINPAY770:${'x'.repeat(5_000)}`, ':', 'no colon'].map((text) =>
        send('/sandbox/clock', { headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } }),
      ),
    )
    const shapes = answers.map(({ status, text, headers }) => ({
      status,
      text: text.replace(/"processingTime":[\d.e-]+/, '').replace(/"traceId":"[^"]+"/, ''),
      names: [...headers.keys()].toSorted(),
    }))
    for (const shape of shapes) assert.deepEqual(shape, shapes[0])
  })
})
