import { setTimeout as wait } from 'node:timers/promises'
import { invariant, unreachable } from '../base/invariant.ts'
import type { Declined, Unknown } from './acquirer.ts'

/** What a simulated acquirer remembers of a message that it did not approve. */
export interface Unapproved {
  readonly state: 'declined' | 'silent' | 'reversed' | 'never_seen'
  readonly responseCode: string | null
  readonly reason: string | null
}

/** What is answered to a repeat of such a message, or to an inquiry about it. */
export function unapproved({ state, responseCode, reason }: Unapproved): Declined | Unknown {
  switch (state) {
    case 'declined':
      invariant(responseCode && reason, 'a decline has its code and reason')
      return { outcome: 'declined', responseCode, reason }
    case 'silent':
      return { outcome: 'unknown', reason: 'TIMED_OUT' }
    case 'reversed':
      return { outcome: 'declined', responseCode: '05', reason: 'REVERSED' }
    case 'never_seen':
      // DE 39 25: unable to locate the record.
      return { outcome: 'declined', responseCode: '25', reason: 'NOT_FOUND' }
    default:
      return unreachable(state)
  }
}

/** How long a caller waits for an answer that does not come. */
export async function silence(ms: number): Promise<Unknown> {
  await wait(ms)
  return { outcome: 'unknown', reason: 'TIMED_OUT' }
}
