import assert from 'node:assert/strict'
import { test } from 'node:test'
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

test('cards alone are built', () => {
  assert.deepEqual(
    channels.filter(({ built }) => built).map(({ id }) => id),
    ['cc'],
  )
})

test('every channel has a name in both languages', () => {
  for (const { id, name } of channels) assert.ok(name.id && name.en, id)
})
