import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Order } from './order.ts'
import { opens, pageTokenOf, parsePageToken } from './page-token.ts'

const order = { orderNo: randomBytes(12), pageSecret: randomBytes(16) }

test('a token is 64 hexadecimal digits that tell route, order and secret', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.uint8Array({ minLength: 28, maxLength: 28 }), (route, bytes) => {
      const named = { orderNo: Buffer.from(bytes.slice(0, 12)), pageSecret: Buffer.from(bytes.slice(12)) }
      const token = pageTokenOf(route, named)
      assert.match(token, /^[0-9a-f]{64}$/)
      assert.deepEqual(parsePageToken(token), { route, orderNo: named.orderNo, secret: named.pageSecret })
    }),
  )
})

for (const text of ['', 'x'.repeat(64), 'A'.repeat(64), `${pageTokenOf(1, order)}0`, '0'.repeat(63)]) {
  test(`${JSON.stringify(text)} is no token`, () => {
    assert.equal(parsePageToken(text), undefined)
  })
}

test('a token with one other bit in its secret opens nothing', () => {
  const token = parsePageToken(pageTokenOf(1, order))
  assert.ok(token)
  assert.ok(opens(token, order))
  for (let bit = 0; bit < 128; bit += 1) {
    const secret: Buffer = Buffer.from(token.secret)
    secret.writeUInt8(secret.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    assert.equal(opens({ ...token, secret }, order as Order), false)
  }
})
