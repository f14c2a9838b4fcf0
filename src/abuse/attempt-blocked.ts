import { Problem } from '../base/problem.ts'
import type { Rule, Trait } from './rule.ts'

/**
 * An attempt was not begun, because a rule has been used up. Nothing of the trait's value is in it, so that
 * it may go into a log, an answer and a page.
 */
export class AttemptBlocked extends Problem {
  readonly rule: string
  readonly by: Trait

  constructor({ name, by }: Pick<Rule, 'name' | 'by'>, retryAfterMs: number) {
    super('too_many_requests', { retryAfterMs })
    this.rule = name
    this.by = by
  }
}
