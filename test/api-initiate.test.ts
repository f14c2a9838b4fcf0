import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answerOf, assertProblem, bodyOf, uuid } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'

describe('POST /pg/payment/card/initiate', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway()
  })
  after(() => gateway.close())

  const post = (body: unknown) =>
    answerOf(
      gateway.fetch('/pg/payment/card/initiate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  const linkOf = (answer: { text: string }) => bodyOf(answer)['redirecturl'] as string

  test("the seed's sample is answered in the documented shape and order", async () => {
    const answer = await post(seedSample(freshOrderId()))
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
    const body = bodyOf(answer)
    assert.deepEqual(Object.keys(body), [
      'responseCode',
      'responseMessage',
      'redirecturl',
      'expiryLink',
      'processingTime',
      'traceId',
    ])
    assert.equal(body['responseCode'], '2000000')
    assert.equal(body['responseMessage'], 'Request has been processed successfully')
    assert.equal(typeof body['processingTime'], 'number')
    assert.match(String(body['traceId']), uuid)
    const link = new URL(String(body['redirecturl']))
    assert.equal(link.origin, gateway.url)
    assert.match(link.pathname, /^\/pg\/payment\/card\/access\/[0-9a-f]{64}$/)
    assert.equal((await fetch(link)).status, 200, 'the link opens')
  })

  test('an order without sourceOfFunds gets the page where the payer picks', async () => {
    for (const sourceOfFunds of [undefined, 'cc', {}, { type: '' }, null, []]) {
      const answer = await post({ ...seedSample(freshOrderId()), sourceOfFunds })
      const { pathname } = new URL(linkOf(answer))
      assert.match(pathname, /^\/pg\/payment\/card\/v2\/access\/[0-9a-f]{64}$/)
      for (const path of [pathname, pathname.replace('/v2/', '/id/v2/'), pathname.replace('/v2/', '/en/v2/')]) {
        assert.equal((await fetch(gateway.url + path)).status, 200, path)
      }
    }
  })

  test('GERBANG_PUBLIC_URL is the base of the link', async () => {
    const behind = await testGateway({ GERBANG_PUBLIC_URL: 'https://pay.example.com' })
    try {
      const { body } = await behind.initiate()
      assert.match(body['redirecturl'] ?? '', /^https:\/\/pay\.example\.com\/pg\/payment\/card\/access\/[0-9a-f]{64}$/)
    } finally {
      await behind.close()
    }
  })

  test('the link ends `timeout` minutes from now, in Western Indonesian time', async () => {
    const frozen = await testGateway({}, { startAt: new Date('2026-02-27T16:58:59.000Z') })
    try {
      await frozen.client.clock.freeze()
      await frozen.client.clock.to('2026-02-28T00:00:00+07:00')
      const rows = [
        // timeout, expiryLink
        [undefined, '2026-03-01 00:00:00'],
        [1, '2026-02-28 00:01:00'],
        ['90', '2026-02-28 01:30:00'],
        [525_600, '2027-02-28 00:00:00'],
      ] as const
      for (const [timeout, expected] of rows) {
        const { body } = await frozen.initiate({ order: { ...(timeout !== undefined && { timeout }) } })
        assert.equal(body['expiryLink'], expected)
      }
    } finally {
      await frozen.close()
    }
  })

  describe('takes every observed form:', () => {
    const sample = () => seedSample(freshOrderId()) as { order: object; customer: object }
    const forms: readonly (readonly [string, () => Record<string, unknown>])[] = [
      ['an amount as number', () => ({ ...sample(), order: { ...sample().order, amount: 1000 } })],
      ['an amount with cents of nothing', () => ({ ...sample(), order: { ...sample().order, amount: '1000.00' } })],
      [
        'an order id as number',
        () => ({ ...sample(), order: { ...sample().order, id: Number(process.hrtime.bigint() / 1000n) } }),
      ],
      [
        'unknown members at every level',
        () => ({ ...sample(), x: { y: [1] }, order: { ...sample().order, colour: {} } }),
      ],
      ['no url at all', () => ({ ...sample(), url: undefined })],
      ["PHP's empty array for an object", () => ({ ...sample(), url: [], billing: [], meta: [], card: [] })],
      ['null and empty text as absent', () => ({ ...sample(), shipping: null, device: '', recurring: null })],
      [
        'blanks in a telephone number',
        () => ({ ...sample(), customer: { ...sample().customer, mobilePhone: ' +62 812 8628 8800 ' } }),
      ],
      ['a card number, which is ignored', () => ({ ...sample(), card: { number: '4111111111111111', cvv: '123' } })],
    ]
    for (const [form, make] of forms) {
      test(form, async () => {
        const answer = await post(make())
        assert.equal(answer.status, 200, answer.text)
      })
    }
  })

  test('a member that is missing or malformed is named in the style of the contract', async () => {
    const rows = [
      // change to the sample, message
      [{ customer: { mobilePhone: undefined } }, 'Invalid Mandatory Field customer.mobile phone'],
      [
        { customer: { mobilePhone: '081286288800' } },
        'Invalid Field Format. The customer.mobile phone format is invalid',
      ],
      [{ order: { id: undefined } }, 'Invalid Mandatory Field order.id'],
      [{ order: { id: 'a b' } }, 'Invalid Field Format. The order.id format is invalid'],
      [{ order: { id: 'x'.repeat(65) } }, 'Invalid Field Format. The order.id format is invalid'],
      [{ order: { amount: '' } }, 'Invalid Mandatory Field order.amount'],
      [{ order: { amount: '0' } }, 'Invalid Field Format. The order.amount format is invalid'],
      [{ order: { amount: '10.50' } }, 'Invalid Field Format. The order.amount format is invalid'],
      [{ order: { amount: -1 } }, 'Invalid Field Format. The order.amount format is invalid'],
      [{ order: { currency: 'USD' } }, 'Invalid Field Format. The order.currency format is invalid'],
      [{ order: { timeout: 0 } }, 'Invalid Field Format. The order.timeout format is invalid'],
      [{ order: { timeout: 525_601 } }, 'Invalid Field Format. The order.timeout format is invalid'],
      [{ url: { callbackUrl: 'ftp://example.com' } }, 'Invalid Field Format. The url.callback url format is invalid'],
      [{ sourceOfFunds: { type: 'gold' } }, 'Invalid Field Format. The source of funds.type format is invalid'],
    ] as const
    for (const [change, message] of rows) {
      const sample = seedSample(freshOrderId()) as Record<string, object>
      for (const [name, members] of Object.entries(change)) sample[name] = { ...sample[name], ...members }
      const answer = await post(sample)
      assert.equal(assertProblem(answer, '4000001', JSON.stringify(change)), message)
    }
  })

  test('what is known and not built yet is refused by its name', async () => {
    const rows = [
      [{ sourceOfFunds: { type: 'qris', paymentCode: '1' } }, 'source of funds.payment code'],
      [{ order: { otp: '999999' } }, 'order.otp'],
      [{ transaction: { fdsId: '000369990001' } }, 'transaction.fds id'],
      [{ transaction: { acquirerId: '12345678' } }, 'transaction.acquirer id'],
      [{ transaction: { mode: 'AUTHONLY' } }, 'transaction.mode'],
      [{ paymentPlan: { id: 'x' } }, 'payment plan'],
    ] as const
    for (const [change, name] of rows) {
      const sample = seedSample(freshOrderId()) as Record<string, object>
      for (const [member, members] of Object.entries(change)) sample[member] = { ...sample[member], ...members }
      const answer = await post(sample)
      assert.equal(assertProblem(answer, '4030001', JSON.stringify(change)), `Feature Not Allowed ${name}`)
      const { id } = sample['order'] as { id: string }
      assertProblem(await answerOf(gateway.fetch(`/pg/payment/card/check/${id}`)), '4040001', 'no order is left behind')
    }
  })

  describe('an order id that comes again', () => {
    test('with the same content gives the same link, in whatever form it is written', async () => {
      const id = freshOrderId()
      const sample = seedSample(id) as { order: Record<string, unknown>; customer: Record<string, unknown> }
      const first = await post(sample)
      const reversed = Object.fromEntries(Object.entries(sample).toReversed())
      const forms = [
        sample,
        reversed,
        { ...sample, order: { ...sample.order, amount: 1000 } },
        { ...sample, order: { ...sample.order, amount: '1000.00' } },
        { ...sample, order: { ...sample.order, timeout: '1440' } },
        { ...sample, customer: { ...sample.customer, mobilePhone: '+62 812 8628 8800' } },
        { ...sample, unknown: 'member' },
      ]
      for (const form of forms) {
        const again = await post(form)
        assert.equal(again.status, 200, again.text)
        assert.equal(linkOf(again), linkOf(first), JSON.stringify(form))
        assert.equal(bodyOf(again)['expiryLink'], bodyOf(first)['expiryLink'])
      }
      const events = await gateway.client.events(id)
      assert.deepEqual(
        events.map(({ type }) => type),
        ['order.initiated'],
        'one order was made',
      )
    })

    test('with other content is refused and changes nothing', async () => {
      const id = freshOrderId()
      const sample = seedSample(id) as { order: Record<string, unknown>; customer: Record<string, unknown> }
      await post(sample)
      for (const other of [
        { ...sample, order: { ...sample.order, amount: '1001' } },
        { ...sample, order: { ...sample.order, description: 'Other' } },
        { ...sample, customer: { ...sample.customer, firstName: 'Budi' } },
        { ...sample, sourceOfFunds: undefined },
        { ...sample, url: { callbackUrl: 'https://elsewhere.example/' } },
        { ...sample, meta: { data: 1 } },
      ]) {
        assertProblem(await post(other), '4090001', JSON.stringify(other))
      }
      const { data } = (await gateway.client.check(id)) as { data: { order: { amount: number } } }
      assert.equal(data.order.amount, 1000)
    })

    test('after the order is paid, cancelled or failed is refused', async () => {
      const ends: readonly ((id: string) => Promise<unknown>)[] = [
        (id) => gateway.client.pay(id),
        (id) => gateway.client.pay(id, { outcome: 'declined' }),
        (id) => gateway.fetch(`/pg/payment/card/cancel/${id}`),
      ]
      for (const end of ends) {
        const id = freshOrderId()
        await post(seedSample(id))
        await end(id)
        assertProblem(await post(seedSample(id)), '4090001')
      }
    })
  })

  describe('meta.data', () => {
    test('comes back in `check` as PHP would write it, every digit and key in place', async () => {
      const rows = [
        // as sent, as it comes back
        ['{"z":9007199254740993,"a":-9223372036854775808}', '{"z":9007199254740993,"a":-9223372036854775808}'],
        ['{"10":"b","9":"a","":1}', '{"10":"b","9":"a","":1}'],
        ['"a/b é \u{1f600}"', String.raw`"a\/b \u00e9 \ud83d\ude00"`],
        ['[1.0, 1e2, 0.1, true, null, []]', '[1,100,0.1,true,null,[]]'],
        ['"$& $1 \\"meta\\":{\\"data\\":null}"', String.raw`"$& $1 \"meta\":{\"data\":null}"`],
        ['0', '0'],
        ['false', 'false'],
      ] as const
      for (const [sent, expected] of rows) {
        const id = freshOrderId()
        const body = JSON.stringify(seedSample(id)).replace(/\}$/, () => `,"meta":{"data":${sent}}}`)
        assert.equal((await post(body)).status, 200)
        const { text, headers } = await answerOf(gateway.fetch(`/pg/payment/card/check/${id}`))
        assert.ok(text.includes(`"meta":{"data":${expected}},"result":`), `${expected} is in ${text}`)
        assert.equal(headers.get('content-type'), 'application/json; charset=utf-8')
      }
    })

    test('of more than 8 kB is refused', async () => {
      const answer = await post({ ...seedSample(freshOrderId()), meta: { data: 'x'.repeat(8_191) } })
      assert.match(assertProblem(answer, '4000001'), /meta\.data/)
      assert.equal((await post({ ...seedSample(freshOrderId()), meta: { data: 'x'.repeat(8_190) } })).status, 200)
    })
  })
})
