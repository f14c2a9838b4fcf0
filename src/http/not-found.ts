import type { FastifyInstance } from 'fastify'
import { Problem } from '../base/problem.ts'

declare module 'fastify' {
  interface FastifySchema {
    /** Left out of the OpenAPI document. */
    hide?: boolean
    summary?: string
    tags?: readonly string[]
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Method = (typeof methods)[number]

/**
 * Answers 405 for the other methods of a path that exists. Route comes before credentials (design 4.2), so
 * this is registered outside the guarded plugin.
 */
export function refuseOtherMethods(app: FastifyInstance, url: string, allowed: readonly Method[]): void {
  // The framework answers HEAD wherever there is a GET.
  const isTaken = (method: Method) => allowed.includes(method) || (method === 'HEAD' && allowed.includes('GET'))
  const others = methods.filter((method) => !isTaken(method))
  app.route({
    method: [...others],
    url,
    schema: { hide: true },
    // Before a body is looked at.
    onRequest: async (_request, reply) => {
      void reply.header('allow', allowed.join(', '))
      throw new Problem('method_not_allowed')
    },
    handler: async () => undefined,
  })
}
