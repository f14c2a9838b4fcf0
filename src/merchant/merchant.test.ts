import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '../base/secret.ts'
import { acceptedKeys, type Merchant, signingKey } from './merchant.ts'

const now = new Date('2026-11-24T00:00:00Z')
const later = new Date(now.getTime() + 1_000)
const earlier = new Date(now.getTime() - 1_000)

const aMerchant = (changes: Partial<Merchant>): Merchant => ({
  merchantId: 'M',
  route: 1,
  name: 'M',
  keepsLatePayments: true,
  key: new Secret('new'),
  previousKey: null,
  newKeyUsed: true,
  channels: ['cc'],
  attemptsPerOrder: 5,
  sendsCardInCallback: false,
  addsOrderToReturn: false,
  acquirers: [],
  fraudSystems: [],
  ...changes,
})
const old = (until: Date) => ({ key: new Secret('old'), until })

for (const [name, merchant, signs, accepts] of [
  ['never rotated', aMerchant({}), 'new', ['new']],
  ['rotated, not yet used', aMerchant({ previousKey: old(later), newKeyUsed: false }), 'old', ['new', 'old']],
  ['rotated and used', aMerchant({ previousKey: old(later) }), 'new', ['new', 'old']],
  ['rotated, never used, overlap over', aMerchant({ previousKey: old(earlier), newKeyUsed: false }), 'new', ['new']],
] as const) {
  test(`a key that was ${name}: ${signs} signs, ${accepts.join(' and ')} authenticate`, () => {
    assert.equal(signingKey(merchant, now).reveal(), signs)
    assert.deepEqual(
      acceptedKeys(merchant, now).map((key) => key.reveal()),
      accepts,
    )
  })
}
