import type { Merchant } from '../merchant/merchant.ts'
import { wibDate } from '../wire/wib.ts'
import { type Change, change } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { findReceipt, markWithdrawn } from './receipt-store.ts'

/** What becomes of a bank's wish to take a payment back. */
export type Withdrawal = 'withdrawn' | 'not_kept' | 'given_back' | 'too_late'

/**
 * The bank that a payment was made at takes it back: its customer had paid by mistake, say. It asks before it does, and
 * may until the payment's day has ended in Western Indonesia, as long as the order has given nothing back. The order is
 * voided and its merchant told, and the money goes the way of money that is not wanted (`giveBack`). To ask again
 * changes nothing. Undefined: no such payment was told of.
 */
export async function withdraw(
  deps: PaymentDeps,
  merchant: Merchant,
  reference: string,
): Promise<Withdrawal | undefined> {
  const receipt = await findReceipt(deps.database, merchant.merchantId, reference)
  if (!receipt) return undefined
  return change(
    deps,
    merchant,
    receipt.orderId,
    (work) => {
      const result = withdrawalOf(work, reference)
      if (result !== 'new') return result
      const attemptNo = work.order.paidAttempt
      work.moveOrder('withdraw', 'whole')
      work.record('order.withdrawn', { attemptNo, reference })
      work.schedule('return', reference, work.now)
      return 'withdrawn'
    },
    { also: (sql) => markWithdrawn(sql, receipt) },
  )
}

/** `new`: it is to be withdrawn now. */
function withdrawalOf({ order, attempt, now }: Change, reference: string): Withdrawal | 'new' {
  // What pays an order is its newest attempt, and stays that.
  if (order.paidAttempt === null || attempt?.acquirerReference !== reference) return 'not_kept'
  // Nothing else voids what was paid elsewhere.
  if (order.state === 'voided') return 'withdrawn'
  if (order.state !== 'captured' || order.pending) return 'given_back'
  return order.capturedAt && wibDate(order.capturedAt) === wibDate(now) ? 'new' : 'too_late'
}
