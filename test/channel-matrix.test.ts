import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Channel, channels } from '../src/channel/catalogue.ts'
import { findingsOn } from './audit.ts'
import { membersFor, noticesOf, orderMembersFor, type Outcomes, outcomesOf } from './channel-matrix.ts'
import { freshOrderId, type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'

/** Every channel, paid, expired, cancelled, failed and late, by the scripted payer and on the virtual clock. */
type Case = keyof typeof noticesOf

const cases = Object.keys(noticesOf) as readonly Case[]
const amount = 25_000

let gateway: TestGateway
let shop: MerchantServer
/** Order ids by channel and case. */
const orders = new Map<string, string>()

const placeOf = (channel: Channel, which: Case | 'refunded') => `${channel.id} ${which}`

function idOf(channel: Channel, which: Case | 'refunded'): string {
  const id = orders.get(placeOf(channel, which))
  assert.ok(id)
  return id
}

async function open(channel: Channel, which: Case | 'refunded'): Promise<void> {
  const id = freshOrderId()
  const { status, body } = await gateway.initiate({
    order: { id, amount, ...orderMembersFor(channel) },
    url: { callbackUrl: `${shop.url}/${id}` },
    ...membersFor(channel),
    ...(channel.family === 'direct-debit' && { sourceOfFunds: await linkedAccount(channel.id) }),
  })
  assert.equal(status, 200, `${channel.id} ${which}: ${JSON.stringify(body)}`)
  assert.equal('paymentCode' in body, channel.gives === 'code', channel.id)
  // By BRI the merchant's own page asks for the OTP.
  assert.equal('redirecturl' in body, channel.id !== 'ddbri')
  orders.set(placeOf(channel, which), id)
}

/** An account that a customer has linked, as a request names it. */
async function linkedAccount(type: string): Promise<{ type: string; accountId: string | null }> {
  const { redirecturl } = await gateway.client.call<{ redirecturl: string }>(
    'POST',
    '/pg/payment/card/directdebit/bind',
    {
      customer: {
        id: 'budi',
        email: 'budi@example.com',
        firstName: 'Budi',
        lastName: 'Santoso',
        mobilePhone: '+6281286288800',
      },
      url: { backUrl: 'https://shop.example' },
      sourceOfFunds: { type },
      recurring: {
        productCode: '001001',
        type: 'PURCHASE',
        id: 'langganan',
        amount: '1000',
        interval: '1',
        intervalUnit: 'monthly',
        maxInterval: '12',
        startDate: '20270101',
        endDate: '20271231',
        retry: { interval: '1', intervalUnit: 'daily', maxInterval: '3' },
      },
    },
  )
  return { type, accountId: (await gateway.client.link(redirecturl)).accountId }
}

/** The code of an answer, whether it refuses or not. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    return (await work) as string
  } catch (error) {
    return (error as { responseCode?: string }).responseCode ?? String(error)
  }
}

const call = (method: 'GET' | 'POST', path: string, body?: object) =>
  codeOf(
    gateway.client
      .call(method, `/pg/payment/card/${path}`, body)
      .then((answer) => (answer as { responseCode: string }).responseCode),
  )

async function statusOf(id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

/** In turns of a few, so that no merchant's own burst is refused. */
async function forEach(work: (channel: Channel) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < channels.length; at += 8) await Promise.all(channels.slice(at, at + 8).map(work))
}

before(async () => {
  gateway = await testGateway()
  shop = await merchantServer()
  for (const which of [...cases, 'refunded'] as const) await forEach((channel) => open(channel, which))
})
after(async () => {
  await gateway.close()
  await shop.close()
})

/** Says which channels differ from what their rows tell, all of them at once. */
async function differing(which: keyof Outcomes, seen: (channel: Channel) => Promise<string>): Promise<void> {
  const wrong: string[] = []
  await forEach(async (channel) => {
    const is = await seen(channel)
    const says = outcomesOf(channel)[which]
    if (is !== says) wrong.push(`${channel.id}: ${is} instead of ${says}`)
  })
  assert.deepEqual(wrong, [])
}

suite('every channel', () => {
  test('is paid', () => differing('paid', async (channel) => (await gateway.client.pay(idOf(channel, 'paid'))).status))

  test('is cancelled before its payer has been anywhere, or is not', () =>
    differing('cancelled', async (channel) => {
      const id = idOf(channel, 'cancelled')
      const code = await call('GET', `cancel/${id}`)
      return code === '2000000' ? statusOf(id) : code
    }))

  test('is cancelled once its payer has opened it', () =>
    differing('cancelledOpened', async (channel) => {
      const id = idOf(channel, 'cancelledOpened')
      await gateway.client.pay(id, { authentication: 'abandon' })
      const code = await call('GET', `cancel/${id}`)
      return code === '2000000' ? statusOf(id) : code
    }))

  test('is refused', () =>
    differing(
      'failed',
      async (channel) => (await gateway.client.pay(idOf(channel, 'failed'), { outcome: 'declined' })).status,
    ))

  test('is voided, or is not', () =>
    differing('void', async (channel) => {
      // A refund needs money that is still there.
      const id = idOf(channel, 'paid')
      return call('GET', `void/${id}`)
    }))

  test('is refunded in part and whole, or is not', () =>
    differing('refund', async (channel) => {
      const id = idOf(channel, 'refunded')
      await gateway.client.pay(id)
      const part = await call('POST', 'refund', { order: { id, amount: 10_000 } })
      if (part !== '2000000') return part
      assert.equal(await statusOf(id), 'PARTIALLY_REFUNDED')
      const rest = await call('POST', 'refund', { order: { id, amount: 15_000 } })
      assert.equal(await statusOf(id), 'REFUNDED')
      return rest
    }))

  test('expires when its time is over', async () => {
    await gateway.client.clock.advance('PT24H1M')
    await differing('expired', (channel) => statusOf(idOf(channel, 'expired')))
  })

  test('is paid late, where money can come by itself', () =>
    differing('late', async (channel) => {
      const id = idOf(channel, 'late')
      await codeOf(gateway.client.pay(id, { outcome: 'late' }))
      return statusOf(id)
    }))

  test('tells its merchant each final status once, in their order', async () => {
    // Whatever waits for its turn or for a second try.
    await gateway.client.clock.advance('PT1H')
    const wrong: string[] = []
    for (const channel of channels)
      for (const which of cases) {
        const bodies = shop.received
          .filter(({ path }) => path === `/${idOf(channel, which)}`)
          .map(
            ({ body }) =>
              JSON.parse(body) as {
                sourceOfFunds: { type: string; paymentCode?: string }
                result: { payment: { status: string; channel: string | null; amount: number } }
              },
          )
        const statuses = bodies.map(({ result }) => result.payment.status)
        const expected = noticesOf[which](outcomesOf(channel))
        // What was paid in the first case is voided after it, where it can be.
        if (which === 'paid' && channel.voids) expected.push('CANCELLED')
        if (statuses.join() !== expected.join()) wrong.push(`${channel.id} ${which}: ${statuses.join()}`)
        for (const { sourceOfFunds, result } of bodies) {
          assert.equal(sourceOfFunds.type, channel.id)
          assert.equal('paymentCode' in sourceOfFunds, channel.gives === 'code', channel.id)
          if (result.payment.status === 'PAID')
            assert.deepEqual([result.payment.channel, result.payment.amount], [channel.bank, amount], channel.id)
        }
      }
    assert.deepEqual(wrong, [])
  })

  test('leaves books that the auditor finds nothing in', async () => {
    assert.deepEqual(await findingsOn(gateway.database), [])
  })
})
