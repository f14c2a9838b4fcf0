import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, request, seed } from './initiate.fixture.ts'
import { readStored } from './initiate.ts'
import { termsOf } from './payment-terms.ts'

/*
 * What of a request is kept, and which requests have the same content, so that one repeats the other.
 */

test('what a merchant restricts and chooses is read, kept, and read again from what is kept', () => {
  const text = seed
    .replace('"Testing"', '"Testing","transactionFiltering":{"cardBin":["443426",512345],"cardType":["DEBIT"]}')
    .replace(/\}$/, ',"transaction":{"mode":"PURCHASE","acquirerId":12345678,"fdsId":"000369990001"}}')
  const asked = read(text)
  const terms = {
    cardFilter: { bins: ['443426', '512345'], types: ['DEBIT'] },
    points: null,
    acquirerId: '12345678',
    fdsId: '000369990001',
  }
  assert.deepEqual(asked.terms, terms)
  assert.deepEqual(termsOf(readStored(asked.stored)), terms)
  assert.notEqual(asked.identity, read(seed).identity)
})

test('a restriction of nothing is none, and none is what most requests have', () => {
  const none = { cardFilter: null, points: null, acquirerId: null, fdsId: null }
  assert.deepEqual(read(seed).terms, none)
  const empty = read(request('order.transactionFiltering', '{"cardBin":[],"cardType":null,"point":{"rule":[]}}'))
  assert.deepEqual(empty.terms, none)
  assert.equal(empty.identity, read(request()).identity)
})

test('the modes that capture at once are one content, and the one that does not is another', () => {
  const of = (mode?: string) => {
    const { order, identity } = read(
      mode === undefined ? seed : seed.replace(/\}$/, `,"transaction":{"mode":"${mode}"}}`),
    )
    return { authorizesOnly: order.authorizesOnly, identity }
  }
  assert.deepEqual(of('AUTHCAPTURE'), of())
  assert.deepEqual(of('PURCHASE'), of())
  assert.equal(of('AUTHORIZE').authorizesOnly, true)
  assert.notEqual(of('AUTHORIZE').identity, of().identity)
})

test('of a card the token and what is to become of it are stored, and make another content', () => {
  const token = 'A1'.repeat(32)
  const body = (card: string) => request('card', card).replace('"customer":{', '"customer":{"id":"C-1",')
  const { card, stored, identity } = read(body(`{"token":"${token}","storedOnFile":"STORED"}`))
  assert.deepEqual(card, { token: token.toLowerCase(), storedOnFile: 'STORED' })
  assert.deepEqual(readStored(stored).card, card)
  const others = ['{}', `{"token":"${'b2'.repeat(32)}","storedOnFile":"STORED"}`, '{"storedOnFile":"TO_BE_STORED"}']
  for (const other of others) assert.notEqual(read(body(other)).identity, identity, other)
  assert.equal(read(body(`{"token":"${token.toLowerCase()}","storedOnFile":"STORED"}`)).identity, identity)
})

test('what is stored has every known member but the card, and no unknown one', () => {
  const body = `{"order":{"id":7,"amount":5000.0,"item":[{"name":"Kopi","quantity":2,"unitPrice":"2500.00","x":1}],
    "itemAmount":5000,"timeout":"60","x":1},"customer":{"mobilePhone":"+62 812000000","phone":"021","x":1},
    "billing":{"address":{"city":"Jakarta"}},"shipping":{"method":"PICKUP","contact":{}},"device":{"ani":1},"x":{},
    "card":{"number":"5123450000000008","expiryDate":"3309","cvv":"100","nameOnCard":"HAJAR ISMAIL"},
    "transaction":{"mode":"PURCHASE"}}`
  const { stored, identity } = read(body)
  assert.deepEqual(readStored(stored), {
    order: {
      id: '7',
      amount: '5000',
      currency: 'IDR',
      timeout: '60',
      itemAmount: '5000',
      item: [{ name: 'Kopi', quantity: '2', unitPrice: '2500' }],
    },
    customer: { mobilePhone: '+62812000000', phone: '021' },
    billing: { address: { city: 'Jakarta' } },
    shipping: { method: 'PICKUP' },
    device: { ani: '1' },
  })
  assert.equal(identity, stored)
  assert.doesNotMatch(stored, /5123450000000008|3309|HAJAR/)
})

const same: readonly (readonly [name: string, body: string])[] = [
  ['a number for a text', request('order.amount', '1000')],
  ['decimals that are zero', request('order.amount', '"1000.00"')],
  ['leading zeros', request('order.amount', '"001000"')],
  ['another order of keys', '{"customer":{"mobilePhone":"+62812000000"},"order":{"amount":"1000","id":"A-1"}}'],
  ['the default currency', request('order.currency', '"IDR"')],
  ['the default time-out', request('order.timeout', '"1440"')],
  ['the default mode', request('transaction.mode', '"AUTHCAPTURE"')],
  ['blanks in the phone', request('customer.mobilePhone', '"+62 812 000 000"')],
  ['an unknown member', request('order.x', '1')],
  ['an absent member', request('order.description', '""')],
  ['an empty object', request('billing.address', '[]')],
  ['a card number', request('card.number', '"5123450000000008"')],
  ['a bare text for the source of funds', request('sourceOfFunds', '"cc"')],
]
for (const [name, body] of same) {
  test(`a request with ${name} has the same content`, () => {
    assert.equal(read(body).identity, read(request()).identity)
  })
}

test('the keys of meta.data have no order when contents are compared, and keep it when it goes out', () => {
  const one = read(request('meta.data', '{"a":1,"b":{"c":2,"d":3}}'))
  const other = read(request('meta.data', '{"b":{"d":3,"c":2},"a":1}'))
  assert.equal(one.identity, other.identity)
  assert.notEqual(one.metaData, other.metaData)
})

const different: readonly (readonly [path: string, json: string])[] = [
  ['order.amount', '1001'],
  ['order.description', '"Testing"'],
  ['order.timeout', '60'],
  ['order.item', '[{"name":"a"}]'],
  ['customer.id', '"a"'],
  ['customer.mobilePhone', '"+62812000001"'],
  ['url.callbackUrl', '"https://shop.example/"'],
  ['billing.address', '{"city":"Jakarta"}'],
  ['meta.data', '1'],
  ['sourceOfFunds.type', '"cc"'],
  ['device.browser', '"x"'],
]
for (const [path, json] of different) {
  test(`a request with another ${path} has other content`, () => {
    assert.notEqual(read(request(path, json)).identity, read(request()).identity)
  })
}
