import { invariant, unreachable } from '../base/invariant.ts'
import type { Channel, ChannelId } from '../channel/catalogue.ts'
import { pointOffers, type Redemption } from '../card/points.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { CvvKeeper } from '../payment/deps.ts'
import { keepingOf } from '../payment/keeping.ts'
import { type Attempt, type Order, paidCodeOf, type Standing, stateAt } from '../payment/order.ts'
import { refusalReasonOf } from './refusal-reason.ts'
import { returnUrl } from './return-url.ts'
import type { CardFormErrors, CheckoutStep, PaidStep, PickerErrors, PointsView, Refusal } from './view.ts'
import { channelOfOrder, pickerStep, type WayContext, waitingStep } from './way-step.ts'

/** What the page needs to know beside the order itself. */
export interface StepContext {
  readonly merchant: Merchant
  readonly now: Date
  readonly cvvs: Pick<CvvKeeper, 'has'>
  /** Path of the page. */
  readonly action: string
  /** The payer came to pay what was paid already. */
  readonly again: boolean
  /** The payer would rather use another card than finish what was begun. */
  readonly otherCard: boolean
  /** The payer wants to see what else there is to pay by. */
  readonly otherMethod: boolean
  /** What the payer of an order that leaves it open is offered. */
  readonly offered: readonly Channel[]
  /** What this payer's browser paid by the last time. */
  readonly remembered: ChannelId | null
  /** What was wrong with what the payer picked. */
  readonly picked: PickerErrors
  readonly ways: WayContext
  /** The stored card that the order is to be paid with; null where it names none, or none that can be used. */
  readonly stored: { readonly mask: string; readonly points: Redemption | null } | null
}

/** What was typed wrong, for the form to say so. */
export interface FormFaults {
  readonly name: string
  readonly save: boolean
  readonly points: boolean
  readonly errors: CardFormErrors
}

/** The state of an order as the payer's next step: one for each state that a payer can meet. */
export function stepOf({ order, attempt }: Standing, context: StepContext, faults?: FormFaults): CheckoutStep {
  const { merchant, now } = context
  const state = stateAt(order, now)
  switch (state) {
    case 'open':
      return openStep(order, attempt, context, faults)
    case 'processing':
      return { kind: 'processing', statusUrl: `${context.action}/status`, state: stateName({ order, attempt }, now) }
    case 'authorized':
    case 'partially_captured':
    case 'captured':
      invariant(attempt && order.settledAt, 'a paid order has the attempt that paid it')
      return {
        kind: 'paid',
        amount: state === 'authorized' ? order.authorized : order.captured,
        isHeld: state === 'authorized',
        paidAt: order.settledAt,
        means: meansOf(order, attempt),
        reference: order.reference,
        returnUrl: returnUrl(merchant, order, order.details.successUrl),
        again: context.again,
      }
    case 'failed':
    case 'expired':
    case 'cancelled':
      return { kind: state, returned: null, byCard: isByCard(order), returnUrl: failUrl(merchant, order) }
    case 'voided':
    case 'lapsed':
      return {
        kind: 'released',
        returned: order.authorized,
        byCard: isByCard(order),
        returnUrl: failUrl(merchant, order),
      }
    case 'partially_refunded':
    case 'refunded':
      return {
        kind: state,
        returned: order.refunded,
        byCard: isByCard(order),
        returnUrl: returnUrl(merchant, order, order.details.successUrl),
      }
    default:
      return unreachable(state)
  }
}

/** What was paid with. */
function meansOf(order: Order, { channel, cardMask, approvalCode }: Attempt): PaidStep['means'] {
  if (channel === 'cc') return { kind: 'card', cardMask: cardMask ?? '', approvalCode: approvalCode ?? '' }
  const paid = channelOfOrder(order)
  invariant(paid, 'an order that is paid says by what')
  return { kind: 'channel', channel: paid.id, code: paidCodeOf(order), bankReference: approvalCode }
}

function isByCard(order: Order): boolean {
  return channelOfOrder(order)?.pays !== 'elsewhere'
}

/** Names the state for the page's script, which reads the page again when it has changed. */
export function stateName({ order, attempt }: Standing, now: Date): string {
  const way = order.paymentCode ?? order.channel ?? 'none'
  return `${stateAt(order, now)}.${attempt?.attemptNo ?? 0}.${attempt?.state ?? 'none'}.${way}`
}

function failUrl(merchant: Merchant, order: Order): string | null {
  return returnUrl(merchant, order, order.details.failUrl ?? order.details.backUrl)
}

function openStep(
  order: Order,
  attempt: Attempt | undefined,
  context: StepContext,
  faults: FormFaults | undefined,
): CheckoutStep {
  const channel = channelOfOrder(order)
  const isOpen = order.details.isPicked
  const isChoosing = isOpen && context.otherMethod
  if (channel?.pays === 'elsewhere' && !isChoosing && !faults)
    return waitingStep(order, channel, { ...context, state: stateName({ order, attempt }, context.now) })
  if (attempt && !context.otherCard && !isChoosing && !faults) {
    const begun = begunStep(attempt, context)
    if (begun) return begun
  }
  const formNo = order.attemptCount + 1
  const refusal = faults ? null : refusalOf(order, attempt, context)
  const { stored } = context
  const canChoose = isOpen && context.offered.length > 1
  const hasCome = channel !== undefined || stored !== null || context.otherCard || faults !== undefined
  if (canChoose && (isChoosing || !hasCome)) return pickerStep(order, { ...context, formNo, refusal })
  if (stored && !context.otherCard && !faults) {
    const { mask, points } = stored
    return {
      kind: 'stored-card',
      formNo,
      changeable: false,
      cardMask: mask,
      points: points && { last4: mask.slice(-4), offers: [{ bin: mask.slice(0, 6), ...points }] },
      values: { points: false },
      errors: {},
      refusal,
    }
  }
  return {
    kind: 'card-form',
    formNo,
    picker: isOpen && !canChoose,
    changeable: canChoose,
    takes: order.details.terms.cardFilter,
    values: { name: faults?.name ?? '', save: faults?.save ?? false, points: faults?.points ?? false },
    points: pointsOf(order),
    keeping: keepingOf(order),
    errors: faults?.errors ?? {},
    refusal,
  }
}

function pointsOf({ amount, details }: Order): PointsView | null {
  const { points } = details.terms
  const offers = points ? pointOffers(points, amount) : []
  return points && offers.length > 0 ? { last4: points.last4, offers } : null
}

/** Why the last attempt ended without money. */
function refusalOf(order: Order, attempt: Attempt | undefined, { merchant }: StepContext): Refusal | null {
  if (!attempt || !['refused', 'declined', 'reversed'].includes(attempt.state)) return null
  return {
    reason: refusalReasonOf(attempt.reason),
    attemptsLeft: Math.max(1, merchant.attemptsPerOrder - order.refusedCount),
  }
}

/** The step of an attempt that is under way, or undefined when the payer begins anew. */
function begunStep(attempt: Attempt, { cvvs }: StepContext): CheckoutStep | undefined {
  const { state, authenticationStep: step, attemptToken } = attempt
  if (state === 'started') {
    return { kind: 'authenticate', method: step?.kind === 'method' ? { url: step.url, data: step.data } : null }
  }
  if (state === 'challenged') {
    invariant(step?.kind === 'challenge', 'a challenged attempt has a challenge')
    return { kind: 'challenge', acsUrl: step.acsUrl, creq: step.creq }
  }
  if (state !== 'authenticated') return undefined
  return attemptToken && cvvs.has(attemptToken)
    ? { kind: 'authenticate', method: null }
    : { kind: 'cvv-form', formNo: attempt.attemptNo, cardMask: attempt.cardMask ?? '', error: null }
}
