import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExpiry } from '../card/expiry.ts'
import { Pan } from '../card/pan.ts'
import { withCheckDigit } from '../card/pan.fixture.ts'
import { type Decision, decide } from './decide.ts'

const now = new Date('2026-11-23T12:00:00+07:00')

function decided(number: string, expiry: string, cvv: string | undefined): string {
  const pan = Pan.parse(number)
  const parsed = parseExpiry(expiry)
  assert.ok(pan && parsed)
  return written(decide({ pan, expiry: parsed }, cvv, now))
}

function written(decision: Decision): string {
  if (decision.state === 'silent') return 'silent'
  const verdict = decision.state === 'approved' ? 'approved' : `${decision.responseCode} ${decision.reason}`
  return decision.heard ? verdict : `${verdict}, unheard`
}

const plain = '5123450000000008'
const cases = [
  // number, expiry, cvv, decision
  [plain, '01/39', '100', 'approved'],
  [plain, '05/39', '100', '05 DECLINED'],
  [plain, '04/27', '100', '54 EXPIRED_CARD'],
  [plain, '08/28', '100', 'silent'],
  [plain, '01/37', '100', '96 ACQUIRER_SYSTEM_ERROR'],
  [plain, '02/37', '100', '05 UNSPECIFIED_FAILURE'],
  [plain, '05/37', '100', 'approved, unheard'],
  [plain, '09/33', '100', 'approved'],
  [plain, '11/26', '100', 'approved'],
  [plain, '10/26', '100', '54 EXPIRED_CARD'],
  [plain, '01/39', '101', 'approved'],
  [plain, '01/39', '102', '05 INVALID_CSC'],
  [plain, '01/39', '123', 'approved'],
  [plain, '01/39', undefined, 'approved'],
  [plain, '05/37', '102', '05 INVALID_CSC, unheard'],
  [plain, '05/39', '102', '05 DECLINED'],
  ['4811111111111114', '12/30', '123', 'approved'],
  ['4911111111111113', '12/30', '123', '05 DECLINED'],
  ['4711111111111115', '12/30', '123', '05 DECLINED'],
  ['4611111111111116', '12/30', '123', '59 BLOCKED'],
  ['4911111111111113', '08/28', '123', 'silent'],
  [withCheckDigit('510000000000000'), '12/30', '123', '14 DECLINED'],
] as const

test('expiry, CVV and number of the published decks decide, in that order', () => {
  for (const [number, expiry, cvv, expected] of cases) {
    assert.equal(decided(number, expiry, cvv), expected, `${number} ${expiry} ${cvv}`)
  }
})
