import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { Pan } from './pan.ts'
import { withCheckDigit } from './pan.fixture.ts'

const body = fc.stringMatching(/^[1-9][0-9]{10,17}$/)

test('a number with its check digit is a PAN, and with any other last digit it is not', () => {
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 9 }), (digits, off) => {
      const number = withCheckDigit(digits)
      assert.equal(Pan.parse(number)?.reveal(), number)
      const wrong = (Number(number.at(-1)) + off) % 10
      assert.equal(Pan.parse(`${number.slice(0, -1)}${wrong}`), undefined)
    }),
  )
})

test('one mistyped digit anywhere is noticed', () => {
  fc.assert(
    fc.property(body, fc.nat(), fc.integer({ min: 1, max: 9 }), (digits, place, off) => {
      const number = withCheckDigit(digits).split('')
      const at = place % number.length
      number[at] = String((Number(number[at]) + off) % 10)
      assert.equal(Pan.parse(number.join('')), undefined)
    }),
  )
})

test('blanks and dashes between the digits are as payers paste them', () => {
  for (const text of ['5123 4500 0000 0008', ' 5123-4500-0000-0008 ', '5123\u00a04500\u00a00000\u00a00008']) {
    assert.equal(Pan.parse(text)?.reveal(), '5123450000000008')
  }
})

test('what is too short, too long or not a number is no PAN', () => {
  for (const text of [
    '',
    '0',
    withCheckDigit('4111111111'),
    withCheckDigit('4'.repeat(19)),
    '5123450000000008x',
    '5123.4500.0000.0008',
  ]) {
    assert.equal(Pan.parse(text), undefined, text)
  }
})

test('the mask shows the first six and the last four, and an x for each digit between', () => {
  assert.equal(Pan.parse('5123450000000008')?.mask, '512345xxxxxx0008')
  fc.assert(
    fc.property(body, (digits) => {
      const pan = Pan.parse(withCheckDigit(digits))
      assert.ok(pan)
      assert.match(pan.mask, /^\d{6}x{2,9}\d{4}$/)
      assert.equal(pan.mask.length, pan.reveal().length)
      assert.ok(pan.mask.endsWith(pan.last4))
    }),
  )
})

test('a PAN never prints', () => {
  const pan = Pan.parse('5123450000000008')
  assert.ok(pan)
  const printed = [
    String(pan),
    [pan].join(),
    JSON.stringify({ pan }),
    inspect({ pan }),
    inspect(new Error('x', { cause: pan })),
  ]
  for (const text of printed) assert.doesNotMatch(text, /5123450000000008/)
})
