import type { Brand } from '../card/brand.ts'
import type { ThreeDs } from '../card/deck.ts'
import type { FinalStatus } from './authenticator.ts'

/** How an authentication ends: EMVCo transStatus and, where there is one, transStatusReason. */
export interface Ending {
  readonly transStatus: FinalStatus
  readonly reason: string | null
}

/** What an access control server does with a card. */
export interface Course {
  /** The payer is sent to the challenge page, and `ending` is what the right password leads to. */
  readonly challenges: boolean
  readonly ending: Ending
}

/**
 * The courses of the deck, as data. Null: the card takes part in no 3-D Secure.
 * Reasons are EMVCo 3-D Secure 2.2.0, transStatusReason: 01 card authentication failed, 11 suspected
 * fraud, 22 technical issue at the access control server. A challenge that errs never reports a result, so
 * it has no reason either.
 */
export const courses: Record<ThreeDs, Course | null> = {
  challenge: { challenges: true, ending: { transStatus: 'Y', reason: null } },
  challenge_fails: { challenges: true, ending: { transStatus: 'N', reason: '01' } },
  challenge_unavailable: { challenges: true, ending: { transStatus: 'U', reason: '22' } },
  challenge_errs: { challenges: true, ending: { transStatus: 'U', reason: null } },
  frictionless: { challenges: false, ending: { transStatus: 'Y', reason: null } },
  attempted: { challenges: false, ending: { transStatus: 'A', reason: null } },
  not_authenticated: { challenges: false, ending: { transStatus: 'N', reason: '01' } },
  unavailable: { challenges: false, ending: { transStatus: 'U', reason: '22' } },
  rejected: { challenges: false, ending: { transStatus: 'R', reason: '11' } },
  not_enrolled: null,
}

/** 19: more tries than the access control server allows. */
export const triesUsedUp: Ending = { transStatus: 'N', reason: '19' }

/** 14: the payer's time at the access control server is over. */
export const timedOut: Ending = { transStatus: 'N', reason: '14' }

/** 26: the authentication was begun and the cardholder did not perform it. */
export const cancelled: Ending = { transStatus: 'N', reason: '26' }

/** Y and A carry a cardholder authentication verification value, the others none. */
export function provesAuthentication(transStatus: FinalStatus): boolean {
  return transStatus === 'Y' || transStatus === 'A'
}

/** Electronic commerce indicator: authenticated, attempted, or neither (reference-facts.md 5.7). */
export function eciOf(transStatus: FinalStatus, brand: Brand | null): string {
  const isMastercard = brand === 'MASTERCARD' || brand === 'MAESTRO'
  if (transStatus === 'Y') return isMastercard ? '02' : '05'
  if (transStatus === 'A') return isMastercard ? '01' : '06'
  return isMastercard ? '00' : '07'
}
