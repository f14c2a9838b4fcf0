import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '../base/problem.ts'
import { read, request, seed } from './initiate.fixture.ts'
import { readStored } from './initiate.ts'

test('the sample request of the documentation is read', () => {
  assert.deepEqual(read(seed), {
    order: {
      id: '1686716101151',
      amount: { minor: 1000n, currency: 'IDR' },
      currency: 'IDR',
      description: 'Testing',
      authorizesOnly: false,
      timeoutMinutes: 1440,
    },
    customer: {
      id: 'hajar.finnet@gmail.com',
      email: 'hajar.finnet@gmail.com',
      firstName: 'Hajar',
      lastName: 'Ismail',
      mobilePhone: '+6281286288800',
    },
    url: {
      callbackUrl: 'https://sandboxx.finpay.co.id/simdev/finpay/result/tangkapCurl.php',
      successUrl: null,
      failUrl: null,
      backUrl: null,
    },
    channel: 'cc',
    paymentCode: null,
    accountId: null,
    otp: null,
    otpReference: null,
    terms: { cardFilter: null, points: null, acquirerId: null, fdsId: null },
    recurring: null,
    metaData: null,
    card: { token: null, storedOnFile: null },
    stored:
      '{"order":{"id":"1686716101151","amount":"1000","currency":"IDR","description":"Testing","timeout":"1440"},' +
      '"customer":{"id":"hajar.finnet@gmail.com","email":"hajar.finnet@gmail.com","firstName":"Hajar",' +
      '"lastName":"Ismail","mobilePhone":"+6281286288800"},' +
      '"url":{"callbackUrl":"https://sandboxx.finpay.co.id/simdev/finpay/result/tangkapCurl.php"},' +
      '"sourceOfFunds":{"type":"cc"}}',
    identity: read(seed).stored,
  })
})

const accepted: readonly (readonly [path: string, json: string])[] = [
  ['order.id', '"A"'],
  ['order.id', '"INV_2025.09-18"'],
  ['order.id', `"${'9'.repeat(64)}"`],
  ['order.id', '"3f2504e0-4f89-41d3-9a0c-0305e82c3301"'],
  ['order.id', '1686716101151'],
  ['order.id', '0'],
  ['order.id', '9007199254740992'],
  ['order.amount', '"1"'],
  ['order.amount', '"99999999999999"'],
  ['order.amount', '"1000.0"'],
  ['order.amount', '"1000.00"'],
  ['order.amount', '"0001000"'],
  ['order.amount', '1'],
  ['order.amount', '1000.0'],
  ['order.amount', '1.0E7'],
  ['order.amount', '99999999999999'],
  ['order.currency', '"IDR"'],
  ['order.currency', '""'],
  ['order.currency', 'null'],
  ['order.description', `"${'é'.repeat(127)}"`],
  ['order.description', `"${'😀'.repeat(127)}"`],
  ['order.description', '""'],
  ['order.timeout', '1'],
  ['order.timeout', '60.0'],
  ['order.timeout', '525600'],
  ['order.timeout', '"60"'],
  ['order.timeout', '"525600"'],
  ['order.timeout', '""'],
  ['order.itemAmount', '"5"'],
  ['order.itemAmount', '5000'],
  ['order.itemAmount', '0'],
  ['order.surchargeAmount', '"12345678901234"'],
  ['order.localTaxRegistrationId', `"${'1'.repeat(25)}"`],
  ['order.merchantCategoryCode', '"5411"'],
  ['order.merchantCategoryCode', '5411'],
  ['order.lifetime', '"1000"'],
  ['order.item', '[]'],
  ['order.item', '[{}]'],
  ['order.item', '[{"name":"Kopi","quantity":1,"unitPrice":"1000","category":"food","anything":{"else":[]}}]'],
  ['order.item', '[{"quantity":"2.5","unitPrice":-500}]'],
  ['order.item', `[${Array.from({ length: 100 }, () => '{"name":"a"}').join()}]`],
  ['order.transactionFiltering', '[]'],
  ['order.transactionFiltering', '{"cardBin":[]}'],
  ['order.transactionFiltering', '{"cardBin":["443426",512345,"44342600"],"cardType":["DEBIT","CREDIT","PREPAID"]}'],
  ['order.transactionFiltering', '{"cardBin":null,"cardType":[],"point":{}}'],
  ['order.otp', '""'],
  ['order.items', '"unknown"'],
  ['customer.id', '""'],
  ['customer.id', '"7"'],
  ['customer.email', '"a@b"'],
  ['customer.email', '"hajar+tag@contoh.co.id"'],
  ['customer.lastName', '"-"'],
  ['customer.mobilePhone', '"+62 81286288844"'],
  ['customer.mobilePhone', '" +62 812 8628 8844 "'],
  ['customer.mobilePhone', '"+14155552671"'],
  ['customer.phone', '"+62211500770"'],
  ['customer.phone', '"(021) 1500-770"'],
  ['customer.account', '{"id":"1234"}'],
  ['customer.account', '[]'],
  ['customer.name', '{"unknown":1}'],
  ['url', '[]'],
  ['url', '{}'],
  ['url.callbackUrl', '"http://localhost:3000/cb?order=1#x"'],
  ['url.callbackUrl', '"HTTPS://[::1]:8443/é"'],
  ['url.callbackUrl', '""'],
  ['url.successUrl', '"https://shop.example?a=1&b=@"'],
  ['url.failUrl', '"https://shop.example/a@b"'],
  ['url.backUrl', 'null'],
  ['url.failureUrl', '"not a url"'],
  ['billing', '[]'],
  [
    'billing.address',
    '{"city":"Jakarta","country":"IDN","postcodeZip":12950,"stateProvince":"Daerah Istimewa Yogyakarta"}',
  ],
  ['billing.billerServiceProvider', '[]'],
  ['shipping.method', '"SAME_DAY"'],
  ['shipping.address', '{"country":"IDN","postcodeZip":"12950","sameAsBilling":"SAME","street":"Jl. Raya 1"}'],
  ['shipping.contact', '{"email":"a@b.id","mobilePhone":"081286288844"}'],
  ['meta', '[]'],
  ['meta.data', 'null'],
  ['meta.data', '"free"'],
  ['meta.data', '[1,{"a":[]}]'],
  ['card', '[]'],
  ['card', '{"number":"not a number","cvv":true,"expiryDate":[],"nameOnCard":{}}'],
  ['card.token', '""'],
  ['card.storedOnFile', 'null'],
  ['card.storedOnFile', '"NOT_STORED"'],
  ['recurring', '[]'],
  ['recurring', '{}'],
  ['recurring', '{"type":""}'],
  ['sourceOfFunds', '"qris"'],
  ['sourceOfFunds', '7'],
  ['sourceOfFunds', '[]'],
  ['sourceOfFunds', '["vabca"]'],
  ['sourceOfFunds', '{}'],
  ['sourceOfFunds.type', '""'],
  ['sourceOfFunds.type', 'null'],
  ['sourceOfFunds.type', '"cc"'],
  ['sourceOfFunds.channel', '"014"'],
  [
    'device',
    '{"ani":"1","aniCallType":"ID","browser":"MOZILLA","fingerprint":"121311","hostname":"telkom","ipAddress":"10.0.0.1","mobilePhoneModel":"ANDROID"}',
  ],
  ['device.ipAddress', '"2001:db8::1"'],
  ['transaction', '[]'],
  ['transaction.mode', '"AUTHCAPTURE"'],
  ['transaction.mode', '"PURCHASE"'],
  ['transaction.acquirerId', 'null'],
  ['transaction.acquirerId', '"12345678"'],
  ['transaction.acquirerId', '12345678'],
  ['transaction.fdsId', '"000369990001"'],
  ['paymentPlan', '[]'],
  ['paymentPlan', '{}'],
  ['merchant_pwd', '"secret"'],
  ['sourceOfFund', '{"type":"nothing"}'],
]
for (const [path, json] of accepted) {
  test(`${path} ${json.slice(0, 60)} is accepted`, () => {
    assert.equal(read(request(path, json)).order.timeoutMinutes > 0, true)
  })
}

const missing: readonly (readonly [path: string, json: string | undefined, field: string])[] = [
  ['order', undefined, 'order'],
  ['order', 'null', 'order'],
  ['order', '""', 'order'],
  ['order', '[]', 'order'],
  ['order', '{}', 'order.id'],
  ['order.id', undefined, 'order.id'],
  ['order.id', '""', 'order.id'],
  ['order.id', 'null', 'order.id'],
  ['order.amount', undefined, 'order.amount'],
  ['order.amount', '""', 'order.amount'],
  ['customer', undefined, 'customer'],
  ['customer', '[]', 'customer'],
  ['customer', '{"name":"A"}', 'customer.mobilePhone'],
  ['customer.mobilePhone', undefined, 'customer.mobilePhone'],
  ['customer.mobilePhone', '""', 'customer.mobilePhone'],
  ['customer.mobilePhone', 'null', 'customer.mobilePhone'],
  ['card.storedOnFile', '"TO_BE_STORED"', 'customer.id'],
  ['card.storedOnFile', '"STORED"', 'card.token'],
  ['card.token', `"${'a1'.repeat(32)}"`, 'customer.id'],
  ['recurring', '{"subscribe":"Y","type":"PURCHASE","id":"R1","amount":"1000"}', 'customer.id'],
]

const malformed: readonly (readonly [path: string, json: string, field?: string])[] = [
  ['order', '"A-1"'],
  ['order', '[{"id":"A-1"}]'],
  ['order.id', '"A 1"'],
  ['order.id', '"INV/1"'],
  ['order.id', '"é"'],
  ['order.id', `"${'9'.repeat(65)}"`],
  ['order.id', '-1'],
  ['order.id', '1.5'],
  ['order.id', '1e3'],
  ['order.id', '9007199254740993'],
  ['order.id', 'true'],
  ['order.id', '["A-1"]'],
  ['order.amount', '"0"'],
  ['order.amount', '"0.00"'],
  ['order.amount', '0'],
  ['order.amount', '-1'],
  ['order.amount', '"-1000"'],
  ['order.amount', '"1000.50"'],
  ['order.amount', '"1000.000"'],
  ['order.amount', '"1.000"'],
  ['order.amount', '"1,000"'],
  ['order.amount', '"Rp1000"'],
  ['order.amount', '" 1000"'],
  ['order.amount', '"1e3"'],
  ['order.amount', '1000.5'],
  ['order.amount', '1000.0000000000000001'],
  ['order.amount', '100000000000000'],
  ['order.amount', '"100000000000000"'],
  ['order.amount', '1e999'],
  ['order.amount', 'true'],
  ['order.currency', '"USD"'],
  ['order.currency', '"idr"'],
  ['order.currency', '360'],
  ['order.description', `"${'a'.repeat(128)}"`],
  ['order.description', '5'],
  ['order.timeout', '0'],
  ['order.timeout', '525601'],
  ['order.timeout', '1.5'],
  ['order.timeout', '-5'],
  ['order.timeout', '"0"'],
  ['order.timeout', '"525601"'],
  ['order.timeout', '"1h"'],
  ['order.itemAmount', '"five"'],
  ['order.itemAmount', '-5'],
  ['order.surchargeAmount', '"123456789012345"'],
  ['order.localTaxRegistrationId', `"${'1'.repeat(26)}"`],
  ['order.merchantCategoryCode', '"541"'],
  ['order.item', '{"name":"a"}'],
  ['order.item', `[${Array.from({ length: 101 }, () => '{}').join()}]`],
  ['order.item', '[null]', 'order.item.0'],
  ['order.item', '[{"name":"a"},{"name":5}]', 'order.item.1.name'],
  ['order.item', '[{"category":["food"]}]', 'order.item.0.category'],
  ['order.transactionFiltering', '{"cardBin":"443426"}', 'order.transactionFiltering.cardBin'],
  ['order.transactionFiltering', '{"cardBin":["443426","44342"]}', 'order.transactionFiltering.cardBin.1'],
  ['order.transactionFiltering', '{"cardBin":["443426111"]}', 'order.transactionFiltering.cardBin.0'],
  ['order.transactionFiltering', '{"cardBin":[44342]}', 'order.transactionFiltering.cardBin.0'],
  ['order.transactionFiltering', '{"cardBin":[""]}', 'order.transactionFiltering.cardBin.0'],
  ['order.transactionFiltering', '{"cardType":["CHARGE"]}', 'order.transactionFiltering.cardType.0'],
  ['order.transactionFiltering', '{"cardType":["debit"]}', 'order.transactionFiltering.cardType.0'],
  ['transaction.acquirerId', '"a-b"'],
  ['transaction.fdsId', `"${'1'.repeat(41)}"`],
  ['order.transactionFiltering', '{"point":{"rule":[{"min":5}]}}', 'order.transactionFiltering.point.rule.0.min'],
  ['customer', '"Hajar"'],
  ['customer.id', '7'],
  ['customer.id', `"${'a'.repeat(321)}"`],
  ['customer.email', '"hajar"'],
  ['customer.email', '"a b@c"'],
  ['customer.firstName', `"${'a'.repeat(51)}"`],
  ['customer.lastName', 'false'],
  ['customer.mobilePhone', '"081286288844"'],
  ['customer.mobilePhone', '"6281286288844"'],
  ['customer.mobilePhone', '6281286288844'],
  ['customer.mobilePhone', '"+0812862888"'],
  ['customer.mobilePhone', '"+62"'],
  ['customer.mobilePhone', '"+6281286288844123"'],
  ['customer.mobilePhone', '"+62-812-8628-8844"'],
  ['customer.mobilePhone', '"   "'],
  ['customer.phone', '"+622115007700000"'],
  ['customer.phone', '"--"'],
  ['customer.taxRegistrationId', `"${'1'.repeat(31)}"`],
  ['customer.account', '"1234"'],
  ['url', '"https://shop.example"'],
  ['url.callbackUrl', '"shop.example/cb"'],
  ['url.callbackUrl', '"ftp://shop.example"'],
  ['url.callbackUrl', '"javascript:alert(1)"'],
  ['url.callbackUrl', '"https://user:pass@shop.example/"'],
  ['url.callbackUrl', '"https://user@shop.example/"'],
  ['url.callbackUrl', '"https://good.example\\\\@evil.example/"'],
  ['url.callbackUrl', '"https://shop.example/a b"'],
  ['url.callbackUrl', '"https://shop.example/\\r\\nSet-Cookie:a"'],
  ['url.callbackUrl', '"https://shop.example:99999/"'],
  ['url.callbackUrl', '"https://[::1/"'],
  ['url.callbackUrl', '"https:///cb"'],
  ['url.callbackUrl', `"https://shop.example/${'a'.repeat(2028)}"`],
  ['url.successUrl', '"/success"'],
  ['url.failUrl', '5'],
  ['url.backUrl', '"data:text/html,x"'],
  ['billing.address', '"Jakarta"'],
  ['billing.address', '{"country":"ID"}', 'billing.address.country'],
  ['shipping.address', '{"street":"Jl","postcodeZip":"12 950"}', 'shipping.address.postcodeZip'],
  ['shipping.address', `{"stateProvince":"${'a'.repeat(21)}"}`, 'shipping.address.stateProvince'],
  ['shipping.contact', '{"email":"a"}', 'shipping.contact.email'],
  ['meta', '"free"'],
  ['meta.data', `"${'a'.repeat(8_191)}"`],
  ['meta.data', `"${'é'.repeat(2_000)}"`],
  ['meta.data', '[1e999]'],
  ['card', '"5123"'],
  ['card.token', '"abc"'],
  ['card.storedOnFile', '"YES"'],
  ['recurring.subscribe', '"X"'],
  ['recurring.startDate', '"2025-09-18"'],
  ['recurring.interval', '"100"'],
  ['sourceOfFunds.type', '"bitcoin"'],
  ['sourceOfFunds.type', '"CC"'],
  ['sourceOfFunds.type', '5'],
  ['sourceOfFunds.paymentCode', `"${'1'.repeat(31)}"`],
  ['device.ipAddress', '"localhost"'],
  ['transaction.mode', `"${'A'.repeat(21)}"`],
  ['transaction.sessionId', '"abc"'],
  ['paymentPlan', '"12"'],
]

const unbuilt: readonly (readonly [path: string, json: string, field?: string])[] = [
  ['order.otp', '"999999"'],
  ['order.otp', '999999'],
  ['order.referenceNumber', '"REF"'],
  ['order.item', '[{"name":"a"},{"subMerchantId":"M2"}]', 'order.item.1.subMerchantId'],
  ['billing.billerServiceProvider', '{"id":"050017"}'],
  ['sourceOfFunds', '{"type":"cc","paymentCode":"8802700099980062"}', 'sourceOfFunds.paymentCode'],
  ['sourceOfFunds.accountId', '"081286288844"'],
  ['transaction.mode', '"VERIFY"'],
  ['transaction.sessionId', `"${'a'.repeat(64)}"`],
  ['paymentPlan', '{"id":"12"}'],
  ['sourceOfFunds', '{"type":"qris","paymentCode":"8802700099980062"}', 'sourceOfFunds.paymentCode'],
  ['sourceOfFunds', '{"type":"vabca","accountId":"081286288844"}', 'sourceOfFunds.accountId'],
]

function refuses(text: string, problem: string, field: string): void {
  assert.throws(
    () => read(text),
    (error) => {
      assert.ok(error instanceof Problem, String(error))
      assert.deepEqual({ problem: error.problem, field: error.field }, { problem, field })
      return true
    },
  )
}

for (const [path, json, field] of missing) {
  test(`${path} ${json ?? 'absent'} is refused: ${field} is missing`, () => {
    refuses(request(path, json), 'missing_field', field)
  })
}
for (const [path, json, field = path] of malformed) {
  test(`${path} ${json.slice(0, 60)} is refused: ${field} is malformed`, () => {
    refuses(request(path, json), 'malformed_field', field)
  })
}
for (const [path, json, field = path] of unbuilt) {
  test(`${path} ${json.slice(0, 60)} is refused: ${field} is not built`, () => {
    refuses(request(path, json), 'feature_not_allowed', field)
  })
}

test('the first member at fault in table order is named, whatever the order of the request', () => {
  const body = '{"url":{"callbackUrl":"x"},"customer":{"mobilePhone":"0812"},"order":{"amount":"x","currency":"USD"}}'
  refuses(body, 'missing_field', 'order.id')
  refuses(body.replace('"amount"', '"id":"A","amount"'), 'malformed_field', 'order.amount')
})

test('a fault is named before a feature that is not built', () => {
  const body = request('order.otp', '"1"').replace(/\}$/, ',"transaction":{"mode":"VERIFY","sessionId":"x"}}')
  refuses(body, 'malformed_field', 'transaction.sessionId')
})

test('the contract names members in its own style', () => {
  assert.throws(() => read(request('customer.mobilePhone')), {
    message: 'Invalid Mandatory Field customer.mobile phone',
  })
  assert.throws(() => read(request('customer.mobilePhone', '"0812"')), {
    message: 'Invalid Field Format. The customer.mobile phone format is invalid',
  })
})

test('a member named __proto__ gives no member of its own', () => {
  const body = '{"__proto__":{"card":{"token":1}},"order":{"__proto__":{"currency":"USD"},"id":"A-1","amount":1},'
  assert.equal(read(`${body}"customer":{"mobilePhone":"+62812000000"}}`).order.currency, 'IDR')
  refuses(`${body}"customer":{"__proto__":{"mobilePhone":"+62812000000"}}}`, 'missing_field', 'customer.mobilePhone')
})

const ids: readonly (readonly [json: string, id: string])[] = [
  ['"A-1"', 'A-1'],
  ['1686716101151', '1686716101151'],
  ['9007199254740992', '9007199254740992'],
  ['0', '0'],
]
for (const [json, id] of ids) {
  test(`order.id ${json} is read as ${id}`, () => {
    assert.equal(read(request('order.id', json)).order.id, id)
  })
}

const amounts: readonly (readonly [json: string, minor: bigint])[] = [
  ['"1000"', 1_000n],
  ['1000', 1_000n],
  ['"1000.00"', 1_000n],
  ['"001000"', 1_000n],
  ['1000.0', 1_000n],
  ['1.0E3', 1_000n],
  ['99999999999999', 99_999_999_999_999n],
]
for (const [json, minor] of amounts) {
  test(`order.amount ${json} is read as ${minor}`, () => {
    assert.equal(read(request('order.amount', json)).order.amount.minor, minor)
  })
}

test('what the merchant leaves out has its documented default or is null', () => {
  const { order, customer, url, channel, metaData } = read(request())
  assert.equal(order.timeoutMinutes, 1440)
  assert.equal(order.description, null)
  assert.equal(customer.id, '')
  assert.equal(customer.email, null)
  assert.deepEqual(url, { callbackUrl: null, successUrl: null, failUrl: null, backUrl: null })
  assert.equal(channel, null)
  assert.equal(metaData, null)
})

test('blanks in a mobile phone are stripped', () => {
  assert.equal(read(request('customer.mobilePhone', '" +62 812 8628\\t8844"')).customer.mobilePhone, '+6281286288844')
})

const metas: readonly (readonly [json: string, metaData: string | null])[] = [
  ['null', null],
  ['""', null],
  ['"é/"', '"\\u00e9\\/"'],
  ['{"b":9007199254740993,"1":1.0}', '{"b":9007199254740993,"1":1}'],
  ['{"0":"a","1":{}}', '["a",[]]'],
  ['[]', '[]'],
  ['{}', '[]'],
  ['0', '0'],
  ['false', 'false'],
]
for (const [json, metaData] of metas) {
  test(`meta.data ${json} goes out as ${metaData}`, () => {
    const { metaData: out } = read(request('meta.data', json))
    assert.equal(out, metaData)
  })
}

/** Each would take seconds where a pattern or a conversion is not linear in the text. */
const long: readonly (readonly [path: string, json: string, field?: string])[] = [
  ['order.amount', `1${'0'.repeat(1e6)}`],
  ['order.amount', `"${'0'.repeat(1e6)}"`],
  ['order.timeout', `"${'0'.repeat(1e6)}x"`],
  ['order.item', `[{"quantity":"${'0'.repeat(1e6)}"}]`, 'order.item.0.quantity'],
  ['customer.email', `"${'a'.repeat(1e6)}"`],
  ['customer.mobilePhone', `"+62${' '.repeat(1e6)}x"`],
  ['customer.phone', `"${' '.repeat(1e6)}1x"`],
  ['url.callbackUrl', `"https://${'a'.repeat(1e6)}@"`],
  ['meta.data', `1${'0'.repeat(1e6)}`],
  ['meta.data', `"${'\\u0041'.repeat(1e5)}"`],
]
for (const [path, json, field = path] of long) {
  test(`${path} of ${json.length} characters is refused at once`, () => {
    const before = process.cpuUsage()
    refuses(request(path, json), 'malformed_field', field)
    assert.ok(process.cpuUsage(before).user < 1_000_000)
  })
}

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('', null, [], {}, 'cc', 'IDR', '1000', 1000, '+62812000000', 'A-1', 'https://shop.example/'),
)
const objectNames = [
  'order',
  'customer',
  'url',
  'billing',
  'shipping',
  'meta',
  'card',
  'recurring',
  'sourceOfFunds',
  'device',
  'transaction',
  'paymentPlan',
]
const memberNames = [
  'id',
  'amount',
  'currency',
  'timeout',
  'item',
  'mobilePhone',
  'email',
  'phone',
  'callbackUrl',
  'address',
  'contact',
  'data',
  'token',
  'number',
  'type',
  'mode',
  'retry',
  'x',
]
const members = fc.dictionary(fc.constantFrom(...memberNames), json, { maxKeys: 6, noNullPrototype: true })

test('a request of any content is read or refused with a Problem, and one that is read reads the same again', () => {
  const body = fc.dictionary(fc.constantFrom(...objectNames), fc.oneof(members, json), { noNullPrototype: true })
  fc.assert(
    fc.property(body, fc.boolean(), (content, complete) => {
      const base = complete
        ? { order: { id: 'A-1', amount: 1 }, customer: { mobilePhone: '+62812000000' }, ...content }
        : content
      try {
        const once = read(JSON.stringify(base))
        assert.deepEqual(readStored(once.stored).order.id, once.order.id)
        assert.equal(once.stored, read(JSON.stringify(base, null, 1)).stored)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        assert.ok(error.field ?? error.problem === 'malformed_body')
      }
    }),
    { numRuns: 3_000 },
  )
})
