import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type ClientConfig } from 'pg'
import { SandboxClient } from '../src/client.ts'
import { list } from '../src/event/store.ts'
import { packageRoot } from '../src/postgres/package-root.ts'
import { merchantServer, type MerchantServer, seedSample, testMasterKey } from './gateway.ts'
import { administer, testDatabase } from './postgres.ts'
import { namesIn, openFolder, program, run, type ServingProcess, serve, until } from './process.ts'

interface Report {
  readonly file: string
  readonly bytes: number
  readonly tables: Readonly<Record<string, number>>
  readonly masterKey: unknown
}

/** Opens orders one after another until it is told to stop; answers the ids that were acknowledged. */
function load({ client }: ServingProcess): { acknowledged: string[]; stop: () => Promise<void> } {
  const acknowledged: string[] = []
  const over = new AbortController()
  const one = async (name: string) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      await client.call('POST', '/pg/payment/card/initiate', seedSample(`${name}-${n}`))
      acknowledged.push(`${name}-${n}`)
    }
  }
  const all = Promise.all(['a', 'b', 'c'].map(one))
  return {
    acknowledged,
    stop: async () => {
      over.abort()
      await all
    },
  }
}

suite('the embedded database is backed up under load and restored elsewhere', () => {
  let folder: ReturnType<typeof openFolder>
  let merchant: MerchantServer
  let file = ''
  const gateways: ServingProcess[] = []
  const settingsOf = (dataDir: string) => ({ GERBANG_DATA_DIR: join(folder.path, dataDir), TMPDIR: folder.path })
  const gerbang = (dataDir: string, ...words: string[]) => run(words, { environment: settingsOf(dataDir) }).ended
  before(async () => {
    folder = openFolder()
    merchant = await merchantServer()
    file = join(folder.path, 'gateway.backup')
  })
  after(async () => {
    for (const gateway of gateways) await gateway.stop()
    await merchant.close()
    folder.remove()
  })

  test('payments, backup, restore, and on from there', async () => {
    const gateway = await serve(settingsOf('old'))
    gateways.push(gateway)
    const url = { callbackUrl: `${merchant.url}/callback` }
    await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample('paid', { url }))
    await gateway.client.pay('paid')
    await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample('open', { url }))
    await merchant.wait(1)
    const events = await gateway.client.events('paid')

    const { acknowledged, stop } = load(gateway)
    await until('some load', () => acknowledged.length > 50)
    const before = [...acknowledged]
    const saved = await gerbang('old', 'backup', file, '--json')
    const during = acknowledged.length - before.length
    await stop()
    assert.equal(saved.code, 0, saved.stderr)
    assert.ok(during > 0, 'the gateway served meanwhile')
    const report = JSON.parse(saved.stdout) as Report
    assert.equal(report.bytes, statSync(file).size)
    assert.deepEqual(report.masterKey, { included: false, keep: join(folder.path, 'old', 'master.key') })
    const key = readFileSync(join(folder.path, 'old', 'master.key'), 'utf8').trim()
    assert.ok(!readFileSync(file).includes(Buffer.from(key, 'hex')))
    assert.ok((report.tables['payment_order'] ?? 0) >= before.length + 2)

    const told = await gerbang('old', 'backup', file)
    assert.deepEqual([told.code, told.stdout], [1, ''])
    assert.match(told.stderr, /exists already: a backup replaces no file/)
    await gateway.stop()

    // Without the key it is restored, and says loudly what is missing.
    const restored = await gerbang('new', 'restore', file)
    assert.equal(restored.code, 0, restored.stderr)
    assert.match(restored.stdout, /restored and compared with the file\nschema \d{4}_/)
    assert.match(restored.stdout, /THE MASTER KEY IS MISSING: put that of the saved database at .*new\/master\.key/)
    assert.deepEqual(namesIn(join(folder.path, 'new')), ['postgres'])
    copyFileSync(join(folder.path, 'old', 'master.key'), join(folder.path, 'new', 'master.key'))

    const second = await serve(settingsOf('new'))
    gateways.push(second)
    assert.deepEqual(await second.client.events('paid'), events)
    for (const id of before) await second.client.check(id)
    assert.equal((await second.client.pay('open')).status, 'CAPTURED')
    assert.equal((await merchant.wait(2)).length, 2)
    const again = await gerbang('new', 'restore', file)
    assert.equal(again.code, 1)
    assert.match(again.stderr, /in use by another gateway/)
    await second.stop()
    const full = await gerbang('new', 'restore', file)
    assert.equal(full.code, 1)
    assert.match(full.stderr, /is not empty/)
  })

  test('while no gateway runs, and with the key at hand, by the drill that the manual shows', async () => {
    const shim = join(folder.path, 'bin')
    mkdirSync(shim)
    writeFileSync(join(shim, 'npx'), `#!/bin/sh\nshift\nexec ${process.execPath} ${program} "$@"\n`, { mode: 0o755 })
    const script = join(packageRoot(), 'docs', 'examples', 'drill.sh')
    const saved = join(folder.path, 'drill.backup')
    const { status, stdout, stderr } = spawnSync('sh', [script, saved, join(folder.path, 'drill')], {
      env: { ...settingsOf('new'), PATH: `${shim}:${process.env['PATH']}` },
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.match(
      stdout,
      /restored and compared with the file\n.*\nthe master key opens it \(.*drill\/master\.key\)\ngerbang verify finds nothing\n$/,
    )
  })

  test('nothing is made where there is nothing to save, or nothing to restore', async () => {
    const none = await gerbang('nowhere', 'backup', join(folder.path, 'none.backup'))
    assert.deepEqual([none.code, none.stderr], [1, `gerbang: There is no data directory ${folder.path}/nowhere.\n`])
    const half = join(folder.path, 'half.backup')
    copyFileSync(file, half)
    truncateSync(half, Math.floor(statSync(file).size / 2))
    const refused = await gerbang('nowhere', 'restore', half)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /half\.backup is cut short/)
    assert.ok(!namesIn(folder.path).includes('nowhere'))
  })
})

test("an operator's own database goes from one server's database into another, and its gateway pays on", async () => {
  const [old, fresh] = [await testDatabase(), await testDatabase()]
  const folder = openFolder()
  const { database: name = '' } = fresh.connection
  await administer(old.connection, `drop database ${name}`)
  await administer(old.connection, `create database ${name} template template0`)
  const urlOf = ({ user, password, host = '', port = 5432, database }: ClientConfig) =>
    `postgres://${user as string}${typeof password === 'string' && password ? `:${password}` : ''}@${
      host.startsWith('/') ? `/${database}?host=${host}` : `${host}:${port}/${database}`
    }`
  const settingsOf = (connection: ClientConfig) => ({
    DATABASE_URL: urlOf(connection),
    GERBANG_MASTER_KEY: testMasterKey,
    TMPDIR: folder.path,
  })
  const file = join(folder.path, 'own.backup')
  const first = await serve(settingsOf(old.connection))
  await first.client.call('POST', '/pg/payment/card/initiate', seedSample('theirs'))
  const saved = await run(['backup', file], { environment: settingsOf(old.connection) }).ended
  assert.equal(saved.code, 0, saved.stderr)
  assert.match(saved.stdout, /Keep the key too, in another place: GERBANG_MASTER_KEY/)
  const events = await list(old.database, 'FINPAY770', 'theirs')
  await first.stop()
  // With another key the rows are there, and the command says that they are of no use so.
  const environment = { ...settingsOf(fresh.connection), GERBANG_MASTER_KEY: 'ab'.repeat(32) }
  const restored = await run(['restore', file], { environment }).ended
  assert.equal(restored.code, 1, restored.stderr)
  assert.match(restored.stdout, /^THE MASTER KEY IS ANOTHER ONE \(GERBANG_MASTER_KEY\): put the key/m)
  const second = await serve(settingsOf(fresh.connection))
  const client = new SandboxClient({ url: second.url, merchantId: 'FINPAY770', merchantKey: 'SoSecret123' })
  assert.deepEqual(
    (await client.events('theirs')).map(({ seq, type }) => ({ seq, type })),
    events.map(({ seq, type }) => ({ seq, type })),
  )
  assert.equal((await client.pay('theirs')).status, 'CAPTURED')
  await second.stop()
  await old.drop()
  await fresh.drop()
  folder.remove()
})
