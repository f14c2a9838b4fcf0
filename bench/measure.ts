import type { BenchServer } from './database.ts'
import type { Figure } from './statistics.ts'

/** What every measure works with. */
export interface Bench {
  readonly server: BenchServer
  readonly rounds: number
  /** How long one turn of one round lasts. */
  readonly ms: number
  readonly connections: number
  /** Orders of the large database. */
  readonly orders: number
  /** Plans that fall due at once. */
  readonly plans: number
  /** Payments, callbacks and starts of one turn are counted, and these are their numbers. */
  readonly callbacks: number
  /** Says what is being done. */
  readonly progress: (what: string) => void
}

/** One line of the table. */
export interface Line {
  readonly name: string
  readonly figure: Figure
  readonly unit: '/s' | 'ms' | 's' | 'MB' | '×' | '%'
  /** What design part 6 asks for, and whether it is reached. */
  readonly goal?: { readonly text: string; readonly met: boolean }
}

export function atLeast(name: string, figure: Figure, unit: Line['unit'], goal: number): Line {
  return { name, figure, unit, goal: { text: `≥ ${goal}`, met: figure.median >= goal } }
}

export function atMost(name: string, figure: Figure, unit: Line['unit'], goal: number): Line {
  return { name, figure, unit, goal: { text: `≤ ${goal}`, met: figure.median <= goal } }
}
