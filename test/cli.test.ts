import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { SandboxClient } from '../src/client.ts'
import { commands } from '../src/cli/commands.ts'
import { merchantServer, seedSample } from './gateway.ts'
import { look, openFolder, run, type ServingProcess, serve, until } from './process.ts'

let folder: ReturnType<typeof openFolder>
let gateway: ServingProcess
let settings: Readonly<Record<string, string>>
before(async () => {
  folder = openFolder()
  settings = { GERBANG_DATA_DIR: join(folder.path, 'data'), TMPDIR: folder.path }
  gateway = await serve(settings)
})
after(async () => {
  await gateway.stop()
  folder.remove()
})

async function gerbang(...words: string[]) {
  const { code, stdout, stderr } = await run(words, { environment: { ...settings, GERBANG_URL: gateway.url } }).ended
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }
}

async function initiate(id: string, callbackUrl?: string): Promise<void> {
  await gateway.client.call('POST', '/pg/payment/card/initiate', seedSample(id, { url: { callbackUrl } }))
}

suite('the command line', () => {
  test('help names every command; nothing at all is wrong usage', async () => {
    for (const word of ['help', '--help', '-h']) {
      const { code, stdout, stderr } = await gerbang(word)
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      for (const { usage } of commands) assert.ok(stdout.includes(`gerbang ${usage} `), usage)
    }
    assert.equal((await gerbang()).code, 2)
  })

  const nonsense: readonly (readonly [string, RegExp])[] = [
    ['dance', /there is no command `dance`/],
    ['merchant', /`merchant` needs one of/],
    ['merchant destroy X', /`merchant` needs one of/],
    ['serve now', /What is `now`\?/],
    ['serve --port 1', /--port/],
    ['pay', /Something is missing/],
    ['pay a b', /What is `b`\?/],
    ['pay a --authentication maybe', /--authentication takes success, fail, abandon/],
    ['pay a --outcome maybe', /--outcome takes/],
    ['pay a --attempts many', /--attempts/],
    ['check', /Something is missing/],
    ['check a --jsn', /--jsn/],
    ['events', /Something is missing/],
    ['clock sideways', /does not know `sideways`/],
    ['clock advance', /Something is missing/],
    ['clock next 3', /What is `3`/],
    ['callbacks', /`callbacks` needs one of/],
    ['faults', /`faults` needs one of/],
    ['faults plan callback', /Something is missing/],
    ['faults plan callback lost --share 2', /--share takes/],
    ['faults plan callback lost --times 0', /--times takes/],
    ['faults clear all', /What is `all`/],
    ['callbacks resend', /Something is missing/],
    ['merchant create', /Something is missing/],
    ['verify orders', /What is `orders`/],
    ['verify --limit some', /--limit takes/],
    ['merchant create a/b', /A merchant id has/],
    ['merchant create ok --key short', /A key has 8 to 128/],
    ['merchant rotate-key FINPAY770 --overlap soon', /ISO 8601 duration/],
    ['merchant set-acquirer FINPAY770', /Something is missing/],
    ['merchant set-acquirer FINPAY770 a-b', /1 to 40 letters and digits/],
    ['merchant set-acquirer FINPAY770 bank', /one of simulator, simulator2/],
    ['merchant set-acquirer FINPAY770 simulator --bins 4', /--bins takes a list, six digits each/],
    ['merchant set-acquirer FINPAY770 simulator --min 1.5', /--min takes whole rupiah/],
    ['merchant set-acquirer FINPAY770 simulator --min 5 --max 4', /--min is above --max/],
    ['merchant set-acquirer FINPAY770 simulator --priority 0', /--priority takes 1 to 999/],
    ['merchant fraud-systems FINPAY770 --set a-b', /1 to 40 letters and digits/],
    ['merchant channels FINPAY770 --set vabca,nothing', /no channel nothing/],
    ['merchant late-payments FINPAY770 --set burn', /keep or return/],
    ['migrate all', /What is `all`/],
    ['backup', /Something is missing/],
    ['restore a b', /What is `b`/],
  ]
  test('wrong usage is told with how to use it, exit code 2', async () => {
    const told = await Promise.all(nonsense.map(([words]) => gerbang(...words.split(' '))))
    for (const [index, [words, about]] of nonsense.entries()) {
      const { code, stdout, stderr } = told[index] ?? assert.fail()
      assert.deepEqual({ words, code, stdout }, { words, code: 2, stdout: '' })
      assert.match(stderr, about)
      assert.match(stderr, /usage: gerbang|gerbang serve/)
    }
  })

  test('tells its version, and of each command how it is used', async () => {
    assert.match((await gerbang('--version')).stdout, /^gerbang \d+\.\d+\.\d+\n$/)
    const { code, stdout } = await gerbang('clock', '--help')
    assert.equal(code, 0)
    assert.match(stdout, /^usage: gerbang clock /)
  })

  test('pays, checks, and shows the log', async () => {
    await initiate('cli-1')
    assert.match((await gerbang('check', 'cli-1')).stdout, /^cli-1 REQUEST_INITIATED: 0 of 1000 IDR paid\n$/)
    const paid = await gerbang('pay', 'cli-1')
    assert.equal(paid.code, 0, paid.stderr)
    assert.match(paid.stdout, /^CAPTURED\n {2}attempt 1: card accepted\n/)
    assert.match((await gerbang('check', 'cli-1')).stdout, /^cli-1 CAPTURED: 1000 of 1000 IDR paid\n$/)
    assert.equal((await gerbang('check', 'cli-1', '--json')).json()['responseCode'], '2000000')
    const { events } = (await gerbang('events', 'cli-1', '--json')).json() as {
      events: { seq: number; type: string }[]
    }
    assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['order.initiated', 'order.captured'])
    assert.match((await gerbang('events', 'cli-1')).stdout, /^ {2}1 {2}\d{4}-.* {2}order\.initiated {2}\{/)
  })

  test('a payment that is not made is exit code 1, with the reason in the contract’s words', async () => {
    await initiate('cli-2')
    const declined = await gerbang(
      'pay',
      'cli-2',
      '--card',
      '5123450000000008',
      '--expiry',
      '3905',
      '--attempts',
      '1',
      '--json',
    )
    assert.equal(declined.code, 1)
    assert.match(declined.stdout, /"result": "DECLINED"/)
    assert.equal((await gerbang('pay', 'cli-2', '--authentication', 'abandon')).code, 1)
    const unknown = await gerbang('pay', 'nothing-like-it')
    assert.deepEqual([unknown.code, unknown.stdout], [1, ''])
    assert.match(unknown.stderr, /^gerbang: 4040001 Transaction Not Found \(trace [0-9a-f-]{36}\)\n$/)
    assert.match((await gerbang('pay', 'cli-2', '--card', '4000056655665556')).stderr, /card\.number/)
    assert.equal((await gerbang('check', 'nothing-like-it')).code, 1)
    assert.equal((await gerbang('events', 'nothing-like-it')).code, 1)
  })

  test('says which acquirers a merchant has and what goes where', async () => {
    const merchant = ['merchant', 'set-acquirer', 'FINPAY770'] as const
    const none = await gerbang('merchant', 'acquirers', 'FINPAY770')
    assert.deepEqual([none.code, none.stdout], [0, "none: everything goes to the gateway's first\n"])
    const rules = ['--acquirer', 'simulator2', '--priority', '5', '--bins', '512345,411111', '--schemes', 'VISA']
    assert.equal((await gerbang(...merchant, 'bank', ...rules, '--min', '1000')).code, 0)
    const first = await gerbang(...merchant, 'simulator')
    assert.equal(
      first.stdout,
      'bank  simulator2  priority 5  bins 512345,411111  schemes VISA  from 1000\nsimulator  simulator  priority 100\n',
    )
    const changed = await gerbang(...merchant, 'bank', '--bins', 'all', '--max', '5000', '--disable', '--json')
    assert.deepEqual((changed.json()['acquirers'] as object[])[0], {
      name: 'bank',
      acquirer: 'simulator2',
      priority: 5,
      bins: null,
      schemes: ['VISA'],
      min: '1000',
      max: '5000',
      enabled: false,
    })
    const twice = await gerbang(...merchant, 'other', '--acquirer', 'simulator2')
    assert.deepEqual([twice.code, twice.stderr], [1, 'gerbang: FINPAY770 has simulator2 already, as bank.\n'])
    for (const name of ['bank', 'simulator'])
      assert.equal((await gerbang('merchant', 'remove-acquirer', 'FINPAY770', name)).code, 0)
    const gone = await gerbang('merchant', 'remove-acquirer', 'FINPAY770', 'bank')
    assert.deepEqual([gone.code, gone.stderr], [1, 'gerbang: FINPAY770 has no acquirer bank.\n'])
    assert.equal((await gerbang('merchant', 'acquirers', 'NOBODY')).code, 1)
    const systems = await gerbang('merchant', 'fraud-systems', 'FINPAY770', '--set', '000369990001,FDS2')
    assert.equal(systems.stdout, '000369990001\nFDS2\n')
    assert.equal((await gerbang('merchant', 'fraud-systems', 'FINPAY770', '--set', '')).stdout, 'none\n')
  })

  test('pays by whatever method, and says and sets which a merchant has', async () => {
    const open = (id: string) =>
      gateway.client.call(
        'POST',
        '/pg/payment/card/initiate',
        seedSample(id, { order: { id, amount: 5_000 }, sourceOfFunds: { type: 'vabca' } }),
      )
    await open('cli-va')
    assert.equal((await gerbang('pay', 'cli-va', '--amount', '4999')).code, 1)
    const paid = await gerbang('pay', 'cli-va')
    assert.deepEqual([paid.code, paid.stdout], [0, 'PAID\n  attempt 0: payment kept\n'])
    assert.equal((await gerbang('merchant', 'channels', 'FINPAY770')).stdout, 'all\n')
    const fewer = await gerbang('merchant', 'channels', 'FINPAY770', '--set', 'cc,indomaret', '--json')
    assert.deepEqual(fewer.json(), { id: 'FINPAY770', isAll: false, channels: ['cc', 'idm'] })
    // A setting is honoured within five seconds.
    await pause(5_100)
    await assert.rejects(open('cli-va-2'), /4030001/)
    assert.equal((await gerbang('merchant', 'channels', 'FINPAY770', '--set', 'all')).stdout, 'all\n')
    assert.equal((await gerbang('merchant', 'channels', 'NOBODY')).code, 1)
    assert.equal((await gerbang('merchant', 'late-payments', 'FINPAY770')).stdout, 'keep\n')
    assert.equal((await gerbang('merchant', 'late-payments', 'FINPAY770', '--set', 'return')).stdout, 'return\n')
    assert.equal((await gerbang('merchant', 'late-payments', 'FINPAY770', '--set', 'keep')).stdout, 'keep\n')
    assert.equal((await gerbang('merchant', 'late-payments', 'NOBODY', '--set', 'keep')).code, 1)
  })

  test('lists callbacks and sends one again', async () => {
    let status = 500
    const merchant = await merchantServer(() => status)
    await initiate('cli-3', `${merchant.url}/cb`)
    assert.match((await gerbang('callbacks', 'list', '--order', 'cli-3')).stdout, /^no callbacks\n$/)
    await gerbang('pay', 'cli-3')
    const attempted = () => gateway.client.callbacks('cli-3').then((found) => found[0]?.attempts.length)
    await until('a delivery', attempted)
    const { callbacks } = (await gerbang('callbacks', 'list', '--order', 'cli-3', '--json')).json() as {
      callbacks: { id: string }[]
    }
    const id = callbacks[0]?.id ?? ''
    assert.match((await gerbang('callbacks', 'list')).stdout, new RegExp(`^${id} {2}cli-3 {2}pending {2}http`))
    assert.equal((await gerbang('callbacks', 'resend', id)).code, 1)
    status = 200
    const resent = await gerbang('callbacks', 'resend', id)
    assert.equal(resent.code, 0)
    assert.match(resent.stdout, /^cb_[0-9a-f]+ {2}cli-3 {2}delivered/)
    assert.equal((await gerbang('callbacks', 'resend', 'cb_none')).code, 1)
    await merchant.close()
  })

  test('plans faults, shows and clears them', async () => {
    assert.match((await gerbang('faults', 'list')).stdout, /^no faults are planned\n$/)
    const share = ['--share', '0.3', '--seed', 'abc']
    const lost = await gerbang('faults', 'plan', 'callback', 'lost', ...share)
    assert.equal(lost.stdout, 'callback lost  any order  until cleared  share 0.3  seed abc\n', lost.stderr)
    const slow = ['plan', 'callback', 'slow', '--order', 'cli-9', '--times', '2', '--seed', 'x', '--delay', 'PT1M30S']
    const planned = (await gerbang('faults', ...slow, '--json')).json()
    assert.deepEqual(planned, {
      orderId: 'cli-9',
      message: 'callback',
      fault: 'slow',
      times: 2,
      share: 1,
      seed: 'x',
      delay: 'PT90S',
    })
    assert.match(
      (await gerbang('faults', 'list')).stdout,
      /^callback lost .*\ncallback slow {2}cli-9 {2}times 2 .*PT90S\n$/,
    )
    assert.deepEqual((await gerbang('faults', 'list', '--json')).json()['faults'], await gateway.client.faults.list())
    assert.equal((await gerbang('faults', 'clear', '--order', 'cli-9')).stdout, '1 cleared\n')
    assert.deepEqual((await gerbang('faults', 'clear', '--json')).json(), { cleared: 1 })
    const refused = await gerbang('faults', 'plan', 'inquiry', 'twice')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /4000001/)
  })

  test('moves the clock', async () => {
    const now = async (...words: string[]) => {
      const { code, stdout, stderr } = await gerbang('clock', ...words, '--json')
      assert.equal(code, 0, stderr)
      return JSON.parse(stdout) as { now: string; frozen: boolean; offsetSeconds: number }
    }
    const start = Date.parse((await now()).now)
    assert.ok(Date.parse((await now('advance', 'PT2H')).now) - start >= 7_200_000)
    assert.equal((await now('freeze')).frozen, true)
    assert.equal((await now('unfreeze')).frozen, false)
    assert.match((await now('to', '2031-01-01T00:00:00+07:00')).now, /^2031-01-01T00:00:00/)
    assert.equal((await now('reset')).offsetSeconds, 0)
    assert.match((await gerbang('clock')).stdout, /^now {3}\d{4}-\S+\nnext {2}.*\nran {3}0\n$/)
    for (const words of [
      ['advance', 'soon'],
      ['to', '2001-01-01T00:00:00Z'],
      ['to', 'noon'],
    ])
      assert.equal((await gerbang('clock', ...words)).code, 1, words.join(' '))
  })

  test('a merchant that is created beside a running gateway can initiate at once, and nobody sees the others', async () => {
    const created = await gerbang('merchant', 'create', 'TOKO-2', '--name', 'Toko Dua', '--json')
    assert.equal(created.code, 0, created.stderr)
    const { id, key } = created.json() as { id: string; key: string }
    assert.match(key, /^[A-Za-z0-9]{32}$/)
    const client = new SandboxClient({ url: gateway.url, merchantId: id, merchantKey: key })
    await client.call('POST', '/pg/payment/card/initiate', seedSample('theirs'))
    assert.equal((await client.pay('theirs')).status, 'CAPTURED')
    assert.equal((await gerbang('check', 'theirs')).code, 1)

    const again = await gerbang('merchant', 'create', 'TOKO-2')
    assert.deepEqual([again.code, again.stderr], [1, 'gerbang: There is a merchant TOKO-2 already.\n'])
    const { stdout } = await gerbang('merchant', 'list')
    assert.match(stdout, /^FINPAY770 {2}Toko Contoh {2}.*\nTOKO-2 {2}Toko Dua {2}.*\n$/)
    assert.doesNotMatch((await gerbang('merchant', 'list', '--json')).stdout, new RegExp(`${key}|SoSecret123`))
  })

  test('a rotated key works at once, and the old one until the overlap is over', async () => {
    await gerbang('merchant', 'create', 'TOKO-3', '--key', 'OldSecret1')
    const clientOf = (merchantKey: string) => new SandboxClient({ url: gateway.url, merchantId: 'TOKO-3', merchantKey })
    await clientOf('OldSecret1').call('POST', '/pg/payment/card/initiate', seedSample('mine'))
    const rotated = await gerbang('merchant', 'rotate-key', 'TOKO-3', '--key', 'NewSecret2', '--overlap', 'PT8S')
    assert.match(rotated.stdout, /^merchant key {2}NewSecret2\nthe old key is valid until 20\S+Z\n$/)
    await until('the new key', () =>
      clientOf('NewSecret2')
        .check('mine')
        .catch(() => undefined),
    )
    await clientOf('OldSecret1').check('mine')
    await until('the end of the old key', () =>
      clientOf('OldSecret1')
        .check('mine')
        .then(
          () => false,
          () => true,
        ),
    )
    await clientOf('NewSecret2').check('mine')
    const nobody = await gerbang('merchant', 'rotate-key', 'NOBODY')
    assert.deepEqual([nobody.code, nobody.stderr], [1, 'gerbang: There is no merchant NOBODY.\n'])
  })

  test('verifies a database that a gateway is serving, and fails when something is wrong with it', async () => {
    await initiate('cli-verified')
    await gateway.client.pay('cli-verified')
    const clean = await gerbang('verify')
    assert.deepEqual([clean.code, clean.stderr], [0, ''], clean.stdout)
    assert.match(clean.stdout, /^check +invariant +examined +findings\none-success +2 +[1-9]\d* +0\n/)
    assert.match(clean.stdout, /\n\nNothing is wrong\.\n$/)
    const database = await look(settings['GERBANG_DATA_DIR'] ?? '')
    const refused = (count: number) =>
      database.query(`update payment_order set refused_count = $1 where order_id = 'cli-verified'`, [count])
    await refused(3)
    const damaged = await gerbang('verify')
    assert.equal(damaged.code, 1)
    assert.match(
      damaged.stdout,
      /\ninvariant 2 \(attempt-counts\) FINPAY770 cli-verified: the order counts 3 refused attempts and has 0\n1 finding\.\n$/,
    )
    assert.match((await gerbang('verify', '--limit', '0')).stdout, /\n… and 1 more; --limit shows more\n/)
    const report = (await gerbang('verify', '--json')).json()
    assert.equal(report['total'], 1)
    assert.deepEqual(report['findings'], [
      {
        check: 'attempt-counts',
        invariant: 2,
        merchantId: 'FINPAY770',
        orderId: 'cli-verified',
        sentence: 'the order counts 3 refused attempts and has 0',
      },
    ])
    await refused(0)
    await database.end()
  })

  test('migrates a database that has been migrated', async () => {
    assert.deepEqual((await gerbang('migrate', '--json')).json(), { migrated: true })
  })

  test('says so where no gateway answers', async () => {
    for (const url of ['http://127.0.0.1:1', 'http://nowhere.invalid', 'not a url']) {
      const { code, stdout, stderr } = await run(['check', 'x'], { environment: { GERBANG_URL: url } }).ended
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
      assert.match(stderr, /^gerbang: [^\n]*GERBANG_URL[^\n]*\n$/)
      if (URL.canParse(url)) assert.ok(stderr.includes(url), stderr)
    }
  })

  test('wrong credentials are told in the contract’s words', async () => {
    const environment = { GERBANG_URL: gateway.url, GERBANG_MERCHANT_KEY: 'WrongSecret' }
    const { code, stderr } = await run(['check', 'x'], { environment }).ended
    assert.equal(code, 1)
    assert.match(stderr, /^gerbang: 4010000 Unauthorized/)
  })
})

test('merchants are managed without a gateway as well, and nothing keeps running', async () => {
  const own = openFolder()
  const environment = { GERBANG_DATA_DIR: join(own.path, 'data'), TMPDIR: own.path }
  const created = await run(['merchant', 'create', 'FIRST', '--json'], { environment }).ended
  assert.equal(created.code, 0, created.stderr)
  const { key } = JSON.parse(created.stdout) as { key: string }
  assert.match((await run(['merchant', 'list'], { environment }).ended).stdout, /^FIRST {2}FIRST/)
  const later = await serve(environment)
  const client = new SandboxClient({ url: later.url, merchantId: 'FIRST', merchantKey: key })
  await client.call('POST', '/pg/payment/card/initiate', seedSample('first'))
  // A gateway that was killed leaves a note of a server that is gone.
  await later.kill()
  const listed = await run(['merchant', 'list'], { environment }).ended
  assert.deepEqual([listed.code, listed.stderr], [0, ''])
  assert.match(listed.stdout, /^FINPAY770.*\nFIRST/)
  own.remove()
})
