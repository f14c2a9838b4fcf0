import { setTimeout as pause } from 'node:timers/promises'
import { invariant } from '../base/invariant.ts'
import { minus, plus, zero } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { link, type StoredEvent } from '../event/chain.ts'
import type { HeldCard, UsedCard } from '../card/held-card.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Sql } from '../postgres/database.ts'
import { type Timer, timerIdOf, type TimerKind, timerOf } from '../timer/timer.ts'
import type { PaymentDeps, PlanStart } from './deps.ts'
import { type EventType, eventTypes } from './history.ts'
import {
  type AttemptOperation,
  type AttemptOutcome,
  finalAttemptStates,
  finalOperationStates,
  nextAttemptState,
  nextOperationState,
  nextOrderState,
  type OperationOutcome,
  type OperationStep,
  type OrderOperation,
  type OrderOutcome,
  settledOrderStates,
} from './lifecycle.ts'
import { noticeOf } from './notice.ts'
import type { Operation } from './operation.ts'
import { operationsOf } from './operation-store.ts'
import { type Attempt, isExhausted, type Order, refusalsAllowed, type Standing } from './order.ts'
import type { Receipt } from './receipt.ts'
import type { WrittenChange } from './write-changes.ts'

/**
 * One change to one order, collected in memory and written as a whole: order, attempt, events, timers, vault
 * and callback commit together or not at all (invariants 1 and 6).
 */
export class Change {
  readonly merchant: Merchant
  readonly now: Date
  #order: Order
  #attempt: Attempt | undefined
  readonly #loaded: Order
  #hasSettled = false
  readonly #events: StoredEvent[] = []
  readonly #attempts = new Map<number, Attempt>()
  readonly #operations: Map<number, Operation>
  readonly #changedOperations = new Set<number>()
  readonly #timers = new Map<string, Timer>()
  readonly #cancelled: string[] = []
  readonly #stored: HeldCard[] = []
  readonly #used: UsedCard[] = []
  readonly #erased: string[] = []
  readonly #plans: PlanStart[] = []
  readonly #receipts: Receipt[] = []

  constructor(merchant: Merchant, now: Date, { order, attempt }: Standing, operations: readonly Operation[]) {
    this.merchant = merchant
    this.now = now
    this.#order = order
    this.#attempt = attempt
    this.#loaded = order
    this.#operations = new Map(operations.map((operation) => [operation.operationNo, operation]))
  }

  get order(): Order {
    return this.#order
  }

  /** The newest attempt. */
  get attempt(): Attempt | undefined {
    return this.#attempt
  }

  /** The captures, voids and refunds of the order, where they were asked for. */
  get operations(): readonly Operation[] {
    return [...this.#operations.values()]
  }

  /** Adds to the order's log. An event that tells a state must tell the state that the order is in. */
  record(type: EventType, data: object = {}): void {
    const told = eventTypes[type]
    invariant(told === null || told === this.#order.state, `${type} is recorded in the state that it tells`)
    const event = link(this.#order.eventHash, this.#order.eventSeq + 1, type, this.now, data)
    this.#events.push(event)
    this.#order = { ...this.#order, eventSeq: event.seq, eventHash: event.hash }
  }

  moveOrder(operation: OrderOperation, outcome: OrderOutcome, patch: Partial<Order> = {}): void {
    const to = nextOrderState(operation, this.#order.state, outcome)
    invariant(to, `the life of an order has a row for ${operation} from ${this.#order.state} with ${outcome}`)
    const from = this.#order.state
    this.#order = { ...this.#order, ...patch, state: to }
    if (settledOrderStates.has(to)) {
      this.#hasSettled = true
      this.#order = { ...this.#order, settledAt: this.now }
      if (!settledOrderStates.has(from)) this.unschedule('expire', this.#order.orderId)
    }
    // The expiry timer may have come while the order was being paid, and have left it alone.
    if (to === 'open') this.schedule('expire', this.#order.orderId, this.#order.expiresAt)
  }

  /** Begins an attempt, with its card where a card pays. */
  addAttempt(attempt: Attempt, held?: HeldCard): void {
    this.#attempt = attempt
    this.#attempts.set(attempt.attemptNo, attempt)
    this.#order = { ...this.#order, attemptCount: attempt.attemptNo }
    if (held) this.#stored.push(held)
  }

  moveAttempt(operation: AttemptOperation, outcome: AttemptOutcome, patch: Partial<Attempt> = {}): Attempt {
    const from = this.#attempt
    invariant(from, 'an attempt is there to be moved')
    const to = nextAttemptState(operation, from.state, outcome)
    invariant(to, `the life of an attempt has a row for ${operation} from ${from.state} with ${outcome}`)
    const ended = finalAttemptStates.has(to)
    if (ended && from.attemptToken) this.#erased.push(from.attemptToken)
    return this.patchAttempt({
      ...patch,
      state: to,
      ...(ended ? { endedAt: this.now, attemptToken: null, authenticationStep: null } : {}),
    })
  }

  patchAttempt(patch: Partial<Attempt>): Attempt {
    invariant(this.#attempt, 'an attempt is there to be changed')
    this.#attempt = { ...this.#attempt, ...patch }
    this.#attempts.set(this.#attempt.attemptNo, this.#attempt)
    return this.#attempt
  }

  patchOrder(patch: Partial<Omit<Order, 'state'>>): void {
    this.#order = { ...this.#order, ...patch }
  }

  /** Notes a payment that was made elsewhere, kept or not. */
  addReceipt(receipt: Receipt): void {
    this.#receipts.push(receipt)
  }

  /** Begins a capture, void or refund: its amount is set aside until its answer is there (invariant 5). */
  addOperation(operation: Operation): void {
    const { kind, amount, operationNo } = operation
    const { pending, operationCount } = this.#order
    invariant(operationNo === operationCount + 1, 'operations are numbered as they are begun')
    invariant(!pending || pending.kind === kind, 'the operations that are under way are of one kind')
    this.#setOperation(operation)
    this.patchOrder({
      operationCount: operationNo,
      pending: { kind, count: (pending?.count ?? 0) + 1, amount: plus(pending?.amount ?? zero(amount), amount) },
    })
  }

  /** An operation that ends is no longer under way; what it did to the order is the caller's to write. */
  moveOperation(
    from: Operation,
    step: OperationStep,
    outcome: OperationOutcome,
    patch: Partial<Operation> = {},
  ): Operation {
    const to = nextOperationState(step, from.state, outcome)
    invariant(to, `the life of an operation has a row for ${step} from ${from.state} with ${outcome}`)
    const ended = finalOperationStates.has(to)
    const moved = { ...from, ...patch, state: to, ...(ended && { endedAt: this.now }) }
    this.#setOperation(moved)
    if (ended) {
      const { pending } = this.#order
      invariant(pending?.kind === from.kind, 'an operation that ends was under way')
      const count = pending.count - 1
      this.patchOrder({
        pending: count === 0 ? null : { ...pending, count, amount: minus(pending.amount, from.amount) },
      })
    }
    return moved
  }

  #setOperation(operation: Operation): void {
    this.#operations.set(operation.operationNo, operation)
    this.#changedOperations.add(operation.operationNo)
  }

  /**
   * The attempt's card has served: it is stored, removed, or its use is noted, as was wished. To be called
   * wherever an attempt succeeds, before it moves there and its card is erased.
   */
  settleCard(): void {
    const attempt = this.#attempt
    invariant(attempt?.attemptToken, 'an attempt that is about to succeed has a card')
    const { attemptNo, attemptToken, cardMask: card, cardWish: wish, storedToken } = attempt
    if (wish === null && storedToken === null) return
    this.#used.push({ merchantId: this.#order.merchantId, attemptToken, storedToken, wish, at: this.now })
    if (wish === 'store') this.record('card.stored', { attemptNo, card })
    if (wish === 'remove') this.record('card.removed', { attemptNo, card })
  }

  /** The payments that are to follow the order's begin with its success. To be called as `settleCard`. */
  startPlan(): void {
    const attempt = this.#attempt
    invariant(attempt, 'what is paid was paid by an attempt')
    if (this.#order.details.recurring) this.#plans.push({ order: this.#order, attempt, at: this.now })
  }

  /**
   * Closes an open order whose time or attempts are used up. Called wherever an attempt ends unpaid, since
   * the expiry timer leaves an order alone that is being paid.
   */
  closeIfOver(): void {
    if (this.#order.state !== 'open') return
    if (this.now >= this.#order.expiresAt) {
      this.moveOrder('expire', 'elapsed')
      this.record('order.expired')
    } else if (isExhausted(this.#order, refusalsAllowed(this.#order, this.merchant.attemptsPerOrder))) {
      this.moveOrder('fail', 'exhausted')
      this.record('order.failed', { refused: this.#order.refusedCount })
    }
  }

  /** Gives up a live attempt that has not asked for money. */
  abandonAttempt(reason: string): void {
    const attempt = this.#attempt
    if (!attempt || !['started', 'challenged', 'authenticated'].includes(attempt.state)) return
    this.moveAttempt('abandon', 'elapsed', { reason })
    this.record('attempt.abandoned', { attemptNo: attempt.attemptNo, reason })
    this.unschedule('abandon', attemptSubject(this.#order.orderId, attempt.attemptNo))
  }

  countRefusal(): void {
    this.#order = { ...this.#order, refusedCount: this.#order.refusedCount + 1 }
  }

  schedule(kind: TimerKind, subject: string, dueAt: Date): void {
    this.#timers.set(timerIdOf(kind, subject), timerOf(this.#order.merchantId, kind, subject, dueAt))
  }

  unschedule(kind: TimerKind, subject: string): void {
    this.#timers.delete(timerIdOf(kind, subject))
    this.#cancelled.push(timerIdOf(kind, subject))
  }

  /** What is to be written; null where nothing was changed. */
  written(deps: PaymentDeps): WrittenChange | null {
    if (this.#order === this.#loaded && this.#attempts.size === 0) return null
    const callback = this.#hasSettled ? noticeOf(this.merchant, this.#order, this.#attempt, deps) : null
    // Entering a final state tells the merchant, in the transaction that makes it true (design part 5).
    if (callback) this.schedule('callback', callback.callbackId, this.now)
    return {
      order: this.#order,
      at: this.now,
      attempts: [...this.#attempts.values()],
      operations: this.operations.filter(({ operationNo }) => this.#changedOperations.has(operationNo)),
      events: this.#events,
      timers: [...this.#timers.values()],
      cancelled: this.#cancelled,
      stored: this.#stored,
      used: this.#used,
      plans: this.#plans,
      receipts: this.#receipts,
      erased: this.#erased,
      callback,
    }
  }

  /** As the order stands once the change is written, which makes its version the next. */
  get standing(): Standing {
    return { order: { ...this.#order, version: this.#order.version + 1 }, attempt: this.#attempt }
  }

  /** What has to happen once the change is true. */
  committed(deps: PaymentDeps): void {
    for (const token of this.#erased) deps.cvvs.drop(token)
    if (deps.recorded) for (const { type } of this.#events) deps.recorded(type)
    for (const timer of this.#timers.values()) if (timer.dueAt <= this.now) deps.wake(timer)
  }
}

/** What a change needs to know or to write beside order and newest attempt. */
export interface ChangeOptions {
  /** Reads the order's captures, voids and refunds too. */
  readonly withOperations?: boolean
  /** Written in the same transaction. */
  readonly also?: (sql: Sql) => Promise<unknown>
}

/** Names an attempt in a timer. Order ids hold no colon, so the two parts can be told apart. */
export function attemptSubject(orderId: string, attemptNo: number): string {
  return `${orderId}:${attemptNo}`
}

/** Names an operation in a timer, in the form in which an attempt is named. */
export const operationSubject = attemptSubject

/** Takes an attempt's subject apart again. */
export function parseAttemptSubject(subject: string): { orderId: string; attemptNo: number } {
  const colon = subject.lastIndexOf(':')
  return { orderId: subject.slice(0, colon), attemptNo: Number(subject.slice(colon + 1)) }
}

/** Of so many who change one order at once, each loses to another at most so often. */
const maxTries = 200

/** Who has lost so often waits between tries: for a lock of another session on the order, two seconds in all. */
const hastyTries = 20
const pauseMs = 10

/**
 * Reads an order, lets `work` change it, and commits the whole if the order has not moved meanwhile;
 * otherwise from the start. So `work` may run more than once: it decides by what it is given, collects its
 * changes and does nothing else (invariant 3). Answers undefined for an order that is not there.
 *
 * @throws Problem `unavailable` when the database cannot be reached; `conflict` when the same attempt was
 *   begun by another, which happens under a seed only
 */
export async function change<T>(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  work: (change: Change) => T,
  options: ChangeOptions = {},
): Promise<T | undefined> {
  return (await changed(deps, merchant, orderId, work, options))?.result
}

/** What a change gave, and how its order stands after it. */
export interface Changed<T> {
  readonly result: T
  readonly standing: Standing
}

/**
 * As `change`, for who has read the order already. It is read again only when it has moved since, or when
 * nothing is to be changed by what was seen: so what was seen may be old, and the answer never is.
 */
export async function changeFrom<T>(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  work: (change: Change) => T,
  options: Pick<ChangeOptions, 'also'> = {},
): Promise<Changed<T>> {
  const done = await changed(deps, merchant, seen.order.orderId, work, { ...options, seen })
  invariant(done, 'an order stays once it is written')
  return done
}

async function changed<T>(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  work: (change: Change) => T,
  { seen, withOperations = false, also }: ChangeOptions & { readonly seen?: Standing },
): Promise<Changed<T> | undefined> {
  const now = deps.clock.now(merchant.merchantId)
  let given = seen
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const standing = given ?? (await deps.orders.find(merchant.merchantId, orderId))
    if (!standing) return undefined
    // Read after the order: had one of them moved since, so had the order's version.
    const operations =
      withOperations && standing.order.operationCount > 0
        ? await operationsOf(deps.database, merchant.merchantId, orderId)
        : []
    const collected = new Change(merchant, now, standing, operations)
    const result = work(collected)
    const written = collected.written(deps)
    if (!written && !given) return { result, standing }
    given = undefined
    if (written && (await deps.orders.write(written, also))) {
      collected.committed(deps)
      return { result, standing: collected.standing }
    }
    if (tries >= hastyTries) await pause(pauseMs)
  }
  throw new Problem('unavailable')
}
