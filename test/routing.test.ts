import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { acquirerOf, onlyAcquirer } from '../src/acquirer/acquirer.fixture.ts'
import type { AuthorizeRequest, Reply } from '../src/acquirer/acquirer.ts'
import { Acquirers } from '../src/acquirer/acquirers.ts'
import { systemClock } from '../src/base/clock.ts'
import { systemRandom } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import { type PayOptions, SandboxClient } from '../src/client.ts'
import { putAcquirer, setFraudSystems } from '../src/merchant/acquirer-store.ts'
import type { MerchantAcquirer } from '../src/merchant/merchant-acquirer.ts'
import type { Merchant } from '../src/merchant/merchant.ts'
import { find, freeRoute, insert } from '../src/merchant/store.ts'
import type { PaymentDeps } from '../src/payment/deps.ts'
import { inquire } from '../src/payment/inquire.ts'
import { Orders } from '../src/payment/orders.ts'
import { Plans } from '../src/recurring/plans.ts'
import { proceed } from '../src/payment/proceed.ts'
import { startAttempt } from '../src/payment/start-attempt.ts'
import { Cipher } from '../src/vault/cipher.ts'
import { CvvKeeper } from '../src/vault/cvv.ts'
import { fixedKeys } from '../src/vault/fixture.ts'
import { sandboxRules, takeCard } from '../src/vault/take-card.ts'
import { Vault } from '../src/vault/vault.ts'
import { findingsOn } from './audit.ts'
import {
  freshOrderId,
  type InitiateChanges,
  type MerchantServer,
  merchantServer,
  seedSample,
  type TestGateway,
  testGateway,
  testMasterKey,
} from './gateway.ts'

let gateway: TestGateway
let shop: MerchantServer
const masterKey = new Secret(Buffer.from(testMasterKey, 'hex'))
const cipher = new Cipher(masterKey)

before(async () => {
  ;[gateway, shop] = await Promise.all([testGateway(), merchantServer()])
})
after(async () => {
  await gateway.close()
  await shop.close()
})

const visa = '4111111111111111'
const mastercard = '5123456789012346'

interface Shop {
  readonly merchant: Merchant
  readonly client: SandboxClient
  /** Opens an order and answers with its id. */
  open(changes?: InitiateChanges): Promise<string>
  /** Pays with a card that asks for nothing, once, and tells who was paid. */
  pay(id: string, options?: PayOptions): Promise<string>
}

const unrestricted = { priority: 100, bins: null, schemes: null, minMinor: null, maxMinor: null, isEnabled: true }
let shops = 0

/** A merchant of its own with these acquirers: what is known of a merchant is remembered for five seconds. */
async function aShop(
  acquirers: readonly (Partial<MerchantAcquirer> & { name: string })[],
  systems: readonly string[] = [],
): Promise<Shop> {
  shops += 1
  const merchantId = `SHOP${shops}`
  const { database, url } = gateway
  const added = { merchantId, name: 'Toko', key: new Secret('shop-key'), route: await freeRoute(database) }
  await insert(database, cipher, added, systemClock.machine())
  for (const acquirer of acquirers)
    await putAcquirer(database, merchantId, { ...unrestricted, acquirerId: acquirer.name, ...acquirer })
  if (systems.length > 0) await setFraudSystems(database, merchantId, systems)
  const merchant = await find(database, cipher, merchantId)
  assert.ok(merchant)
  const client = new SandboxClient({ url, merchantId, merchantKey: 'shop-key' })
  const channelOf = async (id: string) => {
    const { data } = (await client.check(id)) as { data: { result: { payment: { channel?: string } } } }
    return data.result.payment.channel
  }
  return {
    merchant,
    client,
    open: async (changes = {}) => {
      const id = freshOrderId()
      const body = seedSample(id, { ...changes, url: { callbackUrl: `${shop.url}/${id}`, ...changes.url } })
      await client.call('POST', '/pg/payment/card/initiate', body)
      return id
    },
    pay: async (id, options = {}) => {
      const { status } = await client.pay(id, { attempts: 1, ...options, card: { number: visa, ...options.card } })
      return `${status} ${await channelOf(id)}`
    },
  }
}

/** The two of the sandbox, the first of them first. */
const both = [
  { name: 'simulator', priority: 1 },
  { name: 'simulator2', priority: 2 },
]

async function typesOf({ client }: Shop, id: string): Promise<string[]> {
  return (await client.events(id)).map(({ type }) => type)
}

interface Told {
  readonly order: { readonly id: string }
  readonly transaction: { readonly acquirerId: string | null }
}

async function toldOf(id: string): Promise<Told> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = shop.received.find(({ path }) => path === `/${id}`)
    if (found) return JSON.parse(found.body) as Told
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`no callback came for ${id}`)
}

const refused = (work: Promise<unknown>, message: string) =>
  assert.rejects(work, (error: Error) => {
    assert.equal(error.message.replace(/ \(trace.*/, ''), message)
    return true
  })

describe('transaction.acquirerId and fdsId', () => {
  test('a merchant without acquirers of its own has the first, by its id', async () => {
    const plain = await aShop([])
    const id = await plain.open({ transaction: { acquirerId: 'simulator' } })
    assert.equal(await plain.pay(id), 'CAPTURED 008')
    assert.equal((await toldOf(id)).transaction.acquirerId, 'simulator')
    const other = await plain.open()
    assert.equal(await plain.pay(other), 'CAPTURED 008')
    assert.equal((await toldOf(other)).transaction.acquirerId, null)
  })

  test('what the merchant calls an acquirer chooses it, whatever its rules and priority', async () => {
    const chooser = await aShop([
      { name: '12345678', acquirerId: 'simulator2', priority: 900, schemes: ['JCB'] },
      { name: 'simulator', priority: 1 },
    ])
    const id = await chooser.open({ transaction: { acquirerId: 12345678 } })
    assert.equal(await chooser.pay(id), 'CAPTURED 009')
    assert.equal((await toldOf(id)).transaction.acquirerId, '12345678')
    const [initiated] = await chooser.client.events(id)
    assert.equal(initiated?.data['acquirerId'], '12345678')
    assert.equal(await chooser.pay(await chooser.open()), 'CAPTURED 008')
  })

  test('a chosen acquirer that cannot be reached is not given up for another', async () => {
    const chooser = await aShop(both)
    const id = await chooser.open({ transaction: { acquirerId: 'simulator' } })
    await chooser.client.fault(id, 'authorize', 'unreachable')
    assert.equal(await chooser.pay(id), 'REQUEST_INITIATED undefined')
    assert.ok(!(await typesOf(chooser, id)).includes('attempt.rerouted'))
  })

  test('the payments of a plan keep to the choice of its first order, also where another would be asked first', async () => {
    const chooser = await aShop(both)
    const retry = { interval: '1', intervalUnit: 'daily', maxInterval: '1' }
    const recurring = { type: 'PURCHASE', id: 'kopi', amount: '25000', intervalUnit: 'weekly', maxInterval: '2', retry }
    const first = await chooser.open({ transaction: { acquirerId: 'simulator2' }, recurring })
    assert.equal(await chooser.pay(first), 'CAPTURED 009')
    // Settled later, by who reads the order anew.
    await chooser.client.fault('kopi-1', 'authorize', 'lost_after')
    await chooser.client.fault('kopi-2', 'authorize', 'unreachable')
    await chooser.client.clock.advance('P15D')
    const charged = await Promise.all(
      ['kopi-1', 'kopi-2', 'kopi-2.2'].map(async (id) => {
        const told = shop.received.map(({ body }) => JSON.parse(body) as Told).find(({ order }) => order.id === id)
        const { data } = (await chooser.client.check(id)) as {
          data: { result: { payment: { status: string; channel: string | null } } }
        }
        const { status, channel } = data.result.payment
        return [id, status, channel, told?.transaction.acquirerId]
      }),
    )
    assert.deepEqual(charged, [
      ['kopi-1', 'CAPTURED', '009', 'simulator2'],
      ['kopi-2', 'FAILURE', undefined, 'simulator2'],
      ['kopi-2.2', 'CAPTURED', '009', 'simulator2'],
    ])
    assert.ok(!(await typesOf(chooser, 'kopi-2')).includes('attempt.rerouted'))
  })

  test('what the merchant does not have is refused by its name, and leaves no order', async () => {
    const few = await aShop([{ name: 'simulator' }, { name: 'simulator2', isEnabled: false }], ['000369990001'])
    const named = (field: string) => `4030001 Feature Not Allowed ${field}`
    for (const acquirerId of ['simulator2', '12345678'])
      await refused(few.open({ transaction: { acquirerId } }), named('transaction.acquirer id'))
    await refused(few.open({ transaction: { fdsId: '000369990002' } }), named('transaction.fds id'))
    await refused(few.open({ transaction: { fdsId: '1', acquirerId: '2' } }), named('transaction.fds id'))
    const none = await aShop([{ name: 'simulator', isEnabled: false }])
    await refused(none.open(), named('source of funds.type'))
    const gone = await aShop([{ name: 'bank', acquirerId: 'bank' }])
    await refused(gone.open(), named('source of funds.type'))
  })

  test('a fraud system that the merchant has is taken, and the log names it', async () => {
    const careful = await aShop([], ['000369990001'])
    const id = await careful.open({ transaction: { fdsId: '000369990001' } })
    const [initiated] = await careful.client.events(id)
    assert.equal(initiated?.data['fdsId'], '000369990001')
    assert.equal(await careful.pay(id), 'CAPTURED 008')
  })

  test('another choice under the same order id is other content', async () => {
    const chooser = await aShop(both)
    const id = await chooser.open({ transaction: { acquirerId: 'simulator' } })
    const body = seedSample(id, { url: { callbackUrl: `${shop.url}/${id}` } })
    await assert.rejects(chooser.client.call('POST', '/pg/payment/card/initiate', body), { responseCode: '4090001' })
  })
})

describe('routing', () => {
  test('goes by BIN, scheme and amount', async () => {
    const split = await aShop([
      { name: 'simulator2', priority: 1, bins: ['512345'], minMinor: 1_000n, maxMinor: 5_000n },
      { name: 'simulator', priority: 2 },
    ])
    const rows = [
      [mastercard, 1_000, '009'],
      [mastercard, 5_000, '009'],
      [mastercard, 999, '008'],
      [mastercard, 5_001, '008'],
      [visa, 1_000, '008'],
    ] as const
    for (const [number, amount, channel] of rows) {
      const id = await split.open({ order: { amount } })
      assert.equal(await split.pay(id, { card: { number } }), `CAPTURED ${channel}`, `${number} ${amount}`)
    }
  })

  test('a card that no acquirer of the merchant takes is refused before there is an attempt', async () => {
    const japanese = await aShop([{ name: 'simulator', schemes: ['JCB'] }])
    const id = await japanese.open()
    await assert.rejects(japanese.pay(id), { responseCode: '4000001' })
    assert.deepEqual(await typesOf(japanese, id), ['order.initiated'])
    assert.equal(await japanese.pay(id, { card: { number: '3337000000200004' }, attempts: 1 }), 'CAPTURED 008')
  })

  test('whatever comes after goes to who authorized it', async () => {
    const far = await aShop([{ name: 'simulator2' }])
    const held = await far.open({ transaction: { mode: 'AUTHORIZE' } })
    assert.equal(await far.pay(held), 'AUTHORIZED 009')
    await far.client.capture(held, 400)
    await far.client.refund(held, 100)
    const late = await far.open()
    assert.match(await far.pay(late, { outcome: 'late' }), /CAPTURED 009/)
    await far.client.void(late)
    const silent = await far.open()
    assert.match(await far.pay(silent, { outcome: 'timeout' }), /PENDING/)
    await far.client.clock.advance('PT20M')
    assert.equal((await typesOf(far, silent)).at(-1), 'attempt.reversed')
    const lost = await far.open()
    await far.pay(lost)
    await far.client.fault(lost, 'refund', 'lost_after')
    await assert.rejects(far.client.refund(lost, 1_000), { status: 504 })
    await far.client.clock.advance('PT2M')
    assert.equal((await typesOf(far, lost)).at(-1), 'order.refunded')
  })
})

describe('cards that a merchant has or sends', () => {
  const customer = { id: 'C-1', mobilePhone: '+6281286288800' }
  const charge = async ({ client }: Shop, changes: object): Promise<Record<string, unknown>> => {
    const sent = { number: visa, expiryDate: '3901', cvv: '100', nameOnCard: 'Budi Santoso' }
    return client.call('POST', '/pg/payment/card/payment', {
      order: { id: freshOrderId(), amount: 1_000 },
      customer,
      card: sent,
      ...changes,
    })
  }
  const paidBy = ({ data }: Record<string, unknown>) => (data as { acquirer: { id: string } }).acquirer.id

  test('are routed, chosen for, and asked for elsewhere like those that are typed', async () => {
    const two = await aShop([...both.slice(1), { name: 'simulator', priority: 9, schemes: ['VISA'] }])
    assert.equal(paidBy(await charge(two, {})), 'simulator2')
    assert.equal(paidBy(await charge(two, { transaction: { acquirerId: 'simulator' } })), 'simulator')
    const order = { id: freshOrderId(), amount: 1_000 }
    await two.client.fault(order.id, 'authorize', 'unreachable')
    assert.equal(paidBy(await charge(two, { order })), 'simulator')
    await assert.rejects(charge(two, { transaction: { acquirerId: 'bank' } }), { responseCode: '4030001' })
  })

  test('are refused where the order or every acquirer does not take them, stored ones too', async () => {
    const only = await aShop([{ name: 'simulator', schemes: ['VISA', 'MASTERCARD'] }])
    const jcb = { number: '3337000000200004', expiryDate: '3901', cvv: '100', nameOnCard: 'Budi Santoso' }
    await assert.rejects(charge(only, { card: jcb }), { status: 400, responseCode: '4000001' })
    const restricted = (cardBin: string) => ({
      id: freshOrderId(),
      amount: 1_000,
      transactionFiltering: { cardBin: [cardBin] },
    })
    await assert.rejects(charge(only, { order: restricted('512345') }), { status: 400, responseCode: '4000001' })
    const card = { number: visa, expiryDate: '3901', cvv: '100', nameOnCard: 'Budi', storedOnFile: 'TO_BE_STORED' }
    await charge(only, { card })
    const { data } = await only.client.call<{ data: { cards: { token: string }[] } }>(
      'POST',
      '/pg/payment/card/customer',
      { customer },
    )
    const token = data.cards[0]?.token ?? assert.fail()
    await assert.rejects(charge(only, { order: restricted('512345'), card: { token } }), { status: 400 })
    assert.equal(paidBy(await charge(only, { order: restricted('41111111'), card: { token } })), 'simulator')
    // On the page a stored card that may not pay gives way to the form that says which may.
    const body = seedSample(freshOrderId(), { customer, card: { token }, order: restricted('51234500') })
    const opened = await only.client.call<{ redirecturl: string }>('POST', '/pg/payment/card/initiate', body)
    const html = await (await fetch(`${opened.redirecturl}?lang=en`)).text()
    assert.match(html, /This order only takes cards whose number begins with 51234500/)
    assert.match(html, /name="number"/)
  })
})

describe('asking elsewhere', () => {
  test('where nothing was sent the next acquirer is asked, under a reference of its own', async () => {
    const two = await aShop(both)
    const id = await two.open()
    await two.client.fault(id, 'authorize', 'unreachable')
    assert.equal(await two.pay(id), 'CAPTURED 009')
    const events = await two.client.events(id)
    const asked = events.filter(({ type }) => type === 'attempt.authorizing' || type === 'attempt.rerouted')
    assert.deepEqual(
      asked.map(({ type, data }) => [type, data['acquirer'], data['reason'] ?? null]),
      [
        ['attempt.authorizing', 'simulator', null],
        ['attempt.rerouted', 'simulator2', 'UNREACHABLE'],
      ],
    )
    assert.notEqual(asked[0]?.data['reference'], asked[1]?.data['reference'])
    assert.equal((await toldOf(id)).transaction.acquirerId, null)
    await two.client.refund(id, 1_000)
  })

  test('an authorization alone too, and what comes after goes there', async () => {
    const two = await aShop(both)
    const id = await two.open({ transaction: { mode: 'AUTHORIZE' } })
    await two.client.fault(id, 'authorize', 'unreachable')
    assert.equal(await two.pay(id), 'AUTHORIZED 009')
    await two.client.capture(id, 1_000)
  })

  test('each is asked once, and where nobody is left the payer may try again', async () => {
    const two = await aShop(both)
    const id = await two.open()
    await two.client.fault(id, 'authorize', 'unreachable', 2)
    const { status, steps } = await two.client.pay(id, { attempts: 1, card: { number: visa } })
    assert.equal(status, 'REQUEST_INITIATED')
    assert.equal(steps.at(-1)?.result, 'ACQUIRER_UNAVAILABLE')
    const types = await typesOf(two, id)
    assert.equal(types.filter((type) => type === 'attempt.rerouted').length, 1)
    assert.equal(types.at(-1), 'attempt.declined')
    assert.equal(await two.pay(id), 'CAPTURED 008')
  })

  for (const fault of ['declined', 'lost_before', 'lost_during', 'lost_after', 'silent', 'late'] as const) {
    test(`an authorization that is ${fault} is never asked for elsewhere (invariants 2 and 4)`, async () => {
      const two = await aShop(both)
      const id = await two.open()
      await two.client.fault(id, 'authorize', fault)
      await two.client.pay(id, { attempts: 1, card: { number: visa } })
      await two.client.clock.advance('PT20M')
      const events = await two.client.events(id)
      assert.ok(!events.some(({ type }) => type === 'attempt.rerouted'))
      assert.ok(!events.some(({ data }) => data['acquirer'] === 'simulator2'))
    })
  }

  test('an acquirer that was away five times is stepped over, and comes back with its first answer', async () => {
    // A gateway of its own: health is of an acquirer, whoever asks.
    const own = await testGateway()
    const before = gateway
    gateway = own
    try {
      const two = await aShop(both)
      for (let time = 0; time < 5; time += 1) {
        const id = await two.open()
        await two.client.fault(id, 'authorize', 'unreachable')
        assert.equal(await two.pay(id), 'CAPTURED 009')
      }
      const next = await two.open()
      assert.equal(await two.pay(next), 'CAPTURED 009')
      assert.ok(!(await typesOf(two, next)).includes('attempt.rerouted'))
      const alone = await aShop([{ name: 'simulator' }])
      assert.equal(await alone.pay(await alone.open()), 'CAPTURED 008')
      assert.equal(await two.pay(await two.open()), 'CAPTURED 008')
    } finally {
      gateway = before
      await own.close()
    }
  })
})

/** A process of its own on the gateway's database, with acquirers that the test plays. */
function another(acquirers: Acquirers): { deps: PaymentDeps; vault: Vault; cvvs: CvvKeeper } {
  const vault = new Vault(fixedKeys(masterKey), systemRandom)
  const cvvs = new CvvKeeper(systemClock)
  const { database } = gateway
  const deps: PaymentDeps = {
    database,
    orders: new Orders(database, { cards: vault, plans: new Plans(database) }),
    clock: systemClock,
    random: systemRandom,
    acquirers,
    collects: () => true,
    authenticator: null,
    cvvs,
    unknownDeadlineMs: 15 * 60_000,
    wake: () => undefined,
  }
  return { deps, vault, cvvs }
}

/** Pays in that process; `proceed` may never come back. */
async function payIn({ deps, vault, cvvs }: ReturnType<typeof another>, merchant: Merchant, orderId: string) {
  const typed = { number: visa, expiry: '01/39', cvv: '100', name: 'Budi Santoso' }
  const holder = { merchantId: merchant.merchantId, orderId, n: 1, now: systemClock.machine() }
  const taken = await takeCard(vault, sandboxRules, typed, holder)
  assert.ok(taken.ok)
  const seen = await deps.orders.find(merchant.merchantId, orderId)
  assert.ok(seen)
  const started = await startAttempt(deps, merchant, seen, 1, taken.card)
  assert.ok(started)
  cvvs.hold(taken.card.token, taken.cvv)
  const browser = { userAgent: '', acceptHeader: '', language: 'id', ip: '127.0.0.1' } as const
  return proceed(deps, merchant, started, 1, { methodCompleted: 'U', browser, notificationUrl: 'http://page' })
}

const notSent = { outcome: 'not_sent', reason: 'UNREACHABLE' } as const
const never = () => Promise.reject(new Error('The test plays no such answer.'))
const unknownReference = { outcome: 'declined', responseCode: '25', reason: 'NOT_FOUND' } as const

describe('a process that dies between two asks (invariants 2, 3 and 4)', () => {
  test('before the second was asked: it is asked what became of the second, and nothing has', async () => {
    const two = await aShop(both)
    const id = await two.open()
    const dying = new Promise<Reply>(() => undefined)
    let reached: (request: AuthorizeRequest) => void = () => undefined
    const asked = new Promise<AuthorizeRequest>((resolve) => {
      reached = resolve
    })
    const first = { ...acquirerOf(never), id: 'simulator', authorizeAndCapture: async () => notSent }
    const second = {
      ...acquirerOf(never),
      id: 'simulator2',
      authorizeAndCapture: (request: AuthorizeRequest) => {
        reached(request)
        return dying
      },
    }
    void payIn(another(new Acquirers([first, second], systemClock)), two.merchant, id)
    const { reference } = await asked
    // What we are about to ask, and whom, is committed before.
    const told = (await two.client.events(id)).at(-1)
    assert.deepEqual(
      [told?.type, told?.data['acquirer'], told?.data['reference']],
      ['attempt.rerouted', 'simulator2', reference],
    )
    await two.client.clock.advance('PT3M')
    assert.equal((await typesOf(two, id)).at(-1), 'attempt.declined')
    assert.match(await two.pay(id), /^CAPTURED/)
  })

  test('before it said that it would ask the second: it is asked what became of the first', async () => {
    const two = await aShop(both)
    const id = await two.open()
    let reached = () => undefined as void
    const asked = new Promise<void>((resolve) => {
      reached = resolve
    })
    const first = {
      authorizeAndCapture: () => {
        reached()
        return new Promise<Reply>(() => undefined)
      },
    }
    void payIn(another(onlyAcquirer(first)), two.merchant, id)
    await asked
    await two.client.clock.advance('PT3M')
    assert.equal((await typesOf(two, id)).at(-1), 'attempt.declined')
    assert.match(await two.pay(id), /^CAPTURED/)
  })

  test('an inquiry about the first that is answered late does not end the second', async () => {
    const two = await aShop(both)
    const id = await two.open()
    let answerInquiry = () => undefined as void
    const inquired = new Promise<void>((resolve) => {
      answerInquiry = resolve
    })
    let again: Promise<Date | null> = Promise.resolve(null)
    const first = {
      ...acquirerOf(never),
      id: 'simulator',
      inquire: async () => {
        await inquired
        return unknownReference
      },
      authorizeAndCapture: async () => {
        again = inquire(process.deps, two.merchant, id, 1)
        // So that it has read whom to ask about.
        await new Promise((resolve) => setTimeout(resolve, 100))
        return notSent
      },
    }
    const second = {
      ...acquirerOf(never),
      id: 'simulator2',
      authorizeAndCapture: async () => {
        answerInquiry()
        assert.ok(await again, 'there is still somebody to ask about')
        return { outcome: 'unknown', reason: 'TIMED_OUT' } as const
      },
    }
    const process = another(new Acquirers([first, second], systemClock))
    await payIn(process, two.merchant, id)
    assert.deepEqual((await typesOf(two, id)).slice(-2), ['attempt.rerouted', 'attempt.unknown'])
    await two.client.clock.advance('PT20M')
    assert.match(await two.pay(id), /^CAPTURED/)
  })
})

test('after all of it the auditor finds nothing', async () => {
  assert.deepEqual(await findingsOn(gateway.database, masterKey), [])
})
