import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../base/problem.ts'
import { type ChargeRequest, readCharge, readCustomer } from './charge.ts'
import { readInitiate, readStored } from './initiate.ts'

const token = 'a1'.repeat(32)
const sent = { number: '5123450000000008', expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }
const stored = { token, storedOnFile: 'STORED' }

/** The documented one-click sample, with another card. */
function aBody(card: unknown, changes: object = {}): string {
  const customer = { id: 'C-1' }
  return JSON.stringify({ customer, order: { id: 'A-1', amount: '1000', currency: 'IDR' }, card, ...changes })
}

const read = (body: string): ChargeRequest => readCharge(Buffer.from(body))

test('the documented samples are read: a stored card, and a card that is sent', () => {
  const oneClick = read(aBody(stored))
  assert.deepEqual(oneClick.card, stored)
  assert.equal(oneClick.sentCard, null)
  assert.equal(oneClick.channel, 'cc')
  assert.equal(oneClick.customer.mobilePhone, '')
  assert.deepEqual(read(aBody(sent)).sentCard, sent)
})

test('a card whose members are numbers is read to the last digit', () => {
  const body = aBody('CARD').replace(
    '"CARD"',
    '{"number":6200000000000000003,"expiryDate":3309,"cvv":123,"nameOnCard":"BUDI"}',
  )
  assert.deepEqual(read(body).sentCard, {
    number: '6200000000000000003',
    expiryDate: '3309',
    cvv: '123',
    nameOnCard: 'BUDI',
  })
})

test('of a card that is sent nothing is stored or compared in clear (invariant 8)', () => {
  const { stored: kept, identity } = read(aBody({ ...sent, storedOnFile: 'TO_BE_STORED' }))
  for (const text of [kept, identity]) assert.doesNotMatch(text, /5123450000000008|3309|"100"|BUDI/)
  assert.deepEqual(readStored(kept).card, { storedOnFile: 'TO_BE_STORED' })
  assert.equal(readStored(kept).charge, 'Y')
})

test('it is never the same content as an order with a page', () => {
  const body = aBody(stored, { customer: { id: 'C-1', mobilePhone: '+6281286288800' } })
  assert.notEqual(read(body).identity, readInitiate(Buffer.from(body)).identity)
})

const faults: readonly (readonly [name: string, body: string, problem: string, field: string])[] = [
  // request, problem, member
  ['no card', aBody(undefined), 'missing_field', 'card'],
  ['an empty card', aBody({}), 'missing_field', 'card.number'],
  ['no customer', aBody(stored, { customer: undefined }), 'missing_field', 'customer'],
  ['no owner of a stored card', aBody(stored, { customer: { email: 'a@b.id' } }), 'missing_field', 'customer.id'],
  ['STORED without a token', aBody({ ...sent, storedOnFile: 'STORED' }), 'missing_field', 'card.token'],
  ['no expiry', aBody({ ...sent, expiryDate: undefined }), 'missing_field', 'card.expiryDate'],
  ['no CVV', aBody({ ...sent, cvv: '' }), 'missing_field', 'card.cvv'],
  ['no name', aBody({ ...sent, nameOnCard: null }), 'missing_field', 'card.nameOnCard'],
  [
    'nobody to store for',
    aBody({ ...sent, storedOnFile: 'TO_BE_STORED' }, { customer: {} }),
    'missing_field',
    'customer.id',
  ],
  ['a token that is none', aBody({ token: 'abc', storedOnFile: 'STORED' }), 'malformed_field', 'card.token'],
  ['letters for a number', aBody({ ...sent, number: 'abc' }), 'malformed_field', 'card.number'],
  ['an expiry with a slash', aBody({ ...sent, expiryDate: '09/33' }), 'malformed_field', 'card.expiryDate'],
  ['two digits of CVV', aBody({ ...sent, cvv: '12' }), 'malformed_field', 'card.cvv'],
  ['an object for a CVV', aBody({ ...sent, cvv: {} }), 'malformed_field', 'card.cvv'],
  ['a phone that is none', aBody(sent, { customer: { mobilePhone: '08' } }), 'malformed_field', 'customer.mobilePhone'],
  ['another channel', aBody(sent, { sourceOfFunds: { type: 'qris' } }), 'feature_not_allowed', 'sourceOfFunds.type'],
]
for (const [name, body, problem, field] of faults) {
  test(`${name}: ${problem} ${field}, and nothing of the card is said`, () => {
    assert.throws(
      () => read(body),
      (error) => {
        assert.ok(error instanceof Problem, String(error))
        assert.deepEqual({ problem: error.problem, field: error.field }, { problem, field })
        assert.doesNotMatch(error.message, /\d{3}/)
        return true
      },
    )
  })
}

test('whose cards are asked for must be said', () => {
  assert.equal(readCustomer(Buffer.from('{"customer":{"id":"C-1"},"x":1}')), 'C-1')
  for (const [body, field] of [
    ['{}', 'customer'],
    ['{"customer":{}}', 'customer.id'],
    ['{"customer":{"id":""}}', 'customer.id'],
    ['{"customer":{"id":7}}', 'customer.id'],
  ] as const)
    assert.throws(
      () => readCustomer(Buffer.from(body)),
      (error) => error instanceof Problem && error.field === field,
      body,
    )
})
