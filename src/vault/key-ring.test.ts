import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { Pan } from '../card/pan.ts'
import type { Sql } from '../postgres/database.ts'
import { Cipher } from './cipher.ts'
import { KeyRing, learntWithinMs } from './key-ring.ts'
import { list } from './key-store.ts'

let opened: TestDatabase
before(async () => {
  opened = await testDatabase()
})
after(() => opened.drop())

const masterKey = new Secret(randomBytes(32))
const sealedText = { message: 'A sealed value cannot be opened.' }

/** Machine time that a test moves. */
class Hands {
  at = 0
  monotonicMs = () => this.at
  machine = () => new Date(this.at)
}

test('of twenty who start at once one makes the first key, and all have it', async () => {
  const rings = await Promise.all(
    Array.from({ length: 20 }, () => KeyRing.open(opened.database, masterKey, systemClock)),
  )
  const keys = await list(opened.database)
  assert.deepEqual(
    keys.map(({ version, retiredAt }) => [version, retiredAt]),
    [[2, null]],
  )
  const [first] = rings
  assert.ok(first)
  const sealed = (await first.current()).seal(Buffer.from('a card'), 'here')
  for (const ring of rings) assert.equal((await ring.open(sealed, 'here')).toString(), 'a card')
})

test('what is sealed under any version opens under that one, at its place, and nowhere else', async () => {
  const ring = await KeyRing.open(opened.database, masterKey, systemClock)
  for (const version of [3, 4]) await ring.add(version)
  const legacy = new Cipher(masterKey)
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(1, 2, 3, 4),
      fc.string(),
      fc.string(),
      fc.nat(),
      async (bytes, version, place, other, at) => {
        const plain = Buffer.from(bytes)
        const cipher = version === 1 ? legacy : await ring.of(version)
        const sealed = cipher.seal(plain, place)
        assert.equal(sealed[0], version)
        assert.ok((await ring.open(sealed, place)).equals(plain))
        if (other !== place) await assert.rejects(ring.open(sealed, other), sealedText)
        const changed = Buffer.from(sealed)
        const byte = at % changed.length
        changed[byte] = (changed[byte] ?? 0) ^ 1
        await assert.rejects(ring.open(changed, place), sealedText)
      },
    ),
    { numRuns: 60 },
  )
})

test('a new version is learnt when it is met, and within five seconds otherwise', async () => {
  const hands = new Hands()
  const [here, there] = [
    await KeyRing.open(opened.database, masterKey, hands),
    await KeyRing.open(opened.database, masterKey, hands),
  ]
  const before = (await here.current()).keyVersion
  await there.add(before + 1)
  const sealed = (await there.current()).seal(Buffer.from('x'), 'here')
  assert.equal((await here.current()).keyVersion, before)
  assert.equal((await here.open(sealed, 'here')).toString(), 'x')
  assert.equal((await here.current()).keyVersion, before + 1)
  await there.add(before + 2)
  hands.at += learntWithinMs - 1
  assert.equal((await here.current()).keyVersion, before + 1)
  hands.at += 1
  assert.equal((await here.current()).keyVersion, before + 2)
})

test('a key that lies in the place of another, or under another master key, opens nothing', async () => {
  await assert.rejects(KeyRing.open(opened.database, new Secret(randomBytes(32)), systemClock), sealedText)
  const rows = await list(opened.database)
  const swapped: Sql = {
    query: () =>
      Promise.resolve(
        rows.map(({ wrapped, createdAt }, index) => ({
          version: rows[rows.length - 1 - index]?.version,
          wrapped,
          created_at: createdAt,
          retired_at: null,
        })),
      ) as never,
  }
  await assert.rejects(KeyRing.open(swapped, masterKey, systemClock), sealedText)
})

test('no data key lies in the database in clear, nor is it the master key', async () => {
  for (const { wrapped } of await list(opened.database)) {
    assert.equal(wrapped.length, 1 + 12 + 16 + 32)
    assert.ok(!wrapped.includes(masterKey.reveal()))
  }
})

test('a fingerprint tells cards of one merchant apart, and matches no other merchant’s', async () => {
  const ring = await KeyRing.open(opened.database, masterKey, systemClock)
  const [one, other] = [Pan.parse('5123450000000008'), Pan.parse('4111111111111111')]
  assert.ok(one && other)
  const print = ring.fingerprint('FINPAY770', one)
  assert.ok(print.equals(ring.fingerprint('FINPAY770', one)))
  for (const another of [ring.fingerprint('FINPAY770', other), ring.fingerprint('TETANGGA', one)])
    assert.ok(!print.equals(another))
})
