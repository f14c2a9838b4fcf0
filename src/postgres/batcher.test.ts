import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Client, DatabaseError } from 'pg'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { Problem } from '../base/problem.ts'
import { Batcher, type WrittenBatch } from './batcher.ts'
import { statement } from './database.ts'

interface Row {
  readonly id: string
  readonly content: string
}

const insert = statement(
  'batcher_test.insert',
  `insert into thing (id, content)
   select * from unnest($1::text[], $2::text[])
   on conflict do nothing
   returning id`,
)

suite('the batcher', () => {
  let made: TestDatabase
  const batches: (readonly Row[])[] = []
  before(async () => {
    made = await testDatabase()
    const client = new Client(made.connection)
    await client.connect()
    await client.query('create table thing (id text primary key, content text not null check (length(content) < 100))')
    await client.end()
  })
  after(() => made.drop())

  async function write(rows: readonly Row[]): Promise<boolean[]> {
    batches.push(rows)
    const values = [rows.map(({ id }) => id), rows.map(({ content }) => content)]
    const written = await made.database.query<{ id: string }>(insert, values)
    const ids = new Set(written.map(({ id }) => id))
    return rows.map(({ id }) => ids.has(id))
  }

  const aBatcher = (options: { lanes?: number; maxRows?: number; maxWaiting?: number } = {}) =>
    new Batcher<Row, boolean>({ write, key: ({ id }) => id, ...options })

  const contentOf = statement('batcher_test.content', 'select content from thing where id = $1')

  test('of racing pairs exactly one is told that it wrote, and its content is there', async () => {
    const batcher = aBatcher()
    const pairs = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const rows = [
          { id: `pair ${n}`, content: 'a' },
          { id: `pair ${n}`, content: 'b' },
        ]
        return { n, won: await Promise.all(rows.map((row) => batcher.add(row))) }
      }),
    )
    for (const { n, won } of pairs) {
      assert.equal(won.filter(Boolean).length, 1, `pair ${n}`)
      assert.deepEqual(await made.database.query(contentOf, [`pair ${n}`]), [{ content: won[0] ? 'a' : 'b' }])
    }
  })

  test('two processes with the same keys in opposite order harm nobody', async () => {
    const [one, other] = [aBatcher(), aBatcher()]
    const ids = Array.from({ length: 400 }, (_, n) => `both ${n}`)
    const [forth, back] = await Promise.all([
      Promise.all(ids.map((id) => one.add({ id, content: 'one' }))),
      Promise.all(ids.toReversed().map((id) => other.add({ id, content: 'other' }))),
    ])
    const returned = back.toReversed()
    for (const [n, won] of forth.entries()) assert.notEqual(won, returned[n], `both ${n}`)
  })

  test('a hostile row, a row that breaks a check, a repeated key and a full batch harm nobody else', async () => {
    batches.length = 0
    const batcher = aBatcher({ lanes: 1 })
    const good = Array.from({ length: 126 }, (_, n) => ({ id: `good ${String(n).padStart(3, '0')}`, content: 'good' }))
    const answers = await Promise.allSettled(
      [
        ...good,
        { id: 'hostile', content: 'U+0000: \u0000' },
        { id: 'long', content: 'x'.repeat(100) },
        { id: 'good 007', content: 'repeated' },
        { id: 'next', content: 'in the next batch' },
      ].map((row) => batcher.add(row)),
    )
    assert.ok(answers.slice(0, 126).every((answer) => answer.status === 'fulfilled' && answer.value))
    const codes = answers
      .slice(126, 128)
      .map((answer) => answer.status === 'rejected' && (answer.reason as DatabaseError).code)
    assert.deepEqual(codes, ['22021', '23514'])
    assert.deepEqual(answers[128], { status: 'fulfilled', value: false })
    assert.deepEqual(answers[129], { status: 'fulfilled', value: true })
    assert.deepEqual(await made.database.query(contentOf, ['good 007']), [{ content: 'good' }])
    assert.equal(batches[0]?.length, 128)
    assert.deepEqual(
      batches.at(-1)?.map(({ id }) => id),
      ['good 007', 'next'],
    )
  })

  test('rows that come while a batch is written go out together, in key order', async () => {
    batches.length = 0
    const batcher = aBatcher({ lanes: 1 })
    const first = batcher.add({ id: 'order z', content: '' })
    await new Promise(setImmediate)
    const rest = ['d', 'b', 'c', 'a'].map((letter) => batcher.add({ id: `order ${letter}`, content: '' }))
    await Promise.all([first, ...rest])
    assert.deepEqual(
      batches.map((rows) => rows.map(({ id }) => id)),
      [['order z'], ['order a', 'order b', 'order c', 'order d']],
    )
  })

  test('no batch is larger than its limit', async () => {
    batches.length = 0
    const batcher = aBatcher({ lanes: 1, maxRows: 10 })
    await Promise.all(Array.from({ length: 35 }, (_, n) => batcher.add({ id: `many ${n}`, content: '' })))
    assert.deepEqual(
      batches.map((rows) => rows.length),
      [10, 10, 10, 5],
    )
  })

  test('a row beyond the queue is refused at once, and the others are written', async () => {
    const batcher = aBatcher({ maxWaiting: 3 })
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, (_, n) => batcher.add({ id: `queue ${n}`, content: '' })),
    )
    assert.deepEqual(
      all.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    )
    const refused = all[4]
    assert.ok(
      refused?.status === 'rejected' && refused.reason instanceof Problem && refused.reason.problem === 'unavailable',
    )
    assert.equal(await batcher.add({ id: 'queue again', content: '' }), true)
  })
})

suite('the batcher when statements fail', () => {
  function aDatabaseError(code: string): DatabaseError {
    return Object.assign(new DatabaseError('test', 0, 'error'), { code })
  }

  /** A batcher whose statements fail as the script says, one entry a call, and succeed afterwards. */
  function failing(script: (Error | null)[]) {
    const sizes: number[] = []
    const write = async (rows: readonly string[]) => {
      sizes.push(rows.length)
      const failure = script.shift()
      if (failure) throw failure
      return rows
    }
    return { sizes, batcher: new Batcher<string, string>({ write, key: (row) => row, lanes: 1 }) }
  }

  for (const [name, failure] of [
    ...['22021', '23505', '40P01', '40001', '54000', 'XX001'].map((code) => [code, aDatabaseError(code)] as const),
    ['a row that cannot be read', new SyntaxError('Unexpected end of JSON input')] as const,
  ])
    test(`after ${name} the batch is repeated row by row`, async () => {
      const { batcher, sizes } = failing([failure])
      assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((row) => batcher.add(row))), ['a', 'b', 'c'])
      assert.deepEqual(sizes, [3, 1, 1, 1])
    })

  test('a row that has waited too long behind a database that hangs is refused, and not written', async () => {
    let release = () => undefined as void
    const written: string[] = []
    const batcher = new Batcher<string, boolean>({
      key: (row) => row,
      maxWaitMs: 30,
      write: async (rows) => {
        written.push(...rows)
        if (rows.includes('first')) await new Promise<void>((resolve) => (release = resolve))
        return rows.map(() => true)
      },
    })
    const first = batcher.add('first')
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    const late = assert.rejects(batcher.add('late'), { problem: 'unavailable' })
    await new Promise((resolve) => setTimeout(resolve, 60))
    const fresh = batcher.add('fresh')
    release()
    assert.deepEqual(await Promise.all([first, fresh]), [true, true])
    await late
    assert.deepEqual(written, ['first', 'fresh'])
  })

  test('questions that are equal share one answer of the next batch, never of the one under way', async () => {
    const asked: (readonly string[])[] = []
    let answers = 0
    const batcher = new Batcher<string, number>({
      key: (row) => row,
      isRead: true,
      write: async (rows) => {
        asked.push(rows)
        await new Promise((resolve) => setTimeout(resolve, 5))
        return rows.map(() => (answers += 1))
      },
    })
    const early = batcher.add('a')
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    const later = await Promise.all([batcher.add('a'), batcher.add('b'), batcher.add('a')])
    assert.equal(await early, 1)
    assert.deepEqual(later, [2, 3, 2])
    assert.deepEqual(asked, [['a'], ['a', 'b']])
  })

  test('a question is asked again once where the connection broke, and a row is not written twice', async () => {
    for (const isRead of [true, false]) {
      let asked = 0
      const batcher = new Batcher<string, number>({
        key: (row) => row,
        isRead,
        write: async () => {
          asked += 1
          if (asked === 1 || asked > 2) throw new Problem('unavailable')
          return [asked]
        },
      })
      if (!isRead) await assert.rejects(batcher.add('a'), { problem: 'unavailable' })
      assert.equal(await batcher.add('a'), 2)
      await assert.rejects(batcher.add('a'), { problem: 'unavailable' })
      assert.equal(asked, isRead ? 4 : 3)
    }
  })

  test('a single row that lost a race is tried again, at most five times more', async () => {
    const { batcher, sizes } = failing([aDatabaseError('40P01'), aDatabaseError('40001')])
    assert.equal(await batcher.add('a'), 'a')
    assert.deepEqual(sizes, [1, 1, 1])
    const hopeless = failing(Array.from({ length: 99 }, () => aDatabaseError('40001')))
    await assert.rejects(hopeless.batcher.add('a'), { code: '40001' })
    assert.equal(hopeless.sizes.length, 6)
  })

  test('who observes is told of each batch: its rows, how long it waited, and whether its statement failed', async () => {
    const told: WrittenBatch[] = []
    const script: (Error | null)[] = [null, aDatabaseError('23505')]
    const write = async (rows: readonly string[]) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const failure = script.shift()
      if (failure) throw failure
      return rows
    }
    const observe = (batch: WrittenBatch) => void told.push(batch)
    const batcher = new Batcher<string, string>({ write, key: (row) => row, lanes: 1, observe })
    const first = batcher.add('a')
    await new Promise(setImmediate)
    await Promise.all([first, batcher.add('b'), batcher.add('c')])
    await new Promise(setImmediate)
    assert.deepEqual(
      told.map(({ rows, failed }) => ({ rows, failed })),
      [
        { rows: 1, failed: false },
        { rows: 2, failed: true },
      ],
    )
    const [one, two] = told
    assert.ok(one && one.waitedMs < 15 && one.wroteMs >= 15, JSON.stringify(one))
    // The second waited for the first, and its rows were written one by one.
    assert.ok(two && two.waitedMs >= 15 && two.wroteMs >= 55, JSON.stringify(two))
  })

  test('a lost connection fails the batch, whose fate is unknown, and not the next one', async () => {
    const { batcher, sizes } = failing([new Problem('unavailable')])
    const lost = await Promise.allSettled(['a', 'b'].map((row) => batcher.add(row)))
    assert.deepEqual(
      lost.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.equal(await batcher.add('c'), 'c')
    assert.deepEqual(sizes, [2, 1])
  })
})
