import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatExpiry, isPast, parseExpiry, parseYymm } from './expiry.ts'

const expiry = fc.record(
  { month: fc.integer({ min: 1, max: 12 }), year: fc.integer({ min: 2000, max: 2099 }) },
  { noNullPrototype: true },
)

test('what payers type and browsers fill in is read', () => {
  for (const text of ['09/33', '9/33', '09 / 2033', '09-33', '09.33', '09 33', '0933', '092033', ' 09/33 ']) {
    assert.deepEqual(parseExpiry(text), { month: 9, year: 2033 }, text)
  }
})

test('what is no month of a year is not', () => {
  for (const text of ['', '13/33', '00/33', '0/33', '09/3', '09/333', '933', '09//33', 'ab/cd', '09/33x']) {
    assert.equal(parseExpiry(text), undefined, text)
  }
})

test('the contract writes the year first: 3309 is September 2033', () => {
  assert.deepEqual(parseYymm('3309'), { month: 9, year: 2033 })
  for (const text of ['', '3313', '3300', '33/09', '0933x', '330']) assert.equal(parseYymm(text), undefined, text)
})

test('a written expiry reads back, month first or year first', () => {
  fc.assert(
    fc.property(expiry, (expiry) => {
      const written = formatExpiry(expiry)
      assert.deepEqual(parseExpiry(written), expiry)
      assert.deepEqual(parseYymm(`${written.slice(3)}${written.slice(0, 2)}`), expiry)
    }),
  )
})

test('a card ends with its month in Western Indonesia, seven hours before it ends in UTC', () => {
  const november = { month: 11, year: 2026 }
  assert.equal(isPast(november, new Date('2026-11-30T23:59:59.999+07:00')), false)
  assert.equal(isPast(november, new Date('2026-12-01T00:00:00+07:00')), true)
  assert.equal(isPast(november, new Date('2026-11-30T17:00:00Z')), true)
})

test('December ends with the year, and February with its own last day', () => {
  const rows = [
    [{ month: 12, year: 2026 }, '2026-12-31T23:59:59.999+07:00', '2027-01-01T00:00:00+07:00'],
    [{ month: 2, year: 2027 }, '2027-02-28T23:59:59.999+07:00', '2027-03-01T00:00:00+07:00'],
    [{ month: 2, year: 2028 }, '2028-02-29T23:59:59.999+07:00', '2028-03-01T00:00:00+07:00'],
  ] as const
  for (const [expiry, last, first] of rows) {
    assert.equal(isPast(expiry, new Date(last)), false)
    assert.equal(isPast(expiry, new Date(first)), true)
  }
})
