import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import jsQr from 'jsqr'
import { PNG } from 'pngjs'
import { parse } from 'promptparse'
import { statement } from '../src/postgres/database.ts'
import { outcome } from './api.ts'
import { findingsOn } from './audit.ts'
import { freshOrderId, type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'

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

interface Opened {
  readonly id: string
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

async function open(type: string | undefined, change: Record<string, unknown> = {}): Promise<Opened> {
  const id = freshOrderId()
  const { order = {}, sourceOfFunds = {}, ...rest } = change as Record<string, Record<string, unknown>>
  const answer = await gateway.initiate({
    order: { id, amount: 25_000, ...order },
    url: { callbackUrl: `${shop.url}/${id}` },
    sourceOfFunds: type === undefined ? null : { type, ...sourceOfFunds },
    ...rest,
  })
  return { id, status: answer.status, body: answer.body as unknown as Opened['body'] }
}

interface Check {
  readonly data: {
    readonly order: { readonly reference: string; readonly amount: number }
    readonly sourceOfFunds?: { readonly type: string; readonly paymentCode?: string }
    readonly result: { readonly payment: Readonly<Record<string, unknown>> }
  }
}

async function check(id: string): Promise<Check['data']> {
  return ((await gateway.client.check(id)) as unknown as Check).data
}

const cancel = (id: string) => gateway.client.call('GET', `/pg/payment/card/cancel/${id}`)
const refund = (id: string, amount: number) =>
  gateway.client.call('POST', '/pg/payment/card/refund', { order: { id, amount } })

const told = (id: string) =>
  shop.received.filter(({ path }) => path === `/${id}`).map(({ body }) => JSON.parse(body) as Check['data'])

const types = async (id: string) => (await gateway.client.events(id)).map(({ type }) => type)

async function audited(): Promise<void> {
  assert.deepEqual(await findingsOn(gateway.database), [])
}

describe('a virtual account', () => {
  test('is paid at its bank, and its merchant is told in the recorded form', async () => {
    const { id, status, body } = await open('vabca')
    assert.equal(status, 200)
    assert.match(String(body['paymentCode']), /^88044\d{11}$/)
    assert.match(String(body['redirecturl']), /\/widgetpg\/pending\/[0-9a-f]{64}$/)
    const { paymentCode } = body
    const unpaid = await check(id)
    assert.deepEqual(unpaid.sourceOfFunds, { type: 'vabca', paymentCode })
    assert.equal(unpaid.result.payment['status'], 'REQUEST_INITIATED')

    assert.deepEqual(await gateway.client.pay(id), {
      status: 'PAID',
      steps: [{ step: 'payment', attempt: 0, result: 'kept' }],
    })
    const { order, sourceOfFunds, result } = await check(id)
    assert.deepEqual(sourceOfFunds, { type: 'vabca', paymentCode })
    assert.match(String(result.payment['reference']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}014$/)
    assert.equal(result.payment['channel'], '014')
    assert.equal(result.payment['amount'], 25_000)
    await shop.wait(1)
    const [notice] = told(id)
    assert.ok(notice)
    assert.deepEqual(notice.sourceOfFunds, { type: 'vabca', paymentCode })
    assert.equal(notice.result.payment['status'], 'PAID')
    assert.equal(notice.result.payment['reference'], result.payment['reference'])
    assert.equal(notice.order.reference, order.reference)
    assert.ok(!('card' in notice))
    await audited()
  })

  test('that is paid cannot be paid again, and money that comes all the same goes back (invariant 2)', async () => {
    const { id } = await open('vabri')
    await gateway.client.pay(id)
    assert.equal(await outcome(gateway.client.pay(id)), '404 4040100')
    const second = await gateway.client.pay(id, { outcome: 'late' })
    assert.deepEqual(second, {
      status: 'PAID',
      steps: [{ step: 'payment', attempt: 1, result: 'returning: paid_already' }],
    })
    await gateway.client.clock.advance('PT1S')
    assert.deepEqual((await types(id)).slice(-2), ['receipt.unwanted', 'receipt.returned'])
    assert.equal((await check(id)).result.payment['amount'], 25_000)
    await audited()
  })

  test('takes the exact amount: another is refused at the bank, and goes back where it was paid all the same', async () => {
    const { id } = await open('vamandiri')
    const refused = await gateway.client.pay(id, { amount: 24_999 })
    assert.deepEqual(refused, {
      status: 'REQUEST_INITIATED',
      steps: [{ step: 'lookup', attempt: 0, result: 'wrong_amount' }],
    })
    const { steps } = await gateway.client.pay(id, { amount: 26_000, outcome: 'late' })
    assert.equal(steps[0]?.result, 'returning: wrong_amount')
    assert.equal((await gateway.client.pay(id)).status, 'PAID')
    await audited()
  })

  test('is cancelled before it is paid, and cannot be paid then', async () => {
    const { id } = await open('vabni')
    assert.equal(await outcome(cancel(id)), '200')
    assert.equal(await outcome(gateway.client.pay(id)), '404 4040100')
    const { steps } = await gateway.client.pay(id, { outcome: 'late' })
    assert.equal(steps[0]?.result, 'returning: cancelled')
    assert.equal((await check(id)).result.payment['status'], 'CANCELLED')
    await audited()
  })

  test('that expired may still be paid: late truth is told (invariant 2)', async () => {
    const { id } = await open('vapermata', { order: { timeout: 60 } })
    await gateway.client.clock.advance('PT61M')
    assert.equal((await check(id)).result.payment['status'], 'EXPIRED')
    assert.equal(await outcome(gateway.client.pay(id)), '404 4040100')
    const { status } = await gateway.client.pay(id, { outcome: 'late' })
    assert.equal(status, 'PAID')
    await gateway.client.clock.advance('PT1S')
    assert.deepEqual(
      told(id).map(({ result }) => result.payment['status']),
      ['EXPIRED', 'PAID'],
    )
    await audited()
  })

  test('late money goes back where the merchant does not keep it', async () => {
    // Merchants are remembered for five seconds.
    await gateway.database.query(statement('', 'update merchant set keeps_late_payments = false'), [])
    await pause(5_100)
    const { id } = await open('vabsi', { order: { timeout: 1 } })
    await gateway.client.clock.advance('PT2M')
    const { status, steps } = await gateway.client.pay(id, { outcome: 'late' })
    assert.deepEqual([status, steps[0]?.result], ['EXPIRED', 'returning: late'])
    await gateway.database.query(statement('', 'update merchant set keeps_late_payments = true'), [])
    await pause(5_100)
    await audited()
  })

  test('is neither voided nor refunded', async () => {
    const { id } = await open('vabtn')
    await gateway.client.pay(id)
    assert.equal(await outcome(gateway.client.call('GET', `/pg/payment/card/void/${id}`)), '403 4030015')
    assert.equal(await outcome(refund(id, 1_000)), '403 4030015')
  })

  test('may be chosen by the merchant, stands for one order at a time, and is free again after it', async () => {
    const sourceOfFunds = { paymentCode: '8802700099980062' }
    const { id, status, body } = await open('vamandiri', { sourceOfFunds })
    assert.deepEqual([status, body['paymentCode']], [200, '8802700099980062'])
    const second = await open('vamandiri', { sourceOfFunds })
    assert.deepEqual([second.status, second.body['responseCode']], [409, '4090000'])
    assert.equal(await outcome(gateway.client.check(second.id)), '404 4040001')
    await gateway.client.pay(id)
    const third = await open('vamandiri', { sourceOfFunds })
    assert.equal(third.status, 200)
    assert.equal((await gateway.client.pay(third.id)).status, 'PAID')
  })

  for (const paymentCode of ['1234567890123456', '88027', '88027000999800621', '88027abc', '8802800021234567'])
    test(`cannot be ${paymentCode}, which is not the merchant's`, async () => {
      const { status, body } = await open('vamandiri', { sourceOfFunds: { paymentCode } })
      assert.equal(status, 400)
      assert.equal(body['responseMessage'], 'Invalid Field Format. The source of funds.payment code format is invalid')
    })

  test('the same request again gives the same number', async () => {
    const id = freshOrderId()
    const wanted = { order: { id, amount: 5_000 }, sourceOfFunds: { type: 'vabca' } }
    const { body: first } = await gateway.initiate(wanted)
    const { body: again } = await gateway.initiate(wanted)
    assert.equal(first['paymentCode'], again['paymentCode'])
  })

  test('twenty payers at once pay once, and the rest goes back (invariant 2)', async () => {
    const { id } = await open('vabca')
    const all = await Promise.all(Array.from({ length: 20 }, () => gateway.client.pay(id, { outcome: 'late' })))
    const kept = all.filter(({ steps }) => steps[0]?.result === 'kept')
    assert.equal(kept.length, 1)
    await gateway.client.clock.advance('PT1S')
    assert.equal((await types(id)).filter((type) => type === 'receipt.returned').length, 19)
    await audited()
  })
})

describe('a wallet', () => {
  test('is paid in its own session, and can be refunded in parts', async () => {
    const { id, status, body } = await open('shopeepay')
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal((await gateway.client.pay(id)).status, 'PAID')
    assert.equal(await outcome(refund(id, 5_000)), '200')
    assert.equal((await check(id)).result.payment['status'], 'PARTIALLY_REFUNDED')
    assert.equal(await outcome(refund(id, 20_000)), '200')
    assert.equal((await check(id)).result.payment['status'], 'REFUNDED')
    assert.equal(await outcome(refund(id, 1)), '403 4030015')
    await audited()
  })

  test('that nobody has opened cannot be cancelled, and one that was opened can (observed)', async () => {
    const { id } = await open('shopeepay')
    assert.equal(await outcome(cancel(id)), '404 4040100')
    await gateway.client.pay(id, { outcome: 'timeout' })
    assert.equal(await outcome(cancel(id)), '200')
    await audited()
  })

  test('that refuses its payer until the attempts are used up fails the order', async () => {
    const { id } = await open('shopeepay')
    const { status, steps } = await gateway.client.pay(id, { outcome: 'declined' })
    assert.equal(status, 'FAILURE')
    assert.ok(steps.filter(({ step }) => step === 'payment').length > 1)
    await audited()
  })

  for (const [type, change, message] of [
    ['dana', {}, 'Invalid Mandatory Field order.item'],
    ['dana', { order: { item: [{ name: 'a' }] } }, 'Invalid Mandatory Field order.item.0.category'],
    ['linkaja', {}, 'Invalid Mandatory Field order.item'],
    ['ovo', {}, 'Invalid Mandatory Field source of funds.account id'],
    [
      'ovo',
      { sourceOfFunds: { accountId: '+62812' } },
      'Invalid Field Format. The source of funds.account id format is invalid',
    ],
    ['kredivo', {}, 'Invalid Mandatory Field billing'],
    ['qris', { order: { amount: 10_000_001 } }, 'Invalid Field Format. The order.amount format is invalid'],
  ] as const)
    test(`${type} says what it needs: ${message}`, async () => {
      const { status, body } = await open(type, change)
      assert.deepEqual([status, body['responseCode'], body['responseMessage']], [400, '4000001', message])
    })
})

describe('QRIS', () => {
  test('is a payload that others read, and a picture that says the same', async () => {
    const { id, body } = await open('qris')
    const payload = String(body['stringQr'])
    const read = parse(payload, true)
    assert.ok(read, payload)
    assert.equal(read.getTagValue('54'), '25000')
    assert.equal(read.getTagValue('53'), '360')
    assert.equal(read.getTagValue('51', '00'), 'ID.CO.QRIS.WWW')
    const answer = await fetch(String(body['imageurl']))
    const { width, height, data } = PNG.sync.read(Buffer.from(await answer.arrayBuffer()))
    assert.equal(jsQr.default(new Uint8ClampedArray(data), width, height)?.data, payload)
    const again = await fetch(String(body['imageurl']).replace('.png', '.svg'))
    assert.equal(again.headers.get('content-type'), 'image/svg+xml')
    assert.equal((await gateway.client.pay(id)).status, 'PAID')
    const other = await open('vabca')
    const none = await fetch(String(other.body['redirecturl']).replace('/pending/', '/qr/') + '.png')
    assert.equal(none.status, 404)
  })
})

for (const [type, change, field] of [
  ['vabca', { recurring: { type: 'PURCHASE', id: 'R', amount: '1' } }, 'recurring'],
  ['qris', { transaction: { mode: 'AUTHORIZE' } }, 'transaction.mode'],
  ['shopeepay', { order: { transactionFiltering: { cardBin: ['411111'] } } }, 'order.transaction filtering'],
] as const)
  test(`${field} is for cards, and is refused for ${type}`, async () => {
    const { status, body } = await open(type, change)
    assert.deepEqual([status, body['responseMessage']], [403, `Feature Not Allowed ${field}`])
  })

describe('the payer of an order that leaves the method open', () => {
  test('picks, picks again, and pays once', async () => {
    const { id, body } = await open(undefined)
    assert.match(String(body['redirecturl']), /\/v2\/access\//)
    await gateway.client.pay(id, { method: 'vabca', amount: 1 })
    const first = (await check(id)).sourceOfFunds
    assert.equal(first?.type, 'vabca')
    await gateway.client.pay(id, { method: 'vabri', amount: 1 })
    const second = (await check(id)).sourceOfFunds
    assert.equal(second?.type, 'vabri')
    assert.notEqual(first?.paymentCode, second?.paymentCode)
    const { status, steps } = await gateway.client.pay(id, { method: 'cc', card: { number: '4111111111111111' } })
    assert.equal(status, 'CAPTURED', JSON.stringify(steps))
    assert.deepEqual((await check(id)).sourceOfFunds, { type: 'cc' })
    assert.equal(await outcome(gateway.client.pay(id, { method: 'vabca' })), '404 4040100')
    await audited()
  })

  test('in two tabs with two methods pays once (invariant 2)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await open(undefined)
      await gateway.client.pay(id, { method: 'vabca', amount: 1 })
      const outcomes = await Promise.allSettled([
        gateway.client.pay(id, { outcome: 'late' }),
        gateway.client.pay(id, { method: 'cc', card: { number: '4111111111111111' } }),
      ])
      await gateway.client.clock.advance('PT1S')
      const { status, amount } = (await check(id)).result.payment
      assert.ok(status === 'PAID' || status === 'CAPTURED', `${String(status)} ${JSON.stringify(outcomes)}`)
      assert.equal(amount, 25_000)
    }
    await audited()
  })
})
