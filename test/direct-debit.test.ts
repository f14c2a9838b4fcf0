import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { statement } from '../src/postgres/database.ts'
import { verifies } from '../src/wire/signature.ts'
import { uuid } from './api.ts'
import {
  poor,
  limited,
  late,
  silent,
  otp,
  gateway,
  shop,
  other,
  openShop,
  call,
  customer,
  recurring,
  bindBody,
  linked,
  source,
  purchase,
  briBody,
  bri,
  outcome,
  paymentOf,
  statusOf,
  count,
  told,
  audited,
  invalidAccount,
  invalidOtp,
  blocked,
  overdue,
  type Json,
  type Payment,
} from './direct-debit.ts'
import { freshOrderId } from './gateway.ts'

openShop()

describe('bind', () => {
  const forms = {
    ddisaku: ['responseCode', 'responseMessage', 'referenceNumber', 'redirecturl', 'processingTime', 'traceId'],
    ddbri: ['responseCode', 'responseMessage', 'redirecturl', 'processingTime', 'traceId'],
    ddmandiri: ['responseCode', 'responseMessage', 'redirecturl', 'processingTime', 'traceId'],
  } as const
  const tokens = { ddisaku: /^[0-9a-f]{32}$/, ddbri: /^card_[0-9a-f]{32}$/, ddmandiri: /^[0-9A-F]{32}$/ } as const

  for (const type of ['ddisaku', 'ddbri', 'ddmandiri'] as const)
    test(`of ${type} answers in the documented form, and the merchant is told the token, signed`, async () => {
      const path = `/bind-${type}`
      const answer = await call('directdebit/bind', bindBody(type, { url: { callbackUrl: `${shop.url}${path}` } }))
      assert.deepEqual(Object.keys(answer), forms[type])
      assert.match(String(answer['redirecturl']), /\/sandbox\/directdebit\/[0-9a-f]{64}$/)
      const { status, accountId } = await gateway.client.link(String(answer['redirecturl']))
      assert.equal(status, 'LINKED')
      assert.match(accountId ?? '', tokens[type])
      const [notice, ...more] = await told(path)
      assert.deepEqual(more, [])
      const { signature, result, ...rest } = notice as Json & { result: { binding: Json } }
      const { journeyID, chargeToken, ...account } = rest['sourceOfFunds'] as Json
      assert.deepEqual(
        { ...rest, sourceOfFunds: account },
        {
          merchant: { id: 'FINPAY770' },
          customer: { id: 'budi' },
          sourceOfFunds: { type, accountId, mask: 'xxxxxx7001' },
        },
      )
      assert.equal(result.binding['status'], 'LINKED')
      assert.match(String(result.binding['reference']), uuid)
      if (type === 'ddisaku') assert.equal(result.binding['reference'], answer['referenceNumber'])
      if (type === 'ddmandiri') {
        assert.match(String(journeyID), /^[0-9a-f]{32}$/)
        assert.match(String(chargeToken), /^\d{12}$/)
      } else assert.deepEqual([journeyID, chargeToken], [undefined, undefined])
      assert.ok(signature)
      const received = shop.received.find((each) => each.path === path)
      const key = gateway.gateway.merchant?.key
      assert.ok(received && key && verifies(received.body, key))
      assert.equal(received.headers['x-external-id'], result.binding['reference'])
    })

  test('completed again answers the same account, and links none beside it', async () => {
    const { redirecturl } = await call(
      'directdebit/bind',
      bindBody('ddbri', { customer: { ...customer, id: 'twice' } }),
    )
    const first = await gateway.client.link(String(redirecturl))
    const all = await Promise.all(Array.from({ length: 20 }, () => gateway.client.link(String(redirecturl))))
    for (const each of all) assert.deepEqual(each, first)
    assert.equal((await gateway.client.accounts('twice')).length, 1)
  })

  test('twenty who type the password at once link one account', async () => {
    const body = bindBody('ddbri', { customer: { ...customer, id: 'rush' }, url: { callbackUrl: `${shop.url}/rush` } })
    const { redirecturl } = await call('directdebit/bind', body)
    await Promise.all(Array.from({ length: 20 }, () => gateway.client.link(String(redirecturl))))
    assert.equal((await gateway.client.accounts('rush')).length, 1)
    assert.equal((await told('/rush')).length, 1)
    await audited()
  })

  test('ends after three wrong passwords: nothing is linked, and the merchant is told so', async () => {
    const body = bindBody('ddbri', {
      customer: { ...customer, id: 'wrong' },
      url: { callbackUrl: `${shop.url}/wrong` },
    })
    const link = String((await call('directdebit/bind', body))['redirecturl'])
    for (const status of ['WAITING', 'WAITING', 'FAILED', 'FAILED'])
      assert.equal((await gateway.client.link(link, { otp: '000000' })).status, status)
    assert.equal((await gateway.client.link(link)).status, 'FAILED')
    assert.deepEqual(await gateway.client.accounts('wrong'), [])
    const [notice, ...more] = (await told('/wrong')) as unknown as { sourceOfFunds: Json; result: { binding: Json } }[]
    assert.deepEqual(more, [])
    assert.deepEqual(notice?.sourceOfFunds, { type: 'ddbri' })
    assert.equal(notice.result.binding['status'], 'FAILURE')
    await audited()
  })

  test('is over after an hour', async () => {
    const link = String((await call('directdebit/bind', bindBody('ddbri')))['redirecturl'])
    await gateway.client.clock.advance('PT61M')
    assert.deepEqual(await gateway.client.link(link), { status: 'EXPIRED', accountId: null })
  })

  test('takes published test accounts only', async () => {
    const link = String((await call('directdebit/bind', bindBody('ddbri')))['redirecturl'])
    assert.match(await outcome(gateway.client.link(link, { account: '1234567890' })), /^400 4000001/)
  })

  test('of one merchant cannot be completed by another (invariant 9)', async () => {
    const link = String((await call('directdebit/bind', bindBody('ddbri')))['redirecturl'])
    assert.match(await outcome(other.link(link)), /^404 4040001/)
    assert.match(await outcome(other.link('0'.repeat(64))), /^404 4040001/)
  })

  const without = (name: keyof typeof customer) => ({ customer: { ...customer, [name]: '' } })
  for (const [type, change, field] of [
    ['ddbri', without('id'), 'customer.id'],
    ['ddbri', without('email'), 'customer.email'],
    ['ddbri', without('firstName'), 'customer.first name'],
    ['ddmandiri', without('lastName'), 'customer.last name'],
    ['ddisaku', without('mobilePhone'), 'customer.mobile phone'],
    ['ddisaku', { url: null }, 'url'],
    ['ddmandiri', { recurring: null }, 'recurring'],
    ['ddmandiri', { recurring: { ...recurring, endDate: '' } }, 'recurring.end date'],
    ['ddmandiri', { recurring: { ...recurring, retry: { interval: '1' } } }, 'recurring.retry.interval unit'],
    ['ddbri', { sourceOfFunds: null }, 'source of funds'],
    ['ddbri', { sourceOfFunds: {} }, 'source of funds.type'],
  ] as const)
    test(`of ${type} without ${field} says so`, async () => {
      const refused = await outcome(call('directdebit/bind', bindBody(type, change)))
      assert.equal(refused, `400 4000001 Invalid Mandatory Field ${field}`)
    })

  for (const [change, field] of [
    [{ sourceOfFunds: { type: 'cc' } }, 'source of funds.type'],
    [{ customer: { ...customer, mobilePhone: '0812' } }, 'customer.mobile phone'],
    [{ url: { callbackUrl: 'ftp://shop.example' } }, 'url.callback url'],
  ] as const)
    test(`with a wrong ${field} says so`, async () => {
      const refused = await outcome(call('directdebit/bind', bindBody('ddbri', change)))
      assert.equal(refused, `400 4000001 Invalid Field Format. The ${field} format is invalid`)
    })
})

describe('unbind', () => {
  test('makes the token worthless, once', async () => {
    const accountId = await linked('ddmandiri')
    assert.equal(await outcome(call('directdebit/unbind', source('ddmandiri', accountId))), '200')
    assert.equal(await outcome(call('directdebit/unbind', source('ddmandiri', accountId))), invalidAccount)
    assert.equal(await outcome(purchase(accountId, freshOrderId())), invalidAccount)
    const accounts = await gateway.client.accounts('budi')
    assert.ok(!accounts.some((each) => each.accountId === accountId))
  })

  test('names the channel, too', async () => {
    const accountId = await linked('ddmandiri')
    assert.equal(await outcome(call('directdebit/unbind', source('ddisaku', accountId))), invalidAccount)
    assert.match(await outcome(call('directdebit/unbind', { sourceOfFunds: { type: 'ddbri' } })), /account id/)
  })
})

describe("one merchant's token", () => {
  test('is worthless to another in every call (invariant 9)', async () => {
    const mandiri = await linked('ddmandiri')
    const card = await linked('ddbri')
    const [account] = (await gateway.client.accounts('budi')).filter((each) => each.accountId === mandiri)
    const id = freshOrderId()
    for (const work of [
      () => call('directdebit/unbind', source('ddmandiri', mandiri), other),
      () => purchase(mandiri, id, {}, other),
      () => call('directdebit/purchase/otp', source('ddmandiri', mandiri), other),
      () => call('directdebit/limit/otp', source('ddmandiri', mandiri), other),
      () =>
        call(
          'directdebit/limit',
          {
            cardToken: mandiri,
            journeyID: account?.journeyID,
            chargeToken: account?.chargeToken,
            limit: '1000',
            otp,
            merchantId: 'TETANGGA',
            sofId: 'ddmandiri',
          },
          other,
        ),
      () => call('initiate', briBody(card, id), other),
    ])
      assert.equal(await outcome(work()), invalidAccount)
    assert.deepEqual(await other.accounts('budi'), [])
    assert.equal(await outcome(other.check(id)), '404 4040001 Transaction Not Found')
    await audited()
  })
})

describe('purchase', () => {
  test('charges at once, and the merchant is told PAID with the three digits of the bank', async () => {
    const accountId = await linked('ddmandiri')
    const id = freshOrderId()
    const answer = await purchase(accountId, id)
    assert.deepEqual(Object.keys(answer), ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
    const payment = await paymentOf(id)
    assert.equal(payment.status, 'PAID')
    assert.equal(payment.amount, 25_000)
    assert.equal(payment.channel, '008')
    assert.match(payment.reference ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}008$/)
    const [notice, ...more] = (await told(`/${id}`)) as unknown as {
      result: { payment: Payment }
      sourceOfFunds: Json
    }[]
    assert.deepEqual(more, [])
    assert.equal(notice?.result.payment.status, 'PAID')
    assert.equal(notice.result.payment.channel, '008')
    assert.deepEqual(notice.sourceOfFunds, { type: 'ddmandiri' })
    await audited()
  })

  test('by i.saku is the same', async () => {
    const accountId = await linked('ddisaku')
    const id = freshOrderId()
    await purchase(accountId, id, source('ddisaku', accountId))
    assert.equal((await paymentOf(id)).channel, '913')
  })

  test('of a paid order can be refunded, in parts', async () => {
    const accountId = await linked('ddmandiri')
    const id = freshOrderId()
    await purchase(accountId, id)
    await gateway.client.refund(id, 5_000)
    assert.equal(await statusOf(id), 'PARTIALLY_REFUNDED')
    await gateway.client.refund(id, 20_000)
    assert.equal(await statusOf(id), 'REFUNDED')
    await audited()
  })

  test('repeated answers what became of it, also when the account has gone; other content is refused', async () => {
    const accountId = await linked('ddmandiri')
    const id = freshOrderId()
    await purchase(accountId, id)
    assert.equal(await outcome(purchase(accountId, id)), '200')
    await call('directdebit/unbind', source('ddmandiri', accountId))
    assert.equal(await outcome(purchase(accountId, id)), '200')
    assert.match(await outcome(purchase(accountId, id, { order: { amount: '1' } })), /^409 4090001/)
    assert.equal(await count(id, 'attempt.authorizing'), 1)
  })

  test('twenty at once charge once, and all are told the same (invariant 2)', async () => {
    const accountId = await linked('ddmandiri')
    for (let round = 0; round < 5; round += 1) {
      const id = freshOrderId()
      const all = await Promise.all(Array.from({ length: 20 }, async () => outcome(purchase(accountId, id))))
      assert.deepEqual([...new Set(all)], ['200'])
      assert.equal(await count(id, 'attempt.authorizing'), 1)
      assert.equal(await count(id, 'order.captured'), 1)
    }
    await audited()
  })

  for (const [name, account, refusal] of [
    ['without the money', () => poor, '403 4030014 Insufficient Funds'],
    ["over the bank's limit", () => limited, '403 4030002 Exceeds Transaction Amount Limit'],
  ] as const)
    test(`${name} fails its order, once`, async () => {
      const accountId = await linked('ddmandiri', account())
      const id = freshOrderId()
      for (let n = 0; n < 2; n += 1) assert.equal(await outcome(purchase(accountId, id)), refusal)
      assert.equal(await statusOf(id), 'FAILURE')
      const notices = (await told(`/${id}`)) as unknown as { result: { payment: Payment } }[]
      assert.deepEqual(
        notices.map(({ result }) => result.payment.status),
        ['FAILURE'],
      )
      assert.equal(await count(id, 'attempt.authorizing'), 1)
      await audited()
    })

  test('whose answer is lost is paid all the same, once the bank is inquired about it (invariant 4)', async () => {
    const accountId = await linked('ddmandiri', late)
    const id = freshOrderId()
    assert.match(await outcome(purchase(accountId, id)), /^504 5040000/)
    assert.equal(await statusOf(id), 'PENDING')
    await gateway.client.clock.advance('PT2M')
    assert.equal(await statusOf(id), 'PAID')
    assert.equal((await paymentOf(id)).channel, '008')
    assert.equal(await outcome(purchase(accountId, id)), '200')
    await audited()
  })

  test('that the bank does not answer is reversed at the deadline (invariant 4)', async () => {
    const accountId = await linked('ddmandiri', silent)
    const id = freshOrderId()
    assert.match(await outcome(purchase(accountId, id)), /^504 5040000/)
    await gateway.client.clock.advance('PT20M')
    assert.equal(await statusOf(id), 'FAILURE')
    await audited()
  })

  for (const fault of ['lost_before', 'lost_during', 'lost_after', 'late', 'twice', 'silent', 'unreachable'] as const)
    test(`of which a message is ${fault} ends paid once, or not at all`, async () => {
      const accountId = await linked('ddmandiri')
      const id = freshOrderId()
      await gateway.client.fault(id, 'authorize', fault)
      const first = await outcome(purchase(accountId, id))
      assert.match(first, fault === 'twice' ? /^200/ : fault === 'unreachable' ? /^403 4030005/ : /^504/)
      await new Promise((done) => setTimeout(done, 300))
      await gateway.client.clock.advance('PT20M')
      const isPaid = ['lost_during', 'lost_after', 'late', 'twice'].includes(fault)
      assert.equal(await statusOf(id), isPaid ? 'PAID' : 'FAILURE')
      await audited()
    })

  for (const [change, field] of [
    [{ customer: { ...customer, email: '' } }, 'customer.email'],
    [{ customer: { ...customer, lastName: null } }, 'customer.last name'],
    [{ order: { currency: '' } }, 'order.currency'],
    [{ order: { description: '' } }, 'order.description'],
    [{ order: { amount: '' } }, 'order.amount'],
    [{ url: {} }, 'url.callback url'],
    [{ sourceOfFunds: { type: 'ddmandiri' } }, 'source of funds.account id'],
  ] as const)
    test(`without ${field} says so`, async () => {
      const refused = await outcome(purchase('0'.repeat(32), freshOrderId(), change))
      assert.equal(refused, `400 4000001 Invalid Mandatory Field ${field}`)
    })

  for (const [change, refusal] of [
    [{ sourceOfFunds: { type: 'ddmandiri', accountId: 'abc' } }, /^400 4000001 .* source of funds.account id/],
    [{ order: { amount: '1.5' } }, /^400 4000001 .* order.amount/],
    [{ sourceOfFunds: { type: 'vabca', accountId: 'abc' } }, /^400 4000001 .* source of funds.type/],
    [{ sourceOfFunds: { type: 'ddbri', accountId: 'card_1' } }, /^403 4030001 .* source of funds.type/],
    [{ order: { referenceNumber: 'x' } }, /^403 4030001 .* order.reference number/],
    [{ recurring: { ...recurring, subscribe: 'Y' } }, /^403 4030001 .* recurring/],
    [{}, /^404 4040011/],
  ] as const)
    test(`is refused: ${String(refusal)}`, async () => {
      const id = freshOrderId()
      assert.match(await outcome(purchase('0'.repeat(32), id, change)), refusal)
      assert.equal(await outcome(gateway.client.check(id)), '404 4040001 Transaction Not Found')
    })
})

describe('an OTP for a purchase', () => {
  test('charges what is over the limit, and is used once', async () => {
    const accountId = await linked('ddmandiri')
    await setLimit(accountId, '20000')
    const id = freshOrderId()
    assert.equal(await outcome(purchase(accountId, id)), '403 4030002 Exceeds Transaction Amount Limit')
    assert.equal(await outcome(gateway.client.check(id)), '404 4040001 Transaction Not Found')
    assert.equal(await outcome(purchase(accountId, freshOrderId(), { order: { amount: '20000' } })), '200')
    assert.equal(await outcome(purchase(accountId, id, { order: { otp } })), invalidOtp)
    const sent = await call('directdebit/purchase/otp', source('ddmandiri', accountId))
    assert.deepEqual(Object.keys(sent), ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
    assert.equal(await outcome(purchase(accountId, id, { order: { otp: '000000' } })), invalidOtp)
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => outcome(purchase(accountId, id, { order: { otp } }))),
    )
    assert.deepEqual([...new Set(all)], ['200'])
    assert.equal(await count(id, 'attempt.authorizing'), 1)
    assert.equal(await outcome(purchase(accountId, id, { order: { otp } })), '200')
    assert.equal(await outcome(purchase(accountId, freshOrderId(), { order: { otp } })), invalidOtp)
    await audited()
  })

  test('is blocked after three wrong ones until its time is over, and open guesses are counted at once', async () => {
    const accountId = await linked('ddmandiri')
    await call('directdebit/purchase/otp', source('ddmandiri', accountId))
    const guesses = await Promise.all(
      Array.from({ length: 20 }, async (_, n) =>
        outcome(purchase(accountId, freshOrderId(), { order: { otp: String(100_000 + n) } })),
      ),
    )
    assert.equal(guesses.filter((each) => each === invalidOtp).length, 2)
    assert.equal(guesses.filter((each) => each === blocked).length, 18)
    assert.equal(await outcome(purchase(accountId, freshOrderId(), { order: { otp } })), blocked)
    assert.equal(await outcome(call('directdebit/purchase/otp', source('ddmandiri', accountId))), blocked)
    await gateway.client.clock.advance('PT5M')
    assert.equal(await outcome(call('directdebit/purchase/otp', source('ddmandiri', accountId))), '200')
    assert.equal(await outcome(purchase(accountId, freshOrderId(), { order: { otp } })), '200')
  })

  test('lives five minutes of business time (invariant 10)', async () => {
    const accountId = await linked('ddmandiri')
    await call('directdebit/purchase/otp', source('ddmandiri', accountId))
    await gateway.client.clock.advance('PT5M')
    assert.equal(await outcome(purchase(accountId, freshOrderId(), { order: { otp } })), overdue)
  })

  test('is for Mandiri', async () => {
    const accountId = await linked('ddbri')
    for (const path of ['purchase/otp', 'limit/otp'])
      assert.match(await outcome(call(`directdebit/${path}`, source('ddbri', accountId))), /^403 4030001/)
  })
})

async function limitBody(accountId: string, change: object = {}): Promise<object> {
  const account = (await gateway.client.accounts('budi')).find((each) => each.accountId === accountId)
  const { journeyID, chargeToken } = account ?? {}
  const names = { cardToken: accountId, journeyID, chargeToken, merchantId: 'FINPAY770', sofId: 'ddmandiri' }
  return { ...names, limit: '20000', otp, ...change }
}

async function setLimit(accountId: string, limit: string): Promise<void> {
  await call('directdebit/limit/otp', source('ddmandiri', accountId))
  await call('directdebit/limit', await limitBody(accountId, { limit }))
}

describe('a limit', () => {
  test('is set with an OTP of its own, and shown', async () => {
    const accountId = await linked('ddmandiri')
    await call('directdebit/purchase/otp', source('ddmandiri', accountId))
    assert.equal(await outcome(call('directdebit/limit', await limitBody(accountId))), invalidOtp)
    await setLimit(accountId, '30000')
    const account = (await gateway.client.accounts('budi')).find((each) => each.accountId === accountId)
    assert.equal(account?.limit, 30_000)
    assert.equal(await outcome(call('directdebit/limit', await limitBody(accountId))), invalidOtp, 'it is used')
  })

  test('is not set by wrong names, and each fault is told', async () => {
    const accountId = await linked('ddmandiri')
    await call('directdebit/limit/otp', source('ddmandiri', accountId))
    for (const [change, refusal] of [
      [{ journeyID: '0'.repeat(32) }, /^404 4040011/],
      [{ chargeToken: '000000000000' }, /^404 4040011/],
      [{ cardToken: '0'.repeat(32) }, /^404 4040011/],
      [{ journeyID: 'x' }, /^400 4000001 .*journey ID|^400 4000001 .*journey id/i],
      [{ chargeToken: '' }, /^400 4000001 Invalid Mandatory Field charge token/],
      [{ limit: '0' }, /^400 4000001 .*limit/],
      [{ merchantId: 'TETANGGA' }, /^400 4000001 .*merchant id/],
      [{ sofId: 'ddbri' }, /^400 4000001 .*sof id/],
      [{ otp: '000000' }, /^404 4040015/],
      [{ otp: '000001' }, /^404 4040015/],
      [{ otp: '000002' }, /^403 4030011/],
      [{}, /^403 4030011/],
    ] as const)
      assert.match(await outcome(call('directdebit/limit', await limitBody(accountId, change))), refusal)
  })
})

describe('what is kept', () => {
  test('holds no account number and no OTP, in the database, the log or an answer', async () => {
    const accountId = await linked('ddbri')
    const id = freshOrderId()
    const { referenceNumber } = await bri(accountId, id)
    await bri(accountId, id, { otp, referenceNumber })
    const tables = await gateway.database.query<{ name: string }>(
      statement('', `select table_name as name from information_schema.tables where table_schema = current_schema()`),
      [],
    )
    assert.ok(tables.some(({ name }) => name === 'one_time_password'))
    for (const { name } of tables) {
      const rows = await gateway.database.query<{ text: string }>(
        statement('', `select row_to_json(t)::text as text from "${name}" t`),
        [],
      )
      for (const { text } of rows) {
        assert.doesNotMatch(text, /1234567\d{3}/, name)
        assert.doesNotMatch(text, /(?<![0-9a-f])112233(?![0-9a-f])/, name)
      }
    }
    for (const text of [...gateway.logged, ...shop.received.map(({ body }) => body)]) {
      assert.doesNotMatch(text, /1234567\d{3}/)
      assert.doesNotMatch(text, /(?<![0-9a-f])112233(?![0-9a-f])/)
    }
  })
})

test('balances are named, and not built (invariant 12)', async () => {
  for (const path of ['balance', 'balance/history'])
    for (const method of ['GET', 'POST'] as const)
      assert.equal(
        await outcome(gateway.client.call(method, `/pg/payment/card/directdebit/${path}`)),
        `403 4030001 Feature Not Allowed directdebit/${path}`,
      )
})

test('a merchant without the channel is refused by every call', async () => {
  await gateway.database.query(
    statement('', `update merchant set channels = '{cc}' where merchant_id = 'TETANGGA'`),
    [],
  )
  await new Promise((done) => setTimeout(done, 5_200))
  const refused = /^403 4030001 .* source of funds.type/
  const some = '0'.repeat(32)
  assert.match(await outcome(call('directdebit/bind', bindBody('ddbri'), other)), refused)
  assert.match(await outcome(call('directdebit/unbind', source('ddmandiri', some), other)), refused)
  assert.match(await outcome(purchase(some, freshOrderId(), {}, other)), refused)
  assert.match(await outcome(call('directdebit/purchase/otp', source('ddmandiri', some), other)), refused)
  assert.match(await outcome(call('directdebit/limit/otp', source('ddmandiri', some), other)), refused)
})
