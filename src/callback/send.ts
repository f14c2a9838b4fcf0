import http from 'node:http'
import https from 'node:https'
import { type LookupFunction, isIP } from 'node:net'
import { callbackify } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { type AddressPolicy, mayUsePort } from './address.ts'
import { type Exchanged, ResolveFailure, type SendError, exchange } from './exchange.ts'
import type { Resolve } from './resolve.ts'
import { deliveryTimeoutMs } from './schedule.ts'

/** What became of one POST, and how many milliseconds it took. */
export type SendResult = Exchanged & { readonly ms: number }

export interface SendRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Sends one POST and never rejects for anything that the other side does. */
export interface Sender {
  send(request: SendRequest): Promise<SendResult>
  /** Ends what is in flight as `stopped` and closes idle connections. */
  close(): void
}

export interface SenderOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly resolve: Resolve
  readonly allows: AddressPolicy
  /** For all of it: name look-up, connection, TLS and answer. Machine time. */
  readonly timeoutMs?: number
  /** For the rest of an answer once its status is known. */
  readonly bodyTimeoutMs?: number
  /** Certificate authorities in PEM, instead of Node's own list. */
  readonly ca?: string
}

/** A host may have many merchants, whose queues are bounded each; this bounds them together. */
const socketsPerHost = 256

/** Below five seconds, after which many servers close an idle connection, so that they rarely do so first. */
const idleSocketMs = 4_000

/** The sender of callbacks over HTTP. Redirects are not followed: a 3xx is an answer. */
export function httpSender(options: SenderOptions): Sender {
  const { clock, resolve, allows, timeoutMs = deliveryTimeoutMs, bodyTimeoutMs = 5_000, ca } = options
  const sockets = { keepAlive: true, maxSockets: socketsPerHost, maxFreeSockets: 16, timeout: idleSocketMs }
  const plainAgent = new http.Agent(sockets)
  // Verification is stated, so that no environment variable can turn it off.
  const secureAgent = new https.Agent({ ...sockets, rejectUnauthorized: true, ...(ca !== undefined && { ca }) })
  const settings = {
    method: 'POST',
    lookup: judgedLookup(resolve, allows),
    maxHeaderSize: 16_384,
    insecureHTTPParser: false,
    // Each of several addresses gets this long before the next is tried (the default of 250 ms is
    // shorter than a far host's answer).
    autoSelectFamilyAttemptTimeout: 3_000,
  }
  const inFlight = new Set<(error: SendError) => void>()
  let isStopped = false

  return {
    send({ url: text, headers, body }) {
      const startedMs = clock.monotonicMs()
      return new Promise((resolve) => {
        let cancel: ((error: SendError) => void) | undefined
        const settle = (exchanged: Exchanged) => {
          if (cancel) inFlight.delete(cancel)
          resolve({ ...exchanged, ms: clock.monotonicMs() - startedMs })
        }
        const url = URL.canParse(text) ? new URL(text) : undefined
        if (isStopped) settle({ kind: 'failed', error: 'stopped' })
        else if (!url || !/^https?:$/.test(url.protocol)) settle({ kind: 'failed', error: 'invalid_url' })
        else if (!mayConnect(url, allows)) settle({ kind: 'failed', error: 'address_not_allowed' })
        else {
          const open = () =>
            url.protocol === 'https:'
              ? https.request(url, { ...settings, headers, agent: secureAgent })
              : http.request(url, { ...settings, headers, agent: plainAgent })
          cancel = exchange({ open, body, timeoutMs, bodyTimeoutMs }, settle)
          inFlight.add(cancel)
        }
      })
    },

    close() {
      isStopped = true
      for (const cancel of inFlight) cancel('stopped')
      plainAgent.destroy()
      secureAgent.destroy()
    },
  }
}

/**
 * Judges a URL's port, and its host where that is an address; names are judged when they are looked up. URL has already turned
 * numeric forms (0x7f.1, 2130706433) into dotted ones.
 */
function mayConnect({ hostname, port }: URL, allows: AddressPolicy): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return mayUsePort(port) && (isIP(address) === 0 || allows(address))
}

/**
 * The look-up of the connection itself: the addresses that are judged are those that are connected to, so
 * there is no second look-up in which a name could turn to another address. One forbidden address
 * refuses the name: a mixture is either a mistake or an attack.
 */
function judgedLookup(resolve: Resolve, allows: AddressPolicy): LookupFunction {
  const judged = callbackify(async (host: string) => {
    const addresses = await resolve(host).catch(() => [])
    if (addresses.length === 0) throw new ResolveFailure('dns')
    if (!addresses.every(({ address }) => allows(address))) throw new ResolveFailure('address_not_allowed')
    return addresses
  })
  return (host, { all }, callback) =>
    judged(host, (failure, addresses) => {
      const [first] = addresses ?? []
      if (failure || !first) callback(failure, '')
      else if (all) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
}
