import type { AttemptBlocked } from '../abuse/attempt-blocked.ts'
import type { CardErrors } from '../vault/take-card.ts'
import { blockedReasons } from './refusal-reason.ts'
import type { CardFormErrors, CheckoutStep } from './view.ts'

/** What is wrong beside the card's own form. */
export interface StepFaults {
  readonly cvv: 'missing' | 'invalid' | undefined
  /** With the CVV of a stored card, whose points were ticked or not. */
  readonly storedCvv: 'missing' | 'invalid' | undefined
  readonly storedPoints: boolean
  /** Too many payments were tried. */
  readonly blocked: AttemptBlocked | undefined
}

/** The step, and what is to be said above its form. */
export function withFault(step: CheckoutStep, { cvv, storedCvv, storedPoints, blocked }: StepFaults): CheckoutStep {
  if (step.kind === 'cvv-form' && cvv) return { ...step, error: cvv }
  if (step.kind === 'stored-card' && storedCvv)
    return { ...step, values: { points: storedPoints }, errors: { cvv: storedCvv }, refusal: null }
  if ((step.kind === 'card-form' || step.kind === 'stored-card') && blocked)
    return { ...step, refusal: { reason: blockedReasons[blocked.by], attemptsLeft: null } }
  return step
}

/** What was typed wrong, in the words of the page. */
export function faultsOf({ number, expiry, cvv, name, points }: CardErrors): CardFormErrors {
  const invalid = <Kept extends string>(fault: string, ...kept: Kept[]) =>
    kept.find((each) => each === fault) ?? 'invalid'
  return {
    ...(number && { number: invalid(number, 'missing', 'not_a_test_card', 'not_allowed') }),
    ...(expiry && { expiry: invalid(expiry, 'missing', 'past') }),
    ...(cvv && { cvv: invalid(cvv, 'missing') }),
    ...(name && { name: invalid(name, 'missing') }),
    ...(points && { points }),
  }
}
