import { attemptSubject } from '../payment/change.ts'
import { attemptLifeMs } from '../payment/start-attempt.ts'
import { timerIdOf } from '../timer/timer.ts'
import { isAsking } from './attempt-checks.ts'
import type { OrderCheck } from './check.ts'

/** States in which an attempt waits for its payer. */
const waiting: ReadonlySet<string> = new Set(['started', 'challenged', 'authenticated'])

/** Nothing stays open by itself: what has to happen later has its timer. */
export const timerChecks: readonly OrderCheck[] = [
  {
    name: 'unknown',
    invariant: 4,
    about: 'an attempt whose outcome is not known is asked about, and reversed once its deadline is over',
    look: ({ order: { orderId }, attempts, timers }, fault, { unknownMinutes }) => {
      const open = attempts.filter(isAsking)
      for (const { attemptNo, state, askedAt, acquirerReference } of open) {
        const due = timers.get(timerIdOf('inquire', attemptSubject(orderId, attemptNo)))
        if (!acquirerReference || !askedAt) fault(`attempt ${attemptNo} is ${state} and has no reference to ask about`)
        else if (!due) fault(`attempt ${attemptNo} is ${state} and nobody will ask what became of it`)
        else if (state === 'authorizing' && due.getTime() > askedAt.getTime() + unknownMinutes * 60_000)
          fault(`attempt ${attemptNo} is ${state} and is asked about only after its deadline, at ${due.toISOString()}`)
      }
      return open.length
    },
  },
  {
    name: 'late-approval',
    invariant: 2,
    about: 'an approval that came after its attempt had ended is given back',
    look: ({ order: { orderId }, events, timers }, fault) => {
      const late = new Set<number>()
      const given = new Set<number>()
      for (const event of events) {
        if (event.type === 'attempt.late_answer') late.add(Number(event.details['attemptNo']))
        if (event.type === 'attempt.late_reversed') given.add(Number(event.details['attemptNo']))
      }
      for (const attemptNo of late)
        if (!given.has(attemptNo) && !timers.has(timerIdOf('reverse', attemptSubject(orderId, attemptNo))))
          fault(`attempt ${attemptNo} was approved too late and nobody gives its money back`)
      return late.size
    },
  },
  {
    name: 'expiry',
    invariant: 10,
    about: 'an open order expires when its time is over',
    look: ({ order: { orderId, state, expiresAt }, timers }, fault) => {
      if (state !== 'open') return 0
      const due = timers.get(timerIdOf('expire', orderId))
      if (!due) fault('the order is open and has no expiry timer')
      else if (due > expiresAt) fault(`the order's expiry timer is due at ${due.toISOString()}, after its time`)
      return 1
    },
  },
  {
    name: 'abandonment',
    invariant: 8,
    about: 'an attempt whose payer does not come back is given up, and its card erased',
    look: ({ order: { orderId }, attempts, timers }, fault) => {
      const open = attempts.filter(({ state, channel }) => channel === 'cc' && waiting.has(state))
      for (const { attemptNo, state, createdAt } of open) {
        const due = timers.get(timerIdOf('abandon', attemptSubject(orderId, attemptNo)))
        if (!due) fault(`attempt ${attemptNo} is ${state} and is never given up`)
        else if (due.getTime() > createdAt.getTime() + attemptLifeMs)
          fault(`attempt ${attemptNo} is ${state} and is given up only at ${due.toISOString()}`)
      }
      return open.length
    },
  },
]
