import type { Money } from '../base/money.ts'
import type { CardInfo } from '../card/card.ts'
import type { CardWish } from '../card/held-card.ts'
import type { PaymentTerms } from '../wire/payment-terms.ts'
import type { PlanMark } from '../wire/initiate.ts'
import type { RecurringOrder } from '../wire/recurring.ts'
import type { AttemptState, OperationKind, OrderState } from './lifecycle.ts'

/** What a merchant said of stored cards (finpay-api.md 3.10). */
export interface CardOrder {
  /** The stored card to pay with, lower-case. */
  readonly token: string | null
  readonly storedOnFile: 'TO_BE_STORED' | 'STORED' | 'NOT_STORED' | null
}

/** What a merchant said at the first step of direct 3-D Secure. */
export interface ThreeDsOrder {
  /** The keyed fingerprint of the card that it named, which is the one that may pay. */
  readonly card: string
  /** Where the payer's browser goes after 3-D Secure. */
  readonly responseUrl: string
}

/** What a merchant said at `initiate` and we keep to say again. */
export interface OrderDetails {
  /** As sent, else empty. */
  readonly customerId: string
  readonly description: string | null
  /** True where the payer's card is only authorized and the merchant captures later. */
  readonly authorizesOnly: boolean
  readonly terms: PaymentTerms
  readonly callbackUrl: string | null
  readonly successUrl: string | null
  readonly failUrl: string | null
  readonly backUrl: string | null
  /** `meta.data` as JSON text in PHP's bytes, null when absent. */
  readonly metaData: string | null
  readonly card: CardOrder
  /** It came with its card and is paid at once, without a page: `payment`. */
  readonly isCharge: boolean
  /** The payments that are to follow once it is paid; null where none are. */
  readonly recurring: RecurringOrder | null
  /** The plan that it is a payment of, after the first; null where it is of none. */
  readonly plan: PlanMark | null
  /** Its payer picks, and may pick again. */
  readonly isPicked: boolean
  /** Who pays, as the channel knows its payers; null where the merchant did not say. */
  readonly accountId: string | null
  /** The open number that it was paid to, before it was an order; null for every other. */
  readonly openCode: string | null
  /** Its merchant takes the payer through 3-D Secure and has no page of ours: `threeds/initiate`. */
  readonly threeDs: ThreeDsOrder | null
  /** The other known members, as JSON text. Never a card number. */
  readonly members: string
}

/** An order of a merchant: what a payer is asked to pay. */
export interface Order {
  readonly merchantId: string
  readonly orderId: string
  /** Twelve bytes, by time: our own name for the order, part of its page's address. */
  readonly orderNo: Buffer
  /** Sixteen bytes that only the payer's link holds. */
  readonly pageSecret: Buffer
  readonly reference: string
  readonly state: OrderState
  readonly amount: Money
  /** How it is being paid; null while its payer has picked nothing on the page. */
  readonly channel: string | null
  /** The number that its payer pays to; null where there is none. */
  readonly paymentCode: string | null
  /** Who pays, where the payer has said it; null where not. */
  readonly account: string | null
  readonly contentHash: Buffer
  readonly details: OrderDetails
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly attemptCount: number
  readonly refusedCount: number
  readonly paidAttempt: number | null
  /** When it came into the state that it is in, once its payer has nothing more to do; null before. */
  readonly settledAt: Date | null
  /** What the issuer has promised: nothing, or the whole amount. */
  readonly authorized: Money
  /** Never more than is authorized (invariant 5). */
  readonly captured: Money
  /** Never more than is captured (invariant 5). */
  readonly refunded: Money
  /** When the authorization lapses; null once nothing of it is left to capture. Business time. */
  readonly authorizedUntil: Date | null
  /** When it was first captured; null before. A void is possible until the end of that day. */
  readonly capturedAt: Date | null
  /** The captures, voids or refunds that are under way, which are all of one kind. */
  readonly pending: Pending | null
  /** How many captures, voids and refunds there have been. */
  readonly operationCount: number
  readonly eventSeq: number
  readonly eventHash: Buffer
  /** Goes up with every change: who writes says which one was read. */
  readonly version: number
}

/** What has been asked for and not been answered: it counts as done until the answer is there. */
export interface Pending {
  readonly kind: OperationKind
  readonly count: number
  /** Of all of them together. */
  readonly amount: Money
}

/** What the payer's browser has to do next for 3-D Secure. */
export type AuthenticationStep =
  | { readonly kind: 'method'; readonly url: string; readonly data: string }
  | {
      readonly kind: 'challenge'
      readonly acsUrl: string
      readonly creq: string
      /** What the browser does first, where it has not done so. */
      readonly method?: { readonly url: string; readonly data: string }
    }

/** One try at paying an order. */
export interface Attempt {
  readonly attemptNo: number
  readonly state: AttemptState
  readonly channel: string
  /** Names the card in the vault while the attempt lives. */
  readonly attemptToken: string | null
  readonly cardMask: string | null
  readonly cardInfo: CardInfo | null
  /** The stored card that it pays with; null where the card was typed. */
  readonly storedToken: string | null
  /** What is to become of the card if the attempt succeeds. */
  readonly cardWish: CardWish | null
  readonly authenticationId: string | null
  readonly authenticationStep: AuthenticationStep | null
  readonly transStatus: string | null
  readonly eci: string | null
  readonly cavv: string | null
  readonly dsTransId: string | null
  readonly acquirerId: string | null
  readonly acquirerReference: string | null
  readonly approvalCode: string | null
  readonly acquirerChannel: string | null
  readonly responseCode: string | null
  /** Why it was refused, declined or given up. */
  readonly reason: string | null
  readonly askedAt: Date | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}

/** An order and its newest attempt as they stand. */
export interface Standing {
  readonly order: Order
  readonly attempt: Attempt | undefined
}

/** What a status check tells of an order and its newest attempt. */
export interface Glance {
  readonly order: Pick<
    Order,
    | 'merchantId'
    | 'orderId'
    | 'reference'
    | 'state'
    | 'amount'
    | 'channel'
    | 'paymentCode'
    | 'expiresAt'
    | 'paidAttempt'
    | 'settledAt'
    | 'authorized'
    | 'captured'
    | 'refunded'
  > & {
    readonly details: Pick<OrderDetails, 'customerId' | 'metaData' | 'openCode'> & { readonly threeDs: object | null }
  }
  readonly attempt: Pick<Attempt, 'state' | 'cardMask' | 'cardInfo' | 'approvalCode' | 'acquirerChannel'> | undefined
}

/**
 * The state as of `now`: an open order whose time is over is expired, even before its timer has run, so
 * that page, `check` and `initiate` agree.
 */
export function stateAt({ state, expiresAt }: Pick<Order, 'state' | 'expiresAt'>, now: Date): OrderState {
  return state === 'open' && now >= expiresAt ? 'expired' : state
}

/** The number that was, or is to be, paid to; null where there is none. */
export function paidCodeOf({
  paymentCode,
  details,
}: Pick<Order, 'paymentCode'> & { readonly details: Pick<OrderDetails, 'openCode'> }): string | null {
  return paymentCode ?? details.openCode
}

/** How many attempts an order may have refused: a charge is tried once. */
export function refusalsAllowed({ details }: Pick<Order, 'details'>, attemptsPerOrder: number): number {
  return details.isCharge ? 1 : attemptsPerOrder
}

/** How many attempts of any kind one order may have, as a multiple of the refused ones that it may have. */
const attemptsPerRefusal = 4

/** True when no further attempt may be made. */
export function isExhausted(order: Order, attemptsPerOrder: number): boolean {
  return order.refusedCount >= attemptsPerOrder || order.attemptCount >= attemptsPerOrder * attemptsPerRefusal
}
