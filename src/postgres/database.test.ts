import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../base/problem.ts'
import { proxyTo } from '../../test/proxy.ts'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { Database, statement } from './database.ts'

const one = statement('test.one', 'select 1 as n')
const endSelf = statement('test.end_self', 'select pg_terminate_backend(pg_backend_pid())')
const readOnly = statement('test.read_only', 'set transaction read only')
const write = statement('test.write', 'create table written (n int)')
const pause = statement('test.pause', 'select pg_sleep(20)')

const unavailable = (error: unknown) => error instanceof Problem && error.problem === 'unavailable'

suite('the database', () => {
  let own: TestDatabase
  before(async () => {
    own = await testDatabase()
  })
  after(() => own.drop())

  test('commits durably, whatever the server says, and gives up what takes too long', async () => {
    const show = (name: string) =>
      own.database.query<Record<string, string>>(statement(`test.show_${name}`, `show ${name}`))
    assert.deepEqual(await show('synchronous_commit'), [{ synchronous_commit: 'on' }])
    assert.deepEqual(await show('statement_timeout'), [{ statement_timeout: '5s' }])
    const before = performance.now()
    await assert.rejects(own.database.query(pause), unavailable)
    assert.ok(performance.now() - before < 6_000)
  })

  test('a connection that ends between two statements of a transaction is unavailable, and the next works', async () => {
    await assert.rejects(
      own.database.transaction(async (sql) => {
        await sql.query(endSelf).catch(() => undefined)
        await sleep(50)
        await sql.query(one)
      }),
      unavailable,
    )
    // The break comes while nothing is asked of the connection.
    await assert.rejects(
      own.database.transaction(async (sql) => {
        const [row] = await sql.query<{ pid: number }>(statement('test.pid', 'select pg_backend_pid() as pid'))
        await own.database.query(statement('test.end', 'select pg_terminate_backend($1)'), [row?.pid])
        await sleep(100)
        await sql.query(one)
      }),
      unavailable,
    )
    assert.deepEqual(await own.database.transaction((sql) => sql.query(one)), [{ n: 1 }])
  })

  test('a connection that breaks in the moment in which it is made is unavailable, and the next works', async (t) => {
    // What is read at once with the greeting, when the server dies right after it: nobody has the connection yet.
    const message = (type: string, body: string) => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(body.length + 4)
      return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')])
    }
    const fatal = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0'
    const greetings = Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I'), message('E', fatal)])
    const { host = '', port } = own.connection
    let toBreak = 2
    const front = createServer((socket) => {
      socket.on('error', () => undefined)
      if (toBreak > 0) {
        toBreak -= 1
        socket.once('data', () => socket.end(greetings))
        return
      }
      const real = connect(join(host, `.s.PGSQL.${port ?? 5_432}`))
      real.on('error', () => undefined)
      socket.pipe(real).pipe(socket)
      socket.on('close', () => real.destroy())
    }).listen(0, '127.0.0.1')
    t.after(() => front.close())
    await once(front, 'listening')
    const address = { host: '127.0.0.1', port: (front.address() as AddressInfo).port }
    const database = new Database({ ...own.connection, ...address })
    t.after(() => database.close())
    await assert.rejects(database.query(one), unavailable)
    await assert.rejects(
      database.transaction((sql) => sql.query(one)),
      unavailable,
    )
    // Over every pipeline.
    for (let n = 0; n < 8; n += 1)
      assert.deepEqual(await Promise.all([database.query(one), database.query(one)]), [[{ n: 1 }], [{ n: 1 }]])
    assert.deepEqual(await database.transaction((sql) => sql.query(one)), [{ n: 1 }])
  })

  test('a server that takes no writes is unavailable', async () => {
    await assert.rejects(
      own.database.transaction(async (sql) => {
        await sql.query(readOnly)
        await sql.query(write)
      }),
      unavailable,
    )
  })

  test('a mistake in a statement is a bug, not an absence', async () => {
    await assert.rejects(own.database.query(statement('test.bug', 'select nothing_like_this')), { code: '42703' })
  })

  test('a host that does not exist or does not listen is unavailable', async () => {
    for (const connection of [{ host: 'database.invalid' }, { host: '127.0.0.1', port: 1 }, { host: '/nowhere' }]) {
      const database = new Database({ ...connection, user: 'x', database: 'x', password: 'x' })
      await assert.rejects(database.query(one), unavailable)
      await assert.rejects(
        database.transaction((sql) => sql.query(one)),
        unavailable,
      )
      await database.close()
    }
  })

  test('a server that falls silent is unavailable within seconds, and serves again when it answers', async () => {
    const proxy = await proxyTo(own.connection)
    const { user, password, database: name } = own.connection
    const database = new Database({ host: '127.0.0.1', port: proxy.port, user, password, database: name })
    await Promise.all([database.query(one), database.query(one)])
    const before = performance.now()
    await assert.rejects(
      database.transaction(async (sql) => {
        proxy.silence()
        await sql.query(one)
      }),
      unavailable,
    )
    await assert.rejects(database.query(one), unavailable)
    await assert.rejects(database.query(one), unavailable)
    assert.ok(performance.now() - before < 15_000)
    await proxy.restore()
    assert.deepEqual(await database.query(one), [{ n: 1 }])
    await database.close()
    await proxy.close()
  })
})
