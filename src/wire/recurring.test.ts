import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../base/problem.ts'
import { readInitiate } from './initiate.ts'

const body = (recurring: unknown, changes: object = {}) =>
  Buffer.from(
    JSON.stringify({
      order: { id: 'a-1', amount: '1000' },
      customer: { id: 'c-1', mobilePhone: '+6281286288800' },
      recurring,
      ...changes,
    }),
  )

/** The sample of the recurring page (finpay-openapi-fragments.md). */
const sample = {
  type: 'PURCHASE',
  id: 'SUB-1',
  amount: '1000',
  interval: '1',
  intervalUnit: 'monthly',
  maxInterval: '2',
  startDate: '20260101',
  endDate: '20261231',
  retry: { interval: '1', intervalUnit: 'minutes', maxInterval: '1' },
}

test('the documented sample is read', () => {
  assert.deepEqual(readInitiate(body(sample)).recurring, {
    id: 'SUB-1',
    amount: { minor: 1_000n, currency: 'IDR' },
    interval: 1,
    unit: 'month',
    maxCharges: 2,
    startDate: '20260101',
    endDate: '20261231',
    retry: { interval: 1, unit: 'minute', maxTries: 1 },
  })
})

test('what is not said has a usual value', () => {
  const { recurring } = readInitiate(body({ subscribe: 'Y', type: 'TOPUP', id: 'S', amount: 5_000 }))
  assert.deepEqual(recurring, {
    id: 'S',
    amount: { minor: 5_000n, currency: 'IDR' },
    interval: 1,
    unit: 'month',
    maxCharges: null,
    startDate: null,
    endDate: null,
    retry: null,
  })
})

test('one that nobody subscribes to, and one with nothing in it, is none', () => {
  for (const nothing of [undefined, null, '', {}, [], { subscribe: 'N' }, { ...sample, subscribe: 'N' }]) {
    const read = readInitiate(body(nothing))
    assert.equal(read.recurring, null)
    assert.equal(read.identity, readInitiate(body(undefined)).identity)
  }
})

test('units are taken as people write them', () => {
  for (const [word, unit] of [
    ['minutes', 'minute'],
    ['MINUTE', 'minute'],
    ['daily', 'day'],
    ['Days', 'day'],
    ['weekly', 'week'],
    ['Monthly', 'month'],
    ['month', 'month'],
    ['YEARLY', 'year'],
  ] as const)
    assert.equal(readInitiate(body({ ...sample, intervalUnit: word })).recurring?.unit, unit, word)
})

test('what is wrong is named', () => {
  const rows = [
    [{ ...sample, type: undefined }, 'recurring.type'],
    [{ ...sample, type: 'RENT' }, 'recurring.type'],
    [{ ...sample, id: undefined }, 'recurring.id'],
    [{ ...sample, id: 'x'.repeat(31) }, 'recurring.id'],
    [{ ...sample, amount: undefined }, 'recurring.amount'],
    [{ ...sample, amount: '0' }, 'recurring.amount'],
    [{ ...sample, amount: '10.5' }, 'recurring.amount'],
    [{ ...sample, interval: '0' }, 'recurring.interval'],
    [{ ...sample, interval: '100' }, 'recurring.interval'],
    [{ ...sample, intervalUnit: 'fortnightly' }, 'recurring.intervalUnit'],
    [{ ...sample, intervalUnit: 'constructor' }, 'recurring.intervalUnit'],
    [{ ...sample, maxInterval: 0 }, 'recurring.maxInterval'],
    [{ ...sample, startDate: '20260230' }, 'recurring.startDate'],
    [{ ...sample, startDate: '20261301' }, 'recurring.startDate'],
    [{ ...sample, endDate: '20251231' }, 'recurring.endDate'],
    [{ ...sample, retry: { interval: '0' } }, 'recurring.retry.interval'],
    [{ ...sample, retry: { intervalUnit: 'never' } }, 'recurring.retry.intervalUnit'],
    [{ ...sample, subscribe: 'X' }, 'recurring.subscribe'],
  ] as const
  for (const [recurring, field] of rows)
    assert.throws(
      () => readInitiate(body(recurring)),
      (error) => error instanceof Problem && error.field === field,
      field,
    )
  for (const [changes, field] of [
    [{ customer: { mobilePhone: '+6281286288800' } }, 'customer.id'],
    [{ card: { storedOnFile: 'NOT_STORED' } }, 'card.storedOnFile'],
  ] as const)
    assert.throws(
      () => readInitiate(body(sample, changes)),
      (error) => error instanceof Problem && error.field === field,
      field,
    )
})
