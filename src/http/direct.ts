import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { systemClock } from '../base/clock.ts'
import type { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Door } from './door.ts'
import { networkOf } from './network.ts'
import { describe, problemAnswer, problemOf } from './problem-answer.ts'
import { Recollection } from './recollection.ts'

/** A request that came in directly. */
export interface DirectRequest {
  readonly merchant: Merchant
  /** What the address names; empty where it names nothing. */
  readonly subject: string
  readonly body: Buffer
  readonly traceId: string
  /** Milliseconds since it came. */
  readonly elapsedMs: () => number
}

/** A route of a door that may be gone directly. */
export interface DirectRoute {
  readonly method: 'GET' | 'POST'
  /** Its pattern, as in the log and the metrics. */
  readonly route: string
  /** What an address of this route names; undefined for any other address. */
  readonly subjectOf: (url: string) => string | undefined
  /** The answer's text, byte for byte what the route's schema makes of it. @throws Problem */
  readonly answer: (request: DirectRequest) => Promise<string>
}

/** An answer that has been given. */
export interface Served {
  readonly method: string
  readonly route: string
  readonly status: number
  /** Unknown while its credentials have not been looked at. */
  readonly merchantId: string | undefined
  readonly traceId: string
  readonly ms: number
}

/** What the framework let in. */
interface LetIn {
  readonly merchant: Merchant
  readonly authorization: Buffer
  readonly host: string
  readonly forwardedFor: string | string[] | undefined
  readonly address: string
}

/** What these say makes a request one for the framework's way. */
const unusual = [
  'origin',
  'sec-fetch-site',
  'content-encoding',
  'transfer-encoding',
  'expect',
  'upgrade',
  'x-forwarded-host',
  'x-forwarded-proto',
] as const

const jsonTypes: ReadonlySet<string | undefined> = new Set(['application/json', 'application/json; charset=utf-8'])

/** Longer bodies are the framework's, which refuses those that are too long. */
const longestBody = 64 * 1024

const success = 200

/**
 * The short way for the two requests that come in masses: a new order and a question about one. The framework
 * takes three times what they need, for what is the same each time: routing, a dozen hooks, a logger, a
 * serialiser. It goes on taking whatever is in any way unusual, and the first request from wherever one comes; what
 * it let in is remembered with the connection and with the address, and only a request that says the same of itself
 * (credentials, host, who it is forwarded for) while the merchant is as it was (`Directory.isCurrent`) comes in
 * here. It meets the same keeper of the door, and its answer, its line in the log and its metrics are the same.
 *
 * The address, because a burst comes over connections that have rested: asked one by one on the long way, a stall
 * of 30 ms grew to one of 150.
 */
export class DirectWay {
  readonly #letIn = new WeakMap<Socket, LetIn>()
  /** By where they came from: the last of each. */
  readonly #lately = new Recollection<LetIn>(latelyBounds)
  readonly #routes: DirectRoute[] = []
  readonly #door: Door
  readonly #log: FastifyBaseLogger
  readonly #isCurrent: (merchant: Merchant) => boolean
  readonly #served: (answer: Served) => void
  #isClosed = false

  constructor(options: {
    door: Door
    log: FastifyBaseLogger
    isCurrent: (merchant: Merchant) => boolean
    served: (answer: Served) => void
  }) {
    this.#door = options.door
    this.#log = options.log
    this.#isCurrent = options.isCurrent
    this.#served = options.served
  }

  add(route: DirectRoute): void {
    this.#routes.push(route)
  }

  /** While the server stops, the framework tells each client that its connection ends. */
  close(): void {
    this.#isClosed = true
  }

  /** Notes whom the framework let in, by a key that is the merchant's present one and no new one. */
  remember(request: IncomingMessage, address: string, merchant: Merchant): void {
    const { authorization, host, 'x-forwarded-for': forwardedFor } = request.headers
    if (authorization === undefined || authorization.length > comparedBytes || host === undefined) return
    const letIn = { merchant, authorization: padded(authorization), host, forwardedFor, address }
    this.#letIn.set(request.socket, letIn)
    this.#lately.add(originOf(request), letIn, systemClock.monotonicMs())
  }

  /** Takes a request, or leaves it to the framework. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#isClosed || request.httpVersionMinor !== 1) return false
    const { method, url = '', headers } = request
    for (const route of this.#routes) {
      if (route.method !== method) continue
      const subject = route.subjectOf(url)
      if (subject === undefined) continue
      const known = this.#letIn.get(request.socket)
      const letIn = known ?? this.#lately.get(originOf(request), systemClock.monotonicMs())
      if (letIn === undefined || !isAsUsual(headers, method) || !this.#isLetIn(letIn, headers)) return false
      if (known === undefined) this.#letIn.set(request.socket, letIn)
      this.#serve(route, subject, letIn, request, response)
      return true
    }
    return false
  }

  #isLetIn({ merchant, authorization, host, forwardedFor }: LetIn, headers: IncomingHttpHeaders): boolean {
    return (
      headers.host === host &&
      headers['x-forwarded-for'] === forwardedFor &&
      isEqual(authorization, headers.authorization) &&
      this.#isCurrent(merchant)
    )
  }

  #serve(route: DirectRoute, subject: string, letIn: LetIn, request: IncomingMessage, response: ServerResponse): void {
    const cameAt = systemClock.monotonicMs()
    const traceId = randomUUID()
    const { method, route: pattern } = route
    const { merchant, address } = letIn
    let beganAt = 0
    let merchantId: string | undefined
    const elapsedMs = () => systemClock.monotonicMs() - cameAt
    const send = (status: number, text: string, problem?: Problem) => {
      if (beganAt > 0) this.#door.ends(method, beganAt)
      response.writeHead(status, headersOf(text, problem))
      response.end(text)
      this.#served({ method, route: pattern, status, merchantId, traceId, ms: elapsedMs() })
    }
    const refuse = (error: unknown) => {
      const problem = problemOf(error)
      if (problem.problem === 'internal') this.#log.child({ traceId }).error({ msg: 'bug', bug: describe(error) })
      send(problem.status, JSON.stringify(problemAnswer(problem, traceId, elapsedMs())), problem)
    }
    const work = (body: Buffer) => {
      const began = this.#door.begins(method)
      if (typeof began !== 'number') return refuse(began)
      beganAt = began
      route
        .answer({ merchant, subject, body, traceId, elapsedMs })
        .then((text) => send(success, text))
        .catch(refuse)
    }

    const network = networkOf(address)
    const { authorization } = request.headers
    const turnedAway = this.#door.arrives(method, network, authorization)
    if (turnedAway) return refuse(turnedAway)
    merchantId = merchant.merchantId
    const refusal = this.#door.identified(merchantId, network, authorization)
    if (refusal) refuse(refusal)
    else if (method === 'GET') work(nothing)
    else readBody(request, work, refuse)
  }
}

/** More addresses than that are remembered by their connections alone. */
const latelyBounds = { keepMs: 10_000, capacity: 1_000 }

function originOf({ socket, headers }: IncomingMessage): string {
  return `${socket.remoteAddress} ${String(headers['x-forwarded-for'])}`
}

const nothing = Buffer.alloc(0)

function readBody(request: IncomingMessage, work: (body: Buffer) => void, refuse: (error: unknown) => void): void {
  let body: Buffer = nothing
  let isOver = false
  request.on('data', (chunk: Buffer) => {
    body = body.length === 0 ? chunk : Buffer.concat([body, chunk])
  })
  request.on('end', () => {
    if (isOver) return
    isOver = true
    work(body)
  })
  request.on('error', (error) => {
    if (isOver) return
    isOver = true
    refuse(error)
  })
}

/** Nothing in the headers that the framework's hooks have something to say about. */
function isAsUsual(headers: IncomingHttpHeaders, method: string): boolean {
  for (const name of unusual) if (headers[name] !== undefined) return false
  const length = headers['content-length']
  if (method === 'GET') return length === undefined
  return length !== undefined && Number(length) <= longestBody && jsonTypes.has(headers['content-type'])
}

/** Credentials are compared in so many bytes, whatever their length; who has longer ones goes the long way. */
const comparedBytes = 256

function padded(credentials: string, into = Buffer.alloc(comparedBytes)): Buffer {
  into.fill(0, into.write(credentials, 'latin1'))
  return into
}

const given = Buffer.alloc(comparedBytes)

function isEqual(known: Buffer, credentials: string | undefined): boolean {
  if (credentials === undefined || credentials.length > comparedBytes) return false
  return timingSafeEqual(known, padded(credentials, given))
}

function headersOf(text: string, problem: Problem | undefined): Record<string, string | number> {
  const headers: Record<string, string | number> = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
  const again = problem?.retryAfterSeconds
  if (again !== undefined) headers['retry-after'] = String(again)
  headers['content-type'] = 'application/json; charset=utf-8'
  headers['content-length'] = Buffer.byteLength(text)
  return headers
}
