import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { problems } from '../src/base/problem.ts'
import {
  nextOrderState,
  type OperationKind,
  operationKinds,
  type OrderState,
  orderStates,
} from '../src/payment/lifecycle.ts'
import { refusalOf } from '../src/payment/operate.ts'
import type { Order } from '../src/payment/order.ts'
import { findStandings } from '../src/payment/standing-store.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'

/*
 * Operation × state × outcome: every state of an order, brought about by the calls that bring it about, and in
 * each of them a capture, a void and a refund that the acquirer approves, declines or does not answer. What is
 * to come of it is read off the table of the life cycle.
 */

let gateway: TestGateway

before(async () => {
  gateway = await testGateway()
})
after(async () => gateway.close())

const frictionless = { number: '4111111111111111' }

async function paid(id: string, mode?: string): Promise<void> {
  await gateway.initiate({ order: { id }, ...(mode && { transaction: { mode } }) })
  await gateway.client.pay(id, { card: frictionless })
}

/** How an order comes into each state. */
const ways: Readonly<Record<OrderState, (id: string) => Promise<unknown>>> = {
  open: (id) => gateway.initiate({ order: { id } }),
  processing: async (id) => {
    await gateway.initiate({ order: { id } })
    await gateway.client.pay(id, { card: frictionless, outcome: 'timeout' })
  },
  authorized: (id) => paid(id, 'AUTHORIZE'),
  partially_captured: async (id) => {
    await paid(id, 'AUTHORIZE')
    await gateway.client.capture(id, 400)
  },
  captured: (id) => paid(id),
  partially_refunded: async (id) => {
    await paid(id)
    await gateway.client.refund(id, 400)
  },
  refunded: async (id) => {
    await paid(id)
    await gateway.client.refund(id, 1_000)
  },
  voided: async (id) => {
    await paid(id, 'AUTHORIZE')
    await gateway.client.void(id)
  },
  lapsed: async (id) => {
    await paid(id, 'AUTHORIZE')
    await gateway.client.clock.advance('PT169H')
  },
  failed: async (id) => {
    await gateway.initiate({ order: { id } })
    await gateway.client.pay(id, { card: { number: '4711111111111115' } })
  },
  expired: async (id) => {
    await gateway.initiate({ order: { id, timeout: 1 } })
    await gateway.client.clock.advance('PT2M')
  },
  cancelled: async (id) => {
    await gateway.initiate({ order: { id } })
    await gateway.client.cancel(id)
  },
}

/** What the acquirer does, and what the merchant hears of it where the operation is begun. */
const outcomes = [
  ['approved', undefined, '200'],
  ['declined', 'declined', `403 ${problems.declined.code}`],
  ['unknown', 'silent', `504 ${problems.timeout.code}`],
] as const

async function orderOf(id: string): Promise<Order> {
  const merchantId = gateway.gateway.merchant?.merchantId ?? ''
  const [standing] = await findStandings(gateway.database, [{ merchantId, orderId: id }])
  assert.ok(standing)
  return standing.order
}

function ask(kind: OperationKind, id: string, amount: number): Promise<unknown> {
  return kind === 'void' ? gateway.client.void(id) : gateway.client[kind](id, amount)
}

/** What can be asked for in each state, or 1 where nothing can. */
function leftOf(kind: OperationKind, { authorized, captured, refunded }: Order): number {
  const left = kind === 'capture' ? authorized.minor - captured.minor : captured.minor - refunded.minor
  return Number(left) || 1
}

for (const state of orderStates)
  for (const kind of operationKinds)
    for (const [outcome, fault, heard] of outcomes)
      for (const share of kind === 'void' ? (['whole'] as const) : (['part', 'whole'] as const))
        test(`${kind} of ${share} of an order that is ${state}, ${outcome}`, async () => {
          const id = freshOrderId()
          await ways[state](id)
          const before = await orderOf(id)
          assert.equal(before.state, state)
          const now = new Date((await gateway.client.clock.get()).now)
          const left = leftOf(kind, before)
          const amount = share === 'whole' ? left : Math.max(1, Math.floor(left / 2))
          if (fault) await gateway.client.fault(id, kind, fault)
          const answer = await ask(kind, id, amount).then(
            () => '200',
            (error: { status: number; responseCode: string }) => `${error.status} ${error.responseCode}`,
          )
          const refusal = refusalOf(kind, before, now)
          const isRepeat = kind === 'void' && state === 'voided'
          const expected = isRepeat ? '200' : refusal ? codeOf(refusal) : heard
          assert.equal(answer, expected)
          const begun = !refusal && !isRepeat
          const to = begun && outcome === 'approved' ? nextOrderState(kind, state, share) : state
          const then = await orderOf(id)
          assert.equal(then.state, to)
          assert.equal(then.pending?.kind, begun && outcome === 'unknown' ? kind : undefined)
          await gateway.client.clock.reset()
        })

function codeOf(problem: keyof typeof problems): string {
  const { code } = problems[problem]
  return `${code.slice(0, 3)} ${code}`
}
