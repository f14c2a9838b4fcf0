import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../base/problem.ts'
import { readInitiate, readStored } from './initiate.ts'
import { termsOf } from './payment-terms.ts'

const point =
  '{"last4":"0008","ownedPoints":"9999","rule":[{"cardBin":"512345","pointToIdr":"5","min":{"amount":"10000"},"max":{"amount":"3000","disc":"50"}},{"cardBin":"44342600","pointToIdr":10,"max":{"disc":12.5}}]}'

function read(json: string, changes: Readonly<Record<string, object>> = {}) {
  const order = { id: 'A-1', amount: '1000', transactionFiltering: { point: 'here' } }
  const body = { order, customer: { mobilePhone: '+62812000000' }, ...changes }
  return readInitiate(Buffer.from(JSON.stringify(body).replace('"here"', json)))
}

test('points are read, kept, and read again from what is kept', () => {
  const asked = read(point)
  const points = {
    last4: '0008',
    owned: 9_999n,
    rules: [
      { bin: '512345', pointToIdr: 5n, minAmount: 10_000n, maxAmount: 3_000n, maxShare: 5_000n },
      { bin: '44342600', pointToIdr: 10n, minAmount: null, maxAmount: null, maxShare: 1_250n },
    ],
  }
  assert.deepEqual(asked.terms, { cardFilter: null, points, acquirerId: null, fdsId: null })
  assert.deepEqual(termsOf(readStored(asked.stored)), asked.terms)
})

test('texts and numbers of the same value are one content, and other points are another', () => {
  const { identity } = read(point)
  for (const [text, number] of [
    ['"9999"', '9999'],
    ['"9999"', '"9999.00"'],
    ['"512345"', '512345'],
    ['"5"', '"05"'],
    ['"3000"', '3e3'],
    ['"50"', '"50.0"'],
    ['12.5', '"12.50"'],
  ] as const)
    assert.equal(read(point.replace(text, number)).identity, identity, number)
  assert.notEqual(read(point.replace('"9999"', '"10000"')).identity, identity)
})

test('points of nothing are none', () => {
  for (const json of ['{}', '[]', 'null', '""', '{"rule":[]}', '{"last4":"","ownedPoints":null}'])
    assert.equal(read(json).terms.points, null, json)
})

test('the least and the most that is taken', () => {
  const least = '{"last4":"0000","ownedPoints":0,"rule":[{"cardBin":"000000","pointToIdr":1,"max":{"disc":0}}]}'
  const most =
    '{"last4":9999,"ownedPoints":"99999999999999","rule":[{"cardBin":99999999,"pointToIdr":"99999999999999","min":{"amount":0},"max":{"disc":"100.00"}}]}'
  assert.equal(read(least).terms.points?.rules[0]?.maxShare, 0n)
  assert.equal(read(most).terms.points?.rules[0]?.maxShare, 10_000n)
})

const malformed = [
  ['"0008"', ''],
  ['{"last4":"008"}', '.last4'],
  ['{"last4":"00008"}', '.last4'],
  ['{"last4":"000a"}', '.last4'],
  ['{"last4":8}', '.last4'],
  ['{"ownedPoints":"9.5"}', '.ownedPoints'],
  ['{"ownedPoints":-1}', '.ownedPoints'],
  ['{"ownedPoints":1.5}', '.ownedPoints'],
  ['{"ownedPoints":"123456789012345"}', '.ownedPoints'],
  ['{"rule":{"cardBin":"512345"}}', '.rule'],
  [`{"rule":[${Array.from({ length: 101 }, () => '{}').join()}]}`, '.rule'],
  ['{"rule":["512345"]}', '.rule.0'],
  ['{"rule":[{"cardBin":"51234"}]}', '.rule.0.cardBin'],
  ['{"rule":[{"cardBin":"512345"},{"cardBin":["512345"]}]}', '.rule.1.cardBin'],
  ['{"rule":[{"pointToIdr":"0"}]}', '.rule.0.pointToIdr'],
  ['{"rule":[{"pointToIdr":0.5}]}', '.rule.0.pointToIdr'],
  ['{"rule":[{"min":5}]}', '.rule.0.min'],
  ['{"rule":[{"min":{"amount":"10.50"}}]}', '.rule.0.min.amount'],
  ['{"rule":[{"min":{"amount":-1}}]}', '.rule.0.min.amount'],
  ['{"rule":[{"max":{"amount":"a"}}]}', '.rule.0.max.amount'],
  ['{"rule":[{"max":{"disc":"101"}}]}', '.rule.0.max.disc'],
  ['{"rule":[{"max":{"disc":100.5}}]}', '.rule.0.max.disc'],
  ['{"rule":[{"max":{"disc":"12.345"}}]}', '.rule.0.max.disc'],
  ['{"rule":[{"max":{"disc":1e-7}}]}', '.rule.0.max.disc'],
  ['{"rule":[{"max":{"disc":"-5"}}]}', '.rule.0.max.disc'],
] as const
const missing = [
  ['{"ownedPoints":"9999"}', '.last4'],
  ['{"last4":"0008"}', '.ownedPoints'],
  ['{"last4":"0008","ownedPoints":1,"rule":[]}', '.rule'],
  ['{"last4":"0008","ownedPoints":1,"rule":[{"pointToIdr":5}]}', '.rule.0.cardBin'],
  ['{"last4":"0008","ownedPoints":1,"rule":[{"cardBin":"512345"}]}', '.rule.0.pointToIdr'],
] as const

for (const [problem, rows] of [
  ['malformed_field', malformed],
  ['missing_field', missing],
] as const)
  for (const [json, member] of rows)
    test(`${json.slice(0, 60)} is refused: point${member}, ${problem}`, () => {
      assert.throws(
        () => read(json),
        (error) => {
          assert.ok(error instanceof Problem, String(error))
          const field = `order.transactionFiltering.point${member}`
          assert.deepEqual({ problem: error.problem, field: error.field }, { problem, field })
          return true
        },
      )
    })

test('a fault in points is named before a feature that is not built', () => {
  assert.throws(
    () => read('{"last4":"0008"}', { transaction: { mode: 'VERIFY' } }),
    (error) => error instanceof Problem && error.problem === 'missing_field',
  )
})
