import { Problem } from '../base/problem.ts'
import type { DirectWay } from '../http/direct.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { DebitDeps } from '../debit/deps.ts'
import { refuseUnavailable, takes } from '../payment/candidates.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { NewOrder } from '../payment/initiate.ts'
import type { OpenNumberDeps } from '../payment/open-number.ts'
import type { Order } from '../payment/order.ts'
import type { CvvKeeper } from '../vault/cvv.ts'
import type { CardRules } from '../vault/take-card.ts'
import type { Vault } from '../vault/vault.ts'
import type { RecurringDeps } from '../recurring/deps.ts'
import { ErrorAnswer } from '../wire/answers.ts'
import type { InitiateRequest } from '../wire/initiate.ts'
import { wibDate } from '../wire/wib.ts'

export interface ApiDeps {
  readonly payments: PaymentDeps
  readonly recurring: RecurringDeps
  readonly openNumbers: OpenNumberDeps
  readonly directory: Directory
  readonly newKeyUsed: (merchant: Merchant) => Promise<void>
  readonly initiate: (merchant: Merchant, request: NewOrder) => Promise<Order>
  /** Whether an order was opened by a request of this content. */
  readonly isSame: (order: Order, request: NewOrder) => boolean
  readonly debits: DebitDeps
  readonly publicUrl: () => string
  /** Where the payer of a wallet's order, say, goes (`ways.ts`). */
  readonly sessionUrl: (token: string) => string
  /** The short way past the framework; absent: there is none. */
  readonly direct?: DirectWay
  /** Checks and seals cards, and knows the stored ones. */
  readonly vault: Vault
  readonly cvvs: Pick<CvvKeeper, 'hold'>
  readonly rules: CardRules
}

export const prefix = '/pg/payment/card'

/** What every route can answer beside success; the table of codes is `base/problem.ts`. */
export const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer } as const

/** For bodies that their reader checks by the same schema, after the scanner. */
export const checkedByReader = () => () => true

/** A request in the words of `payment/`. */
export function orderOf(wanted: InitiateRequest): NewOrder {
  return {
    orderId: wanted.order.id,
    amount: wanted.order.amount,
    channel: wanted.channel,
    paymentCode: wanted.paymentCode,
    timeoutMinutes: wanted.order.timeoutMinutes,
    identity: wanted.identity,
    details: {
      customerId: wanted.customer.id,
      description: wanted.order.description,
      authorizesOnly: wanted.order.authorizesOnly,
      terms: wanted.terms,
      callbackUrl: wanted.url.callbackUrl,
      successUrl: wanted.url.successUrl,
      failUrl: wanted.url.failUrl,
      backUrl: wanted.url.backUrl,
      metaData: wanted.metaData,
      card: wanted.card,
      isCharge: false,
      recurring: wanted.recurring,
      plan: null,
      isPicked: wanted.channel === null,
      accountId: wanted.accountId,
      openCode: null,
      unwanted: null,
      threeDs: null,
      members: wanted.stored,
    },
  }
}

/** The body as the parser left it; a request without one has an empty body. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/**
 * Nobody opens an order for a card that its customer has not stored. A repeat does not open one, and is
 * answered also when the card has gone meanwhile.
 *
 * @throws Problem `malformed_field` naming `card.token`, whether nobody has it or somebody else
 */
export async function requireStoredCard(
  { payments, vault }: ApiDeps,
  { merchantId }: Merchant,
  { card: { token }, customer, order }: InitiateRequest,
): Promise<void> {
  const stored =
    token !== null && (await vault.findStored(payments.database, merchantId, { token, customerId: customer.id }))
  if (stored || (await payments.orders.find(merchantId, order.id))) return
  throw new Problem('malformed_field', { field: 'card.token' })
}

/**
 * A plan's name is used once: nobody opens an order whose plan could not begin. A repeat opens none, and is answered
 * also when its plan, or another of its name, has begun meanwhile, or its end date has passed.
 *
 * @throws Problem `malformed_field` naming `recurring.endDate` where nothing would follow; `conflict`
 */
export async function requireNewPlan(
  { payments, recurring: { plans } }: ApiDeps,
  { merchantId }: Merchant,
  { recurring, order }: InitiateRequest,
): Promise<void> {
  if (!recurring) return
  const earlier = await plans.find({ merchantId, planId: recurring.id })
  const today = wibDate(payments.clock.now(merchantId)).replaceAll('-', '')
  const isOver = recurring.endDate !== null && recurring.endDate <= today
  if ((!earlier && !isOver) || (await payments.orders.find(merchantId, order.id))) return
  throw earlier
    ? new Problem('conflict', { reason: 'A plan with this recurring.id is there already' })
    : new Problem('malformed_field', { field: 'recurring.endDate' })
}

/**
 * Refuses an order that nobody could pay: by a channel that its merchant may not use, or for which there is nobody who
 * moves the money, as live mode may have nobody yet (design part 1); a card's type can be asked for only where types
 * are known.
 *
 * @throws Problem `feature_not_allowed`, naming the member
 */
export function refuseUnpayable(
  { payments, rules }: Pick<ApiDeps, 'payments' | 'rules'>,
  merchant: Merchant,
  { channel, terms }: Pick<InitiateRequest, 'channel' | 'terms'>,
): void {
  if (terms.cardFilter?.types && !rules.knowsTypes)
    throw new Problem('feature_not_allowed', { field: 'order.transactionFiltering.cardType' })
  if (channel !== null && !takes(payments, merchant, channelOf(channel)))
    throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  // Who pays elsewhere needs no acquirer of cards, but for one that its merchant has chosen.
  const asksAcquirer = channel === null || channelOf(channel).pays === 'card'
  if (asksAcquirer || terms.acquirerId !== null || terms.fdsId !== null) refuseUnavailable(payments, merchant, terms)
}
