import type { Trait } from '../abuse/rule.ts'
import type { RefusalReason } from '../pages/refusal.ts'
import type { Attempt } from '../payment/order.ts'

/** The gateway's words for a refusal (Mastercard Gateway's names) as what a payer can do something with. */
const reasons: Readonly<Record<string, RefusalReason>> = {
  DECLINED: 'do_not_honour',
  DECLINED_DO_NOT_CONTACT: 'do_not_honour',
  INSUFFICIENT_FUNDS: 'insufficient_funds',
  EXPIRED_CARD: 'expired_card',
  INVALID_CSC: 'invalid_csc',
  BLOCKED: 'not_permitted',
  AUTHENTICATION_FAILED: 'authentication_failed',
  AUTHENTICATION_REJECTED: 'authentication_failed',
  TIMED_OUT: 'timed_out',
  ACQUIRER_SYSTEM_ERROR: 'issuer_unavailable',
  ACQUIRER_UNAVAILABLE: 'issuer_unavailable',
}

/** The same words where they come from a wallet or a bank that its payer went to. */
const elsewhereReasons: Readonly<Record<string, RefusalReason>> = {
  DECLINED: 'way_declined',
  AUTHENTICATION_FAILED: 'way_declined',
  INSUFFICIENT_FUNDS: 'way_insufficient_funds',
  CANCELLED: 'way_cancelled',
  EXPIRED: 'way_expired',
  ACQUIRER_UNAVAILABLE: 'way_unavailable',
  UNKNOWN_ACCOUNT: 'way_unknown_account',
}

export function refusalReasonOf({ channel, reason }: Pick<Attempt, 'channel' | 'reason'>): RefusalReason {
  return (channel === 'cc' ? reasons : elsewhereReasons)[reason ?? ''] ?? 'generic'
}

/** The same for an attempt that was not begun: a payer can use another card, or come again later. */
export const blockedReasons: Readonly<Record<Trait, RefusalReason>> = {
  card: 'too_many_card',
  bin: 'too_many_bank',
  network: 'too_many_connection',
  device: 'too_many_connection',
}
