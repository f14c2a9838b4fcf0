import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CardFilter, passes } from './card-filter.ts'
import { Pan } from './pan.ts'

/** Known to be a credit card. */
const sample = '5123450000000008'
/** Of no known type. */
const plain = '5123456789012346'

const rows: readonly (readonly [filter: Partial<CardFilter>, number: string, passes: boolean])[] = [
  [{}, sample, true],
  [{ bins: ['512345'] }, sample, true],
  [{ bins: ['443426', '512345'] }, sample, true],
  [{ bins: ['443426'] }, sample, false],
  [{ bins: ['51234500'] }, sample, true],
  [{ bins: ['51234567'] }, sample, false],
  [{ bins: ['51234567'] }, plain, true],
  [{ bins: ['234500'] }, sample, false],
  [{ types: ['CREDIT'] }, sample, true],
  [{ types: ['DEBIT', 'CREDIT'] }, sample, true],
  [{ types: ['DEBIT'] }, sample, false],
  [{ types: ['DEBIT', 'CREDIT', 'PREPAID'] }, plain, false],
  [{ bins: ['512345'], types: ['CREDIT'] }, sample, true],
  [{ bins: ['512345'], types: ['DEBIT'] }, sample, false],
  [{ bins: ['443426'], types: ['CREDIT'] }, sample, false],
]

test('a card passes where its leading digits and its type are among those named', () => {
  for (const [filter, number, expected] of rows) {
    const pan = Pan.parse(number)
    assert.ok(pan)
    const whole = { bins: null, types: null, ...filter }
    assert.equal(passes(whole, pan), expected, `${JSON.stringify(filter)} ${number}`)
  }
})
