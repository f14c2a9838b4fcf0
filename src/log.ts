import type { FastifyRequest } from 'fastify'
import { type DestinationStream, type LogFn, type Logger, pino } from 'pino'
import { scrub } from './base/scrub.ts'
import type { LogLevel } from './config.ts'
import { describe } from './http/problem-answer.ts'

/** Names under which a secret could be logged by mistake. */
const secretNames = ['authorization', 'cookie', 'pan', 'cvv', 'number', 'otp', 'key', 'masterKey', 'password', 'token']

/**
 * The program's log: one JSON object a line, with ids and never with bodies. What is here is the third
 * layer against secrets in it, after types that do not print and doors that log nothing they were sent
 * (house style 4.11): names that are redacted, errors and requests that tell what they may, and each line
 * scrubbed as it leaves.
 */
export function createLog(level: LogLevel, stream?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: {
      paths: secretNames.flatMap((name) => [name, `*.${name}`]),
      censor: '[redacted]',
    },
    serializers: {
      // The framework logs these by itself when something goes wrong.
      err: describe,
      req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions?.url ?? null }),
      res: ({ statusCode }: { readonly statusCode?: number }) => ({ statusCode }),
    },
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: scrub, logMethod: withoutErrorText },
  }
  return stream ? pino(options, stream) : pino(options)
}

/**
 * An error's own text may hold a value of a row; pino, and the framework, make it the line's message where
 * there is no other. `err` tells what may be told.
 */
function withoutErrorText(this: Logger, words: Parameters<LogFn>, write: LogFn): void {
  const [first, message, ...rest] = words as [unknown, string | undefined, ...unknown[]]
  const carried = first instanceof Error ? { err: first } : first
  const { err } = (typeof carried === 'object' && carried !== null ? carried : {}) as { readonly err?: unknown }
  if (err instanceof Error && !('msg' in (carried as object)) && (message === undefined || message === err.message)) {
    write.call(this, carried, 'an error')
  } else write.call(this, carried, message, ...rest)
}
