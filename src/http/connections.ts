import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { problemAnswer } from './problem-answer.ts'

/** How long a peer may take, and how many may be connected. */
export interface ConnectionBounds {
  /** From the first byte (or the connection) to the end of the headers. */
  readonly headersMs: number
  /** From the first byte to the end of the body. */
  readonly requestMs: number
  /** How often these two are looked at. */
  readonly checkMs: number
  /** A connection without a byte in either direction, while it owes or is owed something. */
  readonly silenceMs: number
  /** A connection kept alive between two requests. */
  readonly keepAliveMs: number
  readonly connections: number
}

export const connectionBounds: ConnectionBounds = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 2_000,
  // Longer than any request of ours takes: a move of the sandbox's clock, 60 s.
  silenceMs: 90_000,
  // Longer than load balancers keep theirs, so that they are the ones who hang up.
  keepAliveMs: 72_000,
  connections: 10_000,
}

/** What files, the database and callbacks need of what a process may open. */
const reservedFiles = 256

/**
 * How many requests a client may send on one connection ahead of the answers. A chunk of 64 kB holds a
 * thousand of them, each of which may ask for a page of 50 kB.
 */
const mostAhead = 16

/** How often at most everything that is kept alive and idle is closed. */
const tidyMs = 1_000

/**
 * Bounds the connections of a server. Beyond the bound room is made for the newest: first by whoever has been
 * connected longest without sending one whole request, then by those that are kept alive and idle. So ten
 * thousand that say nothing do not keep out the one that has something to say. And bounds what one connection
 * may ask for at once.
 */
export function boundConnections(
  server: Server,
  { connections }: ConnectionBounds,
  refusesEarly: ((method: string, url: string) => boolean) | null,
  takes: ((request: IncomingMessage, response: ServerResponse) => boolean) | null,
): void {
  // Who has said all that there is to say, and hangs up that half, is answered. Otherwise a shop whose program does
  // so would not hear what became of an order that is opened all the same. Node's types do not know it.
  Object.assign(server, { httpAllowHalfOpen: true })
  const most = Math.max(1, Math.min(connections, openFiles() - reservedFiles))
  /** Those that have not sent one whole request, in the order of their coming. */
  const silent = new Set<Socket>()
  let connected = 0
  let mayTidy = true

  server.on('connection', (socket: Socket) => {
    connected += 1
    socket.once('close', () => {
      connected -= 1
      silent.delete(socket)
    })
    silent.add(socket)
    if (connected <= most) return
    const [oldest] = silent
    if (oldest && oldest !== socket) {
      silent.delete(oldest)
      oldest.destroy()
      return
    }
    socket.destroy()
    if (!mayTidy) return
    // Everybody else has spoken. Whoever did nothing else than that leaves; the next one finds room.
    mayTidy = false
    setTimeout(() => (mayTidy = true), tidyMs).unref()
    server.closeIdleConnections()
  })

  let refused: ServerResponse[] = []
  const refuseSoon = (response: ServerResponse) => {
    if (refused.push(response) === 1) setImmediate(refuseSome)
  }
  const refuseSome = () => {
    const now = refused.slice(0, refusedAtOnce)
    refused = refused.slice(refusedAtOnce)
    for (const response of now) refuse(response)
    if (refused.length > 0) setImmediate(refuseSome)
  }

  const ahead = new WeakMap<Socket, number>()
  const [handler] = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[]
  invariant(handler, 'the server has its handler before its connections are bounded')
  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    // What was read together with the request that ended the connection.
    if (socket.destroyed) return
    if (silent.has(socket)) {
      const { headers } = request
      if ('content-length' in headers || 'transfer-encoding' in headers)
        request.once('end', () => silent.delete(socket))
      else silent.delete(socket)
    }
    // It has no socket yet when the answer to an earlier request has it.
    if (response.socket === null) {
      const waiting = (ahead.get(socket) ?? 0) + 1
      if (waiting > mostAhead) {
        socket.destroy()
        return
      }
      ahead.set(socket, waiting)
      response.once('socket', () => ahead.set(socket, (ahead.get(socket) ?? 1) - 1))
    }
    if (refusesEarly?.(request.method ?? '', request.url ?? '')) refuseSoon(response)
    else if (!takes?.(request, response)) handler(request, response)
  })
}

/**
 * So many are refused in one turn of the event loop. All at once would take 20 ms under a flood, while what the
 * database has committed waits to be read; and who has not been refused yet sends nothing new.
 */
const refusedAtOnce = 64

/**
 * Answers 503 in the contract's form before anything else is done for a request. It is what happens most often
 * under overload, so what it costs is taken from those that are let in: its bytes are made once, but for the
 * trace's id, and it leaves no line in the log.
 */
function refuse(response: ServerResponse): void {
  response.writeHead(unavailable.status, refusalHeaders)
  response.end(refusalStart + randomUUID() + refusalEnd)
}

const unavailable = new Problem('unavailable')
const anyTraceId = randomUUID()
const refusal = JSON.stringify(problemAnswer(unavailable, anyTraceId, 0))
const [refusalStart = '', refusalEnd = ''] = refusal.split(anyTraceId)
const refusalHeaders = [
  'content-type',
  'application/json; charset=utf-8',
  'content-length',
  String(Buffer.byteLength(refusal)),
  'retry-after',
  String(unavailable.retryAfterSeconds),
]

/** How many files the process may have open, where the system tells. */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Infinity : Number(soft)
  } catch {
    return Infinity
  }
}
