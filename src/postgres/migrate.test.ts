import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { Client, type ClientConfig } from 'pg'
import { administer, testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { StartProblem } from '../base/start-problem.ts'
import { statement } from './database.ts'
import { migrate, readMigrations, type Migration } from './migrate.ts'

suite('migrate', () => {
  let made: TestDatabase
  let empty: ClientConfig & { database: string }
  before(async () => {
    made = await testDatabase()
  })
  after(() => made.drop())
  beforeEach(async () => {
    empty = { ...made.connection, database: `empty_${randomBytes(6).toString('hex')}` }
    await administer(made.connection, `create database ${empty.database} template template0`)
  })
  afterEach(() => administer(made.connection, `drop database ${empty.database} with (force)`))

  async function ask(sql: string): Promise<unknown[]> {
    const client = new Client(empty)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }

  function aMigration(version: number, sql: string): Migration {
    return { version, name: `000${version}_test.sql`, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  }

  const first = aMigration(1, 'create table one (n int); insert into one values (1)')
  const second = aMigration(2, 'insert into one values (2)')

  test('twenty at once make the schema once', async () => {
    const slow = aMigration(2, 'select pg_sleep(0.2); insert into one values (2)')
    await Promise.all(Array.from({ length: 20 }, () => migrate(empty, [first, slow])))
    assert.deepEqual(await ask('select n from one order by n'), [{ n: 1 }, { n: 2 }])
    assert.deepEqual(await ask('select version, name, checksum from migration order by version'), [
      { version: 1, name: first.name, checksum: first.checksum },
      { version: 2, name: slow.name, checksum: slow.checksum },
    ])
  })

  test('only what is missing is applied', async () => {
    await migrate(empty, [first])
    await migrate(empty, [first, second])
    await migrate(empty, [first, second])
    assert.deepEqual(await ask('select n from one order by n'), [{ n: 1 }, { n: 2 }])
  })

  test('a migration that fails leaves nothing of itself and can be tried again', async () => {
    const broken = aMigration(2, 'insert into one values (2); insert into nowhere values (1)')
    await assert.rejects(migrate(empty, [first, broken]), /"nowhere" does not exist/)
    assert.deepEqual(await ask('select n from one'), [{ n: 1 }])
    await migrate(empty, [first, second])
    assert.deepEqual(await ask('select n from one order by n'), [{ n: 1 }, { n: 2 }])
  })

  test('an edited migration is refused, and nothing after it is applied', async () => {
    await migrate(empty, [first])
    const edited = aMigration(1, 'create table one (n bigint)')
    await assert.rejects(migrate(empty, [edited, second]), (error) => {
      assert.ok(error instanceof StartProblem)
      assert.match(error.message, /^The database was made by another text of migration 0001_test\.sql/)
      return true
    })
    assert.deepEqual(await ask('select n from one'), [{ n: 1 }])
  })

  test('a database that is newer than the program is refused', async () => {
    await migrate(empty, [first, second])
    await assert.rejects(migrate(empty, [first]), (error) => {
      assert.ok(error instanceof StartProblem)
      assert.match(error.message, /^The database is newer than this program: it has migration 0002_test\.sql/)
      return true
    })
  })

  test("the program's own migrations make the merchant table, and the template has it", async () => {
    await migrate(empty)
    const count = statement('migrate_test.merchants', 'select count(*) as count from merchant')
    assert.deepEqual(await made.database.query(count), [{ count: 0n }])
    assert.deepEqual(await ask('select count(*)::int as count from merchant'), [{ count: 0 }])
  })
})

test('a gap, a repeated number and a foreign name among the migrations are bugs of ours', async () => {
  for (const names of [['0001_a.sql', '0003_b.sql'], ['0001_a.sql', '0001_b.sql'], ['1_a.sql']]) {
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
    for (const name of names) writeFileSync(join(folder, name), 'select 1')
    await assert.rejects(readMigrations(folder), /numbered without gaps/)
    rmSync(folder, { recursive: true })
  }
})

test('the checksum does not depend on line ends', async () => {
  const checksums = await Promise.all(
    ['select 1;\nselect 2;\n', 'select 1;\r\nselect 2;\r\n'].map(async (text) => {
      const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
      writeFileSync(join(folder, '0001_a.sql'), text)
      const [migration] = await readMigrations(folder)
      rmSync(folder, { recursive: true })
      return migration?.checksum
    }),
  )
  assert.equal(checksums[0], checksums[1])
  assert.match(checksums[0] ?? '', /^[0-9a-f]{64}$/)
})
