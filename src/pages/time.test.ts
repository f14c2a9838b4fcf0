import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Language } from './language.ts'
import { formatDuration, formatWib } from './time.ts'

test('an instant is told in Western Indonesia Time, as each language writes it', () => {
  const rows: [string, Language, string][] = [
    ['2026-11-23T10:05:00Z', 'id', '23 Nov 2026 17.05 WIB'],
    ['2026-11-23T10:05:00Z', 'en', '23 Nov 2026, 17:05 WIB'],
    ['2026-12-31T17:00:00Z', 'id', '1 Jan 2027 00.00 WIB'],
    ['2026-08-17T03:00:00Z', 'id', '17 Agu 2026 10.00 WIB'],
    ['2026-05-02T03:00:00Z', 'en', '2 May 2026, 10:00 WIB'],
  ]
  for (const [instant, language, text] of rows) assert.equal(formatWib(new Date(instant), language), text)
})

test('a duration loses its small parts as it grows', () => {
  const rows: [number, string][] = [
    [-1, '00:00'],
    [999, '00:00'],
    [61_000, '01:01'],
    [3_599_000, '59:59'],
    [3_600_000, '1 h 0 min'],
    [86_399_000, '23 h 59 min'],
    [86_400_000 * 2 - 1000, '47 h 59 min'],
    [86_400_000 * 2, '2 d 0 h'],
    [525_600 * 60_000, '365 d 0 h'],
  ]
  for (const [ms, text] of rows) assert.equal(formatDuration(ms, 'en'), text)
})
