import type { PlannedFaults } from '../base/planned-faults.ts'

/**
 * What may go wrong with an attempt of the schedule at delivering a callback. `slow`: it is made later. `lost`:
 * nothing reaches the merchant. `duplicated`: the merchant is sent the same bytes twice. `reordered`: it is made
 * behind the merchant's next callback.
 */
export const callbackFaults = ['slow', 'lost', 'duplicated', 'reordered'] as const
export type CallbackFault = (typeof callbackFaults)[number]

/** Faults that are to happen to a merchant's next callbacks. */
export type CallbackFaults = PlannedFaults<'callback', CallbackFault>

/** `slow` may put an attempt off for so long, beside what its schedule says. */
export const longestDelayMs = 3_600_000

/** A reordered callback does not wait longer than this for the one behind which it goes. Business time. */
export const longestReorderMs = 60_000
