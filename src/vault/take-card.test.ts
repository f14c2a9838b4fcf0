import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { seededRandom, systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { withCheckDigit } from '../card/pan.fixture.ts'
import { fixedKeys } from './fixture.ts'
import { type CardRules, liveRules, sandboxRules, takeCard, type TakenCard, type TypedCard } from './take-card.ts'
import { Vault } from './vault.ts'

const keys = fixedKeys(new Secret(Buffer.alloc(32, 7)))
const vault = new Vault(keys, systemRandom)
const holder = { merchantId: 'FINPAY770', orderId: 'INV-1', n: 1, now: new Date('2026-11-23T12:00:00+07:00') }

function take(overrides: Partial<TypedCard> = {}, rules: CardRules = sandboxRules): Promise<TakenCard> {
  const typed = { number: '5123 4500 0000 0008', expiry: '09/33', cvv: '100', name: 'Budi Santoso', ...overrides }
  return takeCard(vault, rules, typed, holder)
}

test('a card of the deck is taken: sealed, masked, with its CVV apart', async () => {
  const taken = await take()
  assert.ok(taken.ok)
  assert.equal(taken.card.mask, '512345xxxxxx0008')
  assert.equal(taken.card.last4, '0008')
  assert.equal(taken.card.info.issuing, 'BANCO DEL PICHINCHA CA')
  assert.equal(taken.card.sealed.keyVersion, 2)
  assert.match(taken.card.token, /^[A-Za-z0-9_-]{32}$/)
  assert.equal(taken.cvv.reveal(), '100')
})

test('nothing of a taken card prints its number or CVV', async () => {
  const taken = await take({ number: '4111111111111111', cvv: '864' })
  const text = inspect(taken, { depth: 9, showHidden: true }) + JSON.stringify(taken)
  assert.doesNotMatch(text, /4111111111111111|'864'|"864"/)
})

test('a card that may not pay this order is refused by its own name, and only if it is one at all', async () => {
  const none: CardRules = { ...sandboxRules, allows: () => false }
  const refused = async (number: string) => {
    const taken = await take({ number }, none)
    return taken.ok ? undefined : taken.errors.number
  }
  assert.equal(await refused('5123450000000008'), 'not_allowed')
  assert.equal(await refused('5123450000000009'), 'malformed')
  assert.equal(await refused(withCheckDigit('510000000000000')), 'not_a_test_card')
})

const faults = [
  // typed, faults
  [{ number: '' }, { number: 'missing' }],
  [{ number: '5123450000000009' }, { number: 'malformed' }],
  [{ number: 'abcd' }, { number: 'malformed' }],
  [{ number: withCheckDigit('510000000000000') }, { number: 'not_a_test_card' }],
  [{ expiry: ' ' }, { expiry: 'missing' }],
  [{ expiry: '13/33' }, { expiry: 'malformed' }],
  [{ expiry: '10/26' }, { expiry: 'past' }],
  [{ cvv: '' }, { cvv: 'missing' }],
  [{ cvv: '12' }, { cvv: 'malformed' }],
  [{ cvv: '1000' }, { cvv: 'malformed' }],
  [{ cvv: '12a' }, { cvv: 'malformed' }],
  [{ name: '' }, { name: 'missing' }],
  [{ name: 'B' }, { name: 'malformed' }],
  [{ name: 'B'.repeat(101) }, { name: 'malformed' }],
  [{ name: 'Budi\u0000Santoso' }, { name: 'malformed' }],
  [{ name: 'Budi \ud800 Santoso' }, { name: 'malformed' }],
  [{ name: '5123450000000008' }, { name: 'holds_a_number' }],
  [{ name: 'Budi 5123-4500.0000_0008' }, { name: 'holds_a_number' }],
  [{ name: '５１２３４５０００００００００８' }, { name: 'holds_a_number' }],
  [
    { number: '', expiry: '', cvv: '', name: '' },
    { number: 'missing', expiry: 'missing', cvv: 'missing', name: 'missing' },
  ],
] as const

test('each fault is named at its field, all of them together, and nothing of what was typed comes back', async () => {
  for (const [typed, errors] of faults)
    assert.deepEqual(await take(typed), { ok: false, errors }, JSON.stringify(typed))
})

test('names are taken as people write them', async () => {
  for (const name of ["Siti Nur'aini", 'I Gusti A. M. Pramesti-Dewi', 'Zoë Łukasz', '王 小明', 'Budi Santoso 3rd']) {
    assert.equal((await take({ name })).ok, true, name)
  }
})

test('the month of the payment is not past', async () => {
  assert.equal((await take({ expiry: '11/26' })).ok, true)
})

test('an expiry of the deck is taken even when it is past, in the sandbox only', async () => {
  const later = { ...holder, now: new Date('2040-01-01T00:00:00Z') }
  const typed = { number: '5123450000000008', expiry: '05/39', cvv: '100', name: 'Budi Santoso' }
  assert.equal((await takeCard(vault, sandboxRules, typed, later)).ok, true)
  assert.deepEqual(await takeCard(vault, liveRules, typed, later), { ok: false, errors: { expiry: 'past' } })
})

test('American Express has a CVV of four digits', async () => {
  const number = withCheckDigit('37000000000000')
  assert.equal((await take({ number, cvv: '1000' }, liveRules)).ok, true)
  assert.deepEqual(await take({ number, cvv: '100' }, liveRules), { ok: false, errors: { cvv: 'malformed' } })
})

test('full-width digits are digits', async () => {
  assert.equal(
    (await take({ number: '５１２３４５０００００００００８', expiry: '０９/３３', cvv: '１００' })).ok,
    true,
  )
})

test('an attempt token is new each time, and the same in each run of a seed', async () => {
  const tokens = [await take(), await take()].map((taken) => taken.ok && taken.card.token)
  assert.notEqual(tokens[0], tokens[1])
  const typed = { number: '5123450000000008', expiry: '09/33', cvv: '100', name: 'Budi Santoso' }
  const seeded = await Promise.all(
    [1, 1, 2].map(async (n) => {
      const taken = await takeCard(new Vault(keys, seededRandom('a seed')), sandboxRules, typed, { ...holder, n })
      return taken.ok && taken.card.token
    }),
  )
  assert.equal(seeded[0], seeded[1])
  assert.notEqual(seeded[0], seeded[2])
})

test('noise is answered, never thrown at', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string())
  await fc.assert(
    fc.asyncProperty(text, text, text, text, async (number, expiry, cvv, name) => {
      assert.equal((await take({ number, expiry, cvv, name })).ok, false)
    }),
  )
})
