import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { wibDateTime, wibTimestamp } from './wib.ts'

test('the recorded callback came one second after its payment', () => {
  assert.equal(wibDateTime(new Date('2025-09-18T10:06:17.999Z')), '2025-09-18 17:06:17')
  assert.equal(wibTimestamp(new Date('2025-09-18T10:06:18.000Z')), '2025-09-18T17:06:18+07:00')
})

test('a day begins at 17:00 UTC of the day before, over the ends of years and leap days too', () => {
  assert.equal(wibDateTime(new Date('2025-12-31T16:59:59Z')), '2025-12-31 23:59:59')
  assert.equal(wibDateTime(new Date('2025-12-31T17:00:00Z')), '2026-01-01 00:00:00')
  assert.equal(wibDateTime(new Date('2028-02-28T17:00:00Z')), '2028-02-29 00:00:00')
  assert.equal(wibTimestamp(new Date('1969-12-31T17:00:00Z')), '1970-01-01T00:00:00+07:00')
})

const instant = fc.date({
  min: new Date('1970-01-01T00:00:00Z'),
  max: new Date('9999-12-31T16:59:59.999Z'),
  noInvalidDate: true,
})

test('every time agrees with the zone Asia/Jakarta', () => {
  const jakarta = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Jakarta',
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  fc.assert(
    fc.property(instant, (date) => {
      assert.equal(wibDateTime(date), jakarta.format(date))
    }),
  )
})

test('a timestamp names the instant to the second', () => {
  fc.assert(
    fc.property(instant, (date) => {
      assert.equal(Date.parse(wibTimestamp(date)), Math.floor(date.getTime() / 1_000) * 1_000)
    }),
  )
})

test('a time beyond the year 9999 is a broken invariant', () => {
  assert.throws(() => wibDateTime(new Date('9999-12-31T17:00:00Z')), /Invariant broken/)
})
