import type { OperationReply } from '../acquirer/acquirer.ts'
import { invariant, unreachable } from '../base/invariant.ts'
import { plus } from '../base/money.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { type Change, change, operationSubject } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { closeIfLapsed } from './lapse.ts'
import { isOpen, type Operation } from './operation.ts'

/**
 * Writes down what the acquirer answered to a capture, void or refund, whether to the request or to a later
 * inquiry. An approval that comes when the operation has ended otherwise is taken back, and the log says so.
 *
 * Answers the operation as it then stands.
 */
export async function settleOperation(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  operationNo: number,
  reply: OperationReply,
): Promise<Operation> {
  const settled = await change(
    deps,
    merchant,
    orderId,
    (work) => {
      const operation = work.operations.find((each) => each.operationNo === operationNo)
      invariant(operation, 'what is answered was asked for')
      const { kind } = operation
      if (operation.state !== 'asked' && operation.state !== 'unknown') {
        // While it is being taken back, that goes on; a void that is done twice is done.
        const isUnwanted = !isOpen(operation) && operation.state !== 'approved' && kind !== 'void'
        if (isUnwanted && reply.outcome === 'approved') {
          work.record('operation.late_answer', { operationNo, kind })
          work.schedule('undo', operationSubject(orderId, operationNo), work.now)
        }
        return operation
      }
      let moved: Operation
      switch (reply.outcome) {
        case 'approved':
          moved = work.moveOperation(operation, 'send', 'approved', { responseCode: reply.responseCode })
          applyOperation(work, operation)
          break
        case 'declined': {
          const { responseCode, reason } = reply
          moved = work.moveOperation(operation, 'send', 'declined', { responseCode, reason })
          work.record('operation.declined', { operationNo, kind, responseCode, reason })
          closeIfLapsed(work)
          break
        }
        case 'unknown':
          work.record('operation.unknown', { operationNo, kind, reason: reply.reason })
          return work.moveOperation(operation, 'send', 'unknown', { reason: reply.reason })
        default:
          return unreachable(reply)
      }
      work.unschedule('operation', operationSubject(orderId, operationNo))
      return moved
    },
    { withOperations: true },
  )
  invariant(settled, 'an order stays once it is written')
  return settled
}

/** What an operation that was done does to its order. It is no longer under way. */
export function applyOperation(
  work: Change,
  { kind, amount, operationNo }: Pick<Operation, 'kind' | 'amount' | 'operationNo'>,
): void {
  const { order } = work
  const told = { operationNo, amount: amount.minor.toString() }
  switch (kind) {
    case 'capture': {
      const captured = plus(order.captured, amount)
      const isWhole = captured.minor === order.authorized.minor
      const capturedAt = order.capturedAt ?? work.now
      work.moveOrder('capture', isWhole ? 'whole' : 'part', {
        captured,
        capturedAt,
        ...(isWhole && { authorizedUntil: null }),
      })
      work.record(isWhole ? 'order.fully_captured' : 'order.partially_captured', told)
      if (isWhole) work.unschedule('lapse', order.orderId)
      else closeIfLapsed(work)
      return
    }
    case 'refund': {
      const refunded = plus(order.refunded, amount)
      const isWhole = refunded.minor === order.captured.minor
      work.moveOrder('refund', isWhole ? 'whole' : 'part', { refunded, authorizedUntil: null })
      work.record(isWhole ? 'order.refunded' : 'order.partially_refunded', told)
      work.unschedule('lapse', order.orderId)
      return
    }
    case 'void':
      work.moveOrder('void', 'whole', { authorizedUntil: null })
      work.record('order.voided', told)
      work.unschedule('lapse', order.orderId)
      return
    default:
      unreachable(kind)
  }
}
