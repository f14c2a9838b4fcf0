import { Problem } from '../base/problem.ts'
import { invariant, unreachable } from '../base/invariant.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { type Change, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { beginElsewhere } from './elsewhere.ts'
import { betweenInquiriesMs } from './inquire.ts'
import { type Order, stateAt } from './order.ts'
import type { Payment, Receipt, Unwanted } from './receipt.ts'
import { findReceipt, markReturned } from './receipt-store.ts'

/**
 * Takes a payment that a payer made elsewhere. It is told to us as a fact, so nothing here can refuse it: either it
 * pays its order, or it is written down as unwanted and goes back (invariant 2). The same reference again is the
 * same payment, and is answered alike. Undefined: the merchant has no such order.
 *
 * @throws Problem `unavailable`: nothing was written, and whoever tells us has to tell it again; `conflict`: another
 *   payment was told under the reference, so that this one is nobody's until its teller gives it one of its own
 */
export async function receive(deps: PaymentDeps, merchant: Merchant, payment: Payment): Promise<Receipt | undefined> {
  const { merchantId, reference, orderId } = payment
  const known = await findReceipt(deps.database, merchantId, reference)
  if (known) return sameReceipt(known, payment)
  try {
    return await change(deps, merchant, orderId, (work) => {
      const reason = unwanted(work, merchant, payment)
      if (reason === null) keep(work, payment)
      else turnAway(work, payment, reason)
      const { bankReference: _told, ...told } = payment
      const receipt: Receipt = { ...told, state: reason === null ? 'kept' : 'returning', reason }
      work.addReceipt(receipt)
      return receipt
    })
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== 'conflict') throw error
    // It was told twice at once, and the other one was first.
    const first = await findReceipt(deps.database, merchantId, reference)
    if (!first) throw error
    return sameReceipt(first, payment)
  }
}

/** A reference is one payment's. To answer another as if it were known would lose its money. */
function sameReceipt(known: Receipt, { orderId, acquirerId, channel, amount }: Payment): Receipt {
  const isSame =
    known.orderId === orderId &&
    known.acquirerId === acquirerId &&
    known.channel === channel &&
    known.amount.minor === amount.minor
  if (!isSame) throw new Problem('conflict', { reason: 'Another payment was told under this reference' })
  return known
}

/** Why the order does not want the money; null where it does. Money that comes late is money, if the merchant keeps it. */
function unwanted({ order, now }: Change, { keepsLatePayments }: Merchant, { amount }: Payment): Unwanted | null {
  const state = stateAt(order, now)
  const { openCode, unwanted: known } = order.details
  if (known !== null) return known
  switch (state) {
    case 'open':
    case 'expired':
      // What was paid to an open number is no sooner an order than it is paid.
      if (state === 'expired' && !keepsLatePayments && openCode === null) return 'late'
      return amount.minor === order.amount.minor ? null : 'wrong_amount'
    case 'processing':
      return 'being_paid'
    case 'cancelled':
      return 'cancelled'
    case 'failed':
      return 'failed'
    case 'authorized':
    case 'partially_captured':
    case 'captured':
    case 'voided':
    case 'lapsed':
    case 'partially_refunded':
    case 'refunded':
      return 'paid_already'
    default:
      return unreachable(state)
  }
}

function keep(work: Change, { channel, paymentCode, amount, acquirerId, reference, bankReference }: Payment): void {
  beginElsewhere(work, channel)
  const { attemptNo } = work.moveAttempt('receive', 'kept', {
    acquirerId,
    acquirerReference: reference,
    approvalCode: bankReference,
    acquirerChannel: channelOf(channel).bank,
    askedAt: work.now,
  })
  work.moveOrder('receive', 'kept', {
    channel,
    paymentCode: work.order.details.openCode === null ? paymentCode : null,
    paidAttempt: attemptNo,
    authorized: amount,
    captured: amount,
    capturedAt: work.now,
  })
  work.record('order.paid', {
    attemptNo,
    amount: amount.minor.toString(),
    channel,
    ...(paymentCode !== null && { paymentCode }),
    acquirer: acquirerId,
    reference,
    bankReference,
  })
}

function turnAway(work: Change, { channel, amount, reference, bankReference }: Payment, reason: Unwanted): void {
  work.record('receipt.unwanted', { reason, amount: amount.minor.toString(), channel, reference, bankReference })
  work.schedule('return', reference, work.now)
  // There is no other payment that such an order could wait for.
  if (work.order.details.unwanted === null || work.order.state !== 'open') return
  work.moveOrder('cancel', 'asked')
  work.record('order.cancelled', { reason })
}

/** Whoever gave the same money back at the same time has said so first: nothing is written. */
class ToldAlready extends Error {}

/** Gives unwanted money back, and repeats until that is confirmed. Answers when to come back, or null. */
export async function giveBack(deps: PaymentDeps, merchant: Merchant, reference: string): Promise<Date | null> {
  const { merchantId } = merchant
  const receipt = await findReceipt(deps.database, merchantId, reference)
  invariant(receipt, 'what is to be given back was received')
  if (receipt.state !== 'returning') return null
  const { orderId } = receipt
  const reply = await deps.acquirers.find(receipt.acquirerId)?.reverse({ merchantId, orderId, reference })
  if (reply?.outcome !== 'reversed') return new Date(deps.clock.now(merchantId).getTime() + betweenInquiriesMs)
  try {
    await change(deps, merchant, orderId, (work) => work.record('receipt.returned', { reference }), {
      also: async (sql) => {
        if (!(await markReturned(sql, receipt))) throw new ToldAlready()
      },
    })
  } catch (error) {
    if (!(error instanceof ToldAlready)) throw error
  }
  return null
}

/** What an order that its payer looks up elsewhere says: that it can be paid, or why it cannot. */
export function payableNow(
  order: Order,
  now: Date,
): Exclude<Unwanted, 'wrong_amount' | 'late' | 'number_ended'> | 'expired' | null {
  const state = stateAt(order, now)
  if (state === 'open') return null
  if (state === 'expired' || state === 'cancelled' || state === 'failed') return state
  return state === 'processing' ? 'being_paid' : 'paid_already'
}
