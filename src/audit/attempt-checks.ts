import { finalAttemptStates, paidAttemptStates, settledOrderStates } from '../payment/lifecycle.ts'
import type { OrderCheck } from './check.ts'
import type { Dossier, FiledAttempt, FiledEvent } from './dossier.ts'

/** States from which an attempt has asked for money and has no answer. */
const asking: ReadonlySet<string> = new Set(['authorizing', 'reversing'])

/** Events that tell by whom, and under which reference, an attempt is or was to be paid. */
const asked: ReadonlySet<string> = new Set(['attempt.authorizing', 'attempt.rerouted', 'order.paid'])

/** States that count against the attempts that an order may have. */
const refusals: ReadonlySet<string> = new Set(['refused', 'declined', 'reversed'])

const hasEnded = ({ state }: FiledAttempt) => (finalAttemptStates as ReadonlySet<string>).has(state)

const hasPaid = ({ state }: FiledAttempt) => (paidAttemptStates as ReadonlySet<string>).has(state)

/** States of an order that was paid, or whose money was promised, whatever became of it later. */
const paidStates: ReadonlySet<string> = new Set(
  [...settledOrderStates].filter((state) => !['failed', 'expired', 'cancelled'].includes(state)),
)

export function isAsking({ state }: FiledAttempt): boolean {
  return asking.has(state)
}

export function isSettled({ order }: Dossier): boolean {
  return (settledOrderStates as ReadonlySet<string>).has(order.state)
}

/** Invariant 2: one success, and at most one attempt under way. */
export const attemptChecks: readonly OrderCheck[] = [
  {
    name: 'one-success',
    invariant: 2,
    about: 'at most one attempt of an order ends paid, and a paid order names it',
    look: ({ order: { state, paidAttempt }, attempts }, fault) => {
      const paid = attempts.filter(hasPaid).map(({ attemptNo }) => attemptNo)
      const isPaid = paidStates.has(state)
      if (paid.length > 1) fault(`attempts ${paid.join(' and ')} are paid`)
      if (isPaid && paid.length === 0) fault(`the order is ${state} and no attempt of it is paid`)
      if (!isPaid && paid.length > 0) fault(`attempt ${paid.join()} is paid and the order is ${state}`)
      if (paidAttempt !== null && !paid.includes(paidAttempt)) fault(`attempt ${paidAttempt} did not pay the order`)
      if (paidAttempt === null && isPaid) fault(`the order is ${state} and names no attempt that paid`)
      return 1
    },
  },
  {
    name: 'attempt-counts',
    invariant: 2,
    about: "an order's attempts are numbered from 1 and counted, the refused ones apart",
    look: ({ order: { attemptCount, refusedCount }, attempts }, fault) => {
      for (const [index, { attemptNo }] of attempts.entries())
        if (attemptNo !== index + 1) fault(`attempt ${index + 1} is missing`)
      if (attempts.length !== attemptCount)
        fault(`the order counts ${attemptCount} attempts and has ${attempts.length}`)
      const refused = attempts.filter(({ state }) => refusals.has(state)).length
      if (refused !== refusedCount) fault(`the order counts ${refusedCount} refused attempts and has ${refused}`)
      return attempts.length
    },
  },
  {
    name: 'one-at-a-time',
    invariant: 2,
    about: 'only the newest attempt is under way; an order is being paid while it asks, and not once it has ended',
    look: (dossier, fault) => {
      const { order, attempts } = dossier
      const newest = attempts.at(-1)
      for (const attempt of attempts)
        if (attempt !== newest && !hasEnded(attempt))
          fault(`attempt ${attempt.attemptNo} is under way beside a newer one`)
      const isBeingPaid = newest !== undefined && isAsking(newest)
      if ((order.state === 'processing') !== isBeingPaid)
        fault(`the order is ${order.state} and its newest attempt ${newest?.state ?? 'is not there'}`)
      if (isSettled(dossier) && newest && !hasEnded(newest))
        fault(`the order is ${order.state} and attempt ${newest.attemptNo} is still ${newest.state}`)
      return attempts.length
    },
  },
  {
    name: 'whom-asked',
    invariant: 4,
    about: 'an attempt names the acquirer and the reference of which its log says that it asked them last',
    look: ({ attempts, events }, fault) => {
      const told = new Map<number, FiledEvent['details']>()
      const references = new Set<unknown>()
      for (const { type, details, seq } of events) {
        if (!asked.has(type)) continue
        told.set(Number(details['attemptNo']), details)
        if (references.has(details['reference'])) fault(`event ${seq} tells a reference that was asked for before`)
        references.add(details['reference'])
      }
      for (const { attemptNo, acquirerId, acquirerReference } of attempts) {
        const { acquirer, reference = null } = told.get(attemptNo) ?? {}
        if (reference !== acquirerReference) fault(`attempt ${attemptNo} has another reference than its log`)
        // Logs of before there were several acquirers do not name theirs.
        if (acquirer !== undefined && acquirer !== acquirerId)
          fault(`attempt ${attemptNo} names another acquirer than its log`)
      }
      return references.size
    },
  },
  {
    name: 'endings',
    invariant: 6,
    about: 'what has ended has the time of its end, and what has not has none',
    look: (dossier, fault) => {
      const { order, attempts } = dossier
      if (isSettled(dossier) !== (order.settledAt !== null))
        fault(`the order is ${order.state} and ${order.settledAt ? 'has' : 'has not'} the time of its end`)
      for (const attempt of attempts)
        if (hasEnded(attempt) !== (attempt.endedAt !== null))
          fault(`attempt ${attempt.attemptNo} is ${attempt.state} and ${attempt.endedAt ? 'has' : 'has not'} its end`)
      return attempts.length + 1
    },
  },
  {
    name: 'vault',
    invariant: 8,
    about: 'the vault holds the card of an attempt while the attempt lives, and not after',
    look: ({ attempts, held }, fault) => {
      for (const attempt of attempts) {
        const { attemptNo, attemptToken, state, channel } = attempt
        if (hasEnded(attempt) && attemptToken !== null)
          fault(`attempt ${attemptNo} is ${state} and still names ${held.has(attemptToken) ? 'its card' : 'a card'}`)
        if (channel === 'cc' && !hasEnded(attempt) && (attemptToken === null || !held.has(attemptToken)))
          fault(`attempt ${attemptNo} is ${state} and the vault does not hold its card`)
      }
      return attempts.length
    },
  },
]
