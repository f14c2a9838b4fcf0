import { unreachable } from '../base/invariant.ts'
import { type CvvRow, findCvv, findExpiry, findTestCard } from '../card/deck.ts'
import { type Expiry, isPast } from '../card/expiry.ts'
import type { Pan } from '../card/pan.ts'

export type Verdict =
  | { readonly state: 'approved' }
  | { readonly state: 'declined'; readonly responseCode: string; readonly reason: string }

/**
 * What the simulated acquirer does, and whether the answer reaches us. `silent` does nothing and never says
 * so; a verdict that is not `heard` stands, and its answer is lost on the way.
 */
export type Decision = { readonly state: 'silent' } | (Verdict & { readonly heard: boolean })

/**
 * The outcome of a card by the published decks: the expiry speaks first, because it stands for the
 * acquirer's own state, then the CVV and then the issuer.
 *
 * @param cvv undefined where there was none to send, which behaves as NOT_PROCESSED
 * @param now business time of the merchant
 */
export function decide(card: { pan: Pan; expiry: Expiry }, cvv: string | undefined, now: Date): Decision {
  const row = findExpiry(card.expiry)
  if (!row)
    return { ...(isPast(card.expiry, now) ? declined('54', 'EXPIRED_CARD') : verdictOf(card.pan, cvv)), heard: true }
  switch (row.acquirer) {
    case 'declines':
      return { ...declined(row.responseCode, row.gatewayCode), heard: true }
    case 'answers_nothing':
      return { state: 'silent' }
    case 'answers_late':
      return { ...verdictOf(card.pan, cvv), heard: false }
    case 'approves':
      return { ...verdictOf(card.pan, cvv), heard: true }
    default:
      return unreachable(row.acquirer)
  }
}

function verdictOf(pan: Pan, cvv: string | undefined): Verdict {
  const checked: CvvRow['issuer'] = (cvv && findCvv(cvv)?.issuer) || 'approves'
  if (checked !== 'approves') return declined(checked.declines, checked.reason)
  const card = findTestCard(pan)
  if (!card) return declined('14', 'DECLINED')
  return card.issuer === 'approves' ? { state: 'approved' } : declined(card.issuer.declines, card.issuer.reason)
}

function declined(responseCode: string, reason: string): Verdict {
  return { state: 'declined', responseCode, reason }
}

/** An outcome asked for by the scripted payer (design 4.3), whatever the card. */
export type ScriptedOutcome = 'approved' | 'declined' | 'timeout' | 'late'

export function scripted(outcome: ScriptedOutcome): Decision {
  switch (outcome) {
    case 'approved':
      return { state: 'approved', heard: true }
    case 'declined':
      return { ...declined('05', 'DECLINED'), heard: true }
    case 'timeout':
      return { state: 'silent' }
    case 'late':
      return { state: 'approved', heard: false }
    default:
      return unreachable(outcome)
  }
}
