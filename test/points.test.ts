import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { putAcquirer } from '../src/merchant/acquirer-store.ts'
import { statement } from '../src/postgres/database.ts'
import { answerOf, assertProblem } from './api.ts'
import { findingsOn } from './audit.ts'
import {
  freshOrderId,
  merchantServer,
  type MerchantServer,
  seedSample,
  type TestGateway,
  testGateway,
} from './gateway.ts'

/*
 * Paying with points: an instruction to the acquirer, which changes no amount of ours. How many points may be
 * redeemed is the subject of src/card/points.test.ts.
 */

let gateway: TestGateway
let shop: MerchantServer
before(async () => {
  gateway = await testGateway()
  const always = { bins: null, schemes: null, minMinor: null, maxMinor: null, isEnabled: true }
  for (const [place, acquirerId] of ['simulator', 'simulator2'].entries()) {
    const acquirer = { ...always, name: acquirerId, acquirerId, priority: place + 1 }
    await putAcquirer(gateway.database, 'FINPAY770', acquirer)
  }
  shop = await merchantServer()
})
after(async () => {
  await gateway.close()
  await shop.close()
})

/** The documented sample, with amounts where it has none. */
const point = {
  last4: '0008',
  ownedPoints: '9999',
  rule: [{ cardBin: '512345', pointToIdr: '5', min: { amount: '10000' }, max: { amount: '3000', disc: '50' } }],
}

async function open(
  transactionFiltering: object = { point },
  changes: object = {},
  at = gateway,
): Promise<{ id: string; url: string }> {
  const id = freshOrderId()
  const { status, body } = await at.initiate({
    order: { id, amount: '285000', transactionFiltering },
    url: { callbackUrl: `${shop.url}/callback` },
    ...changes,
  })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, url: body['redirecturl'] ?? '' }
}

const challenged = { number: '5123450000000008', expiry: '09/33', cvv: '100', name: 'Budi Santoso' } as const
const otherCard = { ...challenged, number: '5111111111111118' }

async function submit(
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ status: number; page: string }> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ lang: 'en', ...fields }) })
  return { status: response.status, page: await response.text() }
}

const read = async (url: string, lang: string) => (await fetch(`${url}?lang=${lang}`)).text()

/** What the simulated acquirer was told, oldest first. */
async function told(id: string): Promise<string[]> {
  const rows = await gateway.database.query<{ state: string; amount: bigint; points: bigint; worth: bigint }>(
    statement(
      'test.points',
      `select state, amount_minor as amount, points, points_minor as worth
       from simulated_authorization where order_id = $1 order by created_at`,
    ),
    [id],
  )
  return rows.map(({ state, amount, points, worth }) => `${state} ${amount}: ${points} points for ${worth}`)
}

const startedWith = async (id: string) =>
  (await gateway.client.events(id)).filter(({ type }) => type === 'attempt.started').map(({ data }) => data['points'])

const sixHundred = { count: '600', worth: '3000' }
const tick = /<input type="checkbox" id="points"[^>]*>/

suite('the page', () => {
  test('offers the points in both languages, and ticks nothing by itself', async () => {
    const { url } = await open()
    const english = await read(url, 'en')
    assert.match(english, /Pay Rp3\.000 of the total with 600 points of the card ending in 0008/)
    assert.match(english, /The total of the order stays the same/)
    assert.match(await read(url, 'id'), /Bayar Rp3\.000 dari total dengan 600 poin kartu berakhiran 0008/)
    assert.doesNotMatch(tick.exec(english)?.[0] ?? 'checked', /checked/)
  })

  test('says for each beginning of a number what the points are worth, where that differs', async () => {
    const rule = [...point.rule, { cardBin: 443426, pointToIdr: 10 }]
    const page = await read((await open({ point: { ...point, rule } })).url, 'en')
    assert.match(page, /Pay part of the total with points of the card ending in 0008/)
    assert.match(page, /512345…: Rp3\.000 with 600 points/)
    assert.match(page, /443426…: Rp99\.990 with 9\.999 points/)
  })

  test('offers none where none can be redeemed, or the merchant says nothing of them', async () => {
    const [rule] = point.rule
    for (const filtering of [
      {},
      { point: {} },
      { point: { ...point, ownedPoints: 0 } },
      { point: { ...point, rule: [{ ...rule, min: { amount: '285001' } }] } },
      { point: { ...point, rule: [{ ...rule, max: { disc: 0 } }] } },
    ]) {
      const { id, url } = await open(filtering)
      assert.doesNotMatch(await read(url, 'en'), /points/, JSON.stringify(filtering))
      await assert.rejects(gateway.client.pay(id, { points: true }), { status: 400, responseCode: '4000001' })
    }
  })

  test('says at the tick that the points are another card’s, and nothing is sent to the acquirer', async () => {
    const elsewhere = await open({ point: { ...point, rule: [{ cardBin: '51234501', pointToIdr: 5 }] } })
    for (const [{ id, url }, card] of [
      [await open(), otherCard],
      [elsewhere, challenged],
    ] as const) {
      const { status, page } = await submit(url, { formNo: '1', points: '1', ...card })
      assert.equal(status, 422)
      assert.match(page, /id="points-error".*The points belong to another card\. Use that card, or remove the tick\./)
      assert.match(page, /<a href="#points">/)
      const box = tick.exec(page)?.[0] ?? ''
      assert.match(box, /checked/)
      assert.match(box, /aria-invalid="true" aria-describedby="points-error points-hint"/)
      assert.deepEqual(await startedWith(id), [])
      assert.deepEqual(await told(id), [])
    }
    const { id, url } = await open()
    await submit(url, { formNo: '1', points: '1', ...otherCard })
    assert.match((await submit(url, { formNo: '1', ...otherCard })).page, /Payment successful/)
    assert.deepEqual(await told(id), ['approved 285000: null points for null'])
  })

  test('names every fault at once', async () => {
    const { url } = await open()
    const { page } = await submit(url, { formNo: '1', points: '1', ...otherCard, expiry: '', cvv: 'x' })
    for (const field of ['expiry', 'cvv', 'points']) assert.match(page, new RegExp(`<a href="#${field}">`))
  })

  test('of a stored card offers its points as well', async () => {
    const customer = { customer: { id: 'points', mobilePhone: '+6281286288800' } }
    const stored = await open({}, { ...customer, card: { storedOnFile: 'TO_BE_STORED' } })
    await gateway.client.pay(stored.id)
    const [card] = await gateway.client.cards('points')
    const twoClicks = { ...customer, card: { token: card?.token, storedOnFile: 'STORED' } }
    const { id, url } = await open({ point }, twoClicks)
    assert.match(await read(url, 'en'), /Pay Rp3\.000 of the total with 600 points of the card ending in 0008/)
    const mistaken = await submit(`${url}/stored`, { formNo: '1', points: '1', cvv: '1' })
    assert.match(tick.exec(mistaken.page)?.[0] ?? '', /checked/)
    await submit(`${url}/stored`, { formNo: '1', points: '1', cvv: '100' })
    assert.deepEqual(await startedWith(id), [sixHundred])
    const script = await open({ point }, twoClicks)
    assert.equal((await gateway.client.pay(script.id, { points: true })).status, 'CAPTURED')
    assert.deepEqual(await told(script.id), ['approved 285000: 600 points for 3000'])
    const other = await open({ point: { ...point, last4: '1111' } }, twoClicks)
    assert.doesNotMatch(await read(other.url, 'en'), /points/)
    await assert.rejects(gateway.client.pay(other.id, { points: true }), { status: 400, responseCode: '4000001' })
  })
})

suite('the acquirer', () => {
  test('is told of the points, and the whole amount is authorized, captured, told and refunded', async () => {
    const { id } = await open({ point }, { transaction: { mode: 'AUTHORIZE' } })
    const count = shop.received.length
    assert.equal((await gateway.client.pay(id, { points: true })).status, 'AUTHORIZED')
    assert.deepEqual(await startedWith(id), [sixHundred])
    assert.deepEqual(await told(id), ['approved 285000: 600 points for 3000'])
    await gateway.client.capture(id, 285_000)
    await gateway.client.refund(id, 285_000)
    const callbacks = (await shop.wait(count + 3)).slice(count).map(({ body }) => {
      const { order, result } = JSON.parse(body) as {
        order: { amount: number }
        result: { payment: { status: string; amount: number } }
      }
      return `${result.payment.status} ${result.payment.amount} of ${order.amount}`
    })
    assert.deepEqual(callbacks, ['AUTHORIZED 285000 of 285000', 'CAPTURED 285000 of 285000', 'REFUNDED 0 of 285000'])
  })

  test('is told of none where the payer ticks none, nor by a later attempt of a payer who ticked before', async () => {
    const { id, url } = await open()
    await gateway.client.pay(id, { points: true, outcome: 'declined', attempts: 1 })
    await submit(url, { formNo: '2', ...otherCard })
    assert.deepEqual(await startedWith(id), [sixHundred, undefined])
    assert.deepEqual(await told(id), ['declined 285000: 600 points for 3000', 'approved 285000: null points for null'])
  })

  test('keeps them through an answer that is late and an inquiry', async () => {
    const { id } = await open()
    assert.equal((await gateway.client.pay(id, { points: true, outcome: 'late' })).status, 'CAPTURED')
    assert.deepEqual(await told(id), ['approved 285000: 600 points for 3000'])
  })

  test('is told of them as well where another is asked instead', async () => {
    const { id } = await open()
    await gateway.client.fault(id, 'authorize', 'unreachable')
    assert.equal((await gateway.client.pay(id, { points: true })).status, 'CAPTURED')
    assert.ok((await gateway.client.events(id)).some(({ type }) => type === 'attempt.rerouted'))
    assert.deepEqual(await told(id), ['approved 285000: 600 points for 3000'])
  })

  test('is told of them for the first payment of a plan, and for no other', async () => {
    const recurring = { subscribe: 'Y', type: 'PURCHASE', id: 'with-points', amount: '285000', maxInterval: '1' }
    const { id } = await open({ point }, { recurring })
    assert.equal((await gateway.client.pay(id, { points: true })).status, 'CAPTURED')
    await gateway.client.clock.advance('P32D')
    await gateway.client.clock.reset()
    assert.deepEqual(await told(id), ['approved 285000: 600 points for 3000'])
    assert.deepEqual(await startedWith('with-points-1'), [undefined])
    assert.deepEqual(await told('with-points-1'), ['approved 285000: null points for null'])
  })

  test('is told of them by a process that has not seen the tick', async () => {
    const { id, url } = await open()
    const own = await testGateway({}, { connection: gateway.connection })
    await submit(url, { formNo: '1', points: '1', ...challenged })
    assert.deepEqual(await told(id), [])
    // The bank's page, and the CVV once more, as the other process has none.
    const there = url.replace(gateway.url, own.url)
    const { page } = await submit(`${there}/authenticate`, { methodCompleted: 'N' })
    const creq = /name="creq" value="([^"]*)"/.exec(page)?.[1] ?? ''
    const acs = /action="([^"]*\/acs\/[^"]*)"/.exec(page)?.[1] ?? ''
    await submit(acs, { creq })
    const bank = await submit(`${acs}/answer`, { creq, otp: '112233' })
    const cres = /name="cres" value="([^"]*)"/.exec(bank.page)?.[1] ?? ''
    assert.match((await submit(`${there}/return`, { cres })).page, /Type your CVV again/)
    assert.match((await submit(`${there}/cvv`, { formNo: '1', cvv: '100' })).page, /Payment successful/)
    assert.deepEqual(await told(id), ['approved 285000: 600 points for 3000'])
    await own.close()
  })
})

suite('a request', () => {
  const post = (route: string, body: object) =>
    answerOf(
      gateway.fetch(`/pg/payment/card/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  const card = { number: '5123450000000008', expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }

  test('without a page cannot have points, as nobody would be asked', async () => {
    const sample = seedSample(freshOrderId(), { order: { transactionFiltering: { point } } })
    const ways = {
      payment: { ...sample, card },
      'threeds/initiate': {
        ...sample,
        card: { number: card.number },
        url: { threeDsResponseUrl: `${shop.url}/back` },
        device: {},
      },
    }
    for (const [route, body] of Object.entries(ways)) {
      const message = assertProblem(await post(route, body), '4030001', route)
      assert.equal(message, 'Feature Not Allowed order.transaction filtering.point', route)
    }
  })

  test('with a malformed one names the member exactly', async () => {
    const [rule] = point.rule
    const of = (changes: object) => ({ point: { ...point, rule: [{ ...rule, ...changes }] } })
    const name = 'order.transaction filtering.point'
    for (const [transactionFiltering, named] of [
      [of({ min: { amount: '10.5' } }), `Invalid Field Format. The ${name}.rule.0.min.amount format is invalid`],
      [of({ pointToIdr: 0 }), `Invalid Field Format. The ${name}.rule.0.point to idr format is invalid`],
      [{ point: { ...point, last4: undefined } }, `Invalid Mandatory Field ${name}.last4`],
    ] as const) {
      const answer = await post('initiate', seedSample(freshOrderId(), { order: { transactionFiltering } }))
      assert.equal(assertProblem(answer, '4000001'), named)
    }
  })
})

test('nothing of it is found by the auditor (invariants 5 and 6)', async () => {
  assert.deepEqual(await findingsOn(gateway.database), [])
})
