/**
 * The contract's statuses (finpay-api.md part 8), with the sentence for the payer that `userDesc` carries.
 * Recorded: the sentences of PAID and of REQUEST_INITIATED; the rest are ours in their style (emitted.md).
 * Only a final status is notified: a callback for any other makes real shops fail the order.
 */
const inProgress = 'Your transaction is currently in progress or pending processing'
const successful = 'Your transaction was successful'

const statuses = {
  REQUEST_INITIATED: { isFinal: false, userDesc: inProgress },
  INITIATED: { isFinal: false, userDesc: inProgress },
  AUTHENTICATION_INITIATED: { isFinal: false, userDesc: inProgress },
  AUTHENTICATED: { isFinal: false, userDesc: inProgress },
  PENDING: { isFinal: false, userDesc: inProgress },
  PARTIALLY_CAPTURED: { isFinal: false, userDesc: 'Your transaction was partially captured' },
  AUTHORIZED: { isFinal: true, userDesc: 'Your transaction was authorized' },
  CAPTURED: { isFinal: true, userDesc: successful },
  PAID: { isFinal: true, userDesc: successful },
  FAILURE: { isFinal: true, userDesc: 'Your transaction has failed' },
  EXPIRED: { isFinal: true, userDesc: 'Your transaction has expired' },
  CANCELLED: { isFinal: true, userDesc: 'Your transaction was cancelled' },
  PARTIALLY_REFUNDED: { isFinal: true, userDesc: 'Your transaction was partially refunded' },
  REFUNDED: { isFinal: true, userDesc: 'Your transaction was refunded' },
} as const satisfies Readonly<Record<string, { isFinal: boolean; userDesc: string }>>

export type WireStatus = keyof typeof statuses

export const wireStatuses = Object.keys(statuses) as readonly WireStatus[]

/** The sentence for the payer. */
export function userDesc(status: WireStatus): string {
  return statuses[status].userDesc
}

/** True for the statuses that a merchant is notified of (emitted.md). */
export function isFinal(status: WireStatus): boolean {
  return statuses[status].isFinal
}
