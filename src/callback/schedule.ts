import { invariant } from '../base/invariant.ts'

const minute = 60_000
const hour = 60 * minute

/** How long a merchant may take over one delivery, from the name look-up to the answer. Machine time. */
export const deliveryTimeoutMs = 30_000

/**
 * When a callback that was not answered with a 2xx is sent again, counted from the end of the attempt
 * before, in business time. Any 2xx ends it; after the last row it is abandoned. Source: design, part 5.
 */
const schedule = [
  // after attempt, wait
  [1, 1 * minute],
  [2, 5 * minute],
  [3, 15 * minute],
  [4, 30 * minute],
  [5, 60 * minute],
  [6, 2 * hour],
  [7, 6 * hour],
  [8, 12 * hour],
  [9, 24 * hour],
] as const

/** How many attempts the schedule makes before it gives up. */
export const scheduledAttempts = schedule.length + 1

/** Milliseconds until the attempt after the `attemptCount`th, or null when that was the last. */
export function nextDelayMs(attemptCount: number): number | null {
  invariant(Number.isInteger(attemptCount) && attemptCount >= 1, 'a delay follows an attempt')
  return schedule[attemptCount - 1]?.[1] ?? null
}

/** Any 2xx is an acknowledgement: real merchants answer 200 and 201 with any body (observed-behaviour.md, part 5). */
export function acknowledges(status: number): boolean {
  return status >= 200 && status < 300
}
