import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visible } from './print.ts'

test('what a terminal would obey is shown instead', () => {
  const rows = [
    ['Kopi é 咖啡 😀', 'Kopi é 咖啡 😀'],
    ['\u001b[2J\u001b]0;owned\u0007', String.raw`\u001b[2J\u001b]0;owned\u0007`],
    ['a\nb\r\tc', String.raw`a\u000ab\u000d\u0009c`],
    ['\u009b31m', String.raw`\u009b31m`],
    ['Rp1\u202e000.9\u2066', String.raw`Rp1\u202e000.9\u2066`],
    ['\u2028\u2029', String.raw`\u2028\u2029`],
  ] as const
  for (const [line, shown] of rows) assert.equal(visible(line), shown)
})

test('JSON keeps its value', () => {
  const value = { name: '\u009b2J\u202e\u001b"\\' }
  assert.deepEqual(JSON.parse(visible(JSON.stringify(value))), value)
})
