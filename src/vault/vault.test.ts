import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { seededRandom, systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { Card } from '../card/card.ts'
import { Pan } from '../card/pan.ts'
import { type Database, statement } from '../postgres/database.ts'
import { Cipher } from './cipher.ts'
import { fixedKeys } from './fixture.ts'
import { isMasterKeyOf } from './master-key-check.ts'
import { type HeldFor, Vault } from './vault.ts'

let opened: Awaited<ReturnType<typeof testDatabase>>
let database: Database
before(async () => {
  opened = await testDatabase()
  database = opened.database
})
after(() => opened.drop())

const masterKey = new Secret(randomBytes(32))
const cipher = new Cipher(masterKey)
const keys = fixedKeys(masterKey)
const vault = new Vault(keys, systemRandom)
const at = new Date('2026-11-23T12:00:00Z')

function aCard(): Card {
  const pan = Pan.parse('5123450000000008')
  assert.ok(pan)
  return { pan, expiry: { month: 9, year: 2033 }, nameOnCard: 'Siti Nur’aini' }
}

function anAttempt(overrides: Partial<HeldFor> = {}): HeldFor {
  return { merchantId: 'FINPAY770', orderId: 'INV-1', n: 1, ...overrides }
}

test('a stored card is revealed to its merchant as it was', async () => {
  const held = await vault.hold(aCard(), anAttempt())
  await vault.store(database, [{ merchantId: 'FINPAY770', held, at }])
  const card = await vault.reveal(database, 'FINPAY770', held.token)
  assert.equal(card?.pan.reveal(), '5123450000000008')
  assert.deepEqual(card.expiry, { month: 9, year: 2033 })
  assert.equal(card.nameOnCard, 'Siti Nur’aini')
})

test('a card that is only held is not in the vault', async () => {
  const held = await vault.hold(aCard(), anAttempt())
  assert.equal(await vault.reveal(database, 'FINPAY770', held.token), undefined)
})

test("another merchant's token is not found, and a copied row does not open (invariant 9)", async () => {
  const held = await vault.hold(aCard(), anAttempt())
  await vault.store(database, [{ merchantId: 'FINPAY770', held, at }])
  assert.equal(await vault.reveal(database, 'OTHER', held.token), undefined)
  await vault.store(database, [{ merchantId: 'OTHER', held, at }])
  await assert.rejects(vault.reveal(database, 'OTHER', held.token), { message: 'A sealed value cannot be opened.' })
})

test('an erased card is gone, and erasing again harms nothing', async () => {
  const [held, kept] = [await vault.hold(aCard(), anAttempt()), await vault.hold(aCard(), anAttempt())]
  await vault.store(database, [{ merchantId: 'FINPAY770', held, at }])
  await vault.store(database, [{ merchantId: 'FINPAY770', held: kept, at }])
  await vault.erase(database, [{ merchantId: 'OTHER', token: held.token }])
  assert.ok(await vault.reveal(database, 'FINPAY770', held.token))
  await vault.erase(database, [{ merchantId: 'FINPAY770', token: held.token }])
  await vault.erase(database, [{ merchantId: 'FINPAY770', token: held.token }])
  assert.equal(await vault.reveal(database, 'FINPAY770', held.token), undefined)
  assert.ok(await vault.reveal(database, 'FINPAY770', kept.token))
})

test('a token in use keeps its card: a second card under it is not written', async () => {
  const seeded = new Vault(keys, seededRandom('a seed'))
  const [first, second] = [await seeded.hold(aCard(), anAttempt()), await seeded.hold(aCard(), anAttempt())]
  assert.equal(first.token, second.token)
  await seeded.store(database, [{ merchantId: 'FINPAY770', held: first, at }])
  await assert.rejects(seeded.store(database, [{ merchantId: 'FINPAY770', held: second, at }]), { code: '23505' })
})

test('the number and the name lie in no column in clear (invariant 8)', async () => {
  const held = await vault.hold(aCard(), anAttempt())
  await vault.store(database, [{ merchantId: 'FINPAY770', held, at }])
  const rows = await database.query<{ row: string }>(
    statement('test.vault', "select v::text || encode(ciphertext, 'escape') as row from vault_entry v"),
  )
  assert.ok(rows.length > 0)
  for (const { row } of rows) assert.doesNotMatch(row, /5123450000000008|Siti/)
})

test('the first key becomes the key of the database, and another is known as wrong', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => isMasterKeyOf(database, cipher)))
  assert.deepEqual(new Set(answers), new Set([true]))
  assert.equal(await isMasterKeyOf(database, new Cipher(new Secret(randomBytes(32)))), false)
  assert.equal(await isMasterKeyOf(database, cipher), true)
})
