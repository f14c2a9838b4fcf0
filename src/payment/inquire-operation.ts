import { invariant } from '../base/invariant.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { change, operationSubject } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { betweenInquiriesMs } from './inquire.ts'
import { closeIfLapsed } from './lapse.ts'
import { isOpen, type Operation } from './operation.ts'
import { operationsOf } from './operation-store.ts'
import { applyOperation, settleOperation } from './settle-operation.ts'
import { attemptsOf } from './standing-store.ts'

/**
 * Settles a capture, void or refund whose outcome is unknown: ask the acquirer what became of it; past the
 * deadline take it back, and repeat until the acquirer confirms (invariant 4). A void gives money back, so
 * taking it back would be wrong: the authorization itself is reversed, which gives back the same. Answers when
 * to come back, or null.
 */
export async function inquireOperation(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  operationNo: number,
): Promise<Date | null> {
  const { merchantId } = merchant
  const found = await see(deps, merchantId, orderId, operationNo)
  if (!isOpen(found.operation)) return null
  const { operation, authorization } = found
  const again = new Date(deps.clock.now(merchantId).getTime() + betweenInquiriesMs)
  const acquirer = deps.acquirers.find(operation.acquirerId)
  if (!acquirer) return again
  const { kind, reference } = operation
  const about = { merchantId, orderId, kind, reference, authorization }
  if (operation.state !== 'reversing') {
    const reply = await acquirer.inquireOperation(about)
    if (reply.outcome !== 'unknown') {
      await settleOperation(deps, merchant, orderId, operationNo, reply)
      return null
    }
    const deadline = operation.askedAt.getTime() + deps.unknownDeadlineMs
    if (deps.clock.now(merchantId).getTime() < deadline) return new Date(Math.min(again.getTime(), deadline))
    const isReversing = await change(
      deps,
      merchant,
      orderId,
      (work) => {
        const standing = work.operations.find((each) => each.operationNo === operationNo)
        if (standing?.state !== 'asked' && standing?.state !== 'unknown') return false
        work.moveOperation(standing, 'reverse', 'asked')
        work.record('operation.reversing', { operationNo, kind })
        return true
      },
      { withOperations: true },
    )
    // The answer came while we inquired.
    if (!isReversing) return null
  }
  const reply = await (kind === 'void'
    ? acquirer.reverse({ merchantId, orderId, reference: authorization })
    : acquirer.reverseOperation(about))
  if (reply.outcome === 'unknown') return again
  await change(
    deps,
    merchant,
    orderId,
    (work) => {
      const standing = work.operations.find((each) => each.operationNo === operationNo)
      if (standing?.state !== 'reversing') return
      work.moveOperation(standing, 'reverse', 'reversed', { reason: 'TIMED_OUT' })
      work.record('operation.reversed', { operationNo, kind })
      work.unschedule('operation', operationSubject(orderId, operationNo))
      if (kind === 'void') applyOperation(work, standing)
      else closeIfLapsed(work)
    },
    { withOperations: true },
  )
  return null
}

/**
 * Takes back a capture or refund that the acquirer approved after it had ended without that, and repeats until
 * the acquirer confirms. Answers when to come back, or null.
 */
export async function undoLate(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  operationNo: number,
): Promise<Date | null> {
  const { merchantId } = merchant
  const { operation, authorization } = await see(deps, merchantId, orderId, operationNo)
  const { kind, reference } = operation
  invariant(operation.state !== 'approved' && kind !== 'void', 'what was done as it was asked for stays')
  const acquirer = deps.acquirers.find(operation.acquirerId)
  const reply = await acquirer?.reverseOperation({ merchantId, orderId, kind, reference, authorization })
  if (reply?.outcome !== 'reversed') return new Date(deps.clock.now(merchantId).getTime() + betweenInquiriesMs)
  await change(deps, merchant, orderId, (work) => work.record('operation.late_reversed', { operationNo, kind }))
  return null
}

async function see(
  deps: PaymentDeps,
  merchantId: string,
  orderId: string,
  operationNo: number,
): Promise<{ operation: Operation; authorization: string }> {
  const operations = await operationsOf(deps.database, merchantId, orderId)
  const operation = operations.find((each) => each.operationNo === operationNo)
  const attempts = await attemptsOf(deps.database, merchantId, orderId)
  // Of an order that was paid the newest attempt is the one that paid it.
  const authorization = attempts.at(-1)?.acquirerReference
  invariant(operation && authorization, 'an operation is there, and is of an attempt that was authorized')
  return { operation, authorization }
}
