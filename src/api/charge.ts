import { invariant } from '../base/invariant.ts'
import { toInteger } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { hasRoute } from '../payment/candidates.ts'
import { charge } from '../payment/charge.ts'
import { type Standing, stateAt } from '../payment/order.ts'
import { paymentOf } from '../payment/result.ts'
import { restrict } from '../vault/restrict.ts'
import { takeChargedCard } from '../vault/take-charged-card.ts'
import type { ChargeAnswer } from '../wire/card-answers.ts'
import type { ChargeRequest } from '../wire/charge.ts'
import { wirePayment } from './check.ts'
import { type ApiDeps, orderOf } from './deps.ts'

/**
 * Opens an order and pays it with the card that came with it.
 *
 * @throws Problem `malformed_field` naming what is wrong with the card, `order_id_used`; `declined`; `timeout`
 *   where it is not known whether it was paid
 */
export async function chargeCard(deps: ApiDeps, merchant: Merchant, asked: ChargeRequest): Promise<Standing> {
  const { payments, vault, rules, cvvs } = deps
  const { merchantId } = merchant
  const { token, storedOnFile } = asked.card
  const orderId = asked.order.id
  const wanted = orderOf(asked)
  const allowed = restrict(rules, asked.terms.cardFilter, (card) => hasRoute(payments, merchant, wanted, card))
  const taken = await takeChargedCard(
    { vault, rules: allowed, sql: payments.database },
    {
      typed: asked.sentCard,
      token,
      cvv: asked.cvv,
      customerId: asked.customer.id,
      isToBeStored: storedOnFile === 'TO_BE_STORED',
    },
    { merchantId, orderId, n: 1, now: payments.clock.now(merchantId) },
  )
  // A repeat is answered also when the card has gone meanwhile.
  if (!taken.card && !(await payments.orders.find(merchantId, orderId)))
    throw new Problem('malformed_field', { field: 'card.token' })
  const order = await deps.initiate(merchant, {
    ...wanted,
    identity: `${wanted.identity}\n${taken.identity}`,
    details: { ...wanted.details, isCharge: true },
  })
  // Before the attempt, as another request may take it up the moment that it is there.
  if (taken.card && taken.cvv) cvvs.hold(taken.card.token, taken.cvv)
  const standing = await charge(payments, merchant, order, taken.card)
  refuseUnpaid(standing, payments.clock.now(merchantId))
  return standing
}

function refuseUnpaid({ order }: Standing, now: Date): void {
  // Also of money that has gone back since: `result.payment` says where it is.
  if (order.paidAttempt !== null) return
  const state = stateAt(order, now)
  if (state === 'failed') throw new Problem('declined')
  // Open: it was begun with a card that has gone, by a process that has gone.
  if (state === 'processing' || state === 'open') throw new Problem('timeout')
  throw new Problem('order_id_used')
}

/** `data` of a payment that was made (finpay-api.md 3.17). */
export function chargeData({ order, attempt }: Standing, now: Date): ChargeAnswer['data'] {
  invariant(attempt?.acquirerId && attempt.acquirerReference && attempt.cardInfo, 'who paid was asked for the money')
  const payment = paymentOf(order, attempt, now)
  return {
    acquirer: { id: attempt.acquirerId },
    amount: toInteger(order.amount),
    authorizationCode: attempt.approvalCode ?? '',
    currency: order.amount.currency,
    id: attempt.acquirerReference,
    reference: order.reference,
    source: 'INTERNET',
    type: order.details.authorizesOnly ? 'AUTHORIZATION' : 'PAYMENT',
    card: { mask: attempt.cardMask ?? '', info: { ...attempt.cardInfo } },
    result: { payment: wirePayment(payment) },
  }
}
