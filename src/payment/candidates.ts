import { Problem } from '../base/problem.ts'
import { type Channel, channels } from '../channel/catalogue.ts'
import { codePrefix } from '../channel/code.ts'
import type { RoutedCard } from '../card/routed-card.ts'
import type { MerchantAcquirer } from '../merchant/merchant-acquirer.ts'
import { everyChannel, type Merchant } from '../merchant/merchant.ts'
import type { PaymentTerms } from '../wire/payment-terms.ts'
import type { PaymentDeps } from './deps.ts'
import type { NewOrder } from './initiate.ts'
import type { Attempt, Order } from './order.ts'
import { readStored } from '../wire/initiate.ts'
import { hasMembers } from '../wire/channel-members.ts'
import { route } from './route.ts'

type Deps = Pick<PaymentDeps, 'acquirers'>

/** The acquirers that may be asked for a merchant's money now. */
function acquirersOf({ acquirers }: Deps, merchant: Merchant): readonly MerchantAcquirer[] {
  if (merchant.acquirers.length > 0)
    return merchant.acquirers.filter(({ acquirerId, isEnabled }) => isEnabled && acquirers.find(acquirerId))
  const { first } = acquirers
  return first ? [{ ...unrestricted, name: first.id, acquirerId: first.id }] : []
}

const unrestricted = { priority: 1, bins: null, schemes: null, minMinor: null, maxMinor: null, isEnabled: true }

/** Whether a merchant's payers may pay by a channel: it is enabled, and there is somebody who moves the money. */
export function takes(
  deps: Pick<PaymentDeps, 'acquirers' | 'collects'>,
  merchant: Merchant,
  channel: Channel,
): boolean {
  if (!merchant.channels.includes(everyChannel) && !merchant.channels.includes(channel.id)) return false
  if (channel.code && codePrefix(channel.code, merchant.route) === null) return false
  return channel.pays === 'card' ? acquirersOf(deps, merchant).length > 0 : deps.collects(channel)
}

/** The channels that the payer of an order that leaves it open is offered, in their order. */
export function offered(
  deps: Pick<PaymentDeps, 'acquirers' | 'collects'>,
  merchant: Merchant,
  { amount, details }: Pick<Order, 'amount' | 'details'>,
): readonly Channel[] {
  const sent = readStored(details.members)
  const forCards = details.recurring !== null || details.authorizesOnly || details.terms.cardFilter !== null
  return channels.filter(
    (channel) =>
      takes(deps, merchant, channel) &&
      amount.minor >= channel.min &&
      amount.minor <= channel.max &&
      (channel.pays === 'card' || (!forCards && hasMembers(sent, channel))),
  )
}

/**
 * Refuses what the merchant has nobody for (invariant 12): cards without an acquirer, an acquirer or a fraud
 * system that it chose and does not have.
 *
 * @throws Problem `feature_not_allowed`, naming the member
 */
export function refuseUnavailable(deps: Deps, merchant: Merchant, { acquirerId, fdsId }: PaymentTerms): void {
  const acquirers = acquirersOf(deps, merchant)
  if (acquirers.length === 0) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  if (fdsId !== null && !merchant.fraudSystems.includes(fdsId))
    throw new Problem('feature_not_allowed', { field: 'transaction.fdsId' })
  if (acquirerId !== null && !acquirers.some(({ name }) => name === acquirerId))
    throw new Problem('feature_not_allowed', { field: 'transaction.acquirerId' })
}

/**
 * Whom to ask for the money of an order with a card, the ids in the order in which to try. Where the merchant
 * chose, its choice alone: it knows what it does, so that no rule stands against it.
 */
function candidatesFor(
  deps: Deps,
  merchant: Merchant,
  order: Pick<NewOrder, 'amount' | 'details'>,
  card: RoutedCard,
): readonly string[] {
  const { acquirerId: chosen } = order.details.terms
  const acquirers = acquirersOf(deps, merchant)
  const candidates =
    chosen === null
      ? route(card, order.amount, acquirers, (id) => deps.acquirers.isUp(id))
      : acquirers.filter(({ name }) => name === chosen)
  return candidates.map(({ acquirerId }) => acquirerId)
}

/** Whether any acquirer of the merchant takes this card for this order. Asked before a card is taken. */
export function hasRoute(
  deps: Deps,
  merchant: Merchant,
  order: Pick<NewOrder, 'amount' | 'details'>,
  card: RoutedCard,
): boolean {
  return candidatesFor(deps, merchant, order, card).length > 0
}

/** Whom to ask for the money of an attempt. */
export function candidatesOf(
  deps: Deps,
  merchant: Merchant,
  order: Order,
  { cardMask, cardInfo }: Pick<Attempt, 'cardMask' | 'cardInfo'>,
): readonly string[] {
  const card = { bin: cardMask?.slice(0, 6) ?? '', scheme: cardInfo?.brand ?? null }
  return candidatesFor(deps, merchant, order, card)
}
