import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit } from '../src/audit/audit.ts'
import { testKeys } from './full-database.ts'
import { testGateway } from './gateway.ts'

test('an unknown outcome is settled by the deadline of the setting, and the auditor knows it', async () => {
  const gateway = await testGateway({ GERBANG_UNKNOWN_MINUTES: '4' })
  try {
    await gateway.initiate({ order: { id: 'silent' } })
    const card = { number: '4111111111111111', expiryDate: '3309', cvv: '100', nameOnCard: 'Budi' }
    await gateway.client.pay('silent', { card, outcome: 'timeout' })
    const types = async () => (await gateway.client.events('silent')).map(({ type }) => type)
    await gateway.client.clock.advance('PT3M30S')
    assert.equal((await types()).at(-1), 'attempt.unknown')
    const { findings: none } = await audit(gateway.database, { ...testKeys, unknownMinutes: 4 })
    assert.deepEqual(none, [])
    // The next inquiry is due at the deadline: for who believes in an earlier one it comes too late.
    const { findings } = await audit(gateway.database, { ...testKeys, unknownMinutes: 3 })
    assert.deepEqual(
      findings.map(({ check, invariant }) => ({ check, invariant })),
      [{ check: 'unknown', invariant: 4 }],
    )
    await gateway.client.clock.advance('PT30S')
    assert.deepEqual((await types()).slice(-2), ['attempt.reversing', 'attempt.reversed'])
  } finally {
    await gateway.close()
  }
})
