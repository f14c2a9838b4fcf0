import assert from 'node:assert/strict'
import { test } from 'node:test'
import { courses, eciOf } from './course.ts'

test('the indicator tells authenticated, attempted and neither, in each scheme’s own numbers', () => {
  const rows = (['VISA', 'JCB', 'AMEX', 'MASTERCARD', null] as const).map((brand) => [
    brand,
    ...(['Y', 'A', 'N', 'U', 'R'] as const).map((status) => eciOf(status, brand)),
  ])
  assert.deepEqual(rows, [
    ['VISA', '05', '06', '07', '07', '07'],
    ['JCB', '05', '06', '07', '07', '07'],
    ['AMEX', '05', '06', '07', '07', '07'],
    ['MASTERCARD', '02', '01', '00', '00', '00'],
    [null, '05', '06', '07', '07', '07'],
  ])
})

test('the courses reach every final status, with a challenge and without', () => {
  const reached = Object.values(courses).map((it) => it && `${it.challenges ? 'C, then ' : ''}${it.ending.transStatus}`)
  assert.deepEqual(new Set(reached), new Set(['C, then Y', 'C, then N', 'C, then U', 'Y', 'A', 'N', 'U', 'R', null]))
})
