import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brandOf } from './brand.ts'
import { cvvDeck, expiryDeck, findCvv, findExpiry, findTestCard, infoOf, testCards } from './deck.ts'
import { formatExpiry } from './expiry.ts'
import { withCheckDigit } from './pan.fixture.ts'
import { Pan } from './pan.ts'

function pan(number: string): Pan {
  const parsed = Pan.parse(number)
  assert.ok(parsed, `${number} passes Luhn`)
  return parsed
}

test('every published number passes Luhn, has a brand and stands in the deck once', () => {
  for (const card of testCards) {
    assert.ok(brandOf(pan(card.number)), card.number)
    assert.equal(findTestCard(pan(card.number)), card)
  }
  assert.equal(new Set(testCards.map(({ number }) => number)).size, testCards.length)
})

test('a number that nobody publishes is on no deck', () => {
  assert.equal(findTestCard(pan(withCheckDigit('400000000000999'))), undefined)
})

test('the deck holds a card for each behaviour of an access control server', () => {
  assert.deepEqual(
    new Set(testCards.map(({ threeDs }) => threeDs)),
    new Set([
      'challenge',
      'challenge_fails',
      'challenge_unavailable',
      'challenge_errs',
      'frictionless',
      'attempted',
      'not_authenticated',
      'unavailable',
      'rejected',
      'not_enrolled',
    ]),
  )
})

test('the collision of two published lists is a challenge', () => {
  assert.equal(findTestCard(pan('5123450000000008'))?.threeDs, 'challenge')
})

test('the documented sample card has the documented issuer, others a brand and nothing more', () => {
  assert.deepEqual(infoOf(pan('5123450000000008')), {
    brand: 'MASTERCARD',
    issuing: 'BANCO DEL PICHINCHA CA',
    type: 'CREDIT',
    subType: 'STANDARD',
    country: 'ECUADOR',
  })
  assert.deepEqual(infoOf(pan('3337000000200004')), {
    brand: 'JCB',
    issuing: null,
    type: null,
    subType: null,
    country: null,
  })
})

test('each published expiry has its published outcome', () => {
  assert.deepEqual(
    expiryDeck.map(({ expiry, gatewayCode, responseCode }) => `${formatExpiry(expiry)} ${gatewayCode} ${responseCode}`),
    [
      '01/39 APPROVED 00',
      '05/39 DECLINED 05',
      '04/27 EXPIRED_CARD 54',
      '08/28 TIMED_OUT 68',
      '01/37 ACQUIRER_SYSTEM_ERROR 96',
      '02/37 UNSPECIFIED_FAILURE 05',
      '05/37 UNKNOWN 00',
    ],
  )
  assert.equal(findExpiry({ month: 8, year: 2028 })?.acquirer, 'answers_nothing')
  assert.equal(findExpiry({ month: 9, year: 2033 }), undefined)
})

test('each published CVV has its published outcome, with four digits on American Express', () => {
  for (const row of cvvDeck) {
    assert.equal(findCvv(row.cvv), row)
    assert.equal(findCvv(row.amexCvv), row)
  }
  assert.equal(findCvv('102')?.gatewayCode, 'NO_MATCH')
  assert.equal(findCvv('123'), undefined)
})
