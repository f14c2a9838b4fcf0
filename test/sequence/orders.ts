import assert from 'node:assert/strict'
import { isFinal, type WireStatus } from '../../src/wire/status.ts'
import type { Received } from '../gateway.ts'
import type { Shop } from './shop.ts'

interface Kept {
  readonly order_id: string
  readonly state: string
  readonly refunded: number
  readonly approved: number
  readonly callbacks: string[] | null
}

/**
 * What is true of every order of a shop once time has passed: it has come to an end, the acquirer has its money
 * once or not at all (invariant 2), and each final state was told, in the bytes that are stored (invariant 7).
 */
export async function assertOrdersEnded(shop: Shop, received: readonly Received[]): Promise<void> {
  const orders = await shop.rows<Kept>(
    'orders',
    `select order_id, state, refunded_minor::int as refunded,
       (select count(*)::int from simulated_authorization a
        where a.merchant_id = o.merchant_id and a.order_id = o.order_id and a.state = 'approved') as approved,
       (select array_agg(convert_from(body, 'UTF8') order by event_seq) from callback c
        where c.merchant_id = o.merchant_id and c.order_id = o.order_id) as callbacks
     from payment_order o
     where merchant_id = $1`,
  )
  const told = received.filter(({ path }) => path === `/${shop.merchantId}`).map(({ body }) => body)
  for (const { order_id: id, state, refunded, approved, callbacks } of orders) {
    const status = await shop.statusOf(id)
    assert.ok(status && isFinal(status as WireStatus), `${id} is ${status}`)
    const isPaid = ['captured', 'partially_refunded', 'refunded'].includes(state)
    assert.equal(approved, isPaid ? 1 : 0, `${id} is ${state}, and ${approved} payments were made`)
    const statuses = (callbacks ?? []).map(statusIn)
    assert.equal(statuses.at(-1), status, `${id} is ${status} and was told ${statuses.join(', ')}`)
    if (refunded === 0) assert.equal(statuses.length, 1, `${id} was told ${statuses.join(', ')}`)
    else assert.equal(statuses[0], 'CAPTURED')
    assert.equal(new Set(callbacks).size, statuses.length)
    for (const body of callbacks ?? []) assert.ok(told.includes(body), `${id} was told in the bytes that are stored`)
  }
}

function statusIn(body: string): string {
  return (JSON.parse(body) as { result: { payment: { status: string } } }).result.payment.status
}
