/** Where a delivery stands. `abandoned`: the schedule is used up; shown, and can be sent again by hand. */
export type CallbackState = 'pending' | 'delivered' | 'abandoned'

/** One notification to a merchant: its bytes are written once and sent as they are (invariant 7). */
export interface Callback {
  readonly merchantId: string
  readonly callbackId: string
  /** Null where it tells of no order: of an account that was linked. */
  readonly orderId: string | null
  readonly eventSeq: number
  readonly url: string
  /** Fixed headers of this notification; those that carry machine time are made on each attempt. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly state: CallbackState
  /** Attempts of the schedule that have ended. Those by hand are not among them, so that they use none of it up. */
  readonly attemptCount: number
  readonly createdAt: Date
}

/** One try at delivering a callback. */
export interface CallbackAttempt {
  /** Counts from 1 within the callback, attempts by hand included. */
  readonly attemptNo: number
  /** Business time at which it began. */
  readonly at: Date
  /** The merchant's HTTP status, null where there was no answer. */
  readonly status: number | null
  readonly ms: number
  /** What went wrong, by name; null where there was an answer. */
  readonly error: string | null
  /** The first bytes of the answer as text. */
  readonly answer: string | null
}
