import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { onlyAcquirer } from '../src/acquirer/acquirer.fixture.ts'
import { AcquirerSimulator } from '../src/acquirer/simulator.ts'
import { type Clock, systemClock } from '../src/base/clock.ts'
import { rupiah } from '../src/base/money.ts'
import { Problem } from '../src/base/problem.ts'
import { systemRandom } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import { channelOf } from '../src/channel/catalogue.ts'
import type { Merchant } from '../src/merchant/merchant.ts'
import type { PaymentDeps } from '../src/payment/deps.ts'
import { openElsewhere, pickMethod } from '../src/payment/elsewhere.ts'
import type { Payment } from '../src/payment/receipt.ts'
import { proceed } from '../src/payment/proceed.ts'
import { giveBack, receive } from '../src/payment/receive.ts'
import type { WrittenBatch } from '../src/postgres/batcher.ts'
import { statement } from '../src/postgres/database.ts'
import { type ProviderDeps, ProviderSimulator } from '../src/sandbox/provider.ts'
import { addMerchant } from './api.ts'
import { findingsOn } from './audit.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { paymentDepsOn } from './payment-deps.ts'

/*
 * Payments that are made elsewhere, where everything comes at the worst moment: told twice at once, told otherwise,
 * told while the order moves on. The use cases run beside the gateway on its database, as another process would.
 */

let gateway: TestGateway
let merchant: Merchant
before(async () => {
  gateway = await testGateway()
  const { gateway: opened } = gateway
  assert.ok(opened.merchant)
  merchant = opened.merchant
})
after(() => gateway?.close())

const amount = 25_000

async function open(
  type: string | null,
  change: Record<string, unknown> = {},
): Promise<{ id: string; code: string; link: string }> {
  const id = freshOrderId()
  const sourceOfFunds = type === null ? null : { type }
  const { status, body } = await gateway.initiate({ order: { id, amount }, sourceOfFunds, ...change })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, code: body['paymentCode'] ?? '', link: body['redirecturl'] ?? '' }
}

const told = (orderId: string, changes: Partial<Payment> = {}): Payment => ({
  merchantId: merchant.merchantId,
  orderId,
  acquirerId: 'simulator',
  reference: randomUUID(),
  channel: 'vabca',
  paymentCode: null,
  amount: rupiah(BigInt(amount)),
  bankReference: 'r',
  ...changes,
})

/** What the provider took before it tells. */
async function taken({ orderId, reference, amount: sum, bankReference }: Payment): Promise<void> {
  await simulator().collect({ ...merchantOnly(), orderId, reference, amount: sum, approvalCode: bankReference })
}
const merchantOnly = () => ({ merchantId: merchant.merchantId })

function simulator(): AcquirerSimulator {
  const nobody = () => Promise.reject(new Error('no card pays here'))
  const cvvs = { peek: () => undefined, drop: () => undefined }
  const { database } = gateway
  return new AcquirerSimulator({
    database,
    vault: { revealAll: nobody },
    cvvs,
    clock: systemClock,
    random: systemRandom,
  })
}

/** What is scheduled now is not due in the gateway, which would give the money back as well. */
const later: Clock = { ...systemClock, now: () => new Date(Date.now() + 3_600_000) }

const isConflict = (error: unknown) => error instanceof Problem && error.problem === 'conflict'
const isUnavailable = (error: unknown) => error instanceof Problem && error.problem === 'unavailable'

async function typesOf(id: string): Promise<string[]> {
  return (await gateway.client.events(id)).map(({ type }) => type)
}

/** Lets the gateway give back what is to go back. */
async function audited(): Promise<void> {
  await gateway.client.clock.advance('PT2M')
  assert.deepEqual(await findingsOn(gateway.database), [])
}

describe('a reference', () => {
  test('that is told again is answered as before, and with another amount, order or channel it is refused', async () => {
    const deps = paymentDepsOn(gateway)
    const [{ id }, other] = [await open('vabca'), await open('vabca')]
    const payment = told(id)
    await taken(payment)
    const first = await receive(deps, merchant, payment)
    assert.equal(first?.state, 'kept')
    assert.deepEqual(await receive(deps, merchant, payment), first)
    for (const change of [{ amount: rupiah(1n) }, { orderId: other.id }, { channel: 'vabni' }] as const)
      await assert.rejects(
        receive(deps, merchant, { ...payment, ...change }),
        isConflict,
        JSON.stringify(Object.keys(change)),
      )
    assert.deepEqual(await typesOf(other.id), ['order.initiated'], 'nothing was written')
    await audited()
  })

  test('that is told at once for many orders pays one; the rest is refused, and payments beside it are taken', async () => {
    const batches: WrittenBatch[] = []
    const deps = paymentDepsOn(
      gateway,
      {},
      { observe: { opened: () => undefined, changed: (one) => batches.push(one) } },
    )
    const reference = randomUUID()
    const same = await Promise.all(Array.from({ length: 6 }, async () => told((await open('vabca')).id, { reference })))
    const others = await Promise.all(Array.from({ length: 6 }, async () => told((await open('vabca')).id)))
    for (const payment of others) await taken(payment)
    const mixed = same.flatMap((payment, n) => [payment, others[n] ?? payment])
    const mixedOutcomes = await Promise.allSettled(mixed.map((payment) => receive(deps, merchant, payment)))
    const outcomes = [0, 1].flatMap((rest) => mixedOutcomes.filter((_, n) => n % 2 === rest))
    // Found out by the rule of the table, in one batch with the others (invariant 2).
    assert.ok(
      batches.some(({ rows, failed }) => rows > 2 && failed),
      JSON.stringify(batches),
    )
    const kept = outcomes.slice(0, 6).filter(({ status }) => status === 'fulfilled')
    assert.equal(kept.length, 1)
    for (const one of outcomes) if (one.status === 'rejected') assert.ok(isConflict(one.reason), String(one.reason))
    for (const one of outcomes.slice(6)) assert.equal(one.status === 'fulfilled' && one.value?.state, 'kept')
    const winner = same[outcomes.findIndex(({ status }) => status === 'fulfilled')]
    assert.ok(winner)
    await taken(winner)
    await audited()
  })

  test('that is told at once with two amounts is one payment', async () => {
    const deps = paymentDepsOn(gateway, { clock: later })
    const { id } = await open('vabca')
    const payment = told(id)
    const outcomes = await Promise.allSettled(
      [payment, { ...payment, amount: rupiah(1n) }, payment].map((each) => receive(deps, merchant, each)),
    )
    assert.equal((await typesOf(id)).filter((type) => type === 'order.paid' || type === 'receipt.unwanted').length, 1)
    const [first] = outcomes.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))
    assert.ok(first)
    await taken({ ...payment, amount: first.amount })
    for (const one of outcomes) if (one.status === 'rejected') assert.ok(isConflict(one.reason), String(one.reason))
  })

  test('is a merchant’s own: another merchant’s is another payment (invariant 9)', async () => {
    await addMerchant(gateway, 'TETANGGA', 'key-of-tetangga')
    const deps = paymentDepsOn(gateway)
    const { id } = await open('vabca')
    const payment = told(id)
    await taken(payment)
    assert.equal((await receive(deps, merchant, payment))?.state, 'kept')
    const theirs = { ...merchant, merchantId: 'TETANGGA' }
    assert.equal(await receive(deps, theirs, { ...payment, merchantId: 'TETANGGA' }), undefined, 'no such order')
  })
})

test('money that two give back at once is told back once (invariant 2)', async () => {
  const waiting: (() => void)[] = []
  const reverse = async () => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length === 2) for (const go of waiting) go()
    })
    return { outcome: 'reversed' } as const
  }
  const deps = paymentDepsOn(gateway, { clock: later, acquirers: onlyAcquirer({ reverse }) })
  const { id } = await open('vabca')
  const payment = told(id, { amount: rupiah(1n) })
  await taken(payment)
  assert.equal((await receive(deps, merchant, payment))?.state, 'returning')
  await simulator().reverse(payment)
  const { reference } = payment
  assert.deepEqual(await Promise.all([giveBack(deps, merchant, reference), giveBack(deps, merchant, reference)]), [
    null,
    null,
  ])
  assert.equal((await typesOf(id)).filter((type) => type === 'receipt.returned').length, 1)
  await audited()
})

function providerOf(
  payments: PaymentDeps,
  directory: ProviderDeps['directory'],
  acquirer: AcquirerSimulator,
): ProviderSimulator {
  const openNumbers = { ...payments, contentKey: new Secret('a key') }
  return new ProviderSimulator({ payments, openNumbers, directory, acquirer })
}

test('a reminder that comes before the money keeps the money from being taken: nothing is held and forgotten', async () => {
  const payments = paymentDepsOn(gateway)
  const acquirer = simulator()
  const directory = { find: async () => merchant, findByRoute: async () => merchant }
  const provider = providerOf(payments, directory, acquirer)
  const collect = acquirer.collect.bind(acquirer)
  acquirer.collect = async (payment) => {
    await provider.notify(merchant, `vabca:${payment.reference}`)
    return collect(payment)
  }
  const { id } = await open('vabca')
  const order = (await payments.orders.find(merchant.merchantId, id))?.order
  assert.ok(order)
  await assert.rejects(provider.pay(merchant, order, 'vabca', order.amount), isUnavailable)
  const held = `select from simulated_authorization where order_id = $1 and state = 'approved'`
  assert.deepEqual(await gateway.database.query(statement('', held), [id]), [])
  await audited()
})

describe('an order that is to be paid elsewhere', () => {
  test('as its merchant has chosen is not paid by a card that somebody sends', async () => {
    const { id, link } = await open('vabca')
    const form = { formNo: '1', number: '5111111111111118', expiry: '09/33', cvv: '100', name: 'Budi Santoso' }
    const page = link.replace('/widgetpg/pending/', '/pg/payment/card/access/')
    await (await fetch(page, { method: 'POST', body: new URLSearchParams(form) })).text()
    assert.deepEqual(await typesOf(id), ['order.initiated'])
    assert.equal((await gateway.client.pay(id)).status, 'PAID')
    await audited()
  })

  test('and whose provider’s session is open is taken no further by the card’s page', async () => {
    const deps = paymentDepsOn(gateway)
    const { id } = await open('shopeepay')
    await openElsewhere(deps, merchant, id, 'shopeepay')
    const seen = await deps.orders.find(merchant.merchantId, id)
    assert.ok(seen)
    const browser = { userAgent: 'x', acceptHeader: '*/*', language: 'id', ip: '127.0.0.1' }
    const input = { methodCompleted: 'Y', browser, notificationUrl: 'http://127.0.0.1/' } as const
    assert.deepEqual(await proceed(deps, merchant, seen, 1, input), seen)
    await audited()
  })

  test('where its payer picks may be paid by a card all the same, and says so', async () => {
    const { id } = await open(null)
    await gateway.client.pay(id, { method: 'vabca', amount: 1 })
    assert.equal(
      (await gateway.client.pay(id, { method: 'cc', card: { number: '4111111111111111' } })).status,
      'CAPTURED',
    )
    await audited()
  })

  test('may be opened and picked anew only so often as a card may be tried', async () => {
    const deps = paymentDepsOn(gateway)
    const { id } = await open(null)
    const most = merchant.attemptsPerOrder * 4
    for (let n = 0; n <= 2 * most; n += 1) {
      const channel = channelOf(n % 2 === 0 ? 'shopeepay' : 'gopay')
      if (!(await pickMethod(deps, merchant, id, channel))) break
      await openElsewhere(deps, merchant, id, channel.id)
    }
    const types = await typesOf(id)
    assert.equal(types.filter((type) => type === 'attempt.started').length, most)
    assert.equal(types.at(-1), 'order.failed')
    await audited()
  })

  for (const [name, change] of [
    [
      'that payments are to follow',
      { recurring: { type: 'PURCHASE', id: 'langganan', amount: '1000', intervalUnit: 'daily' } },
    ],
    ['whose money is only to be authorized', { transaction: { mode: 'AUTHORIZE' } }],
    ['of more than the channel takes', { order: { amount: 60_000_000 } }],
  ] as const)
    test(`${name} cannot be picked to be`, async () => {
      const id = freshOrderId()
      const { status, body } = await gateway.initiate({
        sourceOfFunds: null,
        ...change,
        order: { id, amount, ...('order' in change && change.order) },
      })
      assert.equal(status, 200, JSON.stringify(body))
      const deps = paymentDepsOn(gateway)
      const isRefused = (error: unknown) => error instanceof Problem && error.problem === 'feature_not_allowed'
      await assert.rejects(pickMethod(deps, merchant, id, channelOf('vabca')), isRefused)
      assert.equal(await pickMethod(deps, merchant, id, channelOf('cc')), true)
      await audited()
    })

  test('whose payer picks while the money comes is paid once, and says by what (invariants 2 and 6)', async () => {
    const deps = paymentDepsOn(gateway)
    for (let round = 0; round < 20; round += 1) {
      const { id } = await open(null)
      await pickMethod(deps, merchant, id, channelOf('vabca'))
      const payment = told(id)
      await taken(payment)
      const [receipt] = await Promise.all([
        receive(deps, merchant, payment),
        pickMethod(deps, merchant, id, channelOf('vabri')),
        pickMethod(deps, merchant, id, channelOf('shopeepay')),
        pickMethod(deps, merchant, id, null),
      ])
      assert.equal(receipt?.state, 'kept')
    }
    await audited()
  })

  test('is one thing only, whatever comes at once: paid, expired, cancelled, paid by card (invariant 2)', async () => {
    const deps = paymentDepsOn(gateway)
    for (let round = 0; round < 10; round += 1) {
      const { id } = await open(null)
      await gateway.client.pay(id, { method: 'vabca', amount: 1 })
      const payments = [told(id), told(id, { amount: rupiah(1n) }), told(id)]
      for (const payment of payments) await taken(payment)
      await Promise.allSettled([
        ...payments.map((payment) => receive(deps, merchant, payment)),
        gateway.client.call('GET', `/pg/payment/card/cancel/${id}`),
        gateway.client.pay(id, { method: 'cc', card: { number: '4111111111111111' } }),
        ...(round % 2 === 0 ? [gateway.client.clock.advance('P2D')] : []),
      ])
      const types = await typesOf(id)
      assert.ok(types.filter((type) => type === 'order.paid' || type === 'order.captured').length <= 1, types.join())
    }
    await audited()
  })
})

describe('a number', () => {
  test('that many ask for at once is one order’s, and orders beside it are opened', async () => {
    const paymentCode = '8802700099980777'
    const asks = Array.from({ length: 12 }, (_, n) =>
      gateway.initiate({
        order: { id: freshOrderId(), amount },
        sourceOfFunds: { type: 'vamandiri', ...(n % 2 === 0 && { paymentCode }) },
      }),
    )
    const answers = await Promise.all(asks)
    const [asked, others] = [0, 1].map((rest) => answers.filter((_, n) => n % 2 === rest))
    assert.deepEqual(asked?.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409])
    assert.deepEqual(
      others?.map(({ status }) => status),
      Array.from({ length: 6 }, () => 200),
    )
    await audited()
  })

  test('is its merchant’s alone: nobody else’s digits lead to its order (invariant 9)', async () => {
    const payments = paymentDepsOn(gateway)
    const { id, code } = await open('vabca')
    const stranger = { ...merchant, merchantId: 'ORANGLAIN', route: 2 }
    const directory = {
      find: async () => merchant,
      findByRoute: async (route: number) => [merchant, stranger].find((each) => each.route === route),
    }
    const provider = providerOf(payments, directory, simulator())
    const found = await provider.lookUp(channelOf('vabca'), code)
    assert.equal(found.kind === 'payable' && found.order.orderId, id)
    for (const typed of [code.replace(/^88044/, '880450002'), code.slice(0, -1), `${code}1`, '', '88044'])
      assert.deepEqual(await provider.lookUp(channelOf('vabca'), typed), { kind: 'refused', reason: 'unknown_number' })
    assert.equal((await provider.lookUp(channelOf('vamandiri'), code)).kind, 'refused')
  })

  test('that moved on while its money was on its way pays the order that its payer saw', async () => {
    const deps = paymentDepsOn(gateway)
    const acquirer = simulator()
    const directory = { find: async () => merchant, findByRoute: async () => merchant }
    const provider = providerOf(deps, directory, acquirer)
    const sourceOfFunds = { type: 'vamandiri', paymentCode: '8802700099980778' }
    const first = await open(null, { sourceOfFunds })
    const reference = randomUUID()
    await acquirer.collect({
      ...merchantOnly(),
      orderId: first.id,
      reference,
      amount: rupiah(BigInt(amount)),
      approvalCode: `${reference}008`,
    })
    await gateway.client.call('GET', `/pg/payment/card/cancel/${first.id}`)
    const second = await open(null, { sourceOfFunds })
    await provider.notify(merchant, `vamandiri:${reference}`)
    assert.equal((await typesOf(first.id)).at(-1), 'receipt.unwanted')
    assert.deepEqual(await typesOf(second.id), ['order.initiated'])
    assert.equal((await gateway.client.pay(second.id)).status, 'PAID')
    await audited()
  })
})
