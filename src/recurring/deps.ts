import type { HeldCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { NewOrder } from '../payment/initiate.ts'
import type { Order } from '../payment/order.ts'
import type { Plan } from './plan.ts'
import type { Plans } from './plans.ts'

/** The stored card of a plan for one of its orders, or why there is none. */
export type PlanCard = HeldCard | 'card_deleted' | 'card_expired'

export interface RecurringDeps {
  readonly payments: PaymentDeps
  readonly plans: Plans
  readonly initiate: (merchant: Merchant, request: NewOrder) => Promise<Order>
  /** The vault, as far as recurring/ knows it: it sees no card number either (invariant 8). */
  readonly takeCard: (plan: Plan, orderId: string, now: Date) => Promise<PlanCard>
}
