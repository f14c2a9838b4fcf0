import { createHash, timingSafeEqual } from 'node:crypto'
import { Recollection } from './recollection.ts'

/** Failures that a network may make with one merchant's id before it has to wait. */
const freeTries = 10

/** The same where many networks guess at one merchant: what is spread out wins nothing. */
const freeTriesUnderSiege = 1

/** So many failures within the time below, from wherever, and a merchant is under siege. */
const siege = 200

/** Failures that a network may make with all ids together. */
const freeTriesOfNetwork = 100

/** The first wait; every failure after it doubles the next. */
const firstWaitMs = 10_000
const longestWaitMs = 15 * 60_000

/** A failure is remembered so long at least: no shorter than the longest wait. */
const keepMs = longestWaitMs

/** Networks, and pairs of a network and an id. */
const capacity = 100_000

interface Failures {
  count: number
  blockedUntil: number
}

interface Trusted {
  readonly digest: Buffer
  readonly until: number
}

/** How long what has worked is known to work. */
const trustedMs = 10 * 60_000

/**
 * Stops guessing at merchants' keys without locking a merchant out. What waits after too many failures is a
 * network together with the merchant's id that it tried; the merchant itself, and everybody at another
 * address, goes on. Also from the very network of the guesser the credentials that have worked there lately
 * go on, so that two who share an address (a proxy that was not declared, a hosting company's gateway)
 * cannot shut each other out. An id that no merchant has is counted as if one had it.
 */
export class GuessGuard {
  readonly #failures = new Recollection<Failures>({ keepMs, capacity })
  readonly #merchants = new Recollection<Failures>({ keepMs, capacity: capacity / 10 })
  readonly #trusted = new Recollection<Trusted>({ keepMs: trustedMs, capacity: capacity / 10 })

  /** How much is remembered, for tests and measurement. */
  get size(): number {
    return this.#failures.size + this.#merchants.size + this.#trusted.size
  }

  /** Milliseconds to wait before these credentials are looked at; 0 for almost everybody. */
  waitMs(network: string, header: string | undefined, now: number): number {
    const whole = this.#failures.get(network, now)
    if (!whole) return 0
    const id = idOf(header)
    const pair = this.#failures.get(pairOf(network, id), now)
    const waitMs = Math.max(whole.blockedUntil, pair?.blockedUntil ?? 0) - now
    if (waitMs <= 0 || header === undefined) return 0
    const trusted = this.#trusted.get(pairOf(network, id), now)
    return trusted && timingSafeEqual(trusted.digest, digestOf(header)) ? 0 : waitMs
  }

  /** Notes that the credentials were wrong. Who sends none guesses nothing. */
  failed(network: string, header: string | undefined, now: number): void {
    if (header === undefined) return
    const id = idOf(header)
    const ofMerchant = count(this.#merchants, id, now)
    const tries = ofMerchant.count > siege ? freeTriesUnderSiege : freeTries
    strike(count(this.#failures, pairOf(network, id), now), tries, now)
    strike(count(this.#failures, network, now), freeTriesOfNetwork, now)
  }

  /** Notes that the credentials were right. */
  passed(network: string, merchantId: string, header: string | undefined, now: number): void {
    if (header === undefined) return
    const pair = pairOf(network, merchantId)
    this.#failures.delete(pair)
    const known = this.#trusted.get(pair, now)
    if (known && known.until > now) return
    this.#trusted.delete(pair)
    this.#trusted.add(pair, { digest: digestOf(header), until: now + trustedMs / 2 }, now)
  }
}

function count(failures: Recollection<Failures>, name: string, now: number): Failures {
  let known = failures.get(name, now)
  if (!known) {
    known = { count: 0, blockedUntil: 0 }
    // Where there is no room it is not remembered: better than shutting out whoever comes next.
    failures.add(name, known, now)
  }
  known.count += 1
  return known
}

function strike(failures: Failures, freeTries: number, now: number): void {
  const beyond = failures.count - freeTries
  if (beyond < 0) return
  failures.blockedUntil = now + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(beyond, 10))
}

/** The id that a Basic header names; garbled ones share the empty name. */
function idOf(header: string | undefined): string {
  const encoded = /^basic ([a-z0-9+/=_-]{1,400})$/i.exec(header ?? '')?.[1] ?? ''
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const id = text.slice(0, Math.max(0, text.indexOf(':')))
  return /^[A-Za-z0-9._-]{1,32}$/.test(id) ? id : ''
}

function pairOf(network: string, id: string): string {
  return `${network} ${id}`
}

function digestOf(header: string): Buffer {
  return createHash('sha256').update(header).digest()
}
