import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { faults } from '../../src/acquirer/faults.ts'
import type { PlanWithLog } from '../../src/client.ts'
import { codes, type Shop } from './shop.ts'
import { cardNo, customerNo, type StoredCards, timeout } from './stored-cards.ts'

const planNo = fc.nat({ max: 1 })
const minuteMs = 60_000
const dayMs = 1_440 * minuteMs

const rhythms = {
  minute: { interval: '1', intervalUnit: 'minutes', ms: minuteMs },
  day: { interval: '1', intervalUnit: 'daily', ms: dayMs },
  twoDays: { interval: '2', intervalUnit: 'daily', ms: 2 * dayMs },
} as const

export const beginStep = fc.record({
  begin: planNo,
  customer: customerNo,
  card: cardNo,
  rhythm: fc.constantFrom('minute', 'day', 'twoDays'),
  payments: fc.integer({ min: 1, max: 5 }),
  retries: fc.nat({ max: 2 }),
})
export const manageStep = fc.record({
  manage: planNo,
  wish: fc.constantFrom('pause', 'pause', 'pause', 'resume', 'resume', 'resume', 'cancel'),
})
/** A pause, time that passes, and its end. */
export const restStep = fc.record({ rest: planNo, lasts: fc.constantFrom('PT3M', 'P1D', 'P2D') })
export const planTroubleStep = fc.record({
  planTrouble: planNo,
  payment: fc.integer({ min: 1, max: 3 }),
  try: fc.integer({ min: 1, max: 2 }),
  trouble: fc.constantFrom(...faults),
  /** How often the inquiry about it is lost as well. */
  lost: fc.nat({ max: 4 }),
})

type BeginStep = typeof beginStep extends fc.Arbitrary<infer T> ? T : never
type ManageStep = typeof manageStep extends fc.Arbitrary<infer T> ? T : never
type PlanTroubleStep = typeof planTroubleStep extends fc.Arbitrary<infer T> ? T : never

interface Begun {
  readonly ms: number
  /** In this group: what was wished and how it was answered. */
  wishes: { wish: ManageStep['wish']; isDone: boolean }[]
  isCancelled: boolean
  isPaused: boolean
  /** How many payments had begun when it was known that no more may. */
  quietAt: number | null
}

/**
 * Plans: no payment begins while a plan is paused, after it was cancelled, or once its card is deleted; what fell
 * into a pause is not made up; no payment is made twice.
 */
export class Plans {
  readonly #shop: Shop
  readonly #cards: StoredCards
  readonly #plans = new Map<number, Begun>()

  constructor(shop: Shop, cards: StoredCards) {
    this.#shop = shop
    this.#cards = cards
  }

  async begin({ begin: no, customer, card, rhythm, payments, retries }: BeginStep): Promise<void> {
    if (this.#plans.has(no)) return
    const { ms, ...step } = rhythms[rhythm]
    this.#plans.set(no, { ms, wishes: [], isCancelled: false, isPaused: false, quietAt: null })
    const { client, callbackUrl } = this.#shop
    const id = `first-${no}`
    const retry = { interval: '1', intervalUnit: 'minutes', maxInterval: String(retries) }
    const opened = await this.#shop.post('initiate', {
      customer: this.#cards.customerOf(customer),
      order: { id, amount: '1000', timeout },
      url: { callbackUrl },
      recurring: {
        subscribe: 'Y',
        type: 'PURCHASE',
        id: idOf(no),
        amount: '700',
        ...step,
        maxInterval: String(payments),
        ...(retries > 0 && { retry }),
      },
    })
    assert.equal(opened.code, codes.done, JSON.stringify(opened.body))
    this.#cards.tried(customer, card)
    const { status } = await client.pay(id, { card: { number: this.#cards.numberOf(card) } })
    assert.equal(status, 'CAPTURED')
    this.#cards.paid(customer, card)
  }

  async manage({ manage: no, wish }: ManageStep): Promise<void> {
    const plan = this.#plans.get(no)
    if (!plan) return
    const wished = { wish, isDone: false }
    plan.wishes.push(wished)
    const { isCancelled } = plan
    const answer = await this.#shop.client.managePlan(idOf(no), wish).catch(() => undefined)
    wished.isDone = answer !== undefined
    if (isCancelled) assert.equal(answer?.state, wish === 'cancel' ? 'cancelled' : undefined, 'cancelled is for good')
  }

  async rest({ rest: no, lasts }: { rest: number; lasts: string }): Promise<void> {
    await this.manage({ manage: no, wish: 'pause' })
    await this.#shop.client.clock.advance(lasts).catch(() => undefined)
    await this.manage({ manage: no, wish: 'resume' })
  }

  async trouble({ planTrouble, payment, try: tryNo, trouble, lost }: PlanTroubleStep): Promise<void> {
    const orderId = `${idOf(planTrouble)}-${payment}${tryNo === 1 ? '' : `.${tryNo}`}`
    await this.#shop.client.fault(orderId, 'authorize', trouble)
    if (lost > 0) await this.#shop.client.fault(orderId, 'inquiry', 'lost_before', lost)
  }

  /** A group is over: what its answers said must be so. */
  async look(): Promise<void> {
    const tokens = await this.#shop.rows<{ plan_id: string; card_token: string }>(
      'plan_cards',
      'select plan_id, card_token from plan where merchant_id = $1',
    )
    for (const [no, plan] of this.#plans) {
      const shown = await this.#shop.client.plan(idOf(no))
      const { wishes } = plan
      const asked = (wish: string) => wishes.filter((each) => each.wish === wish)
      const isLeft = plan.isCancelled || asked('cancel').length + asked('resume').length > 0
      if (plan.isPaused && !isLeft)
        assert.ok(
          asked('pause').every(({ isDone }) => isDone),
          'a repeat of a pause is answered',
        )
      plan.isCancelled ||= asked('cancel').some(({ isDone }) => isDone)
      if (asked('resume').length > 0) plan.isPaused = false
      else plan.isPaused ||= asked('pause').some(({ isDone }) => isDone)
      if (plan.isCancelled) assert.equal(shown.state, 'cancelled')
      else if (plan.isPaused && asked('cancel').length === 0) assert.equal(shown.state, 'paused')
      const token = tokens.find(({ plan_id }) => plan_id === idOf(no))?.card_token ?? ''
      const isQuiet = plan.isCancelled || plan.isPaused || this.#cards.deleted.has(token)
      const begun = shown.events.filter(({ type }) => type === 'plan.charging').length
      if (isQuiet && plan.quietAt !== null)
        assert.equal(begun, plan.quietAt, `${idOf(no)} is ${shown.state} and begins no payment`)
      plan.quietAt = isQuiet ? begun : null
      plan.wishes = []
      assertCalendar(shown, plan.ms)
    }
  }

  /** Time has passed: no payment was made twice, and the plan counts those that were made. */
  async end(): Promise<void> {
    const money = await this.#shop.rows<{ order_id: string }>(
      'plan_money',
      `select order_id from simulated_authorization
       where merchant_id = $1 and state = 'approved' and order_id like 'plan-%'`,
    )
    for (const no of this.#plans.keys()) {
      const shown = await this.#shop.client.plan(idOf(no))
      assert.ok(['completed', 'cancelled', 'stopped', 'paused'].includes(shown.state), `${idOf(no)} is ${shown.state}`)
      assert.equal(shown.currentOrder, null)
      const paid = money
        .map(({ order_id: id }) => id)
        .filter((id) => id.startsWith(`${idOf(no)}-`))
        .map((id) => id.replace(/\.\d+$/, ''))
      assert.equal(new Set(paid).size, paid.length, `one success of each payment: ${paid.toSorted().join(', ')}`)
      assert.equal(shown.charged, paid.length, `${idOf(no)} counts what was paid`)
    }
  }
}

function idOf(no: number): string {
  return `plan-${no}`
}

/** A time of a plan, which is in UTC+7. */
const timeOf = (text: string) => Date.parse(`${text.replace(' ', 'T')}+07:00`)

/** When each payment begins, and which do not, by a calendar of our own. */
function assertCalendar({ id, createdAt, events }: PlanWithLog, ms: number): void {
  const due = (payment: number) => timeOf(createdAt) + payment * ms
  const seen = new Set<number>()
  let pausedAt: number | null = null
  const pauses: [from: number, to: number][] = []
  for (const { type, at, data } of events) {
    if (type === 'plan.paused') pausedAt = timeOf(at)
    if (type === 'plan.resumed' && pausedAt !== null) {
      pauses.push([pausedAt, timeOf(at)])
      pausedAt = null
    }
    if (type === 'plan.charging') assert.equal(pausedAt, null, `${id} begins a payment while it is paused`)
    if (type !== 'plan.charging' || data['try'] !== 1) continue
    const payment = Number(data['no'])
    assert.ok(!seen.has(payment), `${id} makes payment ${payment} once`)
    seen.add(payment)
    assert.ok(timeOf(at) >= due(payment), `payment ${payment} of ${id} is not made before it is due`)
    const isSkipped = pauses.some(([from, to]) => from < due(payment) && due(payment) < to)
    assert.ok(!isSkipped, `payment ${payment} of ${id} fell into a pause and is not made up`)
  }
}
