import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Secret } from './secret.ts'

const hidden = 'SoSecret123'
const secret = new Secret(hidden)

for (const [way, text] of [
  ['String', String(secret)],
  ['a template', 'key '.concat(secret as unknown as string)],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
  ['an error’s cause', inspect(new Error('it failed', { cause: secret }))],
  ['concatenation', `key ${[secret].join()}`],
] as const) {
  test(`a secret does not print through ${way}`, () => {
    assert.ok(!text.includes(hidden), text)
  })
}

test('a secret cannot cross a worker or a queue by accident', () => {
  assert.deepEqual(Object.entries(structuredClone(secret)), [])
})

test('reveal is the one way in', () => {
  assert.equal(secret.reveal(), hidden)
})
