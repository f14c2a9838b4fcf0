import type { CardLimits } from '../abuse/card-limits.ts'
import { insert as insertCallbacks, type NewCallback } from '../callback/store.ts'
import type { HeldCard, UsedCard } from '../card/held-card.ts'
import { insert as insertEvents } from '../event/store.ts'
import type { StoredEvent } from '../event/chain.ts'
import type { Sql } from '../postgres/database.ts'
import { cancel, schedule } from '../timer/store.ts'
import type { Timer } from '../timer/timer.ts'
import { saveAttempts, updateOrders } from './change-store.ts'
import type { CardKeeper, PlanKeeper, PlanStart } from './deps.ts'
import { refusedAttemptStates, finalAttemptStates } from './lifecycle.ts'
import type { Operation } from './operation.ts'
import { saveOperations } from './operation-store.ts'
import type { Attempt, Order } from './order.ts'
import type { Receipt } from './receipt.ts'
import { insertReceipts } from './receipt-store.ts'

/** All that one change to one order writes. */
export interface WrittenChange {
  /** As it is to be, in the version that was read. */
  readonly order: Order
  readonly at: Date
  readonly attempts: readonly Attempt[]
  readonly operations: readonly Operation[]
  readonly events: readonly StoredEvent[]
  readonly timers: readonly Timer[]
  /** Ids of timers that are to go. */
  readonly cancelled: readonly string[]
  readonly stored: readonly HeldCard[]
  /** Cards that paid. */
  readonly used: readonly UsedCard[]
  /** Payments that others are to follow. */
  readonly plans: readonly PlanStart[]
  /** Payments that were made elsewhere. */
  readonly receipts: readonly Receipt[]
  /** Attempt tokens whose cards leave the vault. */
  readonly erased: readonly string[]
  readonly callback: NewCallback | null
}

/** Whose rows a change writes beside those of the order. */
export interface Keepers {
  readonly cards: CardKeeper
  readonly plans: PlanKeeper
}

/**
 * Writes changes of different orders in one transaction, each as a whole or not at all. Answers for each, in
 * order, whether it was written; false means that its order has moved since it was read.
 *
 * @throws DatabaseError class 23 when a row of one of them is in the way; nothing is written then
 */
export async function writeChanges(
  sql: Sql,
  { cards, plans }: Keepers,
  changes: readonly WrittenChange[],
  limits?: Pick<CardLimits, 'end'>,
): Promise<readonly boolean[]> {
  const isCurrent = await updateOrders(
    sql,
    changes.map(({ order }) => order),
  )
  const current = changes.filter((_, index) => isCurrent[index])
  if (current.length === 0) return isCurrent
  const ofEach = <Row, Made>(
    rows: (change: WrittenChange) => readonly Row[],
    made: (change: WrittenChange, row: Row) => Made,
  ) => current.flatMap((change) => rows(change).map((row) => made(change, row)))
  // No one of them needs another's answer, and they are taken in this order.
  await Promise.all([
    saveAttempts(
      sql,
      ofEach(
        ({ attempts }) => attempts,
        ({ order: { merchantId, orderId } }, attempt) => ({ merchantId, orderId, attempt }),
      ),
    ),
    saveOperations(
      sql,
      ofEach(
        ({ operations }) => operations,
        ({ order: { merchantId, orderId } }, operation) => ({ merchantId, orderId, operation }),
      ),
    ),
    cards.store(
      sql,
      ofEach(
        ({ stored }) => stored,
        ({ order: { merchantId }, at }, held) => ({ merchantId, held, at }),
      ),
    ),
    cards.settle(
      sql,
      current.flatMap(({ used }) => used),
    ),
    plans.start(
      sql,
      current.flatMap((change) => change.plans),
    ),
    cards.erase(
      sql,
      ofEach(
        ({ erased }) => erased,
        ({ order: { merchantId } }, token) => ({ merchantId, token }),
      ),
    ),
    limits?.end(
      sql,
      ofEach(
        ({ attempts }) => attempts.filter(({ state }) => finalAttemptStates.has(state)),
        ({ order: { merchantId, orderId } }, { attemptNo, state }) => ({
          merchantId,
          orderId,
          attemptNo,
          outcome: refusedAttemptStates.has(state) ? 'declined' : 'ended',
        }),
      ),
    ),
    insertReceipts(
      sql,
      ofEach(
        ({ receipts }) => receipts,
        ({ at }, receipt) => ({ receipt, at }),
      ),
    ),
    insertEvents(
      sql,
      ofEach(
        ({ events }) => events,
        ({ order: { merchantId, orderId } }, event) => ({ merchantId, orderId, event }),
      ),
    ),
    insertCallbacks(
      sql,
      current.flatMap(({ callback }) => callback ?? []),
    ),
    cancel(
      sql,
      ofEach(
        ({ cancelled }) => cancelled,
        ({ order: { merchantId } }, timerId) => ({ merchantId, timerId }),
      ),
    ),
    schedule(
      sql,
      current.flatMap(({ timers }) => timers),
    ),
  ])
  return isCurrent
}
