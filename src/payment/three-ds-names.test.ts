import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  mpgsOrderIdOf,
  mpgsTransactionIdOf,
  opensSession,
  parseMpgsTransactionId,
  parseSessionId,
  sessionIdOf,
} from './three-ds-names.ts'
import { opens } from './page-token.ts'

test('an order id in digits is filled up as in the documented sample', () => {
  assert.equal(mpgsOrderIdOf('1664255905824'), '16642559058241000000000')
  assert.equal(mpgsOrderIdOf('7'), `71${'0'.repeat(21)}`)
  assert.equal(mpgsOrderIdOf('9'.repeat(22)), `${'9'.repeat(22)}1`)
})

test('every other id gives 23 digits of its own', () => {
  const ids = ['INV-1', 'INV-2', '9'.repeat(23), '1'.repeat(64), 'a', '.']
  for (const id of ids) assert.match(mpgsOrderIdOf(id), /^[1-9]\d{22}$/)
  assert.equal(new Set(ids.map(mpgsOrderIdOf)).size, ids.length)
})

test('a transaction id gives back the order and the attempt that it was made of', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      fc.integer({ min: 1, max: 0xfff }),
      (bytes, attemptNo) => {
        const orderNo = Buffer.from(bytes)
        const id = mpgsTransactionIdOf({ orderNo }, attemptNo)
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.deepEqual(parseMpgsTransactionId(id.toUpperCase()), { orderNo, attemptNo })
      },
    ),
  )
})

test('what is no transaction id gives nothing', () => {
  for (const text of ['', 'x', '00000000-0000-1000-8001-000000000000', '00000000-0000-4000-8001-000000000001'])
    assert.equal(parseMpgsTransactionId(text), undefined)
})

test('a session opens its own order and is no link to a page of it', () => {
  const order = { orderNo: Buffer.alloc(12, 1), pageSecret: Buffer.alloc(16, 2) }
  const session = parseSessionId(sessionIdOf(7, order).toUpperCase())
  assert.ok(session)
  assert.equal(session.route, 7)
  assert.deepEqual(session.orderNo, order.orderNo)
  assert.ok(opensSession(session, order))
  assert.ok(!opens(session, order))
  assert.ok(!opensSession({ ...session, secret: order.pageSecret }, order))
  assert.ok(!opensSession(session, { pageSecret: Buffer.alloc(16, 3) }))
})
