import type { NewOrder } from '../payment/initiate.ts'
import type { Order } from '../payment/order.ts'
import { type PlanMark, readStored, type StoredInitiate } from '../wire/initiate.ts'
import type { Plan } from './plan.ts'

/** As `initiate` has it where nothing is said. */
const timeoutMinutes = 1_440

/**
 * The order of a payment of a plan: what the merchant said at the first one, with the plan's amount and card, and
 * without a payer. Its callback goes where the first one's went, with the same `meta`.
 */
export function newOrderOf(plan: Plan, first: Order, orderId: string): NewOrder {
  const { planId, chargeNo, tryNo, cardToken, amount } = plan
  const { recurring: _begun, transaction, card: _first, ...members } = readStored(first.details.members)
  // Who moves the money is the merchant's choice for all of them; each is captured at once.
  const { mode: _mode, ...chosen } = transaction ?? {}
  const mark: PlanMark = { id: planId, no: chargeNo, tryNo }
  const card = { token: cardToken, storedOnFile: 'STORED' } as const
  const stored: StoredInitiate = {
    ...members,
    order: { ...members.order, id: orderId, amount: amount.minor.toString(), timeout: timeoutMinutes },
    card,
    ...(transaction && { transaction: chosen }),
    sourceOfFunds: { type: 'cc' },
    charge: 'Y',
    plan: mark,
  }
  return {
    orderId,
    amount,
    channel: 'cc',
    paymentCode: null,
    timeoutMinutes,
    identity: `plan\n${JSON.stringify(mark)}\n${plan.orderId}`,
    details: {
      ...first.details,
      authorizesOnly: false,
      card,
      isCharge: true,
      recurring: null,
      plan: mark,
      members: JSON.stringify(stored),
    },
  }
}
