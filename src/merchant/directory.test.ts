import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { Sql, Statement } from '../postgres/database.ts'
import { Directory } from './directory.ts'
import { insert, type KeyCipher } from './store.ts'

/** Seals nothing: what is tried here is who is asked, and how often. */
const plain: KeyCipher = { seal: (bytes) => bytes, open: (bytes) => bytes }

const basic = (id: string, key: string) => `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}`

suite('the directory', () => {
  let made: TestDatabase
  let queries = 0
  let counted: Sql
  before(async () => {
    made = await testDatabase()
    counted = {
      query: async <Row extends object>(statement: Statement, values: readonly unknown[] = []) => {
        queries += 1
        return made.database.query<Row>(statement, values)
      },
    }
    const merchant = { merchantId: 'SHOP', route: 7, name: 'Shop', key: new Secret('RightKey123') }
    assert.ok(await insert(made.database, plain, merchant, systemClock.machine()))
  })
  after(() => made.drop())

  async function queriesOf(directory: Directory, header: string): Promise<number> {
    queries = 0
    await directory.authenticate(header)
    return queries
  }

  test('finds a merchant by the key that it remembers, without the database', async () => {
    const directory = new Directory(counted, plain, systemClock)
    assert.equal(await queriesOf(directory, basic('SHOP', 'RightKey123')), 1)
    assert.equal(await queriesOf(directory, basic('SHOP', 'RightKey123')), 0)
    const found = await directory.authenticate(basic('SHOP', 'RightKey123'))
    assert.equal(found?.merchant.merchantId, 'SHOP')
  })

  test('looks up once whatever it refuses: a remembered id, a known one, and one that nobody has', async () => {
    const directory = new Directory(counted, plain, systemClock)
    assert.equal(await queriesOf(directory, basic('SHOP', 'wrong')), 1)
    assert.equal(await queriesOf(directory, basic('NOBODY', 'wrong')), 1)
    await directory.authenticate(basic('SHOP', 'RightKey123'))
    assert.equal(await queriesOf(directory, basic('SHOP', 'wrong')), 1)
    assert.equal(await queriesOf(directory, basic('SHOP', 'wrong')), 1)
    assert.equal(await directory.authenticate(basic('SHOP', 'wrong')), undefined)
  })

  test('asks nobody about an id that cannot be', async () => {
    const directory = new Directory(counted, plain, systemClock)
    for (const id of ['', 'two words', 'x'.repeat(33), "a'--"]) {
      assert.equal(await queriesOf(directory, basic(id, 'x')), 0)
      assert.equal(await directory.authenticate(basic(id, 'x')), undefined)
    }
  })
})
