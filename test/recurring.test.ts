import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { GatewayRefusal } from '../src/client.ts'
import type { Merchant } from '../src/merchant/merchant.ts'
import { statement } from '../src/postgres/database.ts'
import { chargeDue } from '../src/recurring/charge-due.ts'
import type { RecurringDeps } from '../src/recurring/deps.ts'
import { Plans } from '../src/recurring/plans.ts'
import { addMerchant, answerOf, assertProblem, bodyOf } from './api.ts'
import { findingsOn } from './audit.ts'
import { freshOrderId, merchantServer, type MerchantServer, type TestGateway, testGateway } from './gateway.ts'

let gateway: TestGateway
let shop: MerchantServer
before(async () => {
  gateway = await testGateway({ GERBANG_SEED: '1' })
  shop = await merchantServer()
})
after(async () => {
  await gateway.close()
  await shop.close()
})

const { stringify } = JSON
let plans = 0
function freshPlanId(): string {
  plans += 1
  return `plan-${plans}`
}

const monthly = (id: string, changes: object = {}) => ({
  subscribe: 'Y',
  type: 'PURCHASE',
  id,
  amount: '25000',
  interval: '1',
  intervalUnit: 'monthly',
  ...changes,
})

/** Opens an order that begins a plan, and pays it as its payer would. */
async function begin(recurring: object, pay: object = {}, changes: object = {}): Promise<string> {
  const id = freshOrderId()
  const opened = await gateway.initiate({
    order: { id },
    url: { callbackUrl: `${shop.url}/callback` },
    recurring,
    ...changes,
  })
  assert.equal(opened.status, 200, stringify(opened.body))
  const before = shop.received.length
  assert.equal((await gateway.client.pay(id, pay)).status, 'CAPTURED')
  await shop.wait(before + 1)
  return id
}

async function statusOf(orderId: string): Promise<string> {
  const answer = (await gateway.client.check(orderId)) as { data: { result: { payment: { status: string } } } }
  return answer.data.result.payment.status
}

suite('a plan', () => {
  test('charges twelve months in less than a second, each with its own order and callback', async () => {
    // What else the machine does may take a second of its own, and not each time.
    const tookMs: number[] = []
    while (tookMs.length < 6 && !tookMs.some((ms) => ms < 1_000)) tookMs.push(await runTwelveMonths())
    assert.ok(
      tookMs.some((ms) => ms < 1_000),
      `${tookMs.join(', ')} ms`,
    )
  })
})

/** A year of a plan of its own; answers how long the clock was moved for. */
async function runTwelveMonths(): Promise<number> {
  const planId = freshPlanId()
  await begin(monthly(planId, { maxInterval: '12' }))
  const before = shop.received.length
  const from = performance.now()
  await gateway.client.clock.advance('P366D')
  const tookMs = performance.now() - from
  for (let no = 1; no <= 12; no += 1) assert.equal(await statusOf(`${planId}-${no}`), 'CAPTURED')
  await shop.wait(before + 12)
  const told = shop.received
    .slice(before)
    .map(({ body }) => JSON.parse(body) as { order: { id: string; amount: number } })
  assert.deepEqual(
    told.map(({ order }) => order.id),
    Array.from({ length: 12 }, (_, index) => `${planId}-${index + 1}`),
  )
  assert.ok(told.every(({ order }) => order.amount === 25_000))
  return tookMs
}

/** When the sandbox's clock stands. */
const now = async () => new Date((await gateway.client.clock.get()).now)

/** Moves the clock by days. */
const days = (count: number) => gateway.client.clock.advance(`P${count}D`)

async function typesOf(planId: string): Promise<string[]> {
  return (await gateway.client.plan(planId)).events.map(({ type }) => type)
}

const refusal = (code: string) => (error: unknown) => error instanceof GatewayRefusal && error.responseCode === code

suite('a payment that is refused', () => {
  test('is tried again by the rule, each try an order with a callback of its own, and recovers', async () => {
    const planId = freshPlanId()
    const retry = { interval: '2', intervalUnit: 'daily', maxInterval: '2' }
    await begin(monthly(planId, { maxInterval: '2', retry }))
    await gateway.client.fault(`${planId}-1`, 'authorize', 'declined')
    await days(31)
    assert.equal(await statusOf(`${planId}-1`), 'FAILURE')
    assert.equal((await gateway.client.plan(planId)).charged, 0)
    await days(2)
    assert.equal(await statusOf(`${planId}-1.2`), 'CAPTURED')
    assert.deepEqual(await typesOf(planId), [
      'plan.started',
      'plan.charging',
      'plan.declined',
      'plan.charging',
      'plan.charged',
    ])
    const told = await Promise.all(
      [`${planId}-1`, `${planId}-1.2`].map(async (orderId) => (await gateway.client.callbacks(orderId)).length),
    )
    assert.deepEqual(told, [1, 1])
    await days(31)
    assert.equal((await gateway.client.plan(planId)).state, 'completed')
  })

  test('fails after the last try, and the plan goes on with the next payment', async () => {
    const planId = freshPlanId()
    await begin(
      monthly(planId, { maxInterval: '2', retry: { interval: '1', intervalUnit: 'daily', maxInterval: '1' } }),
    )
    await gateway.client.fault(`${planId}-1`, 'authorize', 'declined')
    await gateway.client.fault(`${planId}-1.2`, 'authorize', 'declined')
    await days(36)
    const { state, charged, nextNo, events } = await gateway.client.plan(planId)
    assert.deepEqual({ state, charged, nextNo }, { state: 'active', charged: 0, nextNo: 2 })
    assert.deepEqual(events.at(-1)?.data, { no: 1, tries: 2 })
    assert.equal(events.at(-1)?.type, 'plan.charge_failed')
    await days(31)
    assert.equal(await statusOf(`${planId}-2`), 'CAPTURED')
  })

  test('is not tried again on or after the day of the next', async () => {
    const planId = freshPlanId()
    await begin(
      monthly(planId, {
        intervalUnit: 'daily',
        maxInterval: '2',
        retry: { interval: '1', intervalUnit: 'daily', maxInterval: '5' },
      }),
    )
    await gateway.client.fault(`${planId}-1`, 'authorize', 'declined')
    await days(3)
    assert.deepEqual(await typesOf(planId), [
      'plan.started',
      'plan.charging',
      'plan.declined',
      'plan.charge_failed',
      'plan.charging',
      'plan.charged',
      'plan.completed',
    ])
  })
})

test('a payment whose outcome is not known is waited for, and is not asked for twice', async () => {
  const planId = freshPlanId()
  await begin(monthly(planId, { intervalUnit: 'daily', maxInterval: '2' }))
  await gateway.client.fault(`${planId}-1`, 'authorize', 'lost_after')
  await days(1)
  const waiting = await gateway.client.plan(planId)
  assert.equal(waiting.currentOrder, `${planId}-1`)
  await days(2)
  assert.deepEqual(await typesOf(planId), [
    'plan.started',
    'plan.charging',
    'plan.charged',
    'plan.charging',
    'plan.charged',
    'plan.completed',
  ])
  assert.equal(await statusOf(`${planId}-1`), 'CAPTURED')
})

suite('pause, resume and cancel', () => {
  test('what falls into a pause is skipped and not made up', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { intervalUnit: 'daily', maxInterval: '5' }))
    await days(1)
    assert.equal((await gateway.client.managePlan(planId, 'pause')).state, 'paused')
    assert.equal((await gateway.client.managePlan(planId, 'pause')).state, 'paused', 'a repeat changes nothing')
    await gateway.client.clock.advance('P2DT1H')
    const resumed = await gateway.client.managePlan(planId, 'resume')
    assert.equal(resumed.nextNo, 4)
    assert.deepEqual(resumed.events.find(({ type }) => type === 'plan.skipped')?.data, { from: 2, to: 3 })
    await days(3)
    const { state, charged } = await gateway.client.plan(planId)
    assert.deepEqual({ state, charged }, { state: 'completed', charged: 3 })
    await assert.rejects(gateway.client.check(`${planId}-2`), refusal('4040001'))
  })

  test('what falls into a pause is skipped also where a payment is under way all the while', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { intervalUnit: 'minutes', maxInterval: '6' }))
    await gateway.client.fault(`${planId}-1`, 'authorize', 'lost_after')
    await gateway.client.fault(`${planId}-1`, 'inquiry', 'lost_before', 3)
    await gateway.client.clock.advance('PT1M')
    await gateway.client.managePlan(planId, 'pause')
    await gateway.client.clock.advance('PT3M30S')
    await gateway.client.managePlan(planId, 'resume')
    await gateway.client.clock.advance('PT1H')
    const { events } = await gateway.client.plan(planId)
    const made = events.filter(({ type }) => type === 'plan.charged').map(({ data }) => data['no'])
    assert.deepEqual(made, [1, 5, 6])
  })

  test('a plan that is resumed when nothing is left has completed', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { intervalUnit: 'daily', maxInterval: '1' }))
    await gateway.client.managePlan(planId, 'pause')
    await days(5)
    assert.equal((await gateway.client.managePlan(planId, 'resume')).state, 'completed')
  })

  test('once it is cancelled nothing is charged, and it stays so', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId))
    await gateway.client.managePlan(planId, 'cancel')
    await days(100)
    await assert.rejects(gateway.client.check(`${planId}-1`), refusal('4040001'))
    await assert.rejects(gateway.client.managePlan(planId, 'resume'), refusal('4040100'))
    assert.equal((await gateway.client.managePlan(planId, 'cancel')).state, 'cancelled')
  })

  test('a payment that is under way when its plan is cancelled is counted', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { intervalUnit: 'daily' }))
    await gateway.client.fault(`${planId}-1`, 'authorize', 'lost_after')
    await days(1)
    await gateway.client.managePlan(planId, 'cancel')
    await days(3)
    const { state, charged, currentOrder } = await gateway.client.plan(planId)
    assert.deepEqual({ state, charged, currentOrder }, { state: 'cancelled', charged: 1, currentOrder: null })
    await assert.rejects(gateway.client.check(`${planId}-2`), refusal('4040001'))
  })
})

suite('a card', () => {
  test('that was deleted stops its plan', async () => {
    const planId = freshPlanId()
    const customer = { id: `customer-of-${planId}`, mobilePhone: '+6281286288800' }
    await begin(monthly(planId), {}, { customer })
    const [card] = await gateway.client.cards(customer.id)
    assert.ok(card)
    await gateway.client.deleteCard(card.token)
    await days(31)
    const { state, events, endedAt } = await gateway.client.plan(planId)
    assert.equal(state, 'stopped')
    assert.ok(endedAt)
    assert.deepEqual(events.at(-1)?.data, { reason: 'card_deleted', no: 1 })
    await assert.rejects(gateway.client.check(`${planId}-1`), refusal('4040001'))
  })

  test('that has expired stops its plan, after the payments of its last month', async () => {
    const planId = freshPlanId()
    const at = new Date((await now()).getTime() + 7 * 3_600_000)
    const next = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1))
    const expiryDate = next.toISOString().slice(2, 7).replace('-', '')
    const customer = { id: `customer-of-${planId}`, mobilePhone: '+6281286288800' }
    await begin(monthly(planId), { card: { expiryDate } }, { customer })
    await days(100)
    const { state, charged, events } = await gateway.client.plan(planId)
    assert.deepEqual({ state, charged }, { state: 'stopped', charged: 1 })
    assert.deepEqual(events.at(-1)?.data, { reason: 'card_expired', no: 2 })
  })
})

suite('names and dates', () => {
  test('a plan’s name is used once; a repeat of an order that names it is answered as any repeat is', async () => {
    const planId = freshPlanId()
    const [one, two] = [freshOrderId(), freshOrderId()]
    const ask = async (id: string) => {
      const { body } = await gateway.initiate({ order: { id }, recurring: monthly(planId) })
      return body['redirecturl'] ?? body['responseCode']
    }
    const [first, second] = [await ask(one), await ask(two)]
    assert.match(String(first), /\/access\//)
    assert.equal(await ask(one), first)
    assert.equal((await gateway.client.pay(one)).status, 'CAPTURED')
    const begun = await gateway.client.plan(planId)
    assert.equal(await ask(one), '4090001', 'it is finished')
    assert.equal(await ask(two), second, 'it can still be paid')
    assert.equal(await ask(freshOrderId()), '4090000')
    assert.deepEqual(await gateway.client.plan(planId), begun)
  })

  test('a repeat that comes after the end date of its plan is answered, and a new order is not opened', async () => {
    const planId = freshPlanId()
    const local = new Date((await now()).getTime() + 7 * 3_600_000 + 2 * 86_400_000)
    const endDate = local.toISOString().slice(0, 10).replaceAll('-', '')
    const ask = async (id: string) => {
      const order = { id, timeout: '10080' }
      const { body } = await gateway.initiate({ order, recurring: monthly(planId, { endDate }) })
      return body['redirecturl'] ?? body['responseCode']
    }
    const id = freshOrderId()
    const first = await ask(id)
    assert.match(String(first), /\/access\//)
    await days(3)
    assert.equal(await ask(id), first)
    assert.equal(await ask(freshOrderId()), '4000001')
  })

  test('of two orders that name one plan, the one that is paid first begins it', async () => {
    const planId = freshPlanId()
    const recurring = monthly(planId)
    const [one, two] = [freshOrderId(), freshOrderId()]
    for (const id of [one, two]) assert.equal((await gateway.initiate({ order: { id }, recurring })).status, 200)
    for (const id of [two, one]) assert.equal((await gateway.client.pay(id)).status, 'CAPTURED')
    assert.equal((await gateway.client.plan(planId)).orderId, two)
  })

  test('a payment steps over an order of the merchant’s own that has its id', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { intervalUnit: 'daily', maxInterval: '1' }))
    assert.equal((await gateway.initiate({ order: { id: `${planId}-1` } })).status, 200)
    await days(1)
    assert.equal(await statusOf(`${planId}-1.2`), 'CAPTURED')
    assert.ok((await typesOf(planId)).includes('plan.order_id_taken'))
  })

  test('a name that cannot stand in an order id gives one all the same', async () => {
    const planId = `langganan № ${freshPlanId()} / kopi`
    await begin(monthly(planId, { intervalUnit: 'daily', maxInterval: '1' }))
    await days(1)
    const { charged, events } = await gateway.client.plan(planId)
    assert.equal(charged, 1)
    assert.match(String(events.find(({ type }) => type === 'plan.charged')?.data['orderId']), /^plan-[0-9a-f]{40}-1$/)
  })

  test('payments begin on the start date and end with the end date', async () => {
    const planId = freshPlanId()
    const day = async (ahead: number) =>
      new Date((await now()).getTime() + 7 * 3_600_000 + ahead * 86_400_000).toISOString().slice(0, 10)
    const plain = (text: string) => text.replaceAll('-', '')
    const [start, end] = [await day(10), await day(24)]
    await begin(monthly(planId, { intervalUnit: 'weekly', startDate: plain(start), endDate: plain(end) }))
    assert.equal((await gateway.client.plan(planId)).nextAt?.slice(0, 10), start)
    await days(60)
    const { state, charged } = await gateway.client.plan(planId)
    assert.deepEqual({ state, charged }, { state: 'completed', charged: 3 })
    const past = await gateway.initiate({ recurring: monthly(freshPlanId(), { endDate: plain(end) }) })
    assert.equal(past.body['responseCode'], '4000001')
    assert.match(past.body['responseMessage'] ?? '', /recurring\.end date/)
  })

  test('a clock that is set back charges nothing twice, nor early', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { intervalUnit: 'daily', maxInterval: '2' }))
    await days(1)
    const [before, at] = [await gateway.client.plan(planId), await now()]
    await gateway.client.clock.reset()
    // Over the day of the first payment again, and not yet over that of the second.
    await gateway.client.clock.to(at)
    assert.deepEqual(await gateway.client.plan(planId), before)
    await days(2)
    assert.deepEqual((await typesOf(planId)).slice(1), [
      'plan.charging',
      'plan.charged',
      'plan.charging',
      'plan.charged',
      'plan.completed',
    ])
    const taken = await gateway.database.query<{ order_id: string }>(
      statement('test.taken', `select order_id from simulated_authorization where order_id like $1 order by order_id`),
      [`${planId}-%`],
    )
    assert.deepEqual(
      taken.map((row) => row.order_id),
      [`${planId}-1`, `${planId}-2`],
    )
  })

  test('a timer that was found before the clock was set back waits for the plan’s own time', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId))
    const merchant = gateway.gateway.merchant
    assert.ok(merchant)
    const { merchantId } = merchant
    const plans = new Plans(gateway.database)
    const { dueAt } = (await plans.find({ merchantId, planId })) ?? {}
    assert.ok(dueAt)
    const untouched = () => assert.fail('nothing is begun before its time')
    const deps = { plans, initiate: untouched, takeCard: untouched } as unknown as RecurringDeps
    const aShop = { merchantId } as unknown as Merchant
    for (const earlyMs of [1, 86_400_000])
      assert.deepEqual(await chargeDue(deps, aShop, planId, new Date(dueAt.getTime() - earlyMs)), dueAt)
    assert.deepEqual(await typesOf(planId), ['plan.started'])
  })

  test('nothing is begun where nobody subscribes, nor by a payment that its merchant makes', async () => {
    const planId = freshPlanId()
    await begin(monthly(planId, { subscribe: 'N' }))
    await assert.rejects(gateway.client.plan(planId), refusal('4040001'))
  })
})

suite('our own calls', () => {
  test('plans are listed by id, page after page, and by state', async () => {
    const all: string[] = []
    for (let more = true; more; ) {
      const after = all.at(-1)
      const page = await gateway.client.plans(after === undefined ? {} : { after })
      all.push(...page.plans.map(({ id }) => id))
      more = page.more
    }
    assert.ok(all.length > 10)
    assert.deepEqual(all, [...new Set(all)])
    const stopped = await gateway.client.plans({ state: 'stopped' })
    assert.equal(stopped.plans.length, 2)
    assert.ok(stopped.plans.every(({ state }) => state === 'stopped'))
  })

  test('another merchant finds none of them', async () => {
    const [plan] = (await gateway.client.plans({})).plans
    const headers = { authorization: await addMerchant(gateway, 'TETANGGA', 'another-key') }
    const path = `/gerbang/plans/${encodeURIComponent(plan?.id ?? '')}`
    assertProblem(await answerOf(gateway.fetch(path, { headers })), '4040001')
    for (const wish of ['pause', 'resume', 'cancel'])
      assertProblem(await answerOf(gateway.fetch(`${path}/${wish}`, { method: 'POST', headers })), '4040001')
    const listed = bodyOf(await answerOf(gateway.fetch('/gerbang/plans', { headers })))
    assert.deepEqual(listed['data'], { plans: [], more: false })
  })

  test('what is not known of them is refused by its name', async () => {
    for (const [query, name] of [
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['state=asleep', 'state'],
      ['sort=id', 'sort'],
      ['after=a&after=b', 'after'],
    ] as const)
      assert.match(assertProblem(await answerOf(gateway.fetch(`/gerbang/plans?${query}`)), '4000001'), new RegExp(name))
    const body = JSON.stringify({ reason: 'holiday' })
    const headers = { 'content-type': 'application/json' }
    const answer = await answerOf(gateway.fetch('/gerbang/plans/none/pause', { method: 'POST', headers, body }))
    assert.match(assertProblem(answer, '4000001'), /reason/)
    assertProblem(await answerOf(gateway.fetch('/gerbang/plans/none/pause', { method: 'POST' })), '4040001')
    assertProblem(await answerOf(gateway.fetch('/gerbang/plans', { method: 'POST' })), '4050001')
  })
})

test('the auditor finds nothing in what these plans have left', async () => {
  assert.deepEqual(await findingsOn(gateway.database), [])
})
