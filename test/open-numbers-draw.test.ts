import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { onlyAcquirer, acquirerOf } from '../src/acquirer/acquirer.fixture.ts'
import { Problem } from '../src/base/problem.ts'
import { rupiah } from '../src/base/money.ts'
import { systemRandom } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import type { OpenNumberDeps } from '../src/payment/open-number.ts'
import { openOrderId, receiveOpen } from '../src/payment/open-payment.ts'
import { Orders } from '../src/payment/orders.ts'
import { statement } from '../src/postgres/database.ts'
import { Plans } from '../src/recurring/plans.ts'
import { fixedKeys } from '../src/vault/fixture.ts'
import { CvvKeeper } from '../src/vault/cvv.ts'
import { Vault } from '../src/vault/vault.ts'
import { systemClock } from '../src/base/clock.ts'
import { findingsOn } from './audit.ts'
import { merchantServer, type TestGateway, testGateway, testMasterKey } from './gateway.ts'

const opened: TestGateway[] = []
after(async () => {
  for (const gateway of opened) await gateway.close()
})

async function open(settings: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const gateway = await testGateway(settings)
  opened.push(gateway)
  return gateway
}

const customer = { id: 'budi', mobilePhone: '+6281286288844' }

async function register(gateway: TestGateway, sourceOfFunds: object, url: object = {}): Promise<string> {
  const answer = await gateway.client.call<{ paymentCode: string }>('POST', '/pg/payment/card/openpayment/register', {
    customer,
    url,
    sourceOfFunds: { type: 'vabca', ...sourceOfFunds },
  })
  return answer.paymentCode
}

async function codeOfOrder(gateway: TestGateway, id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as { data: { sourceOfFunds: { paymentCode: string } } }
  return data.sourceOfFunds.paymentCode
}

/** Under one seed two gateways draw alike, so that the one tells which number the other would draw. */
const seeded = { GERBANG_SEED: 'numbers' }

describe('a number that is drawn', () => {
  test('for an order is none that is registered, where the merchant names the channel and where its payer picks', async () => {
    const first = await open(seeded)
    await first.initiate({ order: { id: 'named' }, sourceOfFunds: { type: 'vabca' } })
    await first.initiate({ order: { id: 'picked' }, sourceOfFunds: null })
    await first.client.pay('picked', { method: 'vabca', amount: 1 })
    const drawn = [await codeOfOrder(first, 'named'), await codeOfOrder(first, 'picked')]

    const second = await open(seeded)
    for (const paymentCode of drawn) await register(second, { paymentCode })
    await second.initiate({ order: { id: 'named' }, sourceOfFunds: { type: 'vabca' } })
    await second.initiate({ order: { id: 'picked' }, sourceOfFunds: null })
    await second.client.pay('picked', { method: 'vabca', amount: 1 })
    for (const id of ['named', 'picked']) {
      const code = await codeOfOrder(second, id)
      assert.match(code, /^88044\d{11}$/)
      assert.ok(!drawn.includes(code), id)
    }
  })

  test('for a registration is none that an open order has', async () => {
    const drawn = await register(await open(seeded), {})
    const second = await open(seeded)
    const { status } = await second.initiate({ sourceOfFunds: { type: 'vabca', paymentCode: drawn } })
    assert.equal(status, 200)
    const other = await register(second, {})
    assert.match(other, /^88044\d{11}$/)
    assert.notEqual(other, drawn)
  })
})

/** What takes payments on a gateway's database, as a second process would. */
function depsOf(gateway: TestGateway, orders?: Orders): OpenNumberDeps {
  const { database } = gateway
  return {
    database,
    orders: orders ?? ordersOf(gateway),
    clock: systemClock,
    random: systemRandom,
    acquirers: onlyAcquirer(acquirerOf(() => Promise.reject(new Error('nobody is asked')))),
    collects: () => true,
    authenticator: null,
    cvvs: new CvvKeeper(systemClock),
    unknownDeadlineMs: 900_000,
    wake: () => undefined,
    contentKey: new Secret('any'),
  }
}

function ordersOf({ database }: TestGateway): Orders {
  const vault = new Vault(fixedKeys(new Secret(Buffer.alloc(32, 1))), systemRandom)
  return new Orders(database, { cards: vault, plans: new Plans(database) })
}

/** Opens orders, and is stopped before anything becomes of them. */
class Stopped extends Orders {
  override write(): Promise<boolean> {
    return Promise.reject(new Problem('unavailable'))
  }
}

const paymentOf = (paymentCode: string, reference: string) => ({
  merchantId: 'FINPAY770',
  acquirerId: 'simulator',
  reference,
  channel: 'vabca' as const,
  paymentCode,
  amount: rupiah(7_500n),
  bankReference: `${reference}014`,
})

describe('a payment to an open number that is told of', () => {
  const countOrders = async (gateway: TestGateway) =>
    Number(
      (await gateway.database.query<{ count: bigint }>(statement('', 'select count(*) from payment_order')))[0]?.count,
    )

  test('twice, at once or later, is one order and one callback (invariant 2)', async () => {
    const gateway = await open()
    const shop = await merchantServer()
    const { merchant } = gateway.gateway
    assert.ok(merchant)
    const number = await register(gateway, {}, { callbackUrl: shop.url })
    const payment = paymentOf(number, 'reference-1')
    const all = await Promise.all(Array.from({ length: 20 }, () => receiveOpen(depsOf(gateway), merchant, payment)))
    const again = await receiveOpen(depsOf(gateway), merchant, payment)
    for (const receipt of [...all, again]) {
      assert.equal(receipt?.orderId, openOrderId('reference-1'))
      assert.equal(receipt?.state, 'kept')
    }
    assert.equal(await countOrders(gateway), 1)
    await gateway.client.clock.advance('PT1S')
    await shop.wait(1)
    await shop.close()
    assert.equal((await gateway.client.callbacks()).length, 1)
    const types = (await gateway.client.events(openOrderId('reference-1'))).map(({ type }) => type)
    assert.deepEqual(types, ['order.initiated', 'attempt.started', 'order.paid'])
  })

  test('and then stopped, pays its order when it is told again, though the number has ended meanwhile', async () => {
    const gateway = await open()
    const { merchant } = gateway.gateway
    assert.ok(merchant)
    await gateway.database.query(statement('', 'update merchant set keeps_late_payments = false'))
    const number = await register(gateway, {})
    const vault = new Vault(fixedKeys(new Secret(Buffer.alloc(32, 1))), systemRandom)
    const stopped = new Stopped(gateway.database, { cards: vault, plans: new Plans(gateway.database) })
    const payment = paymentOf(number, 'reference-2')
    await assert.rejects(receiveOpen(depsOf(gateway, stopped), merchant, payment), { problem: 'unavailable' })
    assert.equal(await countOrders(gateway), 1)
    await gateway.client.call('GET', `/pg/payment/card/openpayment/delete/vabca/${number}`)
    // Even when all its time is over.
    await gateway.database.query(
      statement('', "update payment_order set expires_at = created_at + interval '1 millisecond'"),
    )
    const late = { ...merchant, keepsLatePayments: false }
    assert.equal((await receiveOpen(depsOf(gateway), late, payment))?.state, 'kept')
    assert.equal(await countOrders(gateway), 1)
    const next = await receiveOpen(depsOf(gateway), late, paymentOf(number, 'reference-3'))
    assert.deepEqual([next?.state, next?.reason], ['returning', 'number_ended'])
    assert.equal(await receiveOpen(depsOf(gateway), late, paymentOf('88044999', 'reference-4')), undefined)
  })
})

test('what was registered and paid is in order, as the auditor sees it', async () => {
  const gateway = await open()
  const number = await register(gateway, {})
  for (const amount of [1, 2, 3]) await gateway.client.payNumber('vabca', number, { amount })
  const key = new Secret(Buffer.from(testMasterKey, 'hex'))
  assert.deepEqual(await findingsOn(gateway.database, key), [])
})
