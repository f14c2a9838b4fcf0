import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SandboxClient } from '../src/client.ts'
import { statement } from '../src/postgres/database.ts'
import { addMerchant, type Answer, answerOf, assertProblem, bodyOf, outcome } from './api.ts'
import { findingsOn } from './audit.ts'
import { type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { run } from './process.ts'

let gateway: TestGateway
let shop: MerchantServer

before(async () => {
  gateway = await testGateway()
  shop = await merchantServer()
})
after(async () => {
  await gateway.close()
  await shop.close()
})

const json = { 'content-type': 'application/json' }
const at = (call: string) => `/pg/payment/card/openpayment/${call}`
const customer = {
  id: 'budi',
  email: 'budi@example.com',
  firstName: 'Budi',
  lastName: 'Santoso',
  mobilePhone: '+62 81286288844',
}

let numbers = 0
/** A number of the sandbox's merchant that no other call gives. */
function freshNumber(): string {
  numbers += 1
  return `88044${String(numbers).padStart(11, '0')}`
}

async function post(call: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return answerOf(gateway.fetch(at(call), { method: 'POST', headers: { ...json, ...headers }, body: text }))
}

const get = (call: string, headers: Record<string, string> = {}) => answerOf(gateway.fetch(at(call), { headers }))

/** What `register` and `update` take. */
function wanted(paymentCode: string | undefined, change: Record<string, unknown> = {}): Record<string, unknown> {
  const { sourceOfFunds = {}, ...rest } = change as Record<string, Record<string, unknown>>
  return {
    customer,
    url: { callbackUrl: `${shop.url}/${paymentCode ?? 'drawn'}` },
    sourceOfFunds: { type: 'vabca', ...(paymentCode !== undefined && { paymentCode }), ...sourceOfFunds },
    ...rest,
  }
}

/** Registers and answers the number. */
async function register(paymentCode?: string, change?: Record<string, unknown>): Promise<string> {
  const answer = await post('register', wanted(paymentCode, change))
  assert.equal(answer.status, 200, answer.text)
  return String(bodyOf(answer)['paymentCode'])
}

interface Data {
  readonly customer: { readonly id: string }
  readonly order: { readonly id: string; readonly amount: number }
  readonly sourceOfFunds: { readonly type: string; readonly paymentCode?: string }
  readonly result: { readonly payment: Readonly<Record<string, unknown>> }
}

const check = async (orderId: string) =>
  ((await gateway.client.check(orderId)) as unknown as { readonly data: Data }).data

const told = (path: string) =>
  shop.received.filter((each) => each.path === `/${path}`).map(({ body }) => JSON.parse(body) as Data)

const types = async (id: string) => (await gateway.client.events(id)).map(({ type }) => type)

async function audited(): Promise<void> {
  assert.deepEqual(await findingsOn(gateway.database), [])
}

describe('an open number', () => {
  test('is registered, looked up, changed and deleted', async () => {
    const number = freshNumber()
    const registered = await post('register', wanted(number))
    assert.equal(registered.status, 200, registered.text)
    assert.deepEqual(Object.keys(bodyOf(registered)), [
      'responseCode',
      'responseMessage',
      'paymentCode',
      'processingTime',
      'traceId',
    ])
    assert.equal(bodyOf(registered)['paymentCode'], number)

    const looked = bodyOf(await get(`check/vabca/${number}`))
    assert.equal(looked['responseCode'], '2000000')
    assert.deepEqual(looked['data'], {
      customer: { ...customer, mobilePhone: '+6281286288844' },
      sourceOfFunds: { type: 'vabca', paymentCode: number },
    })

    const changed = await post('update', wanted(number, { customer: { ...customer, id: 'ani' } }))
    assert.equal(bodyOf(changed)['paymentCode'], number, changed.text)
    const { data } = bodyOf(await get(`check/vabca/${number}`)) as { data: Data }
    assert.equal(data.customer.id, 'ani')

    const deleted = bodyOf(await get(`delete/vabca/${number}`))
    assert.deepEqual(Object.keys(deleted), ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
    assert.equal(deleted['responseCode'], '2000000')
    assertProblem(await get(`check/vabca/${number}`), '4040001')
    assertProblem(await get(`delete/vabca/${number}`), '4040001')
    assertProblem(await post('update', wanted(number)), '4040001')
    assert.equal(await register(number), number, 'and may be registered again')
  })

  test('is drawn where the merchant chooses none, and the same request again gives the same', async () => {
    const change = { customer: { ...customer, id: 'drawn' } }
    const number = await register(undefined, change)
    assert.match(number, /^88044\d{11}$/)
    assert.equal(await register(undefined, change), number)
    assert.notEqual(await register(undefined, { customer: { ...customer, id: 'another' } }), number)
    const all = await Promise.all(
      Array.from({ length: 20 }, () => register(undefined, { customer: { ...customer, id: 'at once' } })),
    )
    assert.equal(new Set(all).size, 1)
  })

  test('that was chosen answers the same content the same, and other content 409', async () => {
    const number = freshNumber()
    await register(number)
    assert.equal(await register(number), number)
    const other = wanted(number, { customer: { ...customer, id: 'other' } })
    assertProblem(await post('register', other), '4090000')
    const same = wanted(number, {
      customer: { ...customer, mobilePhone: '+6281286288844' },
      order: { currency: 'IDR' },
    })
    assert.equal((await post('register', same)).status, 200, 'blanks and the only currency say nothing')
    await post('update', other)
    assertProblem(await post('register', wanted(number)), '4090000')
    assert.equal((await post('register', other)).status, 200)
  })

  test('may be sent as a JSON number of any length, and an alias is the channel', async () => {
    const number = '777270000000000019'
    const text = JSON.stringify(wanted(undefined, { sourceOfFunds: { type: 'vabri', paymentCode: 'N' } }))
    const answer = await post('register', text.replace('"N"', number))
    assert.equal(bodyOf(answer)['paymentCode'], number, answer.text)
    const idm = await register(undefined, { sourceOfFunds: { type: 'indomaret' } })
    const { data } = bodyOf(await get(`check/indomaret/${idm}`)) as { data: Data }
    assert.deepEqual(data.sourceOfFunds, { type: 'idm', paymentCode: idm })
  })

  for (const [what, change, code, message] of [
    ['no customer', { customer: null }, '4000001', 'Invalid Mandatory Field customer'],
    ['no mobile phone', { customer: { id: 'a' } }, '4000001', 'Invalid Mandatory Field customer.mobile phone'],
    [
      'a local mobile phone',
      { customer: { mobilePhone: '08128' } },
      '4000001',
      'Invalid Field Format. The customer.mobile phone format is invalid',
    ],
    ['no source of funds', { sourceOfFunds: null }, '4000001', 'Invalid Mandatory Field source of funds'],
    ['no type', { sourceOfFunds: { type: '' } }, '4000001', 'Invalid Mandatory Field source of funds.type'],
    [
      'an unknown type',
      { sourceOfFunds: { type: 'vaxyz' } },
      '4000001',
      'Invalid Field Format. The source of funds.type format is invalid',
    ],
    [
      'a callback URL that is none',
      { url: { callbackUrl: 'ftp://a' } },
      '4000001',
      'Invalid Field Format. The url.callback url format is invalid',
    ],
    [
      'a number of somebody else',
      { sourceOfFunds: { paymentCode: '8804500020000001' } },
      '4000001',
      'Invalid Field Format. The source of funds.payment code format is invalid',
    ],
    [
      'a number that is too long',
      { sourceOfFunds: { paymentCode: '88044000000000019' } },
      '4000001',
      'Invalid Field Format. The source of funds.payment code format is invalid',
    ],
    [
      'a number with letters',
      { sourceOfFunds: { paymentCode: '88044abc' } },
      '4000001',
      'Invalid Field Format. The source of funds.payment code format is invalid',
    ],
    ['an amount', { order: { amount: '1000' } }, '4030001', 'Feature Not Allowed order.amount'],
    ['a timeout', { order: { timeout: 60 } }, '4030001', 'Feature Not Allowed order.timeout'],
    [
      'an account',
      { sourceOfFunds: { accountId: '0812' } },
      '4030001',
      'Feature Not Allowed source of funds.account id',
    ],
    [
      'a channel without numbers',
      { sourceOfFunds: { type: 'qris' } },
      '4030001',
      'Feature Not Allowed source of funds.type',
    ],
  ] as const)
    test(`is refused with ${what}`, async () => {
      const { sourceOfFunds, ...rest } = change as Record<string, unknown>
      const body = wanted(freshNumber(), {
        ...rest,
        ...(sourceOfFunds !== null && { sourceOfFunds: sourceOfFunds ?? {} }),
      })
      if (sourceOfFunds === null) delete body['sourceOfFunds']
      for (const call of ['register', 'update']) {
        // Of a number that is not there, `update` says no more than that.
        const isOfState = call === 'update' && /payment code format/.test(message)
        const answer = await post(call, body)
        assert.equal(assertProblem(answer, isOfState ? '4040001' : code), isOfState ? 'Transaction Not Found' : message)
      }
    })

  test('cannot be updated without saying which', async () => {
    const answer = await post('update', wanted(undefined))
    assert.equal(assertProblem(answer, '4000001'), 'Invalid Mandatory Field source of funds.payment code')
  })

  test('of several faults the first of the table is named', async () => {
    const answer = await post('register', { order: { amount: 'x' }, sourceOfFunds: {} })
    assert.equal(assertProblem(answer, '4000001'), 'Invalid Field Format. The order.amount format is invalid')
  })

  test('is read by the strict scanner, of its own content type, by its methods alone', async () => {
    assertProblem(await post('register', '{"a":1,"a":2}'), '4000000')
    assertProblem(await post('register', '[]'), '4000000')
    assertProblem(await post('register', '{}', { 'content-type': 'text/plain' }), '4150000')
    assertProblem(await get('register'), '4050001')
    assertProblem(await post(`delete/vabca/${freshNumber()}`, {}), '4050001')
  })

  test('that is no number of any channel is not found', async () => {
    for (const path of ['vabca/x', 'vabca/1', 'cc/88044', 'nothing/88044', `vabca/${'8'.repeat(31)}`])
      for (const call of ['check', 'delete']) assertProblem(await get(`${call}/${path}`), '4040001', path)
  })

  test('of a channel that its merchant may not use is refused', async () => {
    const authorization = await addMerchant(gateway, 'CARDSONLY', 'CardsKey123')
    const only = statement('', "update merchant set channels = '{cc}' where merchant_id = 'CARDSONLY'")
    await gateway.database.query(only)
    const answer = await post('register', wanted(undefined), { authorization })
    assert.equal(assertProblem(answer, '4030001'), 'Feature Not Allowed source of funds.type')
  })

  test('of another merchant is not found, by whatever call (invariant 9)', async () => {
    const number = await register(freshNumber())
    const authorization = await addMerchant(gateway, 'OTHER1', 'AnotherKey123')
    const other = new SandboxClient({ url: gateway.url, merchantId: 'OTHER1', merchantKey: 'AnotherKey123' })
    for (const call of ['check', 'delete'])
      assertProblem(await get(`${call}/vabca/${number}`, { authorization }), '4040001')
    assertProblem(await post('update', wanted(number), { authorization }), '4040001')
    assertProblem(await post('register', wanted(number), { authorization }), '4000001')
    for (const options of [{ amount: 1_000 }, { amount: 1_000, outcome: 'late' }] as const)
      assert.equal(await outcome(other.payNumber('vabca', number, options)), '404 4040001')
    assert.equal((await get(`check/vabca/${number}`)).status, 200)
    const own = bodyOf(await post('register', wanted(undefined), { authorization }))
    assert.match(String(own['paymentCode']), /^88045\d{11}$/)
    assert.equal((await other.payNumber('vabca', String(own['paymentCode']), { amount: 5 })).status, 'PAID')
    await audited()
  })
})

describe('a payment to an open number', () => {
  test('is an order of its own, paid at once, and its merchant is told', async () => {
    const number = await register(freshNumber(), { order: { description: 'Top up' } })
    for (const amount of [10_000, 10_000, 1, 50_000_000]) {
      const { orderId, status, result } = await gateway.client.payNumber('vabca', number, { amount })
      assert.deepEqual([status, result], ['PAID', 'kept'])
      assert.match(orderId, /^[A-Za-z0-9._-]{1,30}$/)
      const data = await check(orderId)
      assert.deepEqual(data.sourceOfFunds, { type: 'vabca', paymentCode: number })
      assert.deepEqual(data.customer, { id: 'budi' })
      assert.equal(data.order.amount, amount)
      assert.equal(data.result.payment['amount'], amount)
      assert.equal(data.result.payment['channel'], '014')
      assert.match(String(data.result.payment['reference']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}014$/)
      assert.deepEqual(await types(orderId), ['order.initiated', 'attempt.started', 'order.paid'])
    }
    await gateway.client.clock.advance('PT1S')
    const notices = told(number)
    assert.deepEqual(
      notices.map(({ order }) => order.amount).toSorted((a, b) => a - b),
      [1, 10_000, 10_000, 50_000_000],
    )
    assert.equal(new Set(notices.map(({ order }) => order.id)).size, 4)
    for (const { customer: of, sourceOfFunds, result } of notices) {
      assert.deepEqual(of, { id: 'budi' })
      assert.deepEqual(sourceOfFunds, { type: 'vabca', paymentCode: number })
      assert.equal(result.payment['status'], 'PAID')
    }
    await audited()
  })

  test('is told where the number says now', async () => {
    const number = await register(freshNumber())
    await post(
      'update',
      wanted(number, { customer: { ...customer, id: 'ani' }, url: { callbackUrl: `${shop.url}/new` } }),
    )
    const { orderId } = await gateway.client.payNumber('vabca', number, { amount: 700 })
    await gateway.client.clock.advance('PT1S')
    assert.deepEqual(
      told('new').map(({ order, customer: of }) => [order.id, of.id]),
      [[orderId, 'ani']],
    )
    assert.deepEqual(told(number), [])
  })

  test('beyond what the channel takes is refused at the bank, and goes back where it comes all the same', async () => {
    const number = await register(freshNumber())
    assert.equal(await outcome(gateway.client.payNumber('vabca', number, { amount: 50_000_001 })), '400 4000001')
    assert.equal(await outcome(gateway.client.payNumber('vabca', number, { amount: '0' })), '400 4000001')
    const paid = await gateway.client.payNumber('vabca', number, { amount: 50_000_001, outcome: 'late' })
    assert.deepEqual([paid.status, paid.result], ['CANCELLED', 'returning: wrong_amount'])
    await gateway.client.clock.advance('PT1S')
    assert.deepEqual(await types(paid.orderId), [
      'order.initiated',
      'receipt.unwanted',
      'order.cancelled',
      'receipt.returned',
    ])
    assert.deepEqual(told(number), [], 'the merchant has heard of no order')
    await audited()
  })

  test('after the number was deleted is refused at the bank, and goes back where it comes all the same', async () => {
    const number = await register(freshNumber())
    await get(`delete/vabca/${number}`)
    assert.equal(await outcome(gateway.client.payNumber('vabca', number, { amount: 1_000 })), '404 4040001')
    const paid = await gateway.client.payNumber('vabca', number, { amount: 1_000, outcome: 'late' })
    assert.deepEqual([paid.status, paid.result], ['CANCELLED', 'returning: number_ended'])
    await gateway.client.clock.advance('PT1S')
    assert.equal((await types(paid.orderId)).at(-1), 'receipt.returned')
    assert.equal((await check(paid.orderId)).result.payment['amount'], 0)
    assert.deepEqual(told(number), [])
    const never = freshNumber()
    assert.equal(
      await outcome(gateway.client.payNumber('vabca', never, { amount: 1_000, outcome: 'late' })),
      '404 4040001',
    )
    await audited()
  })

  test('two hundred at once are two hundred orders, each kept', async () => {
    const number = await register(freshNumber())
    const paid = await Promise.all(
      Array.from({ length: 200 }, (_, index) => gateway.client.payNumber('vabca', number, { amount: 1_000 + index })),
    )
    assert.equal(paid.filter(({ result }) => result === 'kept').length, 200)
    assert.equal(new Set(paid.map(({ orderId }) => orderId)).size, 200)
    while ((await gateway.client.clock.advance('PT1S')).more);
    const notices = told(number)
    assert.equal(notices.length, 200)
    const sum = notices.reduce((total, { result }) => total + Number(result.payment['amount']), 0)
    assert.equal(sum, 200 * 1_000 + (199 * 200) / 2)
    await audited()
  })

  test('cannot be voided or refunded, and its order id is taken', async () => {
    const number = await register(freshNumber())
    const { orderId } = await gateway.client.payNumber('vabca', number, { amount: 2_000 })
    assert.equal(await outcome(gateway.client.void(orderId)), '403 4030015')
    assert.equal(await outcome(gateway.client.cancel(orderId)), '404 4040100')
    const { body } = await gateway.initiate({ order: { id: orderId } })
    assert.equal(body['responseCode'], '4090001')
  })
})

describe('a number', () => {
  const open = (paymentCode: string) => gateway.initiate({ sourceOfFunds: { type: 'vabca', paymentCode } })

  test("that is registered is no order's, and one of an open order is not registered", async () => {
    const registered = await register(freshNumber())
    assert.equal((await open(registered)).body['responseCode'], '4090000')
    const taken = freshNumber()
    const id = 'has-the-number'
    const { status } = await gateway.initiate({ order: { id }, sourceOfFunds: { type: 'vabca', paymentCode: taken } })
    assert.equal(status, 200)
    assertProblem(await post('register', wanted(taken)), '4090000')
    await gateway.client.pay(id)
    assert.equal(await register(taken), taken, 'and is free once its order is paid')
    await get(`delete/vabca/${registered}`)
    assert.equal((await open(registered)).status, 200, 'and once its registration has ended')
    assertProblem(await post('register', wanted(registered)), '4090000')
    await audited()
  })

  test("is an order's or registered, never both, however they race", async () => {
    for (let round = 0; round < 60; round += 1) {
      const number = freshNumber()
      const [order, registration] = await Promise.all([open(number), post('register', wanted(number))])
      const outcomes = [order.status, registration.status].toSorted((a, b) => a - b)
      assert.deepEqual(outcomes, [200, 409], `${order.status} ${registration.status}`)
    }
    const mixed = statement(
      '',
      `select from open_number as n join payment_order as o using (merchant_id, channel, payment_code)
       where n.ended_at is null and o.state in ('open', 'processing')`,
    )
    assert.deepEqual(await gateway.database.query(mixed), [])
    await audited()
  })
})

test('the command pays to a number, and its exit code says whether the money was kept', async () => {
  const number = await register(freshNumber())
  const command = (...words: string[]) =>
    run(['pay-number', ...words], { environment: { GERBANG_URL: gateway.url } }).ended
  const paid = await command('vabca', number, '--amount', '25000')
  assert.equal(paid.code, 0, paid.stderr)
  assert.match(paid.stdout, /^open-[0-9a-f]{24} PAID kept\n$/)
  await get(`delete/vabca/${number}`)
  const refused = await command('vabca', number, '--amount', '25000')
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /4040001/)
  const late = await command('vabca', number, '--amount', '25000', '--late', '--json')
  assert.equal(late.code, 1)
  assert.equal((JSON.parse(late.stdout) as { result: string }).result, 'returning: number_ended')
  for (const words of [
    ['vabca', number],
    ['vabca', number, '--amount', '0'],
    ['vabca', '--amount', '1'],
  ])
    assert.equal((await command(...words)).code, 2, words.join(' '))
})
