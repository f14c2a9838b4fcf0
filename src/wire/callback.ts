import { toInteger, type Money } from '../base/money.ts'
import { type PhpValue, phpEncode } from './php-json.ts'
import { userDesc, type WireStatus } from './status.ts'
import { wibDateTime } from './wib.ts'

/** `card.info` on the wire. What is not known of a card is null. */
export interface WireCardInfo {
  readonly brand: string | null
  readonly issuing: string | null
  readonly type: string | null
  readonly subType: string | null
  readonly country: string | null
}

/** What a merchant is told when an order reaches a final status. */
export interface CallbackNotice {
  readonly merchantId: string
  /** As the merchant sent it, else empty. */
  readonly customerId: string
  readonly order: {
    readonly id: string
    /** The UUID made at `initiate`. */
    readonly reference: string
    readonly amount: Money
  }
  /** The acquirer that the merchant chose; null where it chose none. */
  readonly acquirerId: string | null
  /** Null where the payer picked no method before the order ended. */
  readonly channel: string | null
  /** The number that the payer paid to; null where the method has none. */
  readonly paymentCode: string | null
  /** Null unless the merchant's setting asks for it and a card paid. */
  readonly card: { readonly mask: string; readonly info: WireCardInfo } | null
  /** JSON text as PHP writes it; null where the merchant sent none. */
  readonly metaData: string | null
  readonly payment: {
    readonly status: WireStatus
    readonly at: Date
    /** Card: the approval code. Null where nothing was paid. */
    readonly reference: string | null
    /** The acquirer's or bank's three digits. Null where nothing was paid. */
    readonly channel: string | null
    /** The money that is held now; zero where there is none. */
    readonly amount: Money
  }
}

/**
 * The body of a notification without its signature, in the recorded order of members and in PHP's bytes
 * (observed-behaviour.md, part 1). No member is an empty object, and `paymentCode` is never null: both
 * break real clients (observed-behaviour.md, part 6).
 */
export function callbackText(notice: CallbackNotice): string {
  const { merchantId, customerId, order, acquirerId, channel, paymentCode, card, metaData, payment } = notice
  const before = {
    merchant: { id: merchantId },
    customer: { id: customerId },
    order: {
      id: order.id,
      reference: order.reference,
      amount: toInteger(order.amount),
      currency: order.amount.currency,
    },
    transaction: { acquirerId },
    ...(channel !== null && { sourceOfFunds: { type: channel, ...(paymentCode !== null && { paymentCode }) } }),
    ...(card && { card: { mask: card.mask, info: cardInfo(card.info) } }),
  } satisfies PhpValue
  const result = {
    payment: {
      status: payment.status,
      statusDesc: payment.status,
      userDesc: userDesc(payment.status),
      datetime: wibDateTime(payment.at),
      reference: payment.reference,
      channel: payment.channel,
      amount: toInteger(payment.amount),
    },
  } satisfies PhpValue
  // The merchant's own JSON is spliced in as text: as a value it would lose digits and the order of keys.
  return `${phpEncode(before).slice(0, -1)},"meta":{"data":${metaData ?? 'null'}},"result":${phpEncode(result)}}`
}

/** The documented order of members, whatever the order of the value's. */
function cardInfo({ brand, issuing, type, subType, country }: WireCardInfo): PhpValue {
  return { brand, issuing, type, subType, country }
}

/** The headers that stay the same on every attempt; those that carry machine time are made with each. */
export function callbackHeaders({ merchantId, order }: CallbackNotice): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'channel-id': 'FINPAY',
    'client-id': 'FINPAY',
    'x-partner-id': merchantId,
    'x-external-id': order.reference,
  }
}
