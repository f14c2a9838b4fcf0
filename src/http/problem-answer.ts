import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../base/problem.ts'
import { scrubText } from '../base/scrub.ts'

/** The contract's body for anything but success (finpay-api.md 13.1). */
export interface ProblemAnswer {
  readonly responseCode: string
  readonly responseMessage: string
  /** Seconds. */
  readonly processingTime: number
  readonly traceId: string
}

export function problemAnswer(problem: Problem, traceId: string, elapsedMs: number): ProblemAnswer {
  return {
    responseCode: problem.code,
    responseMessage: problem.message,
    processingTime: seconds(elapsedMs),
    traceId,
  }
}

/** Milliseconds as the contract's `processingTime`. */
export function seconds(elapsedMs: number): number {
  return Math.round(elapsedMs * 1_000) / 1_000_000
}

/** What the framework's own errors mean in our table. */
const frameworkProblems: Readonly<Record<string, ConstructorParameters<typeof Problem>>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_type'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_type'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_body', { reason: 'The body ends before its content-length' }],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_body', { reason: 'The body is empty' }],
  FST_ERR_BAD_URL: ['route_not_found'],
  FST_ERR_MAX_PARAM_LENGTH: ['route_not_found'],
  ECONNRESET: ['malformed_body', { reason: 'The connection was closed' }],
}

/** Whatever was thrown, as a row of the table. Only a bug of ours is `internal`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof Error)) return new Problem('internal')
  const { code, validation } = error as FastifyError
  const [first] = validation ?? []
  if (first) {
    const missing = first.keyword === 'required' ? `.${String(first.params['missingProperty'])}` : ''
    const extra = first.keyword === 'additionalProperties' ? `.${String(first.params['additionalProperty'])}` : ''
    const field = `${first.instancePath.replaceAll('/', '.')}${missing}${extra}`.slice(1)
    return new Problem(missing ? 'missing_field' : 'malformed_field', { field: field || 'body' })
  }
  const known = frameworkProblems[code]
  return known ? new Problem(...known) : new Problem('internal')
}

/** Answers every error below this plugin in the contract's form, and logs the bugs. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error)
    if (problem.problem === 'internal') request.log.error({ msg: 'bug', bug: describe(error) })
    if (problem.problem === 'unauthorized') void reply.header('www-authenticate', 'Basic realm="gerbang"')
    sayWhenAgain(reply, problem)
    void reply
      .code(problem.status)
      .type('application/json')
      .send(problemAnswer(problem, request.id, reply.elapsedTime))
  })
}

/** `Retry-After` in whole seconds, where a later try may succeed. */
export function sayWhenAgain(reply: FastifyReply, { retryAfterSeconds }: Problem): void {
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds))
}

/** An error without values: PostgreSQL puts the offending value into message and detail (house style 4.11). */
export function describe(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const { code, constraint, table, routine } = error as Error & Record<string, unknown>
  const database = 'severity' in error
  return {
    name: error.name,
    ...(database ? { code, constraint, table, routine } : { message: scrubText(error.message), code }),
    stack: error.stack
      ?.split('\n')
      .slice(1, 8)
      .map((line) => line.trim()),
  }
}
