import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { faults } from '../../src/acquirer/faults.ts'
import { findStandings } from '../../src/payment/standing-store.ts'
import { mpgsOrderIdOf, mpgsTransactionIdOf } from '../../src/payment/three-ds-names.ts'
import { sampleDevice as device } from '../sample-device.ts'
import { codes, type Shop } from './shop.ts'

const orderNo = fc.nat({ max: 2 })
const times = fc.integer({ min: 1, max: 3 })

const numbers = {
  challenge: '5123450000000008',
  frictionless: '4111111111111111',
  notEnrolled: '5111111111111118',
  refused: '4000000000002925',
} as const

export const openStep = fc.record({
  open: orderNo,
  card: fc.constantFrom('challenge', 'challenge', 'frictionless', 'notEnrolled', 'refused'),
  times,
})
export const payerStep = fc.record({ payer: orderNo, times })
export const bankStep = fc.record({ bank: orderNo, says: fc.constantFrom('success', 'fail', 'abandon') })
export const payStep = fc.record({ pay: orderNo, times })
export const dropStep = fc.record({ drop: orderNo })
export const secureTroubleStep = fc.record({ secureTrouble: orderNo, trouble: fc.constantFrom(...faults) })

type OpenStep = typeof openStep extends fc.Arbitrary<infer T> ? T : never
type BankStep = typeof bankStep extends fc.Arbitrary<infer T> ? T : never

interface Opened {
  readonly number: string
  readonly body: object
  sessionId: string | null
  /** What its money became, once an answer has said so. */
  became: { code: string; data: unknown } | null
  /** Of a group that is over. */
  isOver: boolean
  isCancelled: boolean
}

/** What nobody has: names that lead nowhere. */
const nobody = { mpgsOrderId: '1'.repeat(23), mpgsTransactionId: '00000000-0000-4000-8001-000000000000' } as const

/**
 * Direct 3-D Secure: three steps in any order, each repeated. Nothing is paid before its payer has passed, and
 * whoever repeats a step is answered with what became of it.
 */
export class ThreeDs {
  readonly #shop: Shop
  readonly #orders = new Map<number, Opened>()

  constructor(shop: Shop) {
    this.#shop = shop
  }

  async open({ open: no, card, times }: OpenStep): Promise<void> {
    const opened = this.#orders.get(no) ?? this.#begin(no, numbers[card])
    const { isCancelled } = opened
    const told = await Promise.all(
      Array.from({ length: times }, () => this.#shop.post('threeds/initiate', opened.body)),
    )
    for (const { code, body } of told) {
      if (code === codes.used) continue
      assert.equal(code, codes.done, JSON.stringify(body))
      assert.ok(!isCancelled, 'a cancelled order is not opened again')
      opened.sessionId ??= String(body['sessionId'])
      assert.equal(body['sessionId'], opened.sessionId, 'one order has one session')
    }
  }

  async payer({ payer: no, times }: { payer: number; times: number }): Promise<void> {
    const opened = this.#orders.get(no)
    const sessionId = opened?.sessionId ?? '0'.repeat(64)
    const card = {
      number: opened?.number ?? numbers.challenge,
      expiryDate: '3309',
      cvv: '100',
      nameOnCard: 'BUDI SANTOSO',
    }
    const told = await Promise.all(
      Array.from({ length: times }, () => this.#shop.post('threeds/auth/payer', { card, transaction: { sessionId } })),
    )
    for (const { code } of told) {
      if (!opened?.sessionId) continue
      const may = [codes.done, codes.declined, codes.wrongState]
      assert.ok(
        may.some((each) => each === code),
        `the second step: ${code}`,
      )
    }
  }

  async bank({ bank: no, says }: BankStep): Promise<void> {
    await this.#shop.client.pay(idOf(no), { authentication: says }).catch(() => undefined)
  }

  async pay({ pay: no, times }: { pay: number; times: number }): Promise<void> {
    const opened = this.#orders.get(no)
    const names = await this.#namesOf(no)
    const { isOver, isCancelled } = opened ?? {}
    const told = await Promise.all(
      Array.from({ length: times }, () => this.#shop.post('threeds/auth/payment', names ?? nobody)),
    )
    for (const { code, body } of told) {
      if (!opened || !names) {
        assert.equal(code, codes.notFound, 'what is not there is not paid')
        continue
      }
      const may = [codes.done, codes.declined, codes.unknown, codes.notPermitted, codes.wrongState]
      assert.ok(
        may.some((each) => each === code),
        `the third step: ${code}`,
      )
      assert.ok(!(isCancelled && code === codes.done), 'a cancelled order is not paid')
      if (isOver) assert.equal(code, opened.became?.code, `what became of ${idOf(no)} stays so`)
      if (code !== codes.done && code !== codes.declined) continue
      const { result: _, ...data } = (body['data'] ?? {}) as Record<string, unknown>
      opened.became ??= { code, data }
      assert.deepEqual({ code, data }, opened.became, `repeats of ${idOf(no)} are answered alike`)
    }
  }

  async drop({ drop: no }: { drop: number }): Promise<void> {
    const opened = this.#orders.get(no)
    const isDone = await this.#shop.client.cancel(idOf(no)).then(
      () => true,
      () => false,
    )
    if (isDone && opened) opened.isCancelled = true
  }

  async trouble({ secureTrouble, trouble }: { secureTrouble: number; trouble: string }): Promise<void> {
    await this.#shop.client.fault(idOf(secureTrouble), 'authorize', trouble)
  }

  /** A group is over: what it said of an order stays said, and no money was asked for before its payer had passed. */
  async look(): Promise<void> {
    for (const [no, opened] of this.#orders) {
      opened.isOver = opened.became !== null
      if (!opened.sessionId) continue
      const types = await this.#shop.typesOf(idOf(no))
      const asked = types.indexOf('attempt.authorizing')
      const passed = types.indexOf('attempt.authenticated')
      assert.ok(asked < 0 || (passed >= 0 && passed < asked), `${idOf(no)}: ${types.join(', ')}`)
      const isPaid = types.includes('order.captured')
      if (opened.became) assert.equal(isPaid, opened.became.code === codes.done, `${idOf(no)}: ${types.join(', ')}`)
      if (opened.isCancelled) assert.ok(types.includes('order.cancelled') && !isPaid)
    }
  }

  /** Time has passed: a repeat tells the end. */
  async end(): Promise<void> {
    for (const [no, { became }] of this.#orders) {
      const status = await this.#shop.statusOf(idOf(no))
      if (became) assert.equal(status, became.code === codes.done ? 'CAPTURED' : 'FAILURE')
      await this.pay({ pay: no, times: 1 })
    }
  }

  #begin(no: number, number: string): Opened {
    const { callbackUrl } = this.#shop
    const opened: Opened = {
      number,
      body: {
        customer: {
          id: 'budi',
          email: 'budi@example.com',
          firstName: 'Budi',
          lastName: 'S',
          mobilePhone: '+6281286288800',
        },
        order: { id: idOf(no), amount: '1000', currency: 'IDR', description: 'Testing' },
        url: { threeDsResponseUrl: `${callbackUrl}/back`, callbackUrl },
        card: { number },
        device,
      },
      sessionId: null,
      became: null,
      isOver: false,
      isCancelled: false,
    }
    this.#orders.set(no, opened)
    return opened
  }

  /** What the browser would bring back; undefined before an attempt has begun. */
  async #namesOf(no: number): Promise<typeof nobody | { mpgsOrderId: string; mpgsTransactionId: string } | undefined> {
    const { gateway, merchantId } = this.#shop
    const [standing] = await findStandings(gateway.database, [{ merchantId, orderId: idOf(no) }])
    if (!standing?.attempt) return undefined
    const { order, attempt } = standing
    return {
      mpgsOrderId: mpgsOrderIdOf(order.orderId),
      mpgsTransactionId: mpgsTransactionIdOf(order, attempt.attemptNo),
    }
  }
}

function idOf(no: number): string {
  return `secure-${no}`
}
