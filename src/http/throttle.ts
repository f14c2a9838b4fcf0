import { Recollection } from './recollection.ts'

/** How often something may happen. */
export interface Rate {
  readonly perSecond: number
  /** How many may come at once after a silence. */
  readonly burst: number
}

interface Bucket {
  /** When the bucket will be full again: the theoretical arrival time of GCRA, in ms. */
  fullAt: number
}

/** So many names have buckets of their own. */
const ownBuckets = 100_000

/** What further names share; more than a few, so that one of them does not use up what all the others have. */
const sharedBuckets = 1_024

/**
 * Limits how often each name may come, by the generic cell rate algorithm: a token bucket that is one number.
 * A bucket that is full again is the same as none, so only names of the last seconds are kept. Where there
 * are too many even of those, newcomers share buckets: masses of addresses use up neither the memory nor
 * what those have who were there before them. Times are machine time (invariant 10).
 */
export class Throttle {
  readonly #intervalMs: number
  readonly #depthMs: number
  readonly #buckets: Recollection<Bucket>
  readonly #shared: readonly Bucket[] = Array.from({ length: sharedBuckets }, () => ({ fullAt: 0 }))

  constructor({ perSecond, burst }: Rate, capacity = ownBuckets) {
    this.#intervalMs = 1_000 / perSecond
    this.#depthMs = burst * this.#intervalMs
    this.#buckets = new Recollection({ keepMs: this.#depthMs, capacity })
  }

  /** How many names are remembered, for tests and measurement. */
  get size(): number {
    return this.#buckets.size
  }

  /** Counts one request of a name: 0 when it may go on, else the milliseconds after which one may. */
  take(name: string, now: number): number {
    const bucket = this.#buckets.get(name, now) ?? this.#newBucket(name, now)
    const fullAt = Math.max(bucket.fullAt, now) + this.#intervalMs
    const waitMs = fullAt - now - this.#depthMs
    // What was refused is not counted: who keeps knocking is served as often as who waits.
    if (waitMs > 1e-6) return waitMs
    bucket.fullAt = fullAt
    return 0
  }

  #newBucket(name: string, now: number): Bucket {
    const bucket = { fullAt: now }
    if (this.#buckets.add(name, bucket, now)) return bucket
    return this.#shared[hash(name) % sharedBuckets] ?? bucket
  }
}

/** FNV-1a with a last mixing, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let place = 0; place < text.length; place += 1) value = Math.imul(value ^ text.charCodeAt(place), 0x01000193)
  return (value ^ (value >>> 15)) >>> 0
}
