import type { Trait } from '../abuse/rule.ts'
import type { RefusalReason } from '../pages/refusal.ts'

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

export function refusalReasonOf(reason: string | null): RefusalReason {
  return reasons[reason ?? ''] ?? 'generic'
}

/** The same for an attempt that was not begun: a payer can use another card, or come again later. */
export const blockedReasons: Readonly<Record<Trait, RefusalReason>> = {
  card: 'too_many_card',
  bin: 'too_many_bank',
  network: 'too_many_connection',
  device: 'too_many_connection',
}
