import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify'
import { Problem } from '../base/problem.ts'
import { isLoopback } from '../base/loopback.ts'
import { boundConnections, connectionBounds, type ConnectionBounds } from './connections.ts'
import { requestLog } from './request-log.ts'
import { refuseOtherSites } from './own-pages.ts'
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
  /** What our own pages are reached by, beside the address that a request names. */
  publicUrl: string | null
  /** In sandbox mode, the host names that a request may name; null: any. Against DNS rebinding. */
  allowedHost: ((host: string) => boolean) | null
  /** What is refused for want of room before it is even routed. */
  refusesEarly?: (method: string, url: string) => boolean
  /** What is served before it comes to the framework. */
  takes?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Shorter or fewer than usual, for tests. */
  bounds?: Partial<ConnectionBounds>
}): FastifyInstance {
  const bounds = { ...connectionBounds, ...options.bounds }
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: 128 },
    // The schemas are built, not written: to compile the schema of schemas takes longer than all of them.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, meta: false, validateSchema: false } },
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.keepAliveMs,
    connectionTimeout: bounds.silenceMs,
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: bounds.headersMs,
      requestTimeout: bounds.requestMs,
      connectionsCheckingInterval: bounds.checkMs,
      // Node's own answer would not be in the contract's form; see the hook below.
      requireHostHeader: false,
    },
    forceCloseConnections: 'idle',
    // While we stop, requests on open connections are still answered, and by us.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      if (!socket.writable) return
      const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
      const tooSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      // Who has said nothing is owed no answer.
      if (tooSlow && socket.bytesRead === 0) {
        socket.destroy()
        return
      }
      const reason = tooSlow ? 'The request did not arrive in time' : 'This is not HTTP'
      const problem = new Problem(tooLarge ? 'too_large' : 'malformed_body', { reason })
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
  boundConnections(app.server, bounds, options.refusesEarly ?? null, options.takes ?? null)
  // An expectation that nobody knows may be ignored (RFC 9110, 10.1.1); Node would answer it by itself.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.removeAllContentTypeParsers()
  answerProblems(app)
  app.setNotFoundHandler(() => {
    throw new Problem('route_not_found')
  })

  app.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers
    // RFC 9112, 3.2. A request of HTTP/1.0 may come without.
    const lacks = host === undefined && request.raw.httpVersion !== '1.0'
    done(lacks ? new Problem('malformed_body', { reason: 'The Host header is missing' }) : undefined)
  })

  if (options.allowedHost) {
    const { allowedHost } = options
    app.addHook('onRequest', (request, _reply, done) => {
      done(allowedHost(request.hostname) ? undefined : new Problem('foreign_host'))
    })
  }

  // Nothing is unpacked here: a kilobyte can hold a gigabyte.
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const encoding = request.headers['content-encoding']
    done(encoding === undefined || encoding === 'identity' ? null : new Problem('unsupported_type'))
  })

  // Answers are read by whoever asked, as what they say that they are, and kept by nobody on the way.
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
    done()
  })

  refuseOtherSites(app, options.publicUrl)

  // No name of ours holds U+0000, and PostgreSQL's text takes none.
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.url.includes('%00') ? new Problem('route_not_found') : undefined)
  })

  const logged = requestLog(options.log)
  // Not async: it runs for every request, and most levels write nothing.
  app.addHook('onResponse', (request, reply, done) => {
    logged(() => request.log, {
      method: request.method,
      // The route's pattern, never the URL: a payer's link is a secret.
      route: () => request.routeOptions.url ?? null,
      status: reply.statusCode,
      merchantId: request.authenticated?.merchantId,
      ms: reply.elapsedTime,
    })
    done()
  })
  return app
}

/** Whether a request may name this host: loopback, or that of the public URL (design part 8). */
export function sandboxHosts(publicUrl: string | null): (host: string) => boolean {
  const publicHost = publicUrl ? new URL(publicUrl).hostname.replace(/^\[|\]$/g, '') : null
  return (host) => isLoopback(host) || host.replace(/^\[|\]$/g, '') === publicHost
}
