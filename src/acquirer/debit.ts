import type { Money } from '../base/money.ts'
import type { AuthorizeReply, Reference } from './acquirer.ts'

/** A request for money from an account that its holder has linked, under a reference of ours. */
export interface DebitRequest extends Reference {
  readonly amount: Money
  /** What the bank itself calls the account; never its number. */
  readonly account: string
  /** By which an approval is known on the wire, `result.payment.reference` (emitted.md). */
  readonly approvalCode: string
}

/**
 * The port to the banks that debit linked accounts. What becomes of a reference is inquired about, reversed and
 * refunded at the acquirer of the same id, so that an unknown outcome is settled as a card's is (invariant 4).
 */
export interface DebitBank {
  readonly id: string
  debit(request: DebitRequest): Promise<AuthorizeReply>
}
