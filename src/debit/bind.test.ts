import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pan } from '../card/pan.ts'
import { chargeTokenFrom } from './bind.ts'

test('a charge token is twelve digits, and never passes for a card number (invariant 8)', () => {
  let passing = 0
  for (let n = 0; n < 1_000; n += 1) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(500_000_000_000n + BigInt(n) * 7_919n)
    if (Pan.parse(String(bytes.readBigUInt64BE()))) passing += 1
    const token = chargeTokenFrom(bytes)
    assert.match(token, /^\d{12}$/)
    assert.equal(Pan.parse(token), undefined)
  }
  assert.ok(passing > 50, 'some of these would pass as they are drawn')
})
