/** Chance that a seed repeats. */
export interface Chance {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  /** One of these, each as likely. */
  of<T>(choices: readonly [T, ...T[]]): T
  /** A chance of its own, so that callers that race do not take each other's numbers. */
  split(): Chance
}

/** Mulberry32: small, and good enough to choose by. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    next,
    below,
    of: (choices) => choices[below(choices.length)] ?? choices[0],
    split: () => chanceOf(below(4_294_967_296)),
  }
}
