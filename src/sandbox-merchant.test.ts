import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase, type TestDatabase } from '../test/postgres.ts'
import { systemClock } from './base/clock.ts'
import { Secret } from './base/secret.ts'
import { rotateKey } from './merchant/store.ts'
import { exampleMerchant } from './example-merchant.ts'
import { ensureSandboxMerchant } from './sandbox-merchant.ts'
import { Cipher } from './vault/cipher.ts'

const cipher = new Cipher(new Secret(Buffer.alloc(32, 7)))
const at = systemClock.machine()
let own: TestDatabase

before(async () => {
  own = await testDatabase()
})
after(() => own?.drop())

async function keyAt(host: string, given?: string): Promise<string> {
  const sandboxKey = given === undefined ? null : new Secret(given)
  return (await ensureSandboxMerchant(own.database, cipher, { host, sandboxKey }, at)).key.reveal()
}

test('the sandbox’s key is the documented one, until it is rotated, given, or reachable from elsewhere', async () => {
  assert.equal(await keyAt('127.0.0.1'), exampleMerchant.key)
  assert.equal(await keyAt('localhost'), exampleMerchant.key)

  await rotateKey(own.database, cipher, exampleMerchant.merchantId, new Secret('rotated-key'), at)
  assert.equal(await keyAt('127.0.0.1'), 'rotated-key', 'a start does not undo a rotation')
  assert.equal(await keyAt('0.0.0.0'), 'rotated-key')

  assert.equal(await keyAt('127.0.0.1', exampleMerchant.key), exampleMerchant.key)
  const random = await keyAt('0.0.0.0')
  assert.match(random, /^[A-Za-z0-9]{32}$/)
  assert.equal(await keyAt('0.0.0.0'), random, 'made once')
})

test('a key that gives way to another is kept to know its signatures by, and opens nothing', async () => {
  const before = await keyAt('127.0.0.1')
  const { previousKey } = await ensureSandboxMerchant(
    own.database,
    cipher,
    { host: '127.0.0.1', sandboxKey: new Secret('given-at-last') },
    at,
  )
  assert.equal(previousKey?.key.reveal(), before)
  assert.deepEqual(previousKey.until, at)
})
