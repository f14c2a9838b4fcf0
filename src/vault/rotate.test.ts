import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { withCheckDigit } from '../card/pan.fixture.ts'
import { Pan } from '../card/pan.ts'
import type { Database } from '../postgres/database.ts'
import { fixedKeys } from './fixture.ts'
import { Cipher } from './cipher.ts'
import { KeyRing } from './key-ring.ts'
import { list, retireBefore, uses } from './key-store.ts'
import { rotateKeys } from './rotate.ts'
import { Vault } from './vault.ts'

let opened: TestDatabase
let database: Database
let keys: KeyRing
let vault: Vault
const masterKey = new Secret(randomBytes(32))
const at = new Date('2026-11-23T12:00:00Z')
before(async () => {
  opened = await testDatabase()
  database = opened.database
  keys = await KeyRing.open(database, masterKey, systemClock)
  vault = new Vault(keys, systemRandom)
})
after(() => opened.drop())

let cards = 0
function aCard() {
  cards += 1
  const pan = Pan.parse(withCheckDigit(`51234500${String(cards).padStart(7, '0')}`))
  assert.ok(pan)
  return { pan, expiry: { month: 9, year: 2033 }, nameOnCard: 'Siti' }
}

const merchantId = 'FINPAY770'
const holder = { merchantId, orderId: 'INV-1', n: 1 }
const rotate = () => rotateKeys({ database, keys, clock: systemClock }, 50)

/** A card of a living attempt that is to be stored; answers its attempt token and its token. */
async function begin(in_ = vault) {
  const held = await in_.hold(aCard(), holder, { sql: database, customerId: 'C-1' })
  await in_.store(database, [{ merchantId, held, at }])
  return { attemptToken: held.token, token: held.keep?.cardToken ?? '' }
}

/** A stored card; answers its token. */
async function store(): Promise<string> {
  const { attemptToken, token } = await begin()
  await vault.settle(database, [{ merchantId, attemptToken, storedToken: null, wish: 'store', at }])
  await vault.erase(database, [{ merchantId, token: attemptToken }])
  return token
}

const opens = async (token: string) =>
  (await vault.holdStored(database, { token, customerId: 'C-1' }, holder)) !== undefined

test('everything is sealed anew, whatever it is sealed under, and opens; the version before retires', async () => {
  const tokens = await Promise.all(Array.from({ length: 450 }, store))
  const living = await begin()
  // What the release before this one sealed, under a key that is derived from the master key.
  const old = new Cipher(masterKey)
  const legacy = new Vault(
    { ...fixedKeys(masterKey), current: () => Promise.resolve(old), of: () => Promise.resolve(old) },
    systemRandom,
  )
  const before = await begin(legacy)
  const { version, resealed, retired } = await rotate()
  assert.equal(version, 3)
  assert.equal(resealed, 450 + 2 * 2)
  assert.deepEqual(retired, [2])
  assert.deepEqual([...(await uses(database)).keys()], [3])
  for (const token of tokens) assert.ok(await opens(token))
  for (const { attemptToken, token } of [living, before]) {
    assert.ok(await vault.reveal(database, merchantId, attemptToken))
    await vault.settle(database, [{ merchantId, attemptToken, storedToken: null, wish: 'store', at }])
    assert.ok(await opens(token))
  }
})

test('one that was stopped is finished before another version is made', async () => {
  const newest = (await keys.current()).keyVersion
  const token = await store()
  await keys.add(newest + 1)
  const { version, retired } = await rotate()
  assert.equal(version, newest + 1)
  assert.ok(retired.includes(newest))
  assert.ok(await opens(token))
  assert.equal((await rotate()).version, newest + 2)
})

test('a version that something still lies under does not retire', async () => {
  const [key] = (await list(database)).slice(-1)
  assert.ok(key)
  const stray = await store()
  await keys.add(key.version + 1)
  // A rotation whose last look was before the stray was written.
  await retireBefore(database, key.version + 1, at)
  assert.equal((await list(database)).find(({ version }) => version === key.version)?.retiredAt, null)
  await rotate()
  assert.notEqual((await list(database)).find(({ version }) => version === key.version)?.retiredAt, null)
  assert.ok(await opens(stray))
})

test('a change that is made meanwhile is never overwritten', async () => {
  const tokens = await Promise.all(Array.from({ length: 300 }, store))
  const work = rotate()
  const removed = tokens.filter((_, index) => index % 3 === 0)
  await Promise.all(removed.map((token) => vault.removeStored(database, merchantId, token)))
  const added = await Promise.all(Array.from({ length: 50 }, store))
  await work
  for (const token of removed) assert.ok(!(await opens(token)))
  for (const token of [...tokens.filter((token) => !removed.includes(token)), ...added]) assert.ok(await opens(token))
  const newest = (await keys.current()).keyVersion
  assert.deepEqual([...(await uses(database)).keys()], [newest])
})

test('twenty rotations at once make one version and harm nothing', async () => {
  const token = await store()
  const newest = (await keys.current()).keyVersion
  const rotations = await Promise.all(Array.from({ length: 20 }, rotate))
  assert.ok(rotations.every(({ version }) => version <= newest + 20))
  assert.ok(await opens(token))
  const living = (await list(database)).filter(({ retiredAt }) => retiredAt === null)
  assert.equal(living.length, 1)
})
