import type { StoredEvent } from '../event/chain.ts'
import type { Merchant } from '../merchant/merchant.ts'

/*
 * Everything that the database holds about one order, as it lies there: a state is a text here, because a
 * row that somebody changed may hold any.
 */

export interface FiledOrder {
  readonly merchantId: string
  readonly orderId: string
  readonly reference: string
  readonly state: string
  readonly amountMinor: bigint
  readonly currency: string
  readonly channel: string | null
  /** The number that its payer pays to. */
  readonly paymentCode: string | null
  /** The number of nobody's order to which it was paid. */
  readonly openCode: string | null
  /** Null where the merchant named none; undefined where what is stored cannot be read. */
  readonly callbackUrl: string | null | undefined
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly attemptCount: number
  readonly refusedCount: number
  readonly paidAttempt: number | null
  readonly settledAt: Date | null
  readonly authorizedMinor: bigint
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  readonly authorizedUntil: Date | null
  readonly pendingKind: string | null
  readonly pendingCount: number
  readonly pendingMinor: bigint
  readonly operationCount: number
  readonly eventSeq: number
  readonly eventHash: Buffer
}

export interface FiledEvent extends StoredEvent {
  /** Its data, read once for all checks. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface FiledAttempt {
  readonly attemptNo: number
  readonly state: string
  readonly channel: string
  readonly attemptToken: string | null
  readonly authenticationId: string | null
  readonly transStatus: string | null
  readonly cavv: string | null
  readonly acquirerId: string | null
  readonly acquirerReference: string | null
  readonly approvalCode: string | null
  readonly askedAt: Date | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}

export interface FiledOperation {
  readonly operationNo: number
  readonly kind: string
  readonly amountMinor: bigint
  readonly state: string
  readonly acquirerId: string
  readonly reference: string
  readonly askedAt: Date
  readonly endedAt: Date | null
}

/** A payment that was made elsewhere, and of which we were told. */
export interface FiledReceipt {
  readonly reference: string
  readonly channel: string
  readonly acquirerId: string
  readonly paymentCode: string | null
  readonly amountMinor: bigint
  readonly currency: string
  readonly state: string
  readonly reason: string | null
}

export interface FiledCallback {
  readonly callbackId: string
  readonly eventSeq: number
  readonly url: string
  readonly body: Buffer
  readonly state: string
  readonly attemptCount: number
  readonly createdAt: Date
  /** Its attempts, those by hand included. */
  readonly tries: {
    readonly count: number
    readonly lastNo: number
    /** When the last one began, null where there was none. */
    readonly lastAt: Date | null
    readonly isAcknowledged: boolean
  }
}

/** What the sandbox's acquirer remembers of a reference. */
export interface LedgerEntry {
  readonly reference: string
  readonly orderId: string | null
  readonly amountMinor: bigint | null
  readonly currency: string | null
  readonly state: string
  readonly approvalCode: string | null
  /** What it has captured and given back of it. */
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  readonly isVoided: boolean
}

/** What the sandbox's acquirer remembers of a capture, void or refund. */
export interface OperationEntry {
  readonly reference: string
  readonly orderId: string | null
  readonly kind: string
  readonly amountMinor: bigint | null
  readonly state: string
}

/** What the sandbox's bank remembers of an authentication. */
export interface BankEntry {
  readonly orderId: string
  readonly transStatus: string | null
  readonly cavv: string | null
}

export interface Dossier {
  /** Undefined where there is none, or its key does not open. */
  readonly merchant: Merchant | undefined
  readonly order: FiledOrder
  /** By number. */
  readonly events: readonly FiledEvent[]
  /** By number. */
  readonly attempts: readonly FiledAttempt[]
  /** By number. */
  readonly operations: readonly FiledOperation[]
  /** By reference. */
  readonly receipts: readonly FiledReceipt[]
  readonly callbacks: readonly FiledCallback[]
  /** When each of the order's timers is due, by id. */
  readonly timers: ReadonlyMap<string, Date>
  /** The tokens of its attempts under which the vault holds a card. */
  readonly held: ReadonlySet<string>
  readonly ledger: ReadonlyMap<string, LedgerEntry>
  readonly operationLedger: ReadonlyMap<string, OperationEntry>
  readonly bank: ReadonlyMap<string, BankEntry>
}

/** What an event's data says; empty where it is no object, which the chain's check reports. */
export function detailsOf({ data }: StoredEvent): FiledEvent['details'] {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
