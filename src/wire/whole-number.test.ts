import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { wholeNumber } from './whole-number.ts'

const cases: readonly (readonly [text: string, value: bigint | undefined])[] = [
  ['0', 0n],
  ['1000', 1000n],
  ['001000', 1000n],
  ['1000.0', 1000n],
  ['1000.00', 1000n],
  ['0.00', 0n],
  ['1.0E7', 10_000_000n],
  ['1e+3', 1000n],
  ['12.5e1', 125n],
  ['1200e-2', 12n],
  ['5e-2', undefined],
  ['0e-5', 0n],
  ['1000.5', undefined],
  ['1000.0000000000000001', undefined],
  ['9007199254740993', 9_007_199_254_740_993n],
  ['1e99', 10n ** 99n],
  ['1e100', undefined],
  [`1${'0'.repeat(99)}`, 10n ** 99n],
  [`1${'0'.repeat(100)}`, undefined],
  ['-1', undefined],
  ['+1', undefined],
  ['.5', undefined],
  ['1.', undefined],
  ['1,000', undefined],
  ['0x10', undefined],
  [' 1', undefined],
  ['', undefined],
  ['NaN', undefined],
]
for (const [text, value] of cases) {
  test(`"${text}" is ${value ?? 'no whole number'}`, () => {
    assert.equal(wholeNumber(text), value)
  })
}

test('a whole number has one value however its zeros are written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(5), fc.nat(5), (value, zeros, power) => {
      assert.equal(wholeNumber(`${value}.${'0'.repeat(zeros + 1)}`), value)
      assert.equal(wholeNumber(`${value}${'0'.repeat(power)}e-${power}`), value)
      assert.equal(wholeNumber(`${value}e${power}`), value * 10n ** BigInt(power))
    }),
  )
})
