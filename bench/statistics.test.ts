import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figureOf, ratioOf } from './statistics.ts'

test('a figure is the middle of its rounds, with the least and the most', () => {
  assert.deepEqual(figureOf([3, 1, 2]), { median: 2, lowest: 1, highest: 3 })
  assert.deepEqual(figureOf([4, 1, 2, 3]), { median: 2.5, lowest: 1, highest: 4 })
  assert.throws(() => figureOf([]), /at least one round/)
})

test('a ratio is taken in each round, so that a slow moment counts for both', () => {
  assert.deepEqual(ratioOf([10, 1, 30], [20, 2, 30]), { median: 0.5, lowest: 0.5, highest: 1 })
})
