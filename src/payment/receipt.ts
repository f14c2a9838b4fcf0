import type { Money } from '../base/money.ts'
import type { ChannelId } from '../channel/catalogue.ts'
import type { OrderKey } from './standing-store.ts'

/** A payment that a payer made elsewhere: at a bank, at a counter, in a wallet. */
export interface Payment extends OrderKey {
  /** By whom it is told, and by which it is named in everything that follows. */
  readonly acquirerId: string
  readonly reference: string
  readonly channel: ChannelId
  /** The number that was paid to; null where the channel has none. */
  readonly paymentCode: string | null
  readonly amount: Money
  /** What payer and bank know it by: `result.payment.reference` on the wire. */
  readonly bankReference: string
}

/** Why money does not stay: it goes back to its payer. */
export type Unwanted = 'wrong_amount' | 'paid_already' | 'being_paid' | 'late' | 'cancelled' | 'failed' | 'number_ended'

/** Why money goes back that was kept at first: the bank wants it. */
export type Withdrawn = 'withdrawn'

/** A payment that we were told of, and what becomes of its money. */
export interface Receipt extends Omit<Payment, 'bankReference'> {
  readonly state: 'kept' | 'returning' | 'returned'
  readonly reason: Unwanted | Withdrawn | null
}
