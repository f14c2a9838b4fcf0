import type { UnaskedAnswer } from '../acquirer/acquirer.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { PaymentDeps } from './deps.ts'
import { operationsOf } from './operation-store.ts'
import { settle } from './settle.ts'
import { settleOperation } from './settle-operation.ts'
import { attemptsOf } from './standing-store.ts'

/**
 * Takes an answer of the acquirer that nobody waits for: one that is late, or that comes a second time. It is
 * settled like any other, so that it counts once, and is given back where it comes too late. One that names
 * nothing of ours is not listened to.
 */
export async function hear(
  deps: PaymentDeps,
  merchants: { find(merchantId: string): Promise<Merchant | undefined> },
  answer: UnaskedAnswer,
): Promise<void> {
  const { merchantId, orderId, reference } = answer
  const merchant = await merchants.find(merchantId)
  if (!merchant) return
  if (answer.about === 'authorization') {
    const attempts = await attemptsOf(deps.database, merchantId, orderId)
    const attempt = attempts.find(({ acquirerReference }) => acquirerReference === reference)
    if (attempt) await settle(deps, merchant, orderId, attempt.attemptNo, answer.reply, reference)
    return
  }
  const operations = await operationsOf(deps.database, merchantId, orderId)
  const operation = operations.find((each) => each.reference === reference)
  if (operation) await settleOperation(deps, merchant, orderId, operation.operationNo, answer.reply)
}
