/** Figures of several rounds: single ones drift with the machine, so none is ever given alone. */
export interface Figure {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  const lower = sorted.length % 2 === 1 ? upper : sorted[middle - 1]
  if (upper === undefined || lower === undefined) throw new Error('A figure needs at least one round')
  return { median: (upper + lower) / 2, lowest: sorted[0] ?? upper, highest: sorted.at(-1) ?? upper }
}

/** Round by round, so that a slow moment of the machine slows both sides of a ratio. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Figure {
  return figureOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
}
