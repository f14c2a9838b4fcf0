import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { scrub, scrubText } from './scrub.ts'

suite('what is scrubbed', () => {
  const token = 'ab'.repeat(32)
  const lines: readonly (readonly [name: string, line: string, scrubbed: string])[] = [
    ['a page token', `GET /pg/payment/card/access/${token}?lang=en`, 'GET /pg/payment/card/access/[redacted]?lang=en'],
    ['credentials', '"authorization":"Basic RklOUEFZNzcwOlNv"', '"authorization":"Basic [redacted]"'],
    ['a password in a URL', 'postgres://gerbang:Hunter2@db/x', 'postgres://[redacted]@db/x'],
  ]
  for (const [name, line, scrubbed] of lines)
    test(name, () => {
      assert.equal(scrub(line), scrubbed)
      assert.equal(scrubText(line), scrubbed)
    })

  test('what a reader of the log needs is left alone', () => {
    const line = JSON.stringify({
      level: 'info',
      time: 1_764_000_000_123,
      traceId: 'cc4ed870-e738-4575-a64e-91611e18303a',
      orderId: '17640000001234567',
      callbackId: 'cb_25833049c7bc7a73e2b5bb2cfc917d29',
      url: 'http://127.0.0.1:9000/callback',
    })
    assert.equal(scrub(line), line)
  })

  test('in text of unknown origin, numbers as long as a card’s', () => {
    assert.equal(scrubText('Unexpected token } in "4111 1111 1111 1111"}'), 'Unexpected token } in "[redacted]"}')
    assert.equal(scrubText('value "[redacted]x" of order 1234'), 'value "[redacted]x" of order 1234')
    assert.equal(scrubText('card 4111-1111-1111-1111, order 1234'), 'card [redacted], order 1234')
  })
})
