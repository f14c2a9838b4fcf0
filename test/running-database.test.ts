import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayRefusal } from '../src/client.ts'
import { seedSample, testMasterKey } from './gateway.ts'
import { testDatabase, type TestDatabase } from './postgres.ts'
import { openFolder, processesNaming, type ServingProcess, serve, serverProcesses, until } from './process.ts'
import { type Proxy, proxyTo } from './proxy.ts'

/** What every door answers while the database is away, each within `withinMs`. */
async function assertUnavailable(gateway: ServingProcess, pageUrl: string, withinMs: number): Promise<void> {
  const began = performance.now()
  const authorization = `Basic ${Buffer.from('FINPAY770:SoSecret123').toString('base64')}`
  const [ready, checked, initiated, page, alive] = await Promise.all([
    fetch(`${gateway.url}/readyz`),
    fetch(`${gateway.url}/pg/payment/card/check/before`, { headers: { authorization } }),
    fetch(`${gateway.url}/pg/payment/card/initiate`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(seedSample('while away')).replace('while away', 'while-away'),
    }),
    fetch(pageUrl),
    fetch(`${gateway.url}/healthz`),
  ])
  assert.ok(performance.now() - began < withinMs, `${performance.now() - began} ms`)
  assert.equal(alive.status, 200)
  for (const answer of [ready, checked, initiated]) {
    assert.equal(answer.status, 503)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    const body = (await answer.json()) as Record<string, unknown>
    assert.deepEqual(Object.keys(body), ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
    assert.equal(body['responseCode'], '5030000')
  }
  assert.equal(page.status, 503)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(await page.text(), /<h1/)
}

async function initiate({ client }: ServingProcess, id: string): Promise<string> {
  const { redirecturl } = await client.call<{ redirecturl: string }>(
    'POST',
    '/pg/payment/card/initiate',
    seedSample(id),
  )
  return redirecturl
}

async function assertServes(gateway: ServingProcess, id: string): Promise<void> {
  await until('readiness', async () => (await fetch(`${gateway.url}/readyz`)).status === 200)
  // Another of its connections may still be one that has just been cut.
  await until('an order', () => initiate(gateway, id).catch(() => undefined))
  assert.equal((await gateway.client.pay(id)).status, 'CAPTURED')
}

suite('the embedded database goes away while it is served', () => {
  let folder: ReturnType<typeof openFolder>
  let gateway: ServingProcess
  let dataDir = ''
  beforeEach(async () => {
    folder = openFolder()
    dataDir = join(folder.path, 'data')
    gateway = await serve({ GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path })
  })
  afterEach(async () => {
    gateway.child.kill('SIGKILL')
    await gateway.ended
    await until('nothing to be left', () => processesNaming(folder.path).length === 0)
    folder.remove()
  })

  test('a server that hangs: 503 on every door within seconds, and it serves on when it does', async () => {
    const pageUrl = await initiate(gateway, 'before')
    const frozen = serverProcesses(dataDir)
    for (const pid of frozen) process.kill(pid, 'SIGSTOP')
    try {
      await assertUnavailable(gateway, pageUrl, 9_000)
      await assertUnavailable(gateway, pageUrl, 9_000)
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT')
    }
    await assertServes(gateway, 'after')
    assert.equal((await gateway.stop()).code, 0)
  })

  test('a stop while the server hangs ends, and leaves nothing behind', async () => {
    await initiate(gateway, 'before')
    const frozen = serverProcesses(dataDir)
    for (const pid of frozen) process.kill(pid, 'SIGSTOP')
    try {
      const { ms } = await gateway.stop()
      assert.ok(ms < 25_000, `${ms} ms`)
    } finally {
      // Those that outlive the server's own death see it when they run again.
      for (const pid of frozen.filter((each) =>
        processesNaming('postgres').some((line) => Number.parseInt(line, 10) === each),
      ))
        process.kill(pid, 'SIGCONT')
    }
    await until('nothing to be left', () => processesNaming(folder.path).length === 0)
  })

  test('a killed server is started again without a restart, and has every order that was acknowledged', async () => {
    const acknowledged: string[] = []
    let refusals = 0
    const over = new AbortController()
    const callers = Array.from({ length: 8 }, async (_, caller) => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        const id = `${caller}-${n}`
        try {
          await initiate(gateway, id)
          acknowledged.push(id)
        } catch (error) {
          assert.ok(error instanceof GatewayRefusal, String(error))
          assert.equal(error.responseCode, '5030000')
          refusals += 1
          await sleep(5)
        }
      }
    })
    for (let kills = 0; kills < 3; kills += 1) {
      await sleep(400)
      const [lead] = serverProcesses(dataDir)
      assert.ok(lead)
      const before = acknowledged.length
      process.kill(lead, 'SIGKILL')
      await until('orders to be taken again', () => acknowledged.length > before + 20)
    }
    over.abort()
    await Promise.all(callers)
    assert.ok(refusals > 0, 'the server was away')
    for (const id of acknowledged) await gateway.client.check(id)
    await assertServes(gateway, 'after')
    const { code, stderr } = await gateway.stop()
    assert.equal(code, 0)
    assert.equal(stderr.match(/PostgreSQL ended unexpectedly \(signal SIGKILL\); it is started again\./g)?.length, 3)
    assert.equal(stderr.match(/PostgreSQL runs again\./g)?.length, 3)
  })
})

suite('the database of DATABASE_URL goes away while it is used', () => {
  let own: TestDatabase
  let proxy: Proxy
  let gateway: ServingProcess
  let folder: ReturnType<typeof openFolder>
  before(async () => {
    own = await testDatabase()
    proxy = await proxyTo(own.connection)
    folder = openFolder()
    const { user = '', password = '', database = '' } = own.connection
    const url = new URL(`postgresql://${user}@127.0.0.1:${proxy.port}/${database}`)
    if (typeof password === 'string') url.password = password
    gateway = await serve({ DATABASE_URL: url.href, GERBANG_MASTER_KEY: testMasterKey, TMPDIR: folder.path })
  })
  after(async () => {
    await gateway.stop()
    await proxy.close()
    await own.drop()
    folder.remove()
  })

  test('refused connections: 503 at once, and recovery', async () => {
    const pageUrl = await initiate(gateway, 'before')
    await proxy.cut()
    await assertUnavailable(gateway, pageUrl, 2_000)
    await proxy.restore()
    await assertServes(gateway, 'after-refused')
  })

  test('a stop while it is silent ends', async () => {
    const { user = '', password = '', database = '' } = own.connection
    const url = new URL(`postgresql://${user}@127.0.0.1:${proxy.port}/${database}`)
    if (typeof password === 'string') url.password = password
    const second = await serve({ DATABASE_URL: url.href, GERBANG_MASTER_KEY: testMasterKey, TMPDIR: folder.path })
    proxy.silence()
    const { code, ms } = await second.stop()
    await proxy.restore()
    await assertServes(gateway, 'after-the-other')
    assert.equal(code, 0)
    assert.ok(ms < 10_000, `${ms} ms`)
  })

  test('silence: 503 within seconds, and recovery', async () => {
    const pageUrl = await initiate(gateway, 'before-silence')
    proxy.silence()
    await assertUnavailable(gateway, pageUrl, 9_000)
    await proxy.restore()
    await assertServes(gateway, 'after-silence')
  })

  test('connections ended by an administrator in the middle of everything: recovery', async () => {
    for (let round = 0; round < 5; round += 1) {
      const work = Array.from({ length: 10 }, (_, n) =>
        initiate(gateway, `ended-${round}-${n}`)
          .then(() => gateway.client.pay(`ended-${round}-${n}`))
          .catch((error: unknown) => assert.ok(error instanceof GatewayRefusal && error.status < 504, String(error))),
      )
      await own.database.query({
        name: 'test.end_all',
        text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      })
      await Promise.all(work)
    }
    await assertServes(gateway, 'after-all')
    assert.equal(gateway.child.exitCode, null)
  })
})
