import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pan } from '../card/pan.ts'
import type { RoutedCard } from '../card/routed-card.ts'
import { restrict } from './restrict.ts'
import { sandboxRules } from './take-card.ts'

function pan(number: string): Pan {
  const parsed = Pan.parse(number)
  assert.ok(parsed)
  return parsed
}

test('a card is allowed that passes the filter and has a route', () => {
  const filter = { bins: ['512345'], types: null }
  const onRoute = restrict(sandboxRules, filter, () => true)
  const offRoute = restrict(sandboxRules, filter, () => false)
  assert.equal(onRoute.allows(pan('5123450000000008')), true)
  assert.equal(onRoute.allows(pan('4111111111111111')), false)
  assert.equal(offRoute.allows(pan('5123450000000008')), false)
})

test('without a filter the route alone decides, by what may be shown of a card', () => {
  const asked: RoutedCard[] = []
  const rules = restrict(sandboxRules, null, (card) => {
    asked.push(card)
    return card.scheme === 'VISA'
  })
  assert.equal(rules.allows(pan('4111111111111111')), true)
  assert.equal(rules.allows(pan('5123450000000008')), false)
  assert.deepEqual(asked, [
    { bin: '411111', scheme: 'VISA' },
    { bin: '512345', scheme: 'MASTERCARD' },
  ])
})

test('which cards are taken at all stays as it was', () => {
  const rules = restrict(sandboxRules, { bins: ['4'], types: null }, () => true)
  assert.equal(rules.accepts(pan('5123450000000008')), true)
  assert.equal(rules.isPublishedExpiry({ month: 4, year: 2027 }), true)
})
