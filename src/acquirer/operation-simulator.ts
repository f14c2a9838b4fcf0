import type { Clock } from '../base/clock.ts'
import { invariant, unreachable } from '../base/invariant.ts'
import type { Database, Sql } from '../postgres/database.ts'
import type { OperationReference, OperationReply, OperationRequest, ReversalReply } from './acquirer.ts'
import type { Fault } from './faults.ts'
import * as store from './operation-store.ts'
import { unapproved } from './remembered.ts'

/**
 * The simulated acquirer's captures, voids and refunds. It keeps an account of every authorization, in one
 * transaction with what it remembers of the operation, as the books of another computer would.
 */
export class OperationSimulator {
  readonly #database: Database
  readonly #clock: Pick<Clock, 'now'>

  constructor(database: Database, clock: Pick<Clock, 'now'>) {
    this.#database = database
    this.#clock = clock
  }

  /** Does what is asked for, once for a reference, and answers what stands. `fault`: refuse, or keep silent. */
  async operate(request: OperationRequest, fault?: Extract<Fault, 'declined' | 'silent'>): Promise<OperationReply> {
    const { merchantId, reference, orderId, authorization, kind, amount } = request
    const standing = await this.#database.transaction(async (sql) => {
      const account = await store.account(sql, merchantId, authorization)
      const verdict = fault === 'silent' ? silent : fault === 'declined' ? refused : verdictOf(request, account)
      const { first, operation } = await store.remember(
        sql,
        {
          merchantId,
          reference,
          orderId,
          authorization,
          kind,
          amountMinor: amount.minor,
          currency: amount.currency,
          ...verdict,
        },
        this.#clock.now(merchantId),
      )
      if (first && operation.state === 'approved') await bookOf(sql, operation, 1n)
      return operation
    })
    const isSame = standing.amountMinor === null || standing.amountMinor === amount.minor
    invariant(isSame && standing.kind === kind, 'a reference has one kind and one amount')
    return replyOf(standing)
  }

  /** What became of a reference; one that was never seen is closed. */
  async inquire({ merchantId, reference, kind }: OperationReference): Promise<OperationReply> {
    const unseen = { ...blank, merchantId, reference, kind, state: 'never_seen' } as const
    const { operation } = await store.remember(this.#database, unseen, this.#clock.now(merchantId))
    return replyOf(operation)
  }

  async reverse({ merchantId, reference, authorization, kind }: OperationReference): Promise<ReversalReply> {
    invariant(kind !== 'void', 'a void is never taken back')
    await this.#database.transaction(async (sql) => {
      // Whoever does the operation at the same time holds the account: it is done before, or never.
      await store.account(sql, merchantId, authorization)
      const standing = await store.find(sql, merchantId, reference)
      if (standing?.state === 'approved') await bookOf(sql, standing, -1n)
      await store.reverse(sql, { merchantId, reference, kind }, this.#clock.now(merchantId))
    })
    return { outcome: 'reversed' }
  }
}

const blank = {
  orderId: null,
  authorization: null,
  amountMinor: null,
  currency: null,
  responseCode: null,
  reason: null,
}

type Verdict = Pick<store.SimulatedOperation, 'state' | 'responseCode' | 'reason'>

const approved: Verdict = { state: 'approved', responseCode: '00', reason: null }
const refused: Verdict = { state: 'declined', responseCode: '05', reason: 'DECLINED' }
const silent: Verdict = { state: 'silent', responseCode: null, reason: null }

/** ISO 8583 DE 39: 12 invalid transaction, 13 invalid amount. */
function verdictOf({ kind, amount }: OperationRequest, account: store.Account | undefined): Verdict {
  if (!account?.isOpen) return { state: 'declined', responseCode: '12', reason: 'DECLINED' }
  const { authorizedMinor, capturedMinor, refundedMinor } = account
  const left = kind === 'capture' ? authorizedMinor - capturedMinor : capturedMinor - refundedMinor
  if (kind !== 'void' && amount.minor > left) return { state: 'declined', responseCode: '13', reason: 'DECLINED' }
  return approved
}

async function bookOf(sql: Sql, operation: store.SimulatedOperation, sign: 1n | -1n): Promise<void> {
  const { merchantId, authorization, kind, amountMinor } = operation
  invariant(authorization && amountMinor !== null, 'what was approved has an authorization and an amount')
  switch (kind) {
    case 'capture':
      return store.book(sql, merchantId, authorization, { captured: sign * amountMinor })
    case 'refund':
      return store.book(sql, merchantId, authorization, { refunded: sign * amountMinor })
    case 'void':
      return store.book(sql, merchantId, authorization, { isVoided: true })
    default:
      return unreachable(kind)
  }
}

function replyOf({ state, ...known }: store.SimulatedOperation): OperationReply {
  return state === 'approved' ? { outcome: 'approved', responseCode: '00' } : unapproved({ ...known, state })
}
