import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rupiah } from '../base/money.ts'
import type { MerchantAcquirer } from '../merchant/merchant-acquirer.ts'
import { route } from './route.ts'

const any = {
  priority: 100,
  bins: null,
  schemes: null,
  minMinor: null,
  maxMinor: null,
  isEnabled: true,
} as const

/** An acquirer that is called as it is. */
const an = (name: string, rules: Partial<MerchantAcquirer> = {}): MerchantAcquirer => ({
  ...any,
  name,
  acquirerId: name,
  ...rules,
})

const visa = { bin: '411111', scheme: 'VISA' }
const mastercard = { bin: '512345', scheme: 'MASTERCARD' }
const nameless = { bin: '999999', scheme: null }

const rows = [
  // what is tried, card, amount, acquirers, away, whom to ask
  ['none', visa, 1_000, [], '', ''],
  ['the only one', visa, 1_000, [an('a')], '', 'a'],
  ['by priority', visa, 1_000, [an('a', { priority: 2 }), an('b', { priority: 1 })], '', 'b a'],
  ['by name where priorities are equal', visa, 1_000, [an('b'), an('a')], '', 'a b'],
  ['not one that is disabled', visa, 1_000, [an('a', { isEnabled: false }), an('b')], '', 'b'],
  ['its BIN', visa, 1_000, [an('a', { bins: ['411111'] })], '', 'a'],
  ['one of its BINs', visa, 1_000, [an('a', { bins: ['400000', '411111'] })], '', 'a'],
  ['not its BIN', mastercard, 1_000, [an('a', { bins: ['411111'] }), an('b')], '', 'b'],
  ['its scheme', visa, 1_000, [an('a', { schemes: ['VISA'] })], '', 'a'],
  ['not its scheme', mastercard, 1_000, [an('a', { schemes: ['VISA', 'JCB'] }), an('b')], '', 'b'],
  ['no scheme is none of any', nameless, 1_000, [an('a', { schemes: ['VISA'] }), an('b')], '', 'b'],
  ['its BIN and not its scheme', visa, 1_000, [an('a', { bins: ['411111'], schemes: ['JCB'] })], '', ''],
  ['its least', visa, 1_000, [an('a', { minMinor: 1_000n })], '', 'a'],
  ['below its least', visa, 999, [an('a', { minMinor: 1_000n }), an('b')], '', 'b'],
  ['its most', visa, 1_000, [an('a', { maxMinor: 1_000n })], '', 'a'],
  ['above its most', visa, 1_001, [an('a', { maxMinor: 1_000n }), an('b')], '', 'b'],
  ['one that is away last', visa, 1_000, [an('a', { priority: 1 }), an('b'), an('c')], 'a', 'b c a'],
  ['two that are away, by priority', visa, 1_000, [an('a'), an('b'), an('c', { priority: 1 })], 'c a', 'b c a'],
  ['the only one although it is away', visa, 1_000, [an('a')], 'a', 'a'],
  ['nobody where no rule fits', visa, 1_000, [an('a', { schemes: ['JCB'] }), an('b', { minMinor: 2_000n })], '', ''],
] as const

for (const [name, card, amount, acquirers, away, expected] of rows) {
  test(`whom to ask: ${name}`, () => {
    const asked = route(card, rupiah(BigInt(amount)), acquirers, (id) => !away.split(' ').includes(id))
    assert.equal(asked.map((each) => each.name).join(' '), expected)
  })
}

test('health goes by the acquirer, whatever the merchant calls it', () => {
  const acquirers = [an('mine', { acquirerId: 'bank', priority: 1 }), an('other', { acquirerId: 'bank2' })]
  const asked = route(visa, rupiah(1_000n), acquirers, (id) => id !== 'bank')
  assert.deepEqual(
    asked.map(({ acquirerId }) => acquirerId),
    ['bank2', 'bank'],
  )
})
