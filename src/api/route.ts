import { ErrorAnswer } from '../wire/answers.ts'

/** Every path of the contract begins so, whatever the method of payment. */
export const prefix = '/pg/payment/card'

/** What every route can answer beside success; the table of codes is `base/problem.ts`. */
export const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer } as const

/** The body as the parser left it; a request without one has an empty body. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}
