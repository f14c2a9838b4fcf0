import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client, type ClientConfig } from 'pg'
import { administer, testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { openFolder } from '../../test/process.ts'
import { systemClock } from '../base/clock.ts'
import { StartProblem } from '../base/start-problem.ts'
import { type Migration, migrate, readMigrations } from '../postgres/migrate.ts'
import { backUp } from './back-up.ts'
import { checkBackup } from './read.ts'
import { checkRestorable, restore } from './restore.ts'

const about = { clock: systemClock, program: '9.9.9' }

async function withClient<T>(connection: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(connection)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Every value of every table as the bytes that the server sends for it, by another way than the backup's. */
async function contentsOf(connection: ClientConfig): Promise<Record<string, string[]>> {
  return withClient(connection, async (client) => {
    await client.query("set timezone = 'UTC'")
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    )
    const contents: Record<string, string[]> = {}
    for (const { name } of tables) {
      const { rows } = await client.query<unknown[]>({ text: `select * from "${name}"`, rowMode: 'array', types: raw })
      contents[name] = rows.map((row) => JSON.stringify(row)).toSorted()
    }
    return contents
  })
}

/** Values as text, unread: a `Date` holds no microseconds. */
const raw = { getTypeParser: () => (value: unknown) => String(value) }

const hostileTexts = [
  '',
  ' ',
  'null',
  'NULL',
  '\\N',
  '(a,b)',
  '"quoted", \\back\\slash',
  "it's",
  'line\nend\r\nand\ttab',
  'é😀\u2028\u0001\u007f',
  '{"json": ["\\u0041", null]}',
  '$1 %s ${x}',
]

suite('a backup', () => {
  let made: TestDatabase
  let folder: ReturnType<typeof openFolder>
  let file = ''
  let known: readonly Migration[]
  let empty: ClientConfig & { database: string }

  before(async () => {
    made = await testDatabase()
    folder = openFolder()
    file = join(folder.path, 'backup.gz')
    known = await readMigrations()
    await fillDatabase(made.connection)
    await backUp(made.connection, file, about)
  })
  after(async () => {
    await made.drop()
    folder.remove()
  })
  beforeEach(async () => {
    empty = { ...made.connection, database: `empty_${randomBytes(6).toString('hex')}` }
    await administer(made.connection, `create database ${empty.database} template template0`)
  })
  afterEach(() => administer(made.connection, `drop database ${empty.database} with (force)`))

  /** Rows with every type and every extreme that the schema has. */
  async function fillDatabase(connection: ClientConfig): Promise<void> {
    await withClient(connection, async (client) => {
      for (const [index, text] of hostileTexts.entries()) {
        const id = `M-${index}`
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => (byte + index) % 256))
        await client.query(
          `insert into merchant (merchant_id, route, name, key_sealed, previous_key_until, channels, created_at)
           values ($1, $2, $3, $4, $5, $6, '0001-01-01 00:00:00.000001+00')`,
          [id, index, text, bytes, index % 2 ? 'infinity' : null, hostileTexts.slice(0, index)],
        )
        await client.query(
          `insert into payment_order (merchant_id, order_id, order_no, page_secret, reference, state, amount_minor,
             currency, channel, content_hash, request, created_at, expires_at, event_hash)
           values ($1, 'o', $2, $3, gen_random_uuid(), 'open', $4, 'IDR', $5, '', $6,
             '2026-02-28 23:59:59.999999+07', '294276-12-31 23:59:59.999999+00', $7)`,
          [id, bytes.subarray(0, 12), bytes.subarray(0, 16), index ? '9223372036854775807' : '1', null, text, bytes],
        )
        await client.query(`insert into merchant_clock values ($1, $2, null)`, [id, '-9223372036854775808'])
        await client.query(
          `insert into callback (merchant_id, callback_id, order_id, event_seq, url, headers, body, state, created_at)
           values ($1, 'cb', 'o', 2147483647, $2, $2, $3, 'pending', now())`,
          [id, text, bytes],
        )
        await client.query(`insert into callback_attempt values ($1, 'cb', -32768, now(), 200, 1, $2, null)`, [
          id,
          text,
        ])
      }
      await client.query(
        `insert into event
         select 'M-1', 'many', n, 'x', now(), repeat(md5(n::text), 5), sha256(n::text::bytea)
         from generate_series(1, 1234) n`,
      )
    })
  }

  async function restoreInto(connection: ClientConfig, path = file, migrations = known) {
    return restore(connection, path, await checkRestorable(path, migrations), migrations)
  }

  function refusal(pattern: RegExp) {
    return (error: unknown) => {
      assert.ok(error instanceof StartProblem, String(error))
      assert.match(error.message, pattern)
      return true
    }
  }

  async function rowsIn(connection: ClientConfig): Promise<number> {
    const contents = await contentsOf(connection)
    return Object.entries(contents).reduce((sum, [name, rows]) => sum + (name === 'migration' ? 0 : rows.length), 0)
  }

  test('brings every table back byte for byte', async () => {
    const report = await restoreInto(empty)
    const [saved, restored] = [await contentsOf(made.connection), await contentsOf(empty)]
    assert.ok(Object.keys(saved).length > 10)
    assert.deepEqual(restored, saved)
    for (const [name, rows] of Object.entries(saved)) assert.equal(report.tables[name], rows.length, name)
    assert.equal(report.tables['event'], 1234)
    assert.deepEqual([report.from, report.to, report.program], [known.at(-1)?.name, known.at(-1)?.name, '9.9.9'])
    // And what was restored backs up to the same rows.
    const again = join(folder.path, 'again.gz')
    await backUp(empty, again, about)
    const endsOf = (path: string) =>
      gunzipSync(readFileSync(path))
        .toString()
        .match(/^\{"end".*$/gm)
    assert.deepEqual(endsOf(again), endsOf(file))
  })

  test('is of one moment, while others write', async () => {
    const path = join(folder.path, 'moment.gz')
    const busy = await testDatabase()
    const over = new AbortController()
    const writer = withClient(busy.connection, async (client) => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        // Both or neither, as an order and its first event.
        await client.query('begin')
        await client.query(`insert into setting values ('s-' || $1::int, '')`, [n])
        await client.query(`insert into event values ('M', 'o', $1, 'x', now(), '', '')`, [n])
        await client.query('commit')
      }
    })
    const withTable = async (name: string) => (await busy.database.query({ name, text: `select from setting` })).length
    while ((await withTable('backup_test.settings')) < 50);
    await backUp(busy.connection, path, about)
    const written = await withTable('backup_test.settings')
    over.abort()
    await writer
    const { tables } = await restoreInto(empty, path)
    assert.ok((tables['setting'] ?? 0) >= 50 && (tables['setting'] ?? 0) <= written)
    assert.equal(tables['setting'], tables['event'])
    await busy.drop()
  })

  test('is for its owner alone, replaces nothing, and leaves no half file', async () => {
    assert.equal(statSync(file).mode & 0o777, 0o600)
    await assert.rejects(backUp(made.connection, file, about), refusal(/exists already: a backup replaces no file/))
    const nowhere = join(folder.path, 'nowhere', 'b.gz')
    await assert.rejects(backUp(made.connection, nowhere, about), refusal(/cannot be written: there is no such folder/))
    await assert.rejects(backUp(empty, join(folder.path, 'none.gz'), about), refusal(/holds no gateway/))
    // The server goes away half-way: a table that cannot be read.
    const broken = join(folder.path, 'broken.gz')
    await withClient(made.connection, (client) => client.query('create view zz as select 1'))
    await withClient(made.connection, (client) => client.query('create table zz_broken (x int, check (x > 0))'))
    await withClient(made.connection, (client) =>
      client.query(`create function fails(zz_broken) returns text language plpgsql as 'begin raise ''no''; end'`),
    )
    await withClient(made.connection, async (client) => {
      await client.query('create cast (zz_broken as text) with function fails(zz_broken)')
      await client.query('insert into zz_broken values (1)')
    })
    await assert.rejects(backUp(made.connection, broken, about), /no/)
    await withClient(made.connection, async (client) => {
      await client.query('drop table zz_broken cascade')
      await client.query('drop view zz')
    })
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.includes('broken') || name.includes('none')),
      [],
    )
  })

  test('that is cut short or altered anywhere is refused before a database is touched', async () => {
    const whole = readFileSync(file)
    const text = gunzipSync(whole)
    const path = join(folder.path, 'harmed.gz')
    const lines = text.toString().split('\n')
    const withoutLine = (index: number) => gzipSync(lines.filter((_, place) => place !== index).join('\n'))
    // All bits of a byte: one alone may be padding between two blocks, which says nothing.
    const flipped = (at: number) => {
      const copy = Buffer.from(whole)
      copy[at] = (copy[at] ?? 0) ^ 0xff
      return copy
    }
    const harmed: readonly (readonly [name: string, bytes: Buffer, about: RegExp])[] = [
      ['nothing', Buffer.alloc(0), /is not a backup|is cut short/],
      ['text', Buffer.from('hello'), /is not a backup/],
      ['another gzip', gzipSync('{"hello":1}\n'), /is not a backup/],
      ['a gzip of no JSON', gzipSync('hello\n'), /is damaged|is not a backup/],
      ['half of it', whole.subarray(0, whole.length / 2), /is cut short/],
      ['all but its last byte', whole.subarray(0, -1), /is cut short/],
      ['all but its seal', gzipSync(`${lines.slice(0, -2).join('\n')}\n`), /is cut short/],
      ['without a line of rows', withoutLine(2), /is damaged/],
      ['with one row more', gzipSync(text.toString().replace('["(', '["(X)","(')), /is damaged/],
      ['a byte in the middle', flipped(Math.floor(whole.length / 2)), /is damaged|is cut short/],
      ['a byte near the end', flipped(whole.length - 3), /is damaged|is cut short/],
      ['something behind it', gzipSync(`${text.toString()}["more"]\n`), /is damaged/],
      [
        'another format',
        gzipSync(text.toString().replace('"format":1', '"format":2')),
        /of format 2.*release that made/,
      ],
    ]
    for (const [name, bytes, pattern] of harmed) {
      writeFileSync(path, bytes)
      await assert.rejects(checkBackup(path), refusal(pattern), name)
    }
    await assert.rejects(checkBackup(join(folder.path, 'no-such-file')), refusal(/there is no such file/))
    await assert.rejects(checkBackup(folder.path), refusal(/it is a folder/))
  })

  test('that changes between its check and its restore leaves the database without a row', async () => {
    const path = join(folder.path, 'changing.gz')
    copyFileSync(file, path)
    chmodSync(path, 0o600)
    const header = await checkRestorable(path, known)
    const text = gunzipSync(readFileSync(file)).toString()
    writeFileSync(path, gzipSync(text.replace('IDR', 'IDK')))
    await assert.rejects(restore(empty, path, header, known), refusal(/is damaged/))
    assert.equal(await rowsIn(empty), 0)
    // What was begun does not stand in the way of the next try.
    await restoreInto(empty)
  })

  test('whose rows do not come out as they went in is undone', async () => {
    const header = await checkRestorable(file, known)
    await migrate(empty, known)
    await withClient(empty, (client) =>
      client.query(`create function alter_it() returns trigger language plpgsql as
        'begin new.data = new.data || ''x''; return new; end';
        create trigger alters before insert on event for each row execute function alter_it()`),
    )
    await assert.rejects(restore(empty, file, header, known), refusal(/^event does not hold what .* does/))
    assert.equal(await rowsIn(empty), 0)
  })

  test('is not restored over anything', async () => {
    await assert.rejects(restoreInto(made.connection), refusal(/is not empty: \w+ is there and has rows/))
    await withClient(empty, (client) => client.query('create table theirs (x int)'))
    await assert.rejects(restoreInto(empty), refusal(/is not empty: theirs is there/))
  })

  test('of an older schema is restored and brought to this program; of a newer one it is refused', async () => {
    const next: Migration = {
      version: known.length + 1,
      name: `${String(known.length + 1).padStart(4, '0')}_later.sql`,
      sql: 'alter table merchant add column later int not null default 7',
      checksum: 'later',
    }
    const report = await restoreInto(empty, file, [...known, next])
    assert.deepEqual([report.from, report.to], [known.at(-1)?.name, next.name])
    const { merchant } = await contentsOf(empty)
    assert.equal(merchant?.length, hostileTexts.length)
    assert.ok(merchant?.every((row) => row.endsWith(',"7"]')))

    const newer = join(folder.path, 'newer.gz')
    await backUp(empty, newer, about)
    await assert.rejects(
      checkRestorable(newer, known),
      refusal(/is newer than this program: it has migration \d{4}_later/),
    )
    const edited = known.map((each) => ({ ...each, checksum: 'edited' }))
    await assert.rejects(checkRestorable(file, edited), refusal(/another text of migration 0001_first/))
    // A database that a later program has made already, though nothing is in it yet.
    const later = { ...empty, database: `later_${randomBytes(6).toString('hex')}` }
    await administer(made.connection, `create database ${later.database} template template0`)
    await migrate(later, [...known, next])
    await assert.rejects(restoreInto(later), refusal(/the schema of a later release than the backup/))
    await administer(made.connection, `drop database ${later.database}`)
  })
})
