import { invariant, unreachable } from '../base/invariant.ts'
import { minus, type Money, zero } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { channelOf } from '../channel/catalogue.ts'
import { uuidFrom } from '../base/random.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { wibDate } from '../wire/wib.ts'
import { type Change, change, operationSubject } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import { inquireOperation } from './inquire-operation.ts'
import { initialOperationState, mayBegin, type OperationKind } from './lifecycle.ts'
import { isOpen, type Operation } from './operation.ts'
import { operationsOf } from './operation-store.ts'
import type { Order } from './order.ts'
import { settleOperation } from './settle-operation.ts'

/** What a merchant asks for. */
export interface OperationWish {
  readonly kind: OperationKind
  /** Null for a void, which is of all that is held. */
  readonly amount: Money | null
  /** The merchant's own name for it: the same name is the same operation. Null: none was given. */
  readonly key: string | null
}

/** What became of it. `unknown`: the acquirer has not answered, and it is settled later. */
export type OperationResult = 'approved' | 'declined' | 'unknown'

/** The first inquiry about an operation whose answer has not come. Business time. */
export const firstOperationInquiryMs = 60_000

/** What one order may have of them, so that no merchant fills a log without end. */
const mostOperations = 1_000

/**
 * Captures, voids or refunds an order, in three steps, so that no transaction is open during the call
 * (invariant 3): say what we are about to ask and set its amount aside, ask, write down the answer. Any number
 * at once stay within what is authorized and captured (invariant 5), because the order's compare-and-set
 * decides among them.
 *
 * A repeat is not done twice: under the same key it is the operation that has it; without a key, it is one of
 * the same kind and amount whose outcome is unknown. Of a void, one that has been done answers for every later.
 *
 * @throws Problem `order_not_found`; the refusals of `refusalOf`; `amount_too_high`; `conflict` while the same or
 *   something of another kind is under way, or for another amount under the same key; `feature_not_allowed`
 *   where its acquirer is none of the gateway's any more
 */
export async function operate(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  wish: OperationWish,
): Promise<OperationResult> {
  const begun = await change(deps, merchant, orderId, (work) => begin(deps, work, wish), { withOperations: true })
  if (!begun) throw new Problem('order_not_found')
  if (begun.kind === 'done') return 'approved'
  const { operation } = begun
  const { merchantId } = merchant
  const { operationNo, kind, reference, amount } = operation
  if (begun.kind === 'repeat') {
    if (!isOpen(operation)) return resultOf(operation)
    await inquireOperation(deps, merchant, orderId, operationNo)
    const standing = (await operationsOf(deps.database, merchantId, orderId))[operationNo - 1]
    invariant(standing, 'an operation that was begun is there')
    return resultOf(standing)
  }
  const acquirer = deps.acquirers.find(operation.acquirerId)
  invariant(acquirer, 'an operation is begun where there is its acquirer')
  const { authorization } = begun
  const reply = await acquirer.operate({ merchantId, orderId, kind, reference, authorization, amount })
  return resultOf(await settleOperation(deps, merchant, orderId, operationNo, reply))
}

function resultOf(operation: Operation): OperationResult {
  switch (operation.state) {
    case 'approved':
      return 'approved'
    case 'declined':
      return 'declined'
    case 'reversed':
      // A void is given up by reversing the authorization, which gives back what the void was to give back.
      return operation.kind === 'void' ? 'approved' : 'declined'
    case 'asked':
    case 'unknown':
    case 'reversing':
      return 'unknown'
    default:
      return unreachable(operation.state)
  }
}

type Begun =
  | { readonly kind: 'done' }
  | { readonly kind: 'repeat'; readonly operation: Operation }
  | { readonly kind: 'new'; readonly operation: Operation; readonly authorization: string }

function begin(deps: PaymentDeps, work: Change, { kind, amount, key }: OperationWish): Begun {
  const { order, attempt, operations } = work
  const { merchantId, orderId } = order
  const named = key === null ? undefined : operations.find((each) => each.kind === kind && each.key === key)
  if (named && amount && named.amount.minor !== amount.minor)
    throw new Problem('conflict', { reason: 'The Idempotency-Key was used with another amount' })
  const isSame = (each: Operation) => each.kind === kind && (!amount || each.amount.minor === amount.minor)
  const open = key === null ? operations.find((each) => isSame(each) && each.state === 'unknown') : undefined
  const known = named ?? open
  // Somebody is asking just now, and to ask what became of it would come before it.
  if (known?.state === 'asked') throw new Problem('conflict', { reason: `This ${kind} is under way` })
  if (known) return { kind: 'repeat', operation: known }
  if (kind === 'void' && order.state === 'voided') return { kind: 'done' }

  const refusal = refusalOf(kind, order, work.now)
  if (refusal) throw new Problem(refusal)
  const { pending } = order
  if (pending && (pending.kind !== kind || kind === 'void'))
    throw new Problem('conflict', { reason: `A ${pending.kind} of this order is under way` })
  const left = leftOf(kind, order)
  const wanted = amount ?? left
  if (wanted.minor > left.minor) throw new Problem('amount_too_high')
  if (order.operationCount >= mostOperations) throw new Problem('not_permitted')
  invariant(attempt?.acquirerReference && attempt.attemptNo === order.paidAttempt, 'what was paid has its attempt')
  // Whoever authorized it has its money, whatever is routed where by now.
  const acquirer = deps.acquirers.find(attempt.acquirerId)
  if (!acquirer) throw new Problem('feature_not_allowed', { field: kind })

  const operationNo = order.operationCount + 1
  const random = deps.random.bytes(16, {
    merchant: merchantId,
    order: orderId,
    purpose: 'operation reference',
    n: operationNo,
  })
  const operation: Operation = {
    operationNo,
    kind,
    amount: wanted,
    state: initialOperationState,
    key,
    acquirerId: acquirer.id,
    reference: uuidFrom(random),
    responseCode: null,
    reason: null,
    askedAt: work.now,
    endedAt: null,
  }
  work.addOperation(operation)
  const { reference } = operation
  work.record('operation.asked', { operationNo, kind, amount: wanted.minor.toString(), reference })
  work.schedule(
    'operation',
    operationSubject(orderId, operationNo),
    new Date(work.now.getTime() + firstOperationInquiryMs),
  )
  return { kind: 'new', operation, authorization: attempt.acquirerReference }
}

/** What may still be asked for: what is set aside for others that are under way is not left. */
function leftOf(kind: OperationKind, { authorized, captured, refunded, pending }: Order): Money {
  const setAside = pending?.amount ?? zero(authorized)
  switch (kind) {
    case 'capture':
      return minus(minus(authorized, captured), setAside)
    case 'refund':
      return minus(minus(captured, refunded), setAside)
    case 'void':
      return authorized
    default:
      return unreachable(kind)
  }
}

/**
 * Why an order in this state, and paid by this channel, cannot be captured, voided or refunded; undefined where it can. A void of money
 * that was captured is possible until its day has ended in Western Indonesia, when acquirers close their
 * batches; after that it is a refund.
 */
export function refusalOf(
  kind: OperationKind,
  {
    state,
    channel,
    capturedAt,
    captured,
    authorizedUntil,
  }: Pick<Order, 'state' | 'channel' | 'capturedAt' | 'captured' | 'authorizedUntil'>,
  now: Date,
): 'not_permitted' | 'order_not_found' | undefined {
  if (!mayBegin(kind, state)) return kind === 'refund' && captured.minor === 0n ? 'order_not_found' : 'not_permitted'
  const { voids, refunds } = channelOf(channel ?? 'cc')
  if ((kind === 'void' && !voids) || (kind === 'refund' && !refunds)) return 'not_permitted'
  if (kind === 'capture' && authorizedUntil && now >= authorizedUntil) return 'not_permitted'
  if (kind === 'void' && capturedAt && wibDate(capturedAt) !== wibDate(now)) return 'not_permitted'
  return undefined
}
