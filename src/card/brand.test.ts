import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brandOf, cvvLength } from './brand.ts'
import { Pan } from './pan.ts'
import { withCheckDigit } from './pan.fixture.ts'

const cases = [
  // leading digits, length, brand
  ['4', 16, 'VISA'],
  ['4', 13, 'VISA'],
  ['50', 16, 'MAESTRO'],
  ['51', 16, 'MASTERCARD'],
  ['55', 16, 'MASTERCARD'],
  ['56', 16, 'MAESTRO'],
  ['222099', 16, undefined],
  ['222100', 16, 'MASTERCARD'],
  ['272099', 16, 'MASTERCARD'],
  ['272100', 16, undefined],
  ['34', 15, 'AMEX'],
  ['35', 15, undefined],
  ['37', 15, 'AMEX'],
  ['3336', 16, undefined],
  ['3337', 16, 'JCB'],
  ['3527', 16, undefined],
  ['3528', 16, 'JCB'],
  ['3589', 16, 'JCB'],
  ['3590', 16, undefined],
  ['300', 14, 'DINERS'],
  ['36', 14, 'DINERS'],
  ['6011', 16, 'DISCOVER'],
  ['62', 19, 'UNIONPAY'],
  ['1946', 16, 'GPN'],
  ['1947', 16, undefined],
  ['9', 16, undefined],
] as const

test('the leading digits of a number decide its brand, at both ends of each range', () => {
  const found = cases.map(([leading, length]) => {
    const pan = Pan.parse(withCheckDigit(leading.padEnd(length - 1, '0')))
    assert.ok(pan)
    return brandOf(pan)
  })
  assert.deepEqual(
    found,
    cases.map(([, , brand]) => brand),
  )
})

test('American Express prints four digits as CVV and everybody else three', () => {
  assert.equal(cvvLength('AMEX'), 4)
  assert.equal(cvvLength('VISA'), 3)
  assert.equal(cvvLength(undefined), 3)
})
