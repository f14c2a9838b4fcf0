import type { Check, Finding, Place, Tally } from './check.ts'

/** One line of the report. */
export interface CheckResult extends Check {
  /** How many things it looked at. */
  readonly examined: number
  readonly findings: number
}

/** What an audit found. */
export interface Report {
  readonly checks: readonly CheckResult[]
  /** The first findings, at most as many as were asked for. */
  readonly findings: readonly Finding[]
  /** All of them. */
  readonly total: number
}

/** Counts what an audit sees, and keeps the first findings only, so that a broken database needs no more memory. */
export class Counter implements Tally {
  readonly #counts: ReadonlyMap<string, { readonly check: Check; examined: number; findings: number }>
  readonly #kept: Finding[] = []
  readonly #limit: number

  /** @param limit how many findings are kept */
  constructor(checks: readonly Check[], limit: number) {
    this.#counts = new Map(checks.map((check) => [check.name, { check, examined: 0, findings: 0 }]))
    this.#limit = limit
  }

  examined({ name }: Check, count: number): void {
    const counts = this.#counts.get(name)
    if (counts) counts.examined += count
  }

  found({ name, invariant }: Check, { merchantId, orderId }: Place, sentence: string): void {
    const counts = this.#counts.get(name)
    if (counts) counts.findings += 1
    if (this.#kept.length < this.#limit) this.#kept.push({ check: name, invariant, merchantId, orderId, sentence })
  }

  report(): Report {
    const checks = [...this.#counts.values()].map(({ check: { name, invariant, about }, examined, findings }) => {
      return { name, invariant, about, examined, findings }
    })
    return { checks, findings: this.#kept, total: checks.reduce((total, { findings }) => total + findings, 0) }
  }
}
