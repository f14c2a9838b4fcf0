import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TSchema } from '../base/schema.ts'
import { fastify } from 'fastify'
import { CheckAnswer, CodeAnswer, ErrorAnswer, InitiateAnswer, success } from './answers.ts'

/** The bytes that a route with this response schema sends for the answer. */
async function sent(schema: TSchema, answer: unknown): Promise<string> {
  const app = fastify()
  app.get('/', { schema: { response: { 200: schema } } }, () => answer)
  const { statusCode, body } = await app.inject('/')
  await app.close()
  assert.equal(statusCode, 200, body)
  return body
}

const traceId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

test('an initiate answer has its members in their order and no empty ones', async () => {
  const answer: InitiateAnswer = {
    traceId,
    processingTime: 0.088,
    expiryLink: '2026-07-03 18:15:59',
    redirecturl: 'http://localhost:8080/pg/payment/card/access/32067d',
    ...success,
  }
  assert.equal(
    await sent(InitiateAnswer, answer),
    '{"responseCode":"2000000","responseMessage":"Request has been processed successfully",' +
      '"redirecturl":"http://localhost:8080/pg/payment/card/access/32067d","expiryLink":"2026-07-03 18:15:59",' +
      `"processingTime":0.088,"traceId":"${traceId}"}`,
  )
  const whole = { ...answer, paymentCode: '88', appurl: 'a:', imageurl: 'b:', stringQr: '0002' }
  assert.match(
    await sent(InitiateAnswer, whole),
    /18:15:59","paymentCode":"88","appurl":"a:","imageurl":"b:","stringQr":"0002","processingTime"/,
  )
})

const data: CheckAnswer['data'] = {
  merchant: { id: 'FINPAY770' },
  customer: { id: '' },
  order: { id: 'A-1', reference: '', amount: 35_000, currency: 'IDR' },
  meta: { data: null },
  result: {
    payment: {
      status: 'REQUEST_INITIATED',
      statusDesc: 'REQUEST_INITIATED',
      userDesc: 'Your transaction is currently in progress or pending processing',
      amount: 0,
    },
  },
}

test('a check of an unpaid order is the observed one', async () => {
  assert.equal(
    await sent(CheckAnswer, { ...success, data, processingTime: 0.01, traceId } satisfies CheckAnswer),
    '{"responseCode":"2000000","responseMessage":"Request has been processed successfully",' +
      '"data":{"merchant":{"id":"FINPAY770"},"customer":{"id":""},' +
      '"order":{"id":"A-1","reference":"","amount":35000,"currency":"IDR"},"meta":{"data":null},' +
      '"result":{"payment":{"status":"REQUEST_INITIATED","statusDesc":"REQUEST_INITIATED",' +
      '"userDesc":"Your transaction is currently in progress or pending processing","amount":0}}},' +
      `"processingTime":0.01,"traceId":"${traceId}"}`,
  )
})

test('a check of a paid card has the card, its unknown parts as null, and what was paid', async () => {
  const paid: CheckAnswer['data'] = {
    ...data,
    sourceOfFunds: { type: 'cc' },
    card: {
      mask: '512345xxxxxx0008',
      info: { brand: 'MASTERCARD', issuing: null, type: null, subType: null, country: null },
    },
    meta: { data: { note: 'Kopi', list: [1, { a: null }] } },
    result: {
      payment: {
        status: 'CAPTURED',
        statusDesc: 'CAPTURED',
        userDesc: 'Your transaction was successful',
        datetime: '2025-09-18 17:06:17',
        reference: '016460',
        channel: '008',
        amount: 35_000,
      },
    },
  }
  const body = await sent(CheckAnswer, { ...success, data: paid, processingTime: 0.01, traceId } satisfies CheckAnswer)
  assert.match(
    body,
    /"sourceOfFunds":\{"type":"cc"\},"card":\{"mask":"512345xxxxxx0008","info":\{"brand":"MASTERCARD","issuing":null,"type":null,"subType":null,"country":null\}\},"meta":\{"data":\{"note":"Kopi","list":\[1,\{"a":null\}\]\}\},"result":/,
  )
  assert.match(body, /"datetime":"2025-09-18 17:06:17","reference":"016460","channel":"008","amount":35000\}\}\}/)
})

test('a member that no schema lists is not sent', async () => {
  const leaking = { ...success, processingTime: 1, traceId, pan: '5123450000000008' }
  const expected = `{"responseCode":"2000000","responseMessage":"${success.responseMessage}","processingTime":1,"traceId":"${traceId}"}`
  assert.equal(await sent(CodeAnswer, leaking), expected)
  assert.equal(await sent(ErrorAnswer, leaking), expected)
})
