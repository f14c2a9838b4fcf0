import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatRupiah, rupiah, toInteger } from './money.ts'

for (const [minor, text] of [
  [0n, 'Rp0'],
  [1n, 'Rp1'],
  [999n, 'Rp999'],
  [1_000n, 'Rp1.000'],
  [1_234_567n, 'Rp1.234.567'],
  [99_999_999_999_999n, 'Rp99.999.999.999.999'],
] as const) {
  test(`${minor} whole rupiah is written ${text}`, () => {
    assert.equal(formatRupiah(rupiah(minor)), text)
  })
}

test('the largest amount of the contract is exact as a JSON integer (invariant 11)', () => {
  assert.equal(toInteger(rupiah(99_999_999_999_999n)), 99_999_999_999_999)
})

test('an amount beyond exact integers is never rounded', () => {
  assert.throws(() => toInteger(rupiah(2n ** 53n)), /fits a JSON integer/)
})
