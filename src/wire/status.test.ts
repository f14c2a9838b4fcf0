import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFinal, userDesc, wireStatuses } from './status.ts'

test('the statuses are the documented ones and EXPIRED', () => {
  assert.deepEqual(
    wireStatuses.toSorted(),
    [
      ...['REQUEST_INITIATED', 'INITIATED', 'AUTHENTICATION_INITIATED', 'AUTHENTICATED', 'AUTHORIZED', 'PENDING'],
      ...[
        'PARTIALLY_CAPTURED',
        'CAPTURED',
        'PAID',
        'PARTIALLY_REFUNDED',
        'REFUNDED',
        'CANCELLED',
        'FAILURE',
        'EXPIRED',
      ],
    ].toSorted(),
  )
})

test('the final statuses are those that notify the merchant', () => {
  assert.deepEqual(wireStatuses.filter(isFinal).toSorted(), [
    'AUTHORIZED',
    'CANCELLED',
    'CAPTURED',
    'EXPIRED',
    'FAILURE',
    'PAID',
    'PARTIALLY_REFUNDED',
    'REFUNDED',
  ])
})

test('the sentences that were recorded are met', () => {
  assert.equal(userDesc('PAID'), 'Your transaction was successful')
  assert.equal(userDesc('CAPTURED'), 'Your transaction was successful')
  assert.equal(userDesc('REQUEST_INITIATED'), 'Your transaction is currently in progress or pending processing')
})

test('every sentence is ASCII without a slash, so that all ways to write JSON agree on it', () => {
  for (const status of wireStatuses) assert.match(userDesc(status), /^[A-Za-z ]+$/)
})
