import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import { TLSSocket } from 'node:tls'

/** Every way in which a delivery can end without an answer. The names are stored with the attempt. */
export type SendError =
  | 'invalid_url' // not an http or https URL
  | 'dns' // the host has no address
  | 'address_not_allowed' // the host is, or resolves to, an address that callbacks may not go to; or the port is one
  | 'refused' // nobody listens there
  | 'unreachable' // there is no way to the host
  | 'tls' // a certificate that nobody vouches for, or of another name, or past; no common version
  | 'reset' // the connection ended before an answer
  | 'timeout' // no answer in time
  | 'too_large' // the answer's headers are longer than we read
  | 'protocol' // what came back is not HTTP
  | 'resources' // ours: no sockets left
  | 'stopped' // ours: the gateway is stopping
  | 'lost' // the sandbox's, by a planned fault: nothing was sent

/** An answer of any status is an answer, also one whose body broke off or was too long to read. */
export type Exchanged =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** The first bytes of the body as text that PostgreSQL can store. */
      readonly answer: string
    }
  | { readonly kind: 'failed'; readonly error: SendError }

/** What a look-up tells the connection, and the connection us. */
export class ResolveFailure extends Error {
  readonly failure: 'dns' | 'address_not_allowed'

  constructor(failure: 'dns' | 'address_not_allowed') {
    super(failure)
    this.failure = failure
  }
}

/** How much of an answer is kept, and how much is read so that the connection can be used again. */
const keptBytes = 4_096
const readBytes = 65_536

export interface ExchangeOptions {
  /** Opens a request, once more if the first went over a kept connection that turned out to be closed. */
  readonly open: () => ClientRequest
  readonly body: Buffer
  readonly timeoutMs: number
  readonly bodyTimeoutMs: number
}

/**
 * Sends one request and reads its answer, both bounded, and calls `done` exactly once and later than it
 * returns. The function that it returns ends the exchange at once with the failure it is given.
 */
export function exchange(
  { open, body, timeoutMs, bodyTimeoutMs }: ExchangeOptions,
  done: (exchanged: Exchanged) => void,
): (error: SendError) => void {
  let request: ClientRequest
  let answer: Answer | undefined
  let isDone = false
  let timer: NodeJS.Timeout | undefined
  let bodyTimer: NodeJS.Timeout | undefined

  /** The status decides the outcome, so once it is known no failure takes it back. */
  function cancel(error: SendError): void {
    finish(answer ? answer.exchanged() : { kind: 'failed', error })
    request.destroy()
  }

  function finish(exchanged: Exchanged): void {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    clearTimeout(bodyTimer)
    done(exchanged)
  }

  function start(isRepeat: boolean): void {
    const sent = open()
    request = sent
    let socket: Socket | undefined
    sent.once('socket', (assigned) => {
      socket = assigned
    })
    sent.on('error', (failure) => {
      const error = errorOf(failure, socket)
      // The other side may close a kept connection at the moment when we take it. That says nothing about
      // its health, so the same bytes go over a new one.
      if (error === 'reset' && sent.reusedSocket && !isRepeat && !answer && !isDone) start(true)
      else cancel(error)
    })
    sent.on('upgrade', (response, upgraded) => {
      answer = new Answer(response)
      cancel('protocol')
      upgraded.destroy()
    })
    sent.on('response', (response) => {
      const received = new Answer(response)
      answer = received
      bodyTimer = setTimeout(() => cancel('timeout'), bodyTimeoutMs)
      response.on('data', (chunk: Buffer) => {
        if (!received.take(chunk)) cancel('too_large')
      })
      response.on('end', () => finish(received.exchanged()))
      response.on('error', () => cancel('reset'))
    })
    sent.end(body)
  }

  start(false)
  timer = setTimeout(() => cancel('timeout'), timeoutMs)
  return cancel
}

/** What has been read of an answer so far. */
class Answer {
  readonly #status: number
  readonly #kept: Buffer[] = []
  #read = 0

  constructor(response: IncomingMessage) {
    this.#status = response.statusCode ?? 0
  }

  /** False when enough has been read. */
  take(chunk: Buffer): boolean {
    if (this.#read < keptBytes) this.#kept.push(chunk.subarray(0, keptBytes - this.#read))
    this.#read += chunk.length
    return this.#read <= readBytes
  }

  exchanged(): Exchanged {
    // The decoder leaves out a character that the cut went through; PostgreSQL's text cannot hold U+0000.
    const text = new StringDecoder('utf8').write(Buffer.concat(this.#kept))
    return { kind: 'answered', status: this.#status, answer: text.replaceAll('\0', '') }
  }
}

const errorsByCode: Readonly<Record<string, SendError>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable', // an IPv6 host, and this machine has no IPv6
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls',
  HPE_HEADER_OVERFLOW: 'too_large',
  EMFILE: 'resources',
  ENFILE: 'resources',
  ENOBUFS: 'resources',
  ENOMEM: 'resources',
}

function errorOf(failure: Error, socket: Socket | undefined): SendError {
  if (failure instanceof ResolveFailure) return failure.failure
  if (socket instanceof TLSSocket && socket.authorizationError) return 'tls'
  const code = 'code' in failure ? String(failure.code) : ''
  if (/^ERR_(TLS|SSL)_/.test(code)) return 'tls'
  return errorsByCode[code] ?? 'protocol'
}
