import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isoText, isoTextAt } from './iso-text.ts'

test('an instant is written as ever, however often and in whatever order instants come', () => {
  const base = Date.parse('2026-01-01T00:00:00.000Z')
  for (let round = 0; round < 3; round += 1)
    for (const step of [0, 1, 63, 64, 65, 128, -1, -64, 86_400_000, 64 * 86_400_000, -base, -base - 1, -base - 63]) {
      const instant = new Date(base + step)
      assert.equal(isoText(instant), instant.toISOString())
      assert.equal(isoTextAt(base + step), instant.toISOString())
    }
  assert.throws(() => isoText(new Date(Number.NaN)), RangeError)
})
