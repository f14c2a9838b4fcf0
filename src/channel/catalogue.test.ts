import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { codeFrom, codePrefix, isOwnCode, routeOfCode } from './code.ts'
import { channels, channelTypes, findChannel } from './catalogue.ts'

/** finpay-api.md 4.2 and observed-behaviour.md part 2, as they are listed there. */
const documented =
  'cc vabca vamandiri vabni vabri vapermata vabsi vabtn vabjb vabnc vamaybank vamuamalat vadki vamega vanagari ' +
  'vacimb vadanamon qris alipay wechatpay unionpay finpaycode alfamart idm indomaret pospay finpaybpd dana ' +
  'shopeepay linkaja linkajawco ovo gopay jeniuspay finpaymoney virgo octoclicks permatanet dbank klikpay ' +
  'bcaklikpay bsecure kredivo indodana ddisaku ddbri ddmandiri debitatmbersama googlepay applepay'

test('the catalogue holds the documented types and no other', () => {
  assert.deepEqual(channelTypes.toSorted(), documented.split(' ').toSorted())
})

test('no type names two channels', () => {
  assert.equal(new Set(channelTypes).size, channelTypes.length)
})

test('every type finds its channel, and another spelling finds the same one', () => {
  for (const type of channelTypes) assert.ok(findChannel(type), type)
  assert.equal(findChannel('indomaret'), findChannel('idm'))
  assert.equal(findChannel('klikpay'), findChannel('bcaklikpay'))
})

for (const type of ['', 'CC', ' cc', 'card', 'constructor', '__proto__', 'toString']) {
  test(`"${type}" finds no channel`, () => {
    assert.equal(findChannel(type), undefined)
  })
}

/** What a payer takes along decides what a row must have. */
for (const { id, gives, code, bank, pays, account, needs, min, max } of channels) {
  test(`the row of ${id} is complete`, () => {
    assert.match(bank, /^\d{3}$/)
    assert.equal(code !== null, gives === 'code')
    assert.equal(pays === 'card', gives === 'page')
    assert.equal(account !== null, needs.includes('sourceOfFunds.accountId'))
    assert.ok(min >= 1n && min < max)
    if (code) assert.match(code.company, /^[1-9]\d{3,4}$/)
  })
}

test('the numbers of one channel are never those of another merchant, nor is any bank code shared by mistake', () => {
  const coded = channels.flatMap(({ id, code }) => (code ? [{ id, code }] : []))
  for (const { id, code } of coded) {
    for (const route of [1, 2, 77, 9_999]) {
      const prefix = codePrefix(code, route)
      assert.ok(prefix)
      const number = codeFrom(code, prefix, randomBytes(8))
      assert.equal(number.length, code.length, id)
      assert.equal(routeOfCode(code, number), route, `${id} ${number}`)
      assert.ok(isOwnCode(code, prefix, number))
    }
    assert.equal(codePrefix(code, 10_000), null)
  }
})

test('the custom numbers of the contract’s samples are the first merchant’s', () => {
  const mandiri = findChannel('vamandiri')?.code
  const bca = findChannel('vabca')?.code
  assert.ok(mandiri && bca)
  assert.equal(routeOfCode(mandiri, '8802700099980062'), 1)
  assert.equal(routeOfCode(bca, '8804483313131312'), 1)
})

for (const text of ['', '88027', '88028', '880280001', '8802800011', 'x802700099980062', '88027000999800621', '9'])
  test(`"${text}" is nobody’s number`, () => {
    const mandiri = findChannel('vamandiri')?.code
    assert.ok(mandiri)
    assert.equal(routeOfCode(mandiri, text), undefined)
  })

test('every channel has a name in both languages', () => {
  for (const { id, name } of channels) assert.ok(name.id && name.en, id)
})
