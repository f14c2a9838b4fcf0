import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rupiah } from '../base/money.ts'
import { type CallbackNotice, callbackHeaders, callbackText } from './callback.ts'
import { phpReencode } from './php-json.ts'
import { wireStatuses } from './status.ts'

const reference = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

/** A paid order with the values' forms of the recorded callback; its identifiers are made up. */
function aNotice(overrides: Partial<CallbackNotice> = {}): CallbackNotice {
  return {
    merchantId: 'FINPAY770',
    customerId: '',
    order: { id: '1686716101151', reference, amount: rupiah(35_000n) },
    acquirerId: null,
    channel: 'vabca',
    paymentCode: '8802700000076850',
    card: null,
    metaData: null,
    payment: {
      status: 'PAID',
      at: new Date('2025-09-18T10:06:17Z'),
      reference: `${reference}014`,
      channel: '014',
      amount: rupiah(35_000n),
    },
    ...overrides,
  }
}

test('a paid virtual account is told in the recorded members, order and bytes', () => {
  assert.equal(
    callbackText(aNotice()),
    '{"merchant":{"id":"FINPAY770"},"customer":{"id":""},' +
      `"order":{"id":"1686716101151","reference":"${reference}","amount":35000,"currency":"IDR"},` +
      '"transaction":{"acquirerId":null},"sourceOfFunds":{"type":"vabca","paymentCode":"8802700000076850"},' +
      '"meta":{"data":null},"result":{"payment":{"status":"PAID","statusDesc":"PAID",' +
      '"userDesc":"Your transaction was successful","datetime":"2025-09-18 17:06:17",' +
      `"reference":"${reference}014","channel":"014","amount":35000}}}`,
  )
})

test('a paid card has its approval code, no payment code, and its mask where it is asked for', () => {
  const card: Partial<CallbackNotice> = {
    channel: 'cc',
    paymentCode: null,
    payment: {
      status: 'CAPTURED',
      at: new Date('2025-09-18T10:06:17Z'),
      reference: '016460',
      channel: '008',
      amount: rupiah(1_000n),
    },
  }
  const without = callbackText(aNotice(card))
  assert.match(without, /"sourceOfFunds":\{"type":"cc"\},"meta":/)
  assert.match(without, /"status":"CAPTURED".*"reference":"016460","channel":"008","amount":1000\}\}\}$/)
  const info = {
    brand: 'MASTERCARD',
    issuing: 'BANCO DEL PICHINCHA CA',
    type: 'CREDIT',
    subType: 'STANDARD',
    country: 'ECUADOR',
  }
  assert.match(
    callbackText(aNotice({ ...card, card: { mask: '512345xxxxxx0008', info } })),
    /"sourceOfFunds":\{"type":"cc"\},"card":\{"mask":"512345xxxxxx0008","info":\{"brand":"MASTERCARD","issuing":"BANCO DEL PICHINCHA CA","type":"CREDIT","subType":"STANDARD","country":"ECUADOR"\}\},"meta":/,
  )
})

test('an order that expires before a method is picked has no source of funds and no money', () => {
  const text = callbackText(
    aNotice({
      channel: null,
      paymentCode: null,
      payment: {
        status: 'EXPIRED',
        at: new Date('2025-09-18T10:06:17Z'),
        reference: null,
        channel: null,
        amount: rupiah(0n),
      },
    }),
  )
  assert.match(text, /"transaction":\{"acquirerId":null\},"meta":/)
  assert.match(text, /"userDesc":"Your transaction has expired".*"reference":null,"channel":null,"amount":0\}\}\}$/)
})

test('meta.data goes out as the text that it is kept as', () => {
  const metaData = phpReencode('{"b":12345678901234567, "1":"é/", "e":{}}') ?? ''
  assert.match(
    callbackText(aNotice({ metaData })),
    /"meta":\{"data":\{"b":12345678901234567,"1":"\\u00e9\\\/","e":\[\]\}\},"result":/,
  )
})

test('the headers name the sender, the merchant and the order', () => {
  assert.deepEqual(callbackHeaders(aNotice()), {
    'content-type': 'application/json',
    'channel-id': 'FINPAY',
    'client-id': 'FINPAY',
    'x-partner-id': 'FINPAY770',
    'x-external-id': reference,
  })
})

test('whatever is told, PHP decodes it and encodes it to the same bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !value.includes('\u0000'))
  const money = fc.bigInt({ min: 0n, max: 99_999_999_999_999n }).map(rupiah)
  const notice = fc.record<CallbackNotice>({
    merchantId: text,
    customerId: text,
    order: fc.record({ id: text, reference: fc.uuid(), amount: money }),
    acquirerId: fc.option(text),
    channel: fc.option(text),
    paymentCode: fc.option(text),
    card: fc.option(
      fc.record({
        mask: text,
        info: fc.record({
          brand: fc.option(text),
          issuing: fc.option(text),
          type: fc.option(text),
          subType: fc.option(text),
          country: fc.option(text),
        }),
      }),
    ),
    metaData: fc.option(text.map((value) => phpReencode(JSON.stringify({ value })) ?? null)),
    payment: fc.record({
      status: fc.constantFrom(...wireStatuses),
      at: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      reference: fc.option(text),
      channel: fc.option(text),
      amount: money,
    }),
  })
  fc.assert(
    fc.property(notice, (each) => {
      const body = callbackText(each)
      assert.equal(phpReencode(body), body)
      assert.doesNotMatch(body, /\{\}/)
      assert.equal((JSON.parse(body) as { customer: { id: string } }).customer.id, each.customerId)
    }),
  )
})
