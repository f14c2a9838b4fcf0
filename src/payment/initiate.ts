import { sha256 } from '../base/digest.ts'
import type { Clock } from '../base/clock.ts'
import { type Money, rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { type Random, uuidFrom } from '../base/random.ts'
import type { Secret } from '../base/secret.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { initialOrderState } from './lifecycle.ts'
import { type Order, type OrderDetails, stateAt } from './order.ts'
import type { Orders } from './orders.ts'
import { codeOf } from './payment-code.ts'
import { firstEvent, type Opening } from './store.ts'

/** What a merchant asks for, checked. */
export interface NewOrder {
  readonly orderId: string
  readonly amount: Money
  readonly channel: string | null
  /** The number to pay to, where the merchant has chosen it. */
  readonly paymentCode: string | null
  readonly timeoutMinutes: number
  readonly details: OrderDetails
  /** Text that is equal for requests of the same content. */
  readonly identity: string
}

export interface InitiateDeps {
  readonly orders: Orders
  readonly clock: Clock
  readonly random: Random
  /** Keys the hash that tells repeats from other content, so that a stolen database confirms no guess. */
  readonly contentKey: Secret<string>
}

const nothing = rupiah(0n)

/** Numbers are drawn from millions; who finds so many taken has a channel that is full. */
export const maxTries = 8

/**
 * Opens an order for a payer to pay. It moves no money and calls no one. The order id is the merchant's
 * idempotency key: the same content again, while the order is open, gives the same order; anything else
 * under that id is refused (design part 5).
 *
 * @throws Problem `order_id_used`, `unavailable`; `malformed_field` for a number that is not the merchant's, and
 *   `conflict` for one that another order has or that is registered
 */
export async function initiate(deps: InitiateDeps, merchant: Merchant, request: NewOrder): Promise<Order> {
  const { merchantId } = merchant
  const format = request.channel === null ? null : channelOf(request.channel).code
  for (let tries = 0; tries < maxTries; tries += 1) {
    const paymentCode = format && codeOf(deps, merchant, request, format, tries)
    const opening = openingOf(deps, merchant, request, paymentCode)
    const { order } = opening
    if (await deps.orders.open(opening)) return order
    const earlier = (await deps.orders.find(merchantId, request.orderId))?.order
    if (earlier) return sameOrder(earlier, order)
    if (request.paymentCode !== null) throw codeInUse()
  }
  throw new Problem('unavailable')
}

/** A repeat is answered as it was; other content under the same id is refused. */
function sameOrder(earlier: Order, order: Order): Order {
  const state = stateAt(earlier, order.createdAt)
  const alive = state === 'open' || state === 'processing'
  // A charge is answered with what became of it, however often and however late it is asked for.
  const isAnswered = order.details.isCharge && (earlier.paidAttempt !== null || state === 'failed')
  if (!(alive || isAnswered) || !earlier.contentHash.equals(order.contentHash)) throw new Problem('order_id_used')
  return earlier
}

/** Whether an order was opened by a request of this content. */
export function isOfContent(
  { contentKey }: Pick<InitiateDeps, 'contentKey'>,
  { merchantId, contentHash }: Pick<Order, 'merchantId' | 'contentHash'>,
  identity: string,
): boolean {
  return contentHash.equals(contentHashOf(contentKey, merchantId, identity))
}

function codeInUse(): Problem {
  return new Problem('conflict', {
    reason: 'Another open order has this sourceOfFunds.paymentCode, or it is registered',
  })
}

/** A new order that is still to be written. */
export function openingOf(
  deps: Pick<InitiateDeps, 'clock' | 'random' | 'contentKey'>,
  merchant: Merchant,
  request: NewOrder,
  paymentCode: string | null,
): Opening {
  const { merchantId } = merchant
  const now = deps.clock.now(merchantId)
  const random = (length: number, purpose: string) =>
    deps.random.bytes(length, { merchant: merchantId, order: request.orderId, purpose })
  const orderNo = Buffer.allocUnsafe(12)
  orderNo.writeUIntBE(now.getTime(), 0, 6)
  random(6, 'order number').copy(orderNo, 6)
  const reference = uuidFrom(random(16, 'order reference'))
  const expiresAt = new Date(now.getTime() + request.timeoutMinutes * 60_000)
  const { amount, channel, details } = request
  const first = firstEvent({ amount, channel, paymentCode, reference, createdAt: now, expiresAt, details })
  // In one piece: spread from another object each order would have a hidden class of its own, for the collector.
  const order: Order = {
    merchantId,
    orderId: request.orderId,
    orderNo,
    pageSecret: random(16, 'page secret'),
    reference,
    state: initialOrderState,
    amount,
    channel,
    paymentCode,
    account: null,
    contentHash: contentHashOf(deps.contentKey, merchantId, request.identity),
    details,
    createdAt: now,
    expiresAt,
    attemptCount: 0,
    refusedCount: 0,
    paidAttempt: null,
    settledAt: null,
    authorized: nothing,
    captured: nothing,
    refunded: nothing,
    authorizedUntil: null,
    capturedAt: null,
    pending: null,
    operationCount: 0,
    version: 1,
    eventSeq: first.seq,
    eventHash: first.hash,
  }
  return { order, first }
}

/**
 * SHA-256 over key and content. The hash is only ever compared with stored ones, so that nobody has a use for
 * one of a longer text, which is all that an HMAC would take from them, at four times the cost.
 */
export function contentHashOf(key: Secret<string>, merchantId: string, identity: string): Buffer {
  return sha256(`${key.reveal()}\n${merchantId}\n${identity}`)
}
