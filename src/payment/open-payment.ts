import { sha256 } from '../base/digest.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { StoredInitiate } from '../wire/initiate.ts'
import { readStoredNumber } from '../wire/open-number.ts'
import { freeTerms } from '../wire/payment-terms.ts'
import { type NewOrder, openingOf } from './initiate.ts'
import type { OpenNumberDeps } from './open-number.ts'
import { findNumber, type OpenNumber } from './open-number-store.ts'
import type { Payment, Receipt } from './receipt.ts'
import { receive } from './receive.ts'

/** The longest that there is: the order has its money, and waits for no more than to be told of it again. */
const timeoutMinutes = 525_600

/**
 * The order that a payment to an open number is, by the reference of who tells us of it: told twice, it is the same
 * order. At most 30 characters.
 */
export function openOrderId(reference: string): string {
  return `open-${sha256(reference).toString('hex').slice(0, 24)}`
}

/**
 * Takes a payment to an open number: it makes the order, which is paid at once. Each payment is an order of its own,
 * so that nobody waits for another's. What the number no longer takes goes back; it is written down as an order
 * all the same, of which the merchant is not told. Undefined: the merchant has no such number.
 *
 * @throws Problem `unavailable`: whoever tells us has to tell it again
 */
export async function receiveOpen(
  deps: OpenNumberDeps,
  merchant: Merchant,
  paid: Omit<Payment, 'orderId'> & { readonly paymentCode: string },
): Promise<Receipt | undefined> {
  const number = await findNumber(deps.database, paid)
  if (!number) return undefined
  const payment: Payment = { ...paid, orderId: openOrderId(paid.reference) }
  // False is an order that is there: we were told before, and may have been stopped before it was paid.
  await deps.orders.open(openingOf(deps, merchant, newOrderOf(number, payment), null))
  return receive(deps, merchant, payment)
}

/** Why a number does not take a payment; null where it does. */
function unwantedOf(
  { endedAt, channel: id }: OpenNumber,
  { amount }: Payment,
): NonNullable<StoredInitiate['unwanted']> | null {
  const channel = channelOf(id)
  if (endedAt !== null) return 'number_ended'
  return amount.minor < channel.min || amount.minor > channel.max ? 'wrong_amount' : null
}

function newOrderOf(number: OpenNumber, payment: Payment): NewOrder {
  const { customer, url, order } = readStoredNumber(number.members)
  const { orderId, amount, reference } = payment
  const { channel, paymentCode: openCode } = number
  const unwanted = unwantedOf(number, payment)
  const told = unwanted === null ? url : undefined
  const description = order?.description
  // `order` is first: `customerIdOf` finds the customer behind it.
  const stored: StoredInitiate = {
    order: {
      id: orderId,
      amount: amount.minor.toString(),
      currency: 'IDR',
      ...(description !== undefined && { description }),
      timeout: String(timeoutMinutes),
    },
    customer,
    ...(told && { url: told }),
    sourceOfFunds: { type: channel },
    openCode,
    ...(unwanted !== null && { unwanted }),
  }
  return {
    orderId,
    amount,
    channel,
    paymentCode: null,
    timeoutMinutes,
    identity: `open\n${channel}\n${openCode}\n${reference}`,
    details: {
      customerId: customer.id ?? '',
      description: description ?? null,
      authorizesOnly: false,
      terms: freeTerms,
      callbackUrl: told?.callbackUrl ?? null,
      successUrl: told?.successUrl ?? null,
      failUrl: told?.failUrl ?? null,
      backUrl: told?.backUrl ?? null,
      metaData: null,
      card: { token: null, storedOnFile: null },
      isCharge: false,
      recurring: null,
      plan: null,
      isPicked: false,
      accountId: null,
      openCode,
      unwanted,
      threeDs: null,
      members: JSON.stringify(stored),
    },
  }
}
