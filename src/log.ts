import type { FastifyRequest } from 'fastify'
import { type DestinationStream, type Logger, pino } from 'pino'
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
    hooks: { streamWrite: scrub },
  }
  return stream ? pino(options, stream) : pino(options)
}
