import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answerOf, assertProblem, bodyOf, uuid } from './api.ts'
import { freshOrderId, type InitiateChanges, type TestGateway, testGateway } from './gateway.ts'

interface Checked {
  readonly data: {
    readonly order: { readonly reference: string }
    readonly card: object
    readonly result: { readonly payment: Record<string, unknown> }
  }
}

describe('GET /pg/payment/card/check/{orderId}', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway({}, { startAt: new Date('2026-03-01T03:04:05.000Z') })
    await gateway.client.clock.freeze()
    await gateway.client.clock.to('2026-03-02T10:11:12+07:00')
  })
  after(() => gateway.close())

  const check = (id: string) => answerOf(gateway.fetch(`/pg/payment/card/check/${id}`))
  const cancel = (id: string) => answerOf(gateway.fetch(`/pg/payment/card/cancel/${id}`))
  async function open(changes: InitiateChanges = {}): Promise<string> {
    const id = freshOrderId()
    const { status, body } = await gateway.initiate({ ...changes, order: { ...changes.order, id } })
    assert.equal(status, 200, JSON.stringify(body))
    return id
  }
  const statusOf = async (id: string) => (bodyOf(await check(id)) as unknown as Checked).data.result.payment['status']

  /** `data` as text, so that the order of members counts; the rest is looked at here. */
  async function dataOf(id: string): Promise<string> {
    const answer = await check(id)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
    const body = bodyOf(answer)
    assert.deepEqual(Object.keys(body), ['responseCode', 'responseMessage', 'data', 'processingTime', 'traceId'])
    assert.equal(body['responseCode'], '2000000')
    assert.equal(body['responseMessage'], 'Request has been processed successfully')
    assert.equal(typeof body['processingTime'], 'number')
    assert.match(String(body['traceId']), uuid)
    return JSON.stringify(body['data'])
  }

  test('an unpaid order is answered as the live sandbox does', async () => {
    const id = await open()
    assert.equal(
      await dataOf(id),
      JSON.stringify({
        merchant: { id: 'FINPAY770' },
        customer: { id: 'hajar.finnet@gmail.com' },
        order: { id, reference: '', amount: 1000, currency: 'IDR' },
        sourceOfFunds: { type: 'cc' },
        meta: { data: null },
        result: {
          payment: {
            status: 'REQUEST_INITIATED',
            statusDesc: 'REQUEST_INITIATED',
            userDesc: 'Your transaction is currently in progress or pending processing',
            amount: 0,
          },
        },
      }),
    )
  })

  test('a paid order has its reference, the card and the money', async () => {
    const id = await open({ meta: { data: { till: 7 } } })
    await gateway.client.pay(id)
    const text = await dataOf(id)
    const { order, result } = JSON.parse(text) as Checked['data']
    const { reference } = result.payment
    assert.match(order.reference, uuid)
    assert.match(String(reference), /^\d{6}$/)
    assert.equal(
      text,
      JSON.stringify({
        merchant: { id: 'FINPAY770' },
        customer: { id: 'hajar.finnet@gmail.com' },
        order: { id, reference: order.reference, amount: 1000, currency: 'IDR' },
        sourceOfFunds: { type: 'cc' },
        card: {
          mask: '512345xxxxxx0008',
          info: {
            brand: 'MASTERCARD',
            issuing: 'BANCO DEL PICHINCHA CA',
            type: 'CREDIT',
            subType: 'STANDARD',
            country: 'ECUADOR',
          },
        },
        meta: { data: { till: 7 } },
        result: {
          payment: {
            status: 'CAPTURED',
            statusDesc: 'CAPTURED',
            userDesc: 'Your transaction was successful',
            datetime: '2026-03-02 10:11:12',
            reference,
            channel: '008',
            amount: 1000,
          },
        },
      }),
    )
  })

  test('an order whose method the payer picks has no source of funds until it is paid', async () => {
    const id = freshOrderId()
    await gateway.initiate({ order: { id }, customer: { mobilePhone: '+6281286288800' }, sourceOfFunds: undefined })
    assert.match(await dataOf(id), /"customer":\{"id":""\},"order":\{[^}]+\},"meta"/)
    await gateway.client.pay(id)
    assert.match(await dataOf(id), /"sourceOfFunds":\{"type":"cc"\},"card":\{"mask"/)
  })

  test('of a card that is on no sample, only the brand is told', async () => {
    const id = await open()
    await gateway.client.pay(id, { card: { number: '4111111111111111' } })
    const { card } = (bodyOf(await check(id)) as unknown as Checked).data
    assert.deepEqual(card, {
      mask: '411111xxxxxx1111',
      info: { brand: 'VISA', issuing: null, type: null, subType: null, country: null },
    })
  })

  test('the largest amount comes back as an exact integer', async () => {
    const id = await open({ order: { amount: '99999999999999' } })
    await gateway.client.pay(id)
    const text = await dataOf(id)
    assert.match(text, /"amount":99999999999999,"currency"/)
    assert.match(text, /"channel":"008","amount":99999999999999\}/)
  })

  test('the status follows the payer through the challenge', async () => {
    const id = await open()
    await gateway.client.pay(id, { authentication: 'abandon' })
    assert.equal(await statusOf(id), 'AUTHENTICATION_INITIATED')
    await gateway.client.pay(id)
    assert.equal(await statusOf(id), 'CAPTURED')
  })

  test('an order that nobody knows is not found', async () => {
    assert.equal(assertProblem(await check('unknown'), '4040001'), 'Transaction Not Found')
    assert.equal(assertProblem(await cancel('unknown'), '4040001'), 'Transaction Not Found')
  })

  test('an order id is matched exactly', async () => {
    const id = 'Case-7'
    await gateway.initiate({ order: { id } })
    for (const other of ['case-7', 'Case-7%20', '%20Case-7', 'Case-', 'Case-_', 'Case-%25']) {
      assertProblem(await check(other), '4040001', other)
    }
    assert.equal((await check('%43ase-7')).status, 200, 'an encoded letter is the letter')
  })

  describe('GET /pg/payment/card/cancel/{orderId}', () => {
    test('an unpaid order is cancelled once, and cannot be paid afterwards', async () => {
      const id = await open()
      const answer = await cancel(id)
      assert.equal(answer.status, 200)
      const { responseCode, responseMessage, ...others } = bodyOf(answer)
      assert.equal(responseCode, '2000000')
      assert.equal(responseMessage, 'Request has been processed successfully')
      assert.deepEqual(Object.keys(others), ['processingTime', 'traceId'])
      assert.match(
        await dataOf(id),
        /"reference":"".*"status":"CANCELLED".*"datetime":"2026-03-02 10:11:12","amount":0\}/,
      )
      assert.equal(assertProblem(await cancel(id), '4040100'), 'Invalid Transaction Status')
      await assert.rejects(gateway.client.pay(id), { status: 404, responseCode: '4040100' })
      assert.equal(await statusOf(id), 'CANCELLED')
    })

    test('a paid, failed or expired order is not cancelled', async () => {
      const paid = await open()
      await gateway.client.pay(paid)
      const failed = await open()
      await gateway.client.pay(failed, { outcome: 'declined' })
      const expired = await open({ order: { timeout: 1 } })
      await gateway.client.clock.advance('PT1M')
      for (const [id, status] of [
        [paid, 'CAPTURED'],
        [failed, 'FAILURE'],
        [expired, 'EXPIRED'],
      ] as const) {
        assertProblem(await cancel(id), '4040100', status)
        assert.equal(await statusOf(id), status)
      }
    })

    test('an order whose payer stands at the bank is cancelled, and the bank is asked for nothing', async () => {
      const id = await open()
      await gateway.client.pay(id, { authentication: 'abandon' })
      assert.equal((await cancel(id)).status, 200)
      const types = (await gateway.client.events(id)).map(({ type }) => type)
      assert.deepEqual(types.slice(-2), ['attempt.abandoned', 'order.cancelled'])
    })

    test('an order that the acquirer is being asked about is not cancelled: the money may have moved', async () => {
      const id = await open()
      await gateway.client.pay(id, { outcome: 'timeout' })
      assertProblem(await cancel(id), '4040100')
      assert.equal(await statusOf(id), 'PENDING')
    })
  })
})
