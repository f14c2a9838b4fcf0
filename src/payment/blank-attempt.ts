import { initialAttemptState } from './lifecycle.ts'
import type { Attempt } from './order.ts'

/** An attempt that begins, of which nothing is known yet but by what it is. */
export function blankAttempt(attemptNo: number, channel: string, createdAt: Date): Attempt {
  return {
    attemptNo,
    state: initialAttemptState,
    channel,
    attemptToken: null,
    cardMask: null,
    cardInfo: null,
    storedToken: null,
    cardWish: null,
    authenticationId: null,
    authenticationStep: null,
    transStatus: null,
    eci: null,
    cavv: null,
    dsTransId: null,
    acquirerId: null,
    acquirerReference: null,
    approvalCode: null,
    acquirerChannel: null,
    responseCode: null,
    reason: null,
    askedAt: null,
    createdAt,
    endedAt: null,
  }
}
