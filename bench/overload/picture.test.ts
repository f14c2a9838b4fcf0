import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overloadPicture } from './picture.ts'

test('the picture of an overload holds every step, inside its frame', () => {
  const points = [0.5, 1, 2, 3].map((factor) => ({
    offered: factor * 9_000,
    accepted: Math.min(1, factor) * 9_000,
    refused: Math.max(0, factor - 1) * 9_000,
    p99: factor * 20,
  }))
  const svg = overloadPicture(points, 'Overload')
  assert.match(svg, /^<svg [^>]*viewBox="0 0 640 392"/)
  const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)]
  assert.equal(dots.length, 12)
  for (const [, x, y] of dots) {
    assert.ok(Number(x) >= 62 && Number(x) <= 544, x)
    assert.ok(Number(y) >= 34 && Number(y) <= 342, y)
  }
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
})
