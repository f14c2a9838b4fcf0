/** What an attempt is known by, as far as it is counted. */
export type Trait = 'card' | 'bin' | 'network' | 'device'

/** How often something may happen to those who share a trait, before further attempts are not begun. */
export interface Rule {
  /** In the setting, the event and the metric. */
  readonly name: string
  /** `cards`: how many different ones. */
  readonly counts: 'attempts' | 'declines' | 'cards'
  readonly by: Trait
  readonly withinSeconds: number
  readonly atMost: number
  /**
   * Never exceeded, however many come at once: an attempt that is under way counts as declined until it is
   * known not to be, and attempts of the same trait are begun one after another. Not for what many honest payers
   * share, who are under way together.
   */
  readonly isExact: boolean
}

/**
 * The limits, as data. A payer mistypes and tries again; who tests stolen cards has many of them, or one whose
 * CVV or expiry is guessed, or guesses numbers of one BIN. All are within one merchant (invariant 9).
 */
export const rules = [
  { name: 'card', counts: 'declines', by: 'card', withinSeconds: 3_600, atMost: 5, isExact: true },
  { name: 'bin', counts: 'declines', by: 'bin', withinSeconds: 600, atMost: 30, isExact: false },
  { name: 'network', counts: 'cards', by: 'network', withinSeconds: 600, atMost: 8, isExact: true },
  { name: 'device', counts: 'cards', by: 'device', withinSeconds: 3_600, atMost: 6, isExact: true },
  { name: 'burst', counts: 'attempts', by: 'network', withinSeconds: 600, atMost: 40, isExact: true },
] as const satisfies readonly Rule[]

export type RuleName = (typeof rules)[number]['name']

/** How long a row may still be counted. */
export function longestWindowMs(counted: readonly Rule[]): number {
  return 1_000 * Math.max(0, ...counted.map(({ withinSeconds }) => withinSeconds))
}
