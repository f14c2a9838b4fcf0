import type { Acquirer } from './acquirer.ts'

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
