import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { startGateway } from 'gerbang'
import { StartProblem } from '../src/base/start-problem.ts'
import { packageRoot } from '../src/postgres/package-root.ts'
import { merchantServer, seedSample, testMasterKey } from './gateway.ts'
import { openFolder, processesNaming, until } from './process.ts'

type Running = Awaited<ReturnType<typeof startGateway>>

async function initiate({ url, merchant }: Running, id: string, changes = {}): Promise<Record<string, string>> {
  const response = await fetch(`${url}/pg/payment/card/initiate`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${merchant.id}:${merchant.key}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(seedSample(id, changes)),
  })
  assert.equal(response.status, 200)
  return (await response.json()) as Record<string, string>
}

suite('startGateway', () => {
  let folder: ReturnType<typeof openFolder>
  let kept: string | undefined
  /** Temporary folders are made in the folder of this test. */
  beforeEach(() => {
    folder = openFolder()
    kept = process.env['TMPDIR']
    process.env['TMPDIR'] = folder.path
  })
  afterEach(() => {
    if (kept === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = kept
    folder.remove()
  })

  test('one in the folder of a gateway that serves takes nothing of that one with it', async () => {
    const mine = join(folder.path, '.gerbang')
    mkdirSync(mine)
    writeFileSync(join(mine, 'connection.json'), '{}')
    const before = process.cwd()
    process.chdir(folder.path)
    try {
      const gateway = await startGateway()
      await gateway.close()
    } finally {
      process.chdir(before)
    }
    assert.deepEqual(readdirSync(mine), ['connection.json'])
  })

  test('two at once share nothing; each pays, calls back, moves its clock, and takes its folder with it', async () => {
    const merchant = await merchantServer()
    const [one, two] = await Promise.all([startGateway(), startGateway()])
    assert.notEqual(one.url, two.url)
    assert.deepEqual(one.merchant, { id: 'FINPAY770', key: 'SoSecret123' })
    await initiate(one, 'same-id', { url: { callbackUrl: `${merchant.url}/one` } })
    await initiate(two, 'same-id', { order: { id: 'same-id', amount: '2000' } })

    assert.equal((await one.pay('same-id')).status, 'CAPTURED')
    await merchant.wait(1)
    const [callback] = await one.callbacks('same-id')
    assert.deepEqual([callback?.orderId, callback?.body], ['same-id', merchant.received[0]?.body])
    assert.deepEqual(await two.callbacks(), [])
    assert.equal((await two.pay('same-id', { authentication: 'abandon' })).status === 'CAPTURED', false)

    const before = await one.clock.get()
    const moved = await two.clock.advance('PT48H')
    assert.ok(Date.parse(moved.now) - Date.parse(before.now) >= 48 * 3_600_000)
    assert.ok(Date.parse((await one.clock.get()).now) - Date.parse(before.now) < 3_600_000)

    await Promise.all([one.close(), two.close()])
    await one.close()
    await merchant.close()
    assert.deepEqual(readdirSync(folder.path), [])
    assert.deepEqual(processesNaming(folder.path), [])
    await assert.rejects(fetch(one.url))
  })

  test('a data dir is kept, and is refused to a second one meanwhile', async () => {
    const dataDir = join(folder.path, 'kept')
    const first = await startGateway({ dataDir })
    await initiate(first, 'stays')
    await assert.rejects(startGateway({ dataDir }), StartProblem)
    await first.close()
    const second = await startGateway({ dataDir })
    assert.equal((await second.pay('stays')).status, 'CAPTURED')
    await second.close()
  })

  test('a seed repeats every answer, and the clock stands still', async () => {
    const runs: unknown[] = []
    for (let round = 0; round < 2; round += 1) {
      const gateway = await startGateway({ seed: 'seventeen' })
      const { redirecturl = '', expiryLink } = await initiate(gateway, 'seeded')
      const { now, frozen } = await gateway.clock.get()
      const paid = await gateway.pay('seeded')
      runs.push({ path: new URL(redirecturl).pathname, expiryLink, now, frozen, paid })
      await gateway.close()
    }
    assert.deepEqual(runs[0], runs[1])
    assert.match(JSON.stringify(runs[0]), /"frozen":true/)
  })

  test('`now` is where business time starts', async () => {
    const gateway = await startGateway({ now: new Date('2030-02-01T00:00:00Z') })
    const { expiryLink } = await initiate(gateway, 'later')
    assert.match(expiryLink ?? '', /^2030-02-02 07:00:/)
    assert.equal((await gateway.clock.get()).frozen, false)
    await gateway.close()
  })

  test('tells its log lines to whoever listens, and a wrong option in one sentence', async () => {
    const lines: string[] = []
    const gateway = await startGateway({ log: (line) => lines.push(line) })
    await initiate(gateway, 'logged')
    await gateway.close()
    assert.ok(lines.some((line) => (JSON.parse(line) as { route?: string }).route === '/pg/payment/card/initiate'))
    await assert.rejects(startGateway({ port: 70_000 }), StartProblem)
    await assert.rejects(
      startGateway({ databaseUrl: 'postgresql://me:Hunter2@127.0.0.1:1/shop', masterKey: testMasterKey }),
      (error) => error instanceof StartProblem && !error.message.includes('Hunter2'),
    )
    await assert.rejects(startGateway({ databaseUrl: 'postgresql://me@127.0.0.1:1/shop' }), StartProblem)
    await assert.rejects(startGateway({ databaseUrl: '' }), StartProblem)
    assert.deepEqual(readdirSync(folder.path), [])
  })

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    test(`a test process that ends by ${signal} leaves no server and no folder`, async () => {
      const index = pathToFileURL(join(packageRoot(), 'dist', 'src', 'index.js'))
      const source = `
        import { startGateway } from ${JSON.stringify(index)}
        console.log((await startGateway()).url)
        setInterval(() => {}, 1000)`
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
        env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder.path },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exited = once(child, 'exit')
      for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('http')) break
      assert.ok(processesNaming(`-D ${folder.path}`).length > 0)
      child.kill(signal)
      await exited
      const began = performance.now()
      await until('the server and its folders to be gone', () => readdirSync(folder.path).length === 0)
      await until('its processes to be gone', () => processesNaming(folder.path).length === 0)
      assert.ok(performance.now() - began < 8_000)
    })

  test('a test that forgets to close it is not kept alive by the database alone', async () => {
    const index = pathToFileURL(join(packageRoot(), 'dist', 'src', 'index.js'))
    const source = `
      import { startGateway } from ${JSON.stringify(index)}
      const gateway = await startGateway()
      process.exit(gateway.url.startsWith('http') ? 7 : 8)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder.path },
      stdio: 'inherit',
    })
    assert.deepEqual((await once(child, 'exit'))[0], 7)
    await until('its folders to be gone', () => readdirSync(folder.path).length === 0)
  })
})
