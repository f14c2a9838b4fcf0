import { randomUUID } from 'node:crypto'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify'
import { Problem } from '../base/problem.ts'
import { isLoopback } from '../base/loopback.ts'
import { answerProblems, problemAnswer, problemOf } from './problem-answer.ts'

/** The largest request body: a hundred items with long texts fit many times. */
const bodyLimit = 256 * 1024

/**
 * The HTTP server that every door is registered on. It decides nothing about payments: limits, trace ids,
 * one log line for each request, and errors of the protocol itself in the contract's form.
 */
export function buildServer(options: {
  log: FastifyBaseLogger
  trustedProxies: readonly string[]
  /** In sandbox mode, the host names that a request may name; null: any. Against DNS rebinding. */
  allowedHost: ((host: string) => boolean) | null
}): FastifyInstance {
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: 128 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    http: { maxHeaderSize: 16 * 1024 },
    forceCloseConnections: 'idle',
    // While we stop, requests on open connections are still answered, and by us.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      if (!socket.writable) return
      const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
      const problem = new Problem(tooLarge ? 'too_large' : 'malformed_body', { reason: 'This is not HTTP' })
      const body = JSON.stringify(problemAnswer(problem, randomUUID(), 0))
      socket.end(
        `HTTP/1.1 ${problem.status} ${tooLarge ? 'Content Too Large' : 'Bad Request'}\r\nconnection: close\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    },
    frameworkErrors: (error, request, reply) => {
      const problem = problemOf(error)
      const answer = problemAnswer(problem, request.id, reply.elapsedTime)
      void (reply as FastifyReply).code(problem.status).send(answer)
    },
  })
  app.removeAllContentTypeParsers()
  answerProblems(app)
  app.setNotFoundHandler(() => {
    throw new Problem('route_not_found')
  })

  if (options.allowedHost) {
    const { allowedHost } = options
    app.addHook('onRequest', async (request) => {
      if (!allowedHost(request.hostname)) throw new Problem('foreign_host')
    })
  }

  // No name of ours holds U+0000, and PostgreSQL's text takes none.
  app.addHook('onRequest', async (request) => {
    if (request.url.includes('%00')) throw new Problem('route_not_found')
  })

  const levels = ['info', 'warn'] as const
  const written = new Set(levels.filter((level) => writes(options.log.level, level)))
  // Not async: it runs for every request, and most levels write nothing.
  app.addHook('onResponse', (request, reply, done) => {
    const level = reply.statusCode >= 500 ? 'warn' : 'info'
    if (written.has(level)) {
      // The route's pattern, never the URL: a payer's link is a secret.
      request.log[level]({
        msg: 'request',
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        merchantId: request.authenticated?.merchantId,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      })
    }
    done()
  })
  return app
}

/** Whether a log at `threshold` writes a line of this level. */
function writes(threshold: string, level: 'info' | 'warn'): boolean {
  return ['trace', 'debug', 'info', ...(level === 'warn' ? ['warn'] : [])].includes(threshold)
}

/** Whether a request may name this host: loopback, or that of the public URL (design part 8). */
export function sandboxHosts(publicUrl: string | null): (host: string) => boolean {
  const publicHost = publicUrl ? new URL(publicUrl).hostname.replace(/^\[|\]$/g, '') : null
  return (host) => isLoopback(host) || host.replace(/^\[|\]$/g, '') === publicHost
}
