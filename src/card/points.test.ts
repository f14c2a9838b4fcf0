import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rupiah } from '../base/money.ts'
import { Pan } from './pan.ts'
import { pointOffers, type PointRule, type PointTerms, redemptionBy, redemptionOf } from './points.ts'

const rule: PointRule = { bin: '512345', pointToIdr: 5n, minAmount: null, maxAmount: null, maxShare: null }

function panOf(number: string): Pan {
  const pan = Pan.parse(number)
  assert.ok(pan)
  return pan
}

const rows: readonly (readonly [what: string, changes: Partial<PointRule>, owned: bigint, told: string])[] = [
  ['all that are owned', {}, 9_999n, '9999 points, 49995'],
  ['no more than the order', {}, 1_000_000n, '57000 points, 285000'],
  ['no more than the maximum', { maxAmount: 3_000n }, 9_999n, '600 points, 3000'],
  ['no more than the share', { maxShare: 1_000n }, 9_999n, '5700 points, 28500'],
  ['no more than a share of a hundredth of a percent', { maxShare: 1n }, 9_999n, '5 points, 25'],
  ['the least of both maxima', { maxShare: 5_000n, maxAmount: 10_000n }, 9_999n, '2000 points, 10000'],
  ['whole points only', { pointToIdr: 7n, maxAmount: 100n }, 9_999n, '14 points, 98'],
  ['an order of the minimum', { minAmount: 285_000n }, 1n, '1 points, 5'],
  ['no order below the minimum', { minAmount: 285_001n }, 9_999n, 'nothing'],
  ['nothing where none are owned', {}, 0n, 'nothing'],
  ['nothing where the share is none', { maxShare: 0n }, 9_999n, 'nothing'],
  ['nothing where a point is worth more than the maximum', { pointToIdr: 101n, maxAmount: 100n }, 9_999n, 'nothing'],
]
for (const [what, changes, owned, told] of rows) {
  test(`of an order of 285000 points pay ${what}`, () => {
    const redemption = redemptionBy({ ...rule, ...changes }, owned, rupiah(285_000n))
    assert.equal(redemption ? `${redemption.count} points, ${redemption.worth.minor}` : 'nothing', told)
  })
}

const terms: PointTerms = {
  last4: '0008',
  owned: 9_999n,
  rules: [
    { ...rule, bin: '51234500', maxAmount: 1_000n },
    { ...rule, maxAmount: 2_000n },
    { ...rule, bin: '51234567', maxAmount: 3_000n },
    { ...rule, bin: '443426', minAmount: 285_001n },
  ],
}

test('the first rule that begins the number counts, and only of the card that has the points', () => {
  const worth = (number: string) => redemptionOf(terms, panOf(number), rupiah(285_000n))?.worth.minor
  assert.equal(worth('5123450000000008'), 1_000n)
  assert.equal(worth('5123456789012346'), undefined, 'other last four digits')
  assert.equal(worth('2223000000000007'), undefined, 'another number altogether')
  const tail = { ...terms, last4: '2346' }
  assert.equal(redemptionOf(tail, panOf('5123456789012346'), rupiah(285_000n))?.worth.minor, 2_000n)
  assert.equal(redemptionOf({ ...terms, rules: [] }, panOf('5123450000000008'), rupiah(285_000n)), null)
})

test('offers are those of rules that a card can come to', () => {
  const offered = pointOffers(terms, rupiah(285_000n)).map(({ bin, worth }) => `${bin} ${worth.minor}`)
  assert.deepEqual(offered, ['51234500 1000', '512345 2000'])
})

const optional = (most: bigint) => fc.option(fc.bigInt(0n, most))
const anyRule = fc.record({
  bin: fc.constantFrom('512345', '51234500', '443426'),
  pointToIdr: fc.bigInt(1n, 99_999n),
  minAmount: optional(10_000_000n),
  maxAmount: optional(10_000_000n),
  maxShare: optional(10_000n),
})
const anyAmount = fc.bigInt(1n, 99_999_999_999_999n)
const anyOwned = fc.oneof(fc.bigInt(0n, 10_000n), fc.bigInt(0n, 99_999_999_999_999n))

test('never more than the order, than is owned or than either maximum, and always whole points (property)', () => {
  fc.assert(
    fc.property(anyRule, anyOwned, anyAmount, (any, owned, amount) => {
      const redemption = redemptionBy(any, owned, rupiah(amount))
      if (!redemption) return
      const { count, worth } = redemption
      assert.ok(count > 0n && count <= owned)
      assert.equal(worth.minor, count * any.pointToIdr)
      assert.ok(worth.minor <= amount)
      assert.ok(any.minAmount === null || amount >= any.minAmount)
      assert.ok(any.maxAmount === null || worth.minor <= any.maxAmount)
      assert.ok(any.maxShare === null || worth.minor * 10_000n <= amount * any.maxShare)
    }),
    { numRuns: 2_000 },
  )
})

test('one point more would be too many (property)', () => {
  fc.assert(
    fc.property(anyRule, anyOwned, anyAmount, (any, owned, amount) => {
      if (any.minAmount !== null && amount < any.minAmount) return
      const count = (redemptionBy(any, owned, rupiah(amount))?.count ?? 0n) + 1n
      const worth = count * any.pointToIdr
      const isTooMuch =
        count > owned ||
        worth > amount ||
        (any.maxAmount !== null && worth > any.maxAmount) ||
        (any.maxShare !== null && worth * 10_000n > amount * any.maxShare)
      assert.ok(isTooMuch)
    }),
    { numRuns: 2_000 },
  )
})

test('a card is given what was offered for its number, or nothing (property)', () => {
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 5 }), anyOwned, anyAmount, (rules, owned, amount) => {
      const any = { last4: '0008', owned, rules }
      const given = redemptionOf(any, panOf('5123450000000008'), rupiah(amount))
      if (!given) return
      const { count, worth } = given
      const offered = pointOffers(any, rupiah(amount)).filter(({ bin }) => '5123450000000008'.startsWith(bin))
      assert.ok(offered.some((each) => each.count === count && each.worth.minor === worth.minor))
    }),
    { numRuns: 2_000 },
  )
})
