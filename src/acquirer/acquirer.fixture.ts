import type { Acquirer } from './acquirer.ts'
import { Acquirers } from './acquirers.ts'
import { systemClock } from '../base/clock.ts'

/** A gateway's acquirers, where a test plays the one that the sandbox's payments go to. */
export function onlyAcquirer(acquirer: Partial<Acquirer>): Acquirers {
  const refuse = () => Promise.reject(new Error('The test plays no such answer.'))
  return new Acquirers([{ ...acquirerOf(refuse), ...acquirer, id: 'simulator' }], systemClock)
}

/** An acquirer that gives one answer to everything. */
export function acquirerOf(answer: () => Promise<never> | Promise<{ outcome: 'unknown'; reason: string }>): Acquirer {
  return {
    id: 'test',
    authorizeAndCapture: answer,
    authorize: answer,
    inquire: answer,
    reverse: answer,
    operate: answer,
    inquireOperation: answer,
    reverseOperation: answer,
    listen: () => undefined,
  }
}
