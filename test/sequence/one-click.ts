import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { faults } from '../../src/acquirer/faults.ts'
import { codes, type Shop } from './shop.ts'
import { cardNo, customerNo, type StoredCards } from './stored-cards.ts'

const orderNo = fc.nat({ max: 3 })

export const chargeStep = fc.record({
  charge: orderNo,
  customer: customerNo,
  card: cardNo,
  times: fc.integer({ min: 1, max: 3 }),
  /** Of an order that is known: then it is other content. */
  isOther: fc.boolean(),
})
export const chargeTroubleStep = fc.record({ chargeTrouble: orderNo, trouble: fc.constantFrom(...faults) })
export const refundStep = fc.record({ refund: orderNo, amount: fc.constantFrom(100, 400, 1_000) })

type ChargeStep = typeof chargeStep extends fc.Arbitrary<infer T> ? T : never
type RefundStep = typeof refundStep extends fc.Arbitrary<infer T> ? T : never

interface Charge {
  readonly body: {
    readonly order: { readonly id: string; readonly amount: string }
    readonly [member: string]: unknown
  }
  /** Its token was deleted before anybody asked for this order. */
  readonly isDead: boolean
  /** An answer of a group that is over said that the order is there. */
  isKnown: boolean
  /** What became of it, once an answer has said so, in this group or before. */
  became: { code: string; data: unknown } | null
  /** Of a group that is over. */
  isOver: boolean
  /** In this group. */
  answers: string[]
}

const amount = '1000'

/**
 * Payments by one click: a token that was deleted is never charged, and whoever repeats a payment is answered with
 * what became of it.
 */
export class OneClick {
  readonly #shop: Shop
  readonly #cards: StoredCards
  readonly #charges = new Map<number, Charge>()

  constructor(shop: Shop, cards: StoredCards) {
    this.#shop = shop
    this.#cards = cards
  }

  async charge({ charge: no, customer, card, times, isOther }: ChargeStep): Promise<void> {
    const charge = this.#charges.get(no) ?? this.#begin(no, customer, card)
    if (!charge) return
    const { body, isKnown } = charge
    if (isOther && isKnown) {
      const other = { ...body, order: { ...body.order, amount: '999' } }
      assert.equal((await this.#shop.post('payment', other)).code, codes.used, 'other content under a known id')
      return
    }
    await Promise.all(Array.from({ length: times }, () => this.#ask(charge)))
  }

  async trouble({ chargeTrouble, trouble }: { chargeTrouble: number; trouble: string }): Promise<void> {
    await this.#shop.client.fault(idOf(chargeTrouble), 'authorize', trouble)
  }

  async refund({ refund, amount }: RefundStep): Promise<void> {
    await this.#shop.client.refund(idOf(refund), amount).catch(() => undefined)
  }

  /** A group is over: what it said of an order stays said. */
  async look(): Promise<void> {
    for (const [no, charge] of this.#charges) {
      const { answers, isDead } = charge
      if (isDead) {
        assert.ok(
          answers.every((code) => code === codes.malformed),
          `${idOf(no)} by a deleted token: ${answers.join()}`,
        )
        assert.equal(await this.#shop.statusOf(idOf(no)), undefined, 'no order is left behind')
      }
      const isRefused = answers.length > 0 && answers.every((code) => code === codes.malformed)
      if (isRefused && !charge.isKnown) this.#charges.delete(no)
      charge.isKnown ||= answers.some((code) => code !== codes.malformed)
      if (answers.length > 0 && answers.every((code) => code === codes.used))
        charge.became ??= { code: codes.used, data: {} }
      charge.isOver = charge.became !== null
      charge.answers = []
    }
  }

  /** Time has passed: a repeat tells the end, and the acquirer has the money of what was paid, once. */
  async end(): Promise<void> {
    for (const [no, charge] of this.#charges) {
      if (!charge.isKnown) continue
      await this.#ask(charge)
      if (charge.answers.at(-1) === codes.used) charge.became ??= { code: codes.used, data: {} }
      assert.ok(charge.became, `${idOf(no)} has come to its end: ${charge.answers.join()}`)
      if (charge.became.code === codes.used) assert.equal(await this.#shop.statusOf(idOf(no)), 'EXPIRED')
    }
  }

  #begin(no: number, customer: number, card: number): Charge | undefined {
    const token = this.#cards.tokenOf(customer, card)
    if (token === null) return undefined
    const charge: Charge = {
      body: {
        customer: { id: this.#cards.customerOf(customer).id },
        order: { id: idOf(no), amount },
        url: { callbackUrl: this.#shop.callbackUrl },
        card: { token, storedOnFile: 'STORED' },
      },
      isDead: this.#cards.gone.has(token),
      isKnown: false,
      became: null,
      isOver: false,
      answers: [],
    }
    this.#charges.set(no, charge)
    return charge
  }

  async #ask(charge: Charge): Promise<void> {
    const { isOver, isKnown, body } = charge
    const { code, body: answer } = await this.#shop.post('payment', body)
    charge.answers.push(code)
    const { id } = body.order
    if (code === codes.malformed) {
      assert.ok(!isKnown, `a repeat of ${id} is answered although its card is gone`)
      return
    }
    // The last of an order whose time ended before its card was charged.
    const may = [codes.done, codes.declined, codes.unknown, codes.used]
    assert.ok(
      may.some((each) => each === code),
      `${id}: ${code}`,
    )
    if (code === codes.unknown) {
      assert.ok(!isOver, `${id} had come to its end, ${charge.became?.code}, and is not known any more`)
      return
    }
    // Who asked at once may still have been in time.
    if (code === codes.used && !isOver) return
    // The payment's own members; what has been given back since is in `result`.
    const { result: _, ...data } = (answer['data'] ?? {}) as Record<string, unknown>
    charge.became ??= { code, data }
    assert.deepEqual({ code, data }, charge.became, `repeats of ${id} are answered alike: ${charge.answers.join()}`)
  }
}

function idOf(no: number): string {
  return `click-${no}`
}
