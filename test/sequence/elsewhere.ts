import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { GatewayRefusal } from '../../src/client.ts'
import { isFinal, type WireStatus } from '../../src/wire/status.ts'
import type { Received } from '../gateway.ts'
import { codes, type Shop } from './shop.ts'

const orderNo = fc.nat({ max: 3 })

/** How an order is to be paid; `number` is one that its merchant chooses again and again, `payer` leaves it open. */
const ways = ['vabca', 'number', 'qris', 'shopeepay', 'payer', 'payer'] as const

export const openStep = fc.record({ open: orderNo, by: fc.constantFrom(...ways) })
export const payStep = fc.record({
  pay: orderNo,
  method: fc.option(fc.constantFrom('vabca', 'vabri', 'shopeepay', 'cc')),
  how: fc.constantFrom('exact', 'exact', 'wrong', 'late', 'late', 'late wrong', 'declined', 'left'),
  times: fc.integer({ min: 1, max: 3 }),
})
export const cancelStep = fc.record({ cancel: orderNo })
export const refundStep = fc.record({ refund: orderNo, part: fc.constantFrom(5_000, 20_000, 25_000) })
export const troubleStep = fc.record({
  trouble: orderNo,
  fault: fc.constantFrom('lost_before', 'lost_after'),
  times: fc.integer({ min: 1, max: 3 }),
})

type OpenStep = typeof openStep extends fc.Arbitrary<infer T> ? T : never
type PayStep = typeof payStep extends fc.Arbitrary<infer T> ? T : never
type RefundStep = typeof refundStep extends fc.Arbitrary<infer T> ? T : never
type TroubleStep = typeof troubleStep extends fc.Arbitrary<infer T> ? T : never

interface Ordered {
  readonly id: string
  readonly by: OpenStep['by']
  /** How often an answer said that a payment was kept. */
  kept: number
}

const amount = 25_000
const minutes = 60

/** Free again once no order that is open has it. */
const number = { type: 'vamandiri', last: '0000000099980062' }

const paid: ReadonlySet<string | undefined> = new Set(['PAID', 'CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED'])

const scripts = {
  exact: {},
  wrong: { amount: amount - 1 },
  late: { outcome: 'late' },
  'late wrong': { outcome: 'late', amount: amount + 1 },
  declined: { outcome: 'declined', attempts: 1 },
  left: { outcome: 'timeout' },
} as const

/** What may be answered to who comes too late, or by a way that the order does not have. */
const refusals: ReadonlySet<string> = new Set([
  codes.wrongState,
  // A refund of what nobody has paid.
  codes.notFound,
  codes.conflict,
  codes.malformed,
  codes.notPermitted,
  // A method that the order's merchant has not left open.
  '4030001',
  // A reminder came first, by a clock that was moved at once: no money was taken.
  '5030000',
])

/** Orders of every way to pay, each time under a new id: what was kept stays kept, and the rest goes back. */
export class Elsewhere {
  readonly #shop: Shop
  readonly #codePrefix: string
  readonly #newest = new Map<number, Ordered>()
  readonly #orders: Ordered[] = []

  constructor(shop: Shop, codePrefix: string) {
    this.#shop = shop
    this.#codePrefix = codePrefix
  }

  async open({ open: no, by }: OpenStep): Promise<void> {
    const id = `order-${no}-${this.#orders.length}`
    const ordered = { id, by, kept: 0 }
    this.#orders.push(ordered)
    const sourceOfFunds =
      by === 'payer'
        ? {}
        : by === 'number'
          ? { type: number.type, paymentCode: this.#codePrefix + number.last.slice(this.#codePrefix.length) }
          : { type: by }
    const { code } = await this.#shop.post('initiate', {
      customer: { id: 'customer', mobilePhone: '+6281286288800' },
      order: { id, amount, timeout: minutes },
      url: { callbackUrl: this.#shop.callbackUrl },
      sourceOfFunds,
    })
    // Its number is another order's.
    if (by === 'number' && code === codes.conflict) this.#orders.splice(this.#orders.indexOf(ordered), 1)
    else {
      assert.equal(code, codes.done, `${id} by ${by}`)
      this.#newest.set(no, ordered)
    }
  }

  async pay({ pay: no, method, how, times }: PayStep): Promise<void> {
    const order = this.#newest.get(no)
    if (!order) return
    const { client } = this.#shop
    await Promise.all(
      Array.from({ length: times }, async () => {
        const script = { ...scripts[how], ...(method !== null && { method }), card: { number: '4111111111111111' } }
        const told = await orRefusal(client.pay(order.id, script))
        order.kept += told?.steps.filter(({ step, result }) => step === 'payment' && result === 'kept').length ?? 0
      }),
    )
  }

  async cancel({ cancel }: { cancel: number }): Promise<void> {
    const order = this.#newest.get(cancel)
    if (order) await orRefusal(this.#shop.client.cancel(order.id))
  }

  async refund({ refund, part }: RefundStep): Promise<void> {
    const order = this.#newest.get(refund)
    if (order) await orRefusal(this.#shop.client.refund(order.id, part))
  }

  async trouble({ trouble, fault, times }: TroubleStep): Promise<void> {
    const order = this.#newest.get(trouble)
    if (order) await this.#shop.client.fault(order.id, 'reversal', fault, times)
  }

  /** A group is over: what its answers said must be so (invariants 1 and 2). */
  async look(): Promise<void> {
    for (const { id, kept } of this.#orders) {
      assert.ok(kept <= 1, `${kept} payments of ${id} are kept`)
      const status = await this.#shop.statusOf(id)
      if (kept > 0) assert.ok(paid.has(status), `${id} was paid and is ${status}`)
    }
  }

  /** Time has passed: each order has its end, its merchant knows it, and the provider holds what was paid, once. */
  async end(received: readonly Received[]): Promise<void> {
    const rows = await this.#shop.rows<{ order_id: string; approved: number; open: number; bodies: string[] | null }>(
      'elsewhere',
      `select order_id,
         (select count(*)::int from simulated_authorization a
          where a.merchant_id = o.merchant_id and a.order_id = o.order_id and a.state = 'approved') as approved,
         (select count(*)::int from receipt r
          where r.merchant_id = o.merchant_id and r.order_id = o.order_id and r.state = 'returning') as open,
         (select array_agg(convert_from(body, 'UTF8') order by event_seq) from callback c
          where c.merchant_id = o.merchant_id and c.order_id = o.order_id) as bodies
       from payment_order o
       where merchant_id = $1`,
    )
    assert.equal(rows.length, this.#orders.length)
    const told = new Set(received.filter(({ path }) => path === `/${this.#shop.merchantId}`).map(({ body }) => body))
    for (const { order_id: id, approved, open, bodies } of rows) {
      const status = await this.#shop.statusOf(id)
      assert.ok(status && isFinal(status as WireStatus), `${id} is ${status}`)
      assert.equal(approved, paid.has(status) ? 1 : 0, `${id} is ${status}, and the provider holds ${approved}`)
      assert.equal(open, 0, `money of ${id} is still on its way back`)
      const last = JSON.parse(bodies?.at(-1) ?? '{}') as { result?: { payment: { status: string } } }
      assert.equal(last.result?.payment.status, status, `${id} is told last as it is`)
      for (const body of bodies ?? []) assert.ok(told.has(body), `${id} was told in the bytes that are stored`)
    }
  }
}

async function orRefusal<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    assert.ok(error instanceof GatewayRefusal && refusals.has(error.responseCode), String(error))
    return undefined
  }
}
