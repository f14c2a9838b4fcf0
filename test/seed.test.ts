import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type FaultWish, type PayOptions, type PayResult, SandboxClient } from '../src/client.ts'
import { findingsIn } from './audit.ts'
import { type InitiateChanges, type MerchantServer, merchantServer, seedSample } from './gateway.ts'
import { look, openFolder, run as runCommand, serve } from './process.ts'
import { sampleDevice } from './sample-device.ts'

/*
 * A seed makes a run repeat: two gateways, each a process of its own with a fresh data dir and so with another master
 * key, another database and another port, are taken through one script over HTTP by a merchant's server, its payers
 * and its bank.
 */

const visa = '4111111111111111'

/** Members that machine time or another process decides; README names them. */
const ofThisRun = ['traceId', 'processingTime', 'offsetSeconds', 'ms', 'ran']
const headersOfThisRun = ['x-timestamp', 'webhook-timestamp', 'webhook-signature']

/** Columns that hold machine time, and what is sealed or hashed under the master key of this data dir. */
const columnsOfThisRun: Readonly<Record<string, readonly string[]>> = {
  callback_attempt: ['ms'],
  data_key: ['wrapped', 'created_at'],
  merchant: ['key_sealed', 'created_at'],
  migration: ['applied_at'],
  one_time_password: ['hash'],
  open_number: ['content_hash'],
  payment_order: ['content_hash'],
  setting: ['value'],
  simulated_authentication: ['challenge_until'],
  stored_card: ['ciphertext', 'fingerprint'],
  timer: ['leased_until'],
  vault_entry: ['ciphertext', 'kept_ciphertext', 'kept_fingerprint'],
}

/** A merchant beside the sandbox's own. */
const second = { merchantId: 'TOKO', merchantKey: 'AnotherKey123' }

/** A run as its merchant sees it, and as its database holds it. */
interface Run {
  readonly answers: readonly unknown[]
  readonly received: readonly { readonly path: string; readonly headers: object; readonly body: string }[]
  readonly rows: Readonly<Record<string, readonly string[]>>
  readonly findings: readonly string[]
}

let folder: ReturnType<typeof openFolder>
let shop: MerchantServer
/** How often the shop was sent each callback in this run. */
let sent = new Map<string, number>()

before(async () => {
  folder = openFolder()
  // A shop that is down for a part of its orders: each callback of these comes through at its third try.
  shop = await merchantServer(({ path, headers }) => {
    const id = String(headers['webhook-id'])
    const count = (sent.get(id) ?? 0) + 1
    sent.set(id, count)
    return path.endsWith('/unwell') && count < 3 ? 500 : 200
  })
})
after(async () => {
  await shop.close()
  folder.remove()
})

/** An answer without what names this process or machine time. */
function comparable(answer: unknown, url: string): unknown {
  const text = JSON.stringify(answer, (name, value: unknown) => (ofThisRun.includes(name) ? undefined : value))
  return JSON.parse(text.replaceAll(url, 'https://gerbang.example').replaceAll(shop.url, 'https://shop.example'))
}

/** The script, and every answer to it. */
class Script {
  readonly answers: unknown[] = []
  readonly #client: SandboxClient
  readonly #url: string

  constructor(client: SandboxClient, url: string) {
    this.#client = client
    this.#url = url
  }

  async tell<T>(work: Promise<T>): Promise<T | undefined> {
    let answer: T | undefined
    const told = await work.then(
      (value) => (answer = value),
      (error: Error) => error.message,
    )
    this.answers.push(comparable(told ?? null, this.#url))
    return answer
  }

  async initiate(id: string, changes: InitiateChanges = {}, path = 'well') {
    const body = seedSample(id, { ...changes, url: { callbackUrl: `${shop.url}/${path}` } })
    return this.tell(this.#client.call<{ redirecturl: string }>('POST', '/pg/payment/card/initiate', body))
  }

  pay(id: string, options: PayOptions = {}) {
    return this.tell(this.#client.pay(id, options))
  }

  async paid(id: string, changes: InitiateChanges = {}): Promise<void> {
    await this.initiate(id, changes)
    await this.pay(id, { card: { number: visa } })
    await this.move('PT0S')
  }

  move(duration: string) {
    return this.tell(this.#client.clock.advance(duration))
  }

  fault(wish: FaultWish) {
    return this.tell(this.#client.faults.plan(wish))
  }

  /** What becomes of an order, by card and by script, told to a shop that is unwell. */
  async cards(): Promise<void> {
    await this.tell(this.#client.clock.get())
    const scripts: readonly (readonly [string, PayOptions])[] = [
      ['challenged', {}],
      ['declined', { outcome: 'declined', attempts: 2 }],
      ['refused', { authentication: 'fail', attempts: 1 }],
      ['abandoned', { authentication: 'abandon' }],
      ['unknown', { outcome: 'timeout' }],
      ['late', { outcome: 'late' }],
      ['answered-late', { card: { expiryDate: '3705' } }],
      ['failed', { card: { number: visa, expiryDate: '3905' } }],
    ]
    for (const [id, options] of scripts) {
      await this.initiate(id, {}, 'unwell')
      await this.pay(id, options)
      await this.move('PT7M')
    }
    await this.initiate('expired', { order: { timeout: 5 } }, 'unwell')
    await this.initiate('cancelled')
    await this.tell(this.#client.cancel('cancelled'))
    await this.move('PT1H')
  }

  /** The payer's own page, and the bank's. */
  async page(): Promise<void> {
    const link = (await this.initiate('by-page'))?.redirecturl ?? ''
    const get = async (url: string) => (await fetch(url)).text()
    const post = (url: string, fields: Record<string, string> = {}) =>
      fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
    await this.tell(get(link))
    await post(link, { formNo: '1', number: '5123450000000008', expiry: '01/39', cvv: '100', name: 'Kartu Contoh' })
    await post(`${link}/authenticate`)
    const bank = await this.tell(get(link))
    const creq = /name="creq" value="([^"]+)"/.exec(bank ?? '')?.[1] ?? ''
    await post(`${this.#url}/sandbox/acs/challenge/answer`, { creq, otp: '112233' })
    await post(`${link}/return`)
    assert.match((await this.tell(get(link))) ?? '', /by-page/)
    const { status } = ((await this.tell(this.#client.pay('by-page'))) ?? { status: 'paid already' }) as PayResult
    assert.equal(status, 'paid already')
    await this.move('PT1M')
  }

  /** Money that is captured, given back and voided, with answers that are lost, late, doubled and out of order. */
  async operations(): Promise<void> {
    for (const fault of ['lost_after', 'lost_during', 'late', 'reordered', 'twice', 'silent']) {
      const [held, voided] = [`held-${fault}`, `voided-${fault}`]
      await this.paid(held, { transaction: { mode: 'AUTHORIZE' } })
      await this.fault({ orderId: held, message: 'capture', fault })
      await this.tell(this.#client.capture(held, 600, 'first'))
      await this.move('PT0S')
      await this.tell(this.#client.capture(held, 100))
      await this.move('PT20M')
      await this.fault({ orderId: held, message: 'refund', fault })
      await this.tell(this.#client.refund(held, 200))
      await this.move('PT1H')
      await this.paid(voided)
      await this.fault({ orderId: voided, message: 'void', fault })
      await this.tell(this.#client.void(voided))
      await this.move('PT1H')
    }
    await this.paid('lapsed', { transaction: { mode: 'AUTHORIZE' } })
  }

  /** Faults by chance, of a stated seed and of one that the gateway makes. */
  async chance(): Promise<void> {
    await this.fault({ message: 'authorize', fault: 'late', share: 0.3, seed: 'abc' })
    await this.fault({ message: 'authorize', fault: 'lost_before', share: 0.3 })
    await this.fault({ message: 'inquiry', fault: 'lost_after', share: 0.5 })
    await this.fault({ message: 'callback', fault: 'lost', share: 0.3, seed: 'abc' })
    for (const fault of ['slow', 'duplicated', 'reordered'])
      await this.fault({ message: 'callback', fault, share: 0.3 })
    for (let n = 0; n < 12; n += 1) {
      await this.paid(`chance-${n}`)
      if (n % 3 === 0) await this.move('PT2M')
    }
    await this.tell(this.#client.faults.list())
    await this.move('P2D')
    await this.tell(this.#client.faults.clear())
  }

  /** A card that is kept, a plan that charges it by itself, one click, and direct 3-D Secure. */
  async keptCards(): Promise<void> {
    const customer = { id: 'budi', mobilePhone: '+6281286288800' }
    const recurring = { subscribe: 'Y', type: 'PURCHASE', id: 'plan', amount: '2000', intervalUnit: 'monthly' }
    await this.paid('stored', { customer, card: { storedOnFile: 'TO_BE_STORED' } })
    await this.paid('subscribed', { customer, recurring })
    const [stored] = (await this.tell(this.#client.cards('budi'))) ?? []
    const order = { id: 'one-click', amount: '1000', currency: 'IDR', description: 'Testing' }
    const card = { token: stored?.token, storedOnFile: 'STORED' }
    await this.tell(this.#client.call('POST', '/pg/payment/card/payment', { customer: { id: 'budi' }, order, card }))
    await this.fault({ orderId: 'plan-1', message: 'authorize', fault: 'declined' })
    await this.move('P70D')
    await this.tell(this.#client.plan('plan'))

    const threeDs = '/pg/payment/card/threeds'
    const url = { threeDsResponseUrl: `${shop.url}/back`, callbackUrl: `${shop.url}/well` }
    const opening = { ...seedSample('direct', { url }), card: { number: visa }, device: sampleDevice }
    const opened = await this.tell(this.#client.call<{ sessionId: string }>('POST', `${threeDs}/initiate`, opening))
    const whole = { number: visa, expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }
    const transaction = { sessionId: opened?.sessionId }
    const payer = this.#client.call<object>('POST', `${threeDs}/auth/payer`, { card: whole, transaction })
    const { mpgsOrderId, mpgsTransactionId } = ((await this.tell(payer)) ?? {}) as Record<string, string>
    const names = { mpgsOrderId, mpgsTransactionId }
    await this.tell(this.#client.call('POST', `${threeDs}/auth/payment`, names))
    await this.move('PT1M')
  }

  /** Payments that are made elsewhere: kept, late, twice, of another amount, picked, refused and taken back. */
  async elsewhere(): Promise<void> {
    const open = (id: string, type: string | null, members: InitiateChanges = {}) =>
      this.initiate(id, { sourceOfFunds: type === null ? null : { type }, ...members })
    for (const [id, type] of [
      ['va', 'vabca'],
      ['code', 'alfamart'],
      ['qr', 'qris'],
      ['wallet', 'shopeepay'],
    ] as const) {
      await open(id, type)
      await this.pay(id)
      await this.move('PT0S')
      await this.pay(id, { outcome: 'late' })
      await this.move('PT1M')
    }
    await open('wrong', 'vabri')
    await this.pay('wrong', { amount: 7 })
    await this.pay('wrong', { amount: 7, outcome: 'late' })
    await this.move('P2D')
    await this.pay('wrong', { outcome: 'late' })
    await open('refused-wallet', 'shopeepay')
    await this.pay('refused-wallet', { outcome: 'declined' })
    await open('picked', null)
    await this.pay('picked', { method: 'vabni', amount: 7 })
    await this.pay('picked', { method: 'qris' })
    await open('taken-back', 'vamandiri')
    await this.pay('taken-back', { outcome: 'reversed' })
    await this.move('PT1H')

    const sourceOfFunds = { type: 'vabca', paymentCode: '8804483313131312' }
    const customer = { id: 'budi', email: 'budi@example.com', firstName: 'Budi', lastName: 'Santoso' }
    const whole = { ...customer, mobilePhone: '+6281286288800' }
    const url = { callbackUrl: `${shop.url}/well` }
    await this.tell(
      this.#client.call('POST', '/pg/payment/card/openpayment/register', { customer: whole, url, sourceOfFunds }),
    )
    for (const amount of [100, 100, 250])
      await this.tell(this.#client.payNumber('vabca', sourceOfFunds.paymentCode, { amount }))
    const binding = { customer: whole, url, sourceOfFunds: { type: 'ddbri' } }
    const bound = await this.tell(
      this.#client.call<{ redirecturl: string }>('POST', '/pg/payment/card/directdebit/bind', binding),
    )
    const linked = await this.tell(this.#client.link(bound?.redirecturl ?? ''))
    const debit = { customer: whole, sourceOfFunds: { type: 'ddbri', accountId: linked?.accountId } }
    const asked = await this.tell(
      this.#client.call<{ referenceNumber: string }>('POST', '/pg/payment/card/initiate', seedSample('debit', debit)),
    )
    await this.tell(
      this.#client.call(
        'POST',
        '/pg/payment/card/initiate',
        seedSample('debit', {
          ...debit,
          order: { id: 'debit', otp: '112233', referenceNumber: asked?.referenceNumber },
        }),
      ),
    )
    await this.move('PT1H')
  }

  /** What is to be seen at the end. */
  async end(): Promise<void> {
    const callbacks = await this.#client.callbacks()
    await this.tell(Promise.resolve(callbacks.toSorted((one, other) => (one.id < other.id ? -1 : 1))))
    for (const { orderId } of callbacks) if (orderId !== null) await this.tell(this.#client.check(orderId))
  }
}

/** All that a database holds that is not of this run alone. */
async function rowsOf(dataDir: string, url: string): Promise<Record<string, string[]>> {
  const client = await look(dataDir)
  try {
    const { rows: columns } = await client.query<{ of: string; name: string }>(
      `select table_name as of, column_name as name from information_schema.columns where table_schema = 'public'`,
    )
    const found: Record<string, string[]> = {}
    for (const table of new Set(columns.map(({ of }) => of))) {
      const known = columns.filter(({ of, name }) => of === table && !columnsOfThisRun[table]?.includes(name))
      const names = known.map(({ name }) => `"${name}"`).toSorted()
      const { rows } = await client.query<{ row: string }>(
        `select row_to_json(of)::text as row from (select ${names.join(', ')} from "${table}") as of`,
      )
      // With an order of direct 3-D Secure stays its card's fingerprint, which is made with the master key.
      const shared = (row: string) =>
        row.replaceAll(url, 'https://gerbang.example').replace(/(\\"threeDs\\":\\")[0-9a-f]+/, '$1')
      found[table] = rows.map(({ row }) => shared(row)).toSorted()
    }
    return found
  } finally {
    await client.end()
  }
}

let runs = 0

async function run(seed: string, isWhole = true): Promise<Run> {
  runs += 1
  sent = new Map()
  const from = shop.received.length
  const dataDir = join(folder.path, `run-${runs}`)
  const environment = { GERBANG_DATA_DIR: dataDir, GERBANG_SEED: seed, TMPDIR: folder.path }
  const gateway = await serve(environment)
  try {
    const { url } = gateway
    const create = ['merchant', 'create', second.merchantId, '--key', second.merchantKey]
    assert.equal((await runCommand(create, { environment }).ended).code, 0)
    const script = new Script(gateway.client, url)
    await script.cards()
    if (isWhole) {
      await script.page()
      await script.operations()
      await script.chance()
      await script.keptCards()
      await script.elsewhere()
    }
    await script.end()
    const another = new Script(new SandboxClient({ ...second, url }), url)
    await another.cards()
    return {
      answers: [...script.answers, ...another.answers],
      received: shop.received.slice(from).map(({ path, headers, body }) => {
        const sentHeaders = Object.entries(headers).filter(([name]) => !headersOfThisRun.includes(name))
        return { path, headers: Object.fromEntries(sentHeaders), body }
      }),
      rows: await rowsOf(dataDir, url),
      findings: await findingsIn(dataDir),
    }
  } finally {
    await gateway.stop()
  }
}

describe('GERBANG_SEED', () => {
  test('two gateways in fresh data dirs tell one script the same, to the hash of every event (invariant 6)', async () => {
    const first = await run('one seed')
    const again = await run('one seed')
    assert.deepEqual(again.answers, first.answers)
    assert.deepEqual(again.received, first.received)
    for (const [table, rows] of Object.entries(first.rows)) {
      const others = again.rows[table] ?? []
      assert.deepEqual(
        others.filter((row) => !rows.includes(row)),
        rows.filter((row) => !others.includes(row)),
        table,
      )
      assert.equal(others.length, rows.length, table)
    }
    assert.deepEqual([first.findings, again.findings], [[], []])

    // The script met what it was to meet.
    const types = new Set(first.rows['event']?.map((row) => (JSON.parse(row) as { type: string }).type))
    for (const type of ['order.captured', 'order.failed', 'order.expired', 'order.cancelled', 'order.lapsed'])
      assert.ok(types.has(type), type)
    for (const type of ['order.paid', 'order.withdrawn', 'receipt.returned', 'method.picked'])
      assert.ok(types.has(type), type)
    for (const type of ['attempt.reversed', 'operation.reversed', 'order.voided', 'order.partially_refunded'])
      assert.ok(types.has(type), type)
    const attempts = first.rows['callback_attempt']?.join('\n') ?? ''
    for (const sign of ['"error":"lost"', '"status":500', '"status":200']) assert.ok(attempts.includes(sign), sign)
    const tables = Object.entries(first.rows).filter(([, rows]) => rows.length === 0)
    assert.deepEqual(tables.map(([table]) => table).toSorted(), ['card_use', 'merchant_acquirer', 'vault_entry'])
  })

  test('another seed gives other links, references, authentications, approval codes and callbacks', async () => {
    const values = async (seed: string) => {
      const { rows, received } = await run(seed, false)
      const of = (table: string, column: string) =>
        new Set(rows[table]?.map((row) => (JSON.parse(row) as Record<string, unknown>)[column]).filter(Boolean))
      return {
        pages: of('payment_order', 'page_secret'),
        references: of('payment_order', 'reference'),
        hashes: of('event', 'hash'),
        acquirerReferences: of('attempt', 'acquirer_reference'),
        approvalCodes: of('attempt', 'approval_code'),
        authentications: of('attempt', 'authentication_id'),
        callbacks: of('callback', 'callback_id'),
        bodies: new Set(received.map(({ body }) => body)),
      }
    }
    const [one, other] = [await values('one seed'), await values('another seed')]
    for (const [name, found] of Object.entries(one)) {
      assert.ok(found.size > 1, name)
      const others = new Set<unknown>(other[name as keyof typeof other])
      assert.deepEqual(
        [...found].filter((value) => others.has(value)),
        [],
        name,
      )
    }
  })
})
