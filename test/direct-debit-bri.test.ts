import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { uuid } from './api.ts'
import {
  poor,
  otp,
  gateway,
  openShop,
  call,
  linked,
  source,
  purchaseBody,
  bri,
  outcome,
  paymentOf,
  statusOf,
  count,
  told,
  audited,
  invalidAccount,
  invalidOtp,
  blocked,
  overdue,
  type Payment,
} from './direct-debit.ts'
import { freshOrderId } from './gateway.ts'

openShop()

describe('BRI by initiate', () => {
  test('sends an OTP, answers its reference, and charges with both', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const answer = await bri(accountId, id)
    const members = ['responseCode', 'responseMessage', 'referenceNumber', 'processingTime', 'traceId']
    assert.deepEqual(Object.keys(answer), members)
    assert.match(String(answer['referenceNumber']), uuid)
    assert.equal(await statusOf(id), 'REQUEST_INITIATED')
    assert.equal((await bri(accountId, id))['referenceNumber'], answer['referenceNumber'], 'a repeat sends no other')
    const { referenceNumber } = answer
    const paid = await bri(accountId, id, { otp, referenceNumber })
    assert.deepEqual(Object.keys(paid), members)
    assert.equal((await paymentOf(id)).channel, '002')
    assert.match((await paymentOf(id)).reference ?? '', /002$/)
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), '200', 'and again answers the same')
    assert.match(await outcome(bri(accountId, id)), /^409 4090001/)
    const notices = (await told(`/${id}`)) as unknown as { result: { payment: Payment } }[]
    assert.deepEqual(
      notices.map(({ result }) => `${result.payment.status} ${result.payment.channel}`),
      ['PAID 002'],
    )
    await audited()
  })

  test('twenty right OTPs at once charge once (invariant 2)', async () => {
    const accountId = await linked('ddbri')
    for (let round = 0; round < 5; round += 1) {
      const id = freshOrderId()
      const { referenceNumber } = await bri(accountId, id)
      const all = await Promise.all(
        Array.from({ length: 20 }, async () => outcome(bri(accountId, id, { otp, referenceNumber }))),
      )
      assert.deepEqual([...new Set(all)], ['200'])
      assert.equal(await count(id, 'attempt.authorizing'), 1)
    }
    await audited()
  })

  test('twenty first steps at once send one OTP', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const all = await Promise.all(Array.from({ length: 20 }, async () => (await bri(accountId, id))['referenceNumber']))
    assert.equal(new Set(all).size, 1)
  })

  test('a wrong OTP is counted, the third blocks it and counts as a refusal, a new one comes after its time', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const { referenceNumber } = await bri(accountId, id)
    for (const refusal of [invalidOtp, invalidOtp, blocked, blocked])
      assert.equal(await outcome(bri(accountId, id, { otp: '000000', referenceNumber })), refusal)
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), blocked)
    assert.equal(await outcome(bri(accountId, id)), blocked)
    assert.equal(await count(id, 'attempt.refused'), 1)
    await gateway.client.clock.advance('PT5M')
    const again = await bri(accountId, id)
    assert.notEqual(again['referenceNumber'], referenceNumber)
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), invalidOtp)
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber: again['referenceNumber'] })), '200')
    await audited()
  })

  test('an order fails when its payer was blocked too often', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    for (let n = 0; n < 5; n += 1) {
      const { referenceNumber } = await bri(accountId, id)
      for (let tries = 0; tries < 3; tries += 1) await outcome(bri(accountId, id, { otp: '000000', referenceNumber }))
      await gateway.client.clock.advance('PT5M')
    }
    assert.equal(await statusOf(id), 'FAILURE')
    await audited()
  })

  test('an OTP lives five minutes of business time (invariant 10)', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const { referenceNumber } = await bri(accountId, id)
    await gateway.client.clock.advance('PT5M')
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), overdue)
  })

  test('an account without the money leaves the order open for another try', async () => {
    const accountId = await linked('ddbri', poor)
    const id = freshOrderId()
    const { referenceNumber } = await bri(accountId, id)
    for (let n = 0; n < 2; n += 1)
      assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), '403 4030014 Insufficient Funds')
    assert.equal(await count(id, 'attempt.authorizing'), 1)
    assert.equal(await statusOf(id), 'REQUEST_INITIATED')
    const again = await bri(accountId, id)
    assert.notEqual(again['referenceNumber'], referenceNumber)
  })

  test('the second step says what is wrong with it', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const unknown = '00000000-0000-4000-8000-000000000000'
    assert.match(await outcome(bri(accountId, id, { otp, referenceNumber: unknown })), /^404 4040001/)
    const { referenceNumber } = await bri(accountId, id)
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber: unknown })), invalidOtp)
    assert.match(await outcome(bri(accountId, id, { otp })), /^400 4000001 Invalid Mandatory Field order.reference/)
    assert.match(
      await outcome(bri(accountId, id, { referenceNumber })),
      /^400 4000001 Invalid Mandatory Field order.otp/,
    )
    assert.match(await outcome(bri(accountId, id, { otp, referenceNumber, amount: '1' })), /^409 4090001/)
    const elsewhere = freshOrderId()
    await bri(accountId, elsewhere)
    assert.equal(await outcome(bri(accountId, elsewhere, { otp, referenceNumber })), invalidOtp)
    await call('directdebit/unbind', source('ddbri', accountId))
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), invalidAccount)
  })

  test('the scripted payer pays it, too', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const { referenceNumber } = await bri(accountId, id)
    assert.equal((await gateway.client.pay(id)).status, 'PAID')
    assert.equal(await outcome(bri(accountId, id, { otp, referenceNumber })), '200')
    assert.equal(await count(id, 'attempt.authorizing'), 0)
    await audited()
  })
})

describe('by initiate of another channel', () => {
  for (const type of ['ddmandiri', 'ddisaku'] as const)
    test(`${type} opens an order that is paid on the page of its channel`, async () => {
      const accountId = await linked(type)
      const id = freshOrderId()
      const answer = await call('initiate', purchaseBody(accountId, id, source(type, accountId)))
      assert.match(String(answer['redirecturl']), /[0-9a-f]{64}$/)
      assert.equal((await gateway.client.pay(id)).status, 'PAID')
      await audited()
    })

  test('a token that is not of the merchant opens none', async () => {
    const id = freshOrderId()
    const unknown = '0'.repeat(32)
    assert.equal(await outcome(call('initiate', purchaseBody(unknown, id))), invalidAccount)
    assert.match(
      await outcome(call('initiate', purchaseBody(unknown, id, { order: { otp, referenceNumber: 'x' } }))),
      /^403 4030001 .*order.otp/,
    )
  })
})
