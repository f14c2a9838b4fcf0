import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { merchantServer, seedSample, testMasterKey } from './gateway.ts'
import { testDatabase } from './postgres.ts'
import { installed, isRoot, namesIn, openFolder, processesNaming, program, run, serve, until } from './process.ts'

/** Everything of a run lies in one folder, temporary files too, so that what is left behind shows. */
let folder: ReturnType<typeof openFolder>
beforeEach(() => {
  folder = openFolder()
  mkdirSync(join(folder.path, 'tmp'))
  chmodSync(join(folder.path, 'tmp'), 0o777)
})
afterEach(() => folder.remove())

const settings = (more: Readonly<Record<string, string>> = {}) => ({
  GERBANG_DATA_DIR: join(folder.path, 'data'),
  TMPDIR: join(folder.path, 'tmp'),
  ...more,
})

function assertNothingLeft(): void {
  assert.deepEqual(processesNaming(folder.path), [])
  assert.deepEqual(namesIn(join(folder.path, 'tmp')), [])
}

const json = async (response: Response) => (await response.json()) as Record<string, unknown>

suite('the program', () => {
  let copy: { path: string; remove(): void }
  let copied = ''
  before(() => {
    copy = openFolder()
    copied = installed(copy.path)
  })
  after(() => copy.remove())

  // Under root both; as an ordinary user the program runs as that user, and nobody can become root.
  const users = isRoot
    ? ([
        ['root', {}],
        ['an ordinary user', { as: 'nobody' }],
      ] as const)
    : ([['an ordinary user', {}]] as const)
  for (const [name, as] of users)
    test(`as ${name} serves on one command, says what to paste, and leaves its data alone behind`, async () => {
      const gateway = await serve(settings(), { ...as, main: 'as' in as ? copied : program })
      const { url, client } = gateway
      assert.match(gateway.stdout(), /merchant id {3}FINPAY770\n {2}merchant key {2}SoSecret123\n/)
      assert.deepEqual(await json(await fetch(`${url}/healthz`)), { status: 'alive' })
      assert.deepEqual(await json(await fetch(`${url}/readyz`)), { status: 'ready' })

      const command = gateway.stdout().slice(gateway.stdout().indexOf('curl '))
      const pasted = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
      const answer = JSON.parse(pasted.stdout) as Record<string, string>
      assert.equal(answer['responseCode'], '2000000', pasted.stdout)
      const page = await fetch(answer['redirecturl'] ?? '')
      assert.equal(page.status, 200)
      assert.match(await page.text(), /Rp1\.000/)

      await client.call('POST', '/pg/payment/card/initiate', seedSample('one'))
      assert.equal((await client.pay('one')).status, 'CAPTURED')
      assert.equal(statSync(join(folder.path, 'data', 'master.key')).mode & 0o777, 0o600)

      const { code, stderr, ms } = await gateway.stop()
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.ok(ms < 10_000, `${ms}`)
      // Where the package may not be written, PostgreSQL's programs are copied once and stay.
      const kept = namesIn(join(folder.path, 'data')).filter((each) => !each.startsWith('postgresql-'))
      assert.deepEqual(kept, ['master.key', 'postgres'])
      assertNothingLeft()

      const second = await serve(settings(), { ...as, main: 'as' in as ? copied : program })
      const payment = (await second.client.check('one'))['data'] as { result: { payment: { status: string } } }
      assert.equal(payment.result.payment.status, 'CAPTURED')
      await second.stop()
      assertNothingLeft()
    })

  test('keeps its data in the folder that it is started from, whichever that is', async () => {
    const { TMPDIR } = settings()
    const gateway = await serve({ TMPDIR }, { cwd: join(folder.path) })
    await gateway.stop()
    assert.deepEqual(namesIn(join(folder.path, '.gerbang')), ['master.key', 'postgres'])
  })

  test('with DATABASE_URL uses that database, and starts none', async () => {
    const own = await testDatabase()
    const { host = '', user = '', password = '', database = '', port } = own.connection
    const url = new URL(`postgresql://${user}@localhost:${port ?? 5432}/${database}`)
    if (typeof password === 'string') url.password = password
    if (host.startsWith('/')) url.searchParams.set('host', host)
    else url.hostname = host
    const environment = settings({ DATABASE_URL: url.href, GERBANG_MASTER_KEY: testMasterKey })
    const gateway = await serve(environment)
    assert.deepEqual(processesNaming(`-D ${folder.path}`), [])
    await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample('two'))
    assert.equal((await gateway.stop()).code, 0)

    const wrongKey = await run(['serve'], { environment: { ...environment, GERBANG_MASTER_KEY: 'cd'.repeat(32) } })
      .ended
    assert.equal(wrongKey.code, 1)
    assert.equal(wrongKey.stderr, 'gerbang: GERBANG_MASTER_KEY is not the key that this database was sealed under.\n')

    const again = await serve(environment)
    await again.client.check('two')
    assert.equal((await again.stop()).code, 0)
    await own.drop()
    assertNothingLeft()
  })

  test('bound to every address without a key makes a random one, warns, and serves only names that are its own', async () => {
    const environment = settings({ GERBANG_HOST: '0.0.0.0', GERBANG_PUBLIC_URL: 'http://sandbox.example:8080' })
    const gateway = run(['serve'], { environment: { ...environment, GERBANG_PORT: '0' } })
    await until('it serves', () => gateway.stdout().includes('/initiate\n'))
    const [, key] = /merchant key {2}(\S+)/.exec(gateway.stdout()) ?? []
    assert.match(key ?? '', /^[A-Za-z0-9]{32}$/)
    assert.match(gateway.stderr(), /^gerbang: the sandbox is reachable from other machines \(0\.0\.0\.0\); [^\n]+\n$/)
    gateway.child.kill('SIGTERM')
    await gateway.ended

    // The key stays over a restart.
    const second = await serve({ ...environment, GERBANG_PUBLIC_URL: '' })
    assert.match(second.stdout(), new RegExp(`merchant key {2}${key}\n`))
    const statusOf = async (host: string) => {
      const asked = request(`${second.url}/healthz`, { headers: { host } }).end()
      const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }]
      response.resume()
      return response.statusCode
    }
    const { port } = new URL(second.url)
    for (const host of [`127.0.0.1:${port}`, 'localhost', `[::1]:${port}`, 'shop.localhost'])
      assert.equal(await statusOf(host), 200, host)
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1.evil.example',
      '192.0.2.1',
      'sandbox.example',
    ])
      assert.equal(await statusOf(host), 403, host)
    await second.stop()

    const given = await serve({ ...environment, GERBANG_PUBLIC_URL: '', GERBANG_MERCHANT_KEY: "it's/given" })
    assert.match(given.stdout(), /merchant key {2}it's\/given\n/)
    const command = given.stdout().slice(given.stdout().indexOf('curl '))
    assert.match(spawnSync('bash', ['-c', command], { encoding: 'utf8' }).stdout, /"responseCode":"2000000"/)
    await given.stop()
  })
})

suite('stopping', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    test(`${signal} finishes the request that is in flight and takes no new one`, async () => {
      let answer = () => undefined as void
      const held = new Promise<void>((resolve) => (answer = resolve))
      const merchant = await merchantServer(async (_, count) => {
        if (count === 2) await held
        return 200
      })
      const gateway = await serve(settings())
      const { client, url } = gateway
      await client.call(
        'POST',
        '/pg/payment/card/initiate',
        seedSample('slow', { url: { callbackUrl: `${merchant.url}/callback` } }),
      )
      await client.pay('slow')
      await merchant.wait(1)
      const [callback] = await client.callbacks('slow')
      assert.ok(callback)
      const resent = client.resend(callback.id)
      await until('the second delivery', () => merchant.received.length === 2)
      const asked = performance.now()
      gateway.child.kill(signal)
      await until('new connections to be refused', () =>
        fetch(url).then(
          () => false,
          () => true,
        ),
      )
      answer()
      assert.equal((await resent).state, 'delivered')
      const { code, stderr } = await gateway.ended
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.ok(performance.now() - asked < 5_000, 'a connection that is kept alive holds up nothing')
      await merchant.close()
      assertNothingLeft()
    })

  test('ends within ten seconds although a merchant never answers and a request never ends', async () => {
    const merchant = await merchantServer(() => new Promise<number>(() => undefined))
    const gateway = await serve(settings())
    const { client, url } = gateway
    for (const id of ['a', 'b']) {
      await client.call(
        'POST',
        '/pg/payment/card/initiate',
        seedSample(id, { url: { callbackUrl: `${merchant.url}/callback` } }),
      )
      await client.pay(id)
    }
    await until('a delivery', () => merchant.received.length >= 1)
    const [callback] = await client.callbacks('a')
    const resent = client.resend(callback?.id ?? '').catch((error: unknown) => error)
    await until('the delivery by hand', () => merchant.received.length >= 2)
    const half = request(`${url}/pg/payment/card/initiate`, {
      method: 'POST',
      headers: {
        'content-length': 100,
        'content-type': 'application/json',
        authorization: 'Basic RklOUEFZNzcwOlNvU2VjcmV0MTIz',
      },
    })
    half.on('error', () => undefined)
    half.write('{')
    await sleep(100)
    const { code, ms, stderr } = await gateway.stop()
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.ok(ms < 10_000, `${ms} ms`)
    await resent
    await merchant.close()
    assertNothingLeft()

    // What was given up is sent again after the next start, and counts as no attempt of the schedule.
    const receiver = await merchantServer()
    const second = await serve(settings())
    const [kept] = await second.client.callbacks('b')
    assert.equal(kept?.state, 'pending')
    await second.stop()
    await receiver.close()
  })

  test('a second signal ends it at once, and no server is left', async () => {
    const merchant = await merchantServer(() => new Promise<number>(() => undefined))
    const gateway = await serve(settings())
    const { client } = gateway
    await client.call(
      'POST',
      '/pg/payment/card/initiate',
      seedSample('held', { url: { callbackUrl: `${merchant.url}/callback` } }),
    )
    await client.pay('held')
    await until('a delivery', () => merchant.received.length >= 1)
    const [callback] = await client.callbacks('held')
    const resent = client.resend(callback?.id ?? '').catch(() => undefined)
    await until('the delivery by hand', () => merchant.received.length >= 2)
    const asked = performance.now()
    gateway.child.kill('SIGTERM')
    await sleep(300)
    gateway.child.kill('SIGTERM')
    const { code } = await gateway.ended
    assert.notEqual(code, 0)
    assert.ok(performance.now() - asked < 2_000)
    await resent
    await merchant.close()
    await until('the server to be gone', () => processesNaming(folder.path).length === 0)
    assert.deepEqual(namesIn(join(folder.path, 'tmp')), [])
  })

  test('a signal while it starts stops it too', async () => {
    for (const afterMs of [50, 150, 300, 600]) {
      const gateway = run(['serve'], { environment: settings({ GERBANG_PORT: '0' }) })
      await sleep(afterMs)
      gateway.child.kill('SIGTERM')
      const { ms } = await gateway.ended
      assert.ok(ms < 10_000)
      await until('nothing to be left', () => processesNaming(folder.path).length === 0)
      assert.deepEqual(namesIn(join(folder.path, 'tmp')), [])
    }
  })
})

suite('what stops the start is told in one sentence', () => {
  async function refused(environment: Readonly<Record<string, string>>, as: { as?: 'nobody'; main?: string } = {}) {
    const { code, stdout, stderr } = await run(['serve'], {
      environment: settings({ GERBANG_PORT: '0', ...environment }),
      ...as,
    }).ended
    assert.equal(code, 1, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /^gerbang: [^\n]+\n$/)
    assertNothingLeft()
    return stderr
  }

  test('a port in use', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    assert.equal(
      await refused({ GERBANG_PORT: String(port) }),
      `gerbang: Port ${port} on 127.0.0.1 is in use. Choose another with GERBANG_PORT.\n`,
    )
    assert.ok(!namesIn(folder.path).includes('data'), 'nothing was made for a gateway that cannot serve')
    await new Promise<void>((resolve) => taken.close(() => resolve()))
  })

  test('an address that is not this machine’s', async () => {
    assert.match(await refused({ GERBANG_HOST: '192.0.2.1' }), /192\.0\.2\.1 is no address of this machine/)
    assert.match(await refused({ GERBANG_HOST: 'nowhere.invalid' }), /nowhere\.invalid is no address of this machine/)
    assert.ok(!namesIn(folder.path).includes('data'))
  })

  test('a data directory that is a file, or lies below one', async () => {
    writeFileSync(join(folder.path, 'file'), '')
    for (const path of ['file', 'file/below'])
      assert.match(
        await refused({ GERBANG_DATA_DIR: join(folder.path, path) }),
        /The data directory .*file.* cannot be used/,
      )
  })

  test('a data directory that this user may not read', {
    skip: !isRoot && 'root alone can become another user',
  }, async () => {
    const main = installed(folder.path)
    mkdirSync(join(folder.path, 'closed'), { mode: 0o700 })
    assert.match(
      await refused({ GERBANG_DATA_DIR: join(folder.path, 'closed') }, { as: 'nobody', main }),
      /closed cannot be used: permission denied/,
    )
  })

  test('a data directory of another gateway', async () => {
    const first = await serve(settings())
    const { code, stderr } = await run(['serve'], { environment: settings({ GERBANG_PORT: '0' }) }).ended
    assert.equal(code, 1)
    assert.match(stderr, /^gerbang: [^\n]*(in use|another gateway|used by)[^\n]*\n$/i)
    assert.match(stderr, new RegExp(String(first.child.pid)))
    assert.equal((await fetch(`${first.url}/readyz`)).status, 200)
    assert.equal((await first.stop()).code, 0)
    assertNothingLeft()
  })

  test('a master key that is not that of the data', async () => {
    const first = await serve(settings())
    await first.stop()
    const key = join(folder.path, 'data', 'master.key')
    const kept = readFileSync(key)
    writeFileSync(key, `${'cd'.repeat(32)}\n`)
    assert.match(await refused({}), /is not the key that this database was sealed under/)
    writeFileSync(key, 'nonsense\n')
    assert.match(await refused({}), /master\.key does not hold a master key/)
    // A lost key cannot be made anew: what was sealed under it stays sealed.
    rmSync(key)
    assert.match(await refused({}), /is not the key that this database was sealed under/)
    writeFileSync(key, kept)
    await (await serve(settings())).stop()
  })

  test('a database that is away', async () => {
    const settingsOf = (url: string) => ({ DATABASE_URL: url, GERBANG_MASTER_KEY: testMasterKey })
    const away = await refused(settingsOf('postgresql://me:Hunter2@127.0.0.1:1/shop'))
    assert.match(away, /The database at 127\.0\.0\.1:1\/shop cannot be used: nothing listens there/)
    assert.match(
      await refused(settingsOf('postgresql://me:Hunter2@nowhere.invalid/shop')),
      /its host name is not known/,
    )
    assert.match(await refused(settingsOf('postgresql://me:Hunter2@/shop?host=/nowhere')), /cannot be used/)
    assert.doesNotMatch(away, /Hunter2/)
  })

  test('a database that does not answer', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const before = performance.now()
    assert.match(
      await refused({ DATABASE_URL: `postgresql://me@127.0.0.1:${port}/shop`, GERBANG_MASTER_KEY: testMasterKey }),
      /does not answer/,
    )
    assert.ok(performance.now() - before < 9_000)
    silent.close()
  })

  test('a server that is no PostgreSQL', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const { port } = web.address() as AddressInfo
    await refused({ DATABASE_URL: `postgresql://me@127.0.0.1:${port}/shop`, GERBANG_MASTER_KEY: testMasterKey })
    web.close()
  })

  test('wrong settings, all of them, a line each', async () => {
    const environment = settings({ GERBANG_PORT: 'x', GERBANG_MODE: 'y', GERBANG_MASTER_KEY: 'Hunter2' })
    const { code, stderr } = await run(['serve'], { environment }).ended
    assert.equal(code, 1)
    assert.deepEqual(
      stderr.split('\n').map((line) => /GERBANG_[A-Z_]+/.exec(line)?.[0]),
      ['GERBANG_MODE', 'GERBANG_PORT', 'GERBANG_MASTER_KEY', undefined],
    )
    assert.doesNotMatch(stderr, /Hunter2/)
    assertNothingLeft()
  })

  test('a seed on a data dir that was used', async () => {
    const first = await serve(settings())
    await first.client.call('POST', '/pg/payment/card/initiate', seedSample('x'))
    await first.stop()
    assert.match(await refused({ GERBANG_SEED: 's' }), /GERBANG_SEED needs a fresh data dir/)
  })

  test('live mode on an embedded server under root', { skip: !isRoot && 'only root is refused' }, async () => {
    assert.match(
      await refused({
        GERBANG_MODE: 'live',
        GERBANG_PUBLIC_URL: 'https://pay.example',
        GERBANG_MASTER_KEY: testMasterKey,
      }),
      /Live mode under root needs DATABASE_URL/,
    )
  })
})

test('a reader of its output that goes away does not end it', async () => {
  const child = spawn('bash', ['-c', `exec "$0" "$1" serve > >(head -1 >/dev/null)`, process.execPath, program], {
    env: { PATH: process.env['PATH'] ?? '', ...settings({ GERBANG_PORT: '0' }) },
    stdio: 'ignore',
  })
  await sleep(2_500)
  assert.equal(child.exitCode, null, 'it serves on')
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
  assertNothingLeft()
})
