import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brandOf } from './card-brand.ts'

test('the first digits name the brand', () => {
  const rows: [string, string | undefined][] = [
    ['4811111xxxxxx1114', 'Visa'],
    ['512345xxxxxx0008', 'Mastercard'],
    ['2223000000000007', 'Mastercard'],
    ['2220', undefined],
    ['2720', 'Mastercard'],
    ['2721', undefined],
    ['34', 'American Express'],
    ['37', 'American Express'],
    ['3337000000200004', 'JCB'],
    ['3528', 'JCB'],
    ['3589', 'JCB'],
    ['3527', undefined],
    ['1946', 'GPN'],
    ['504948', 'GPN'],
    ['6019', 'GPN'],
    ['', undefined],
    ['9', undefined],
  ]
  for (const [digits, brand] of rows) assert.equal(brandOf(digits), brand, digits)
})
