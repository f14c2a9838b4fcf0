import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration } from './duration.ts'

for (const [text, ms] of [
  ['PT24H', 86_400_000],
  ['P1D', 86_400_000],
  ['P1DT30M', 88_200_000],
  ['PT0S', 0],
  ['P2W', 1_209_600_000],
  ['P1W2DT3H4M5S', ((9 * 24 + 3) * 60 + 4) * 60_000 + 5_000],
  ['', undefined],
  ['P', undefined],
  ['PT', undefined],
  ['P1DT', undefined],
  ['24H', undefined],
  ['P1M', undefined],
  ['P1Y', undefined],
  ['PT-1H', undefined],
  ['pt1h', undefined],
  ['PT1.5H', undefined],
  ['PT99999999999999H', undefined],
] as const) {
  test(`the duration ${JSON.stringify(text)} is ${ms === undefined ? 'refused' : `${ms} ms`}`, () => {
    assert.equal(parseDuration(text), ms)
  })
}
