import type { Clock } from '../base/clock.ts'
import { Breaker } from './breaker.ts'
import type { SendResult } from './send.ts'

/** Not sent: the host is known to be down, or busy with as many deliveries as it gets. Machine time. */
export interface Postponed {
  readonly kind: 'postponed'
  readonly ms: number
}

export interface QueueOptions {
  /** Deliveries of one merchant to one host at the same time. */
  readonly atOnce?: number
  /** How many more may wait in memory for a place, and how long. */
  readonly waiting?: number
  readonly waitMs?: number
  /** Told of a host that is known to be down when a delivery to it has to wait, and for how long it is at least. */
  readonly away?: (merchantId: string, origin: string, pauseMs: number) => void
}

export type QueueStanding = Record<'closed' | 'open' | 'probing' | 'sending' | 'waiting', number>

/** How many hosts are remembered before those that nothing is going to are forgotten. */
const rememberedHosts = 10_000

/** Postponed deliveries come back one after another, this far apart at least and this late at most. */
const spacingMs = 10
const furthestMs = 60_000

/**
 * The queues of deliveries, one for each merchant and host, so that a host that is dead or slow holds up
 * nobody else: neither another merchant (not even one with the same host, which it could otherwise have
 * declared dead), nor the same merchant's other hosts. What cannot be sent soon is handed back at once.
 */
export class HostQueues {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #options: Required<QueueOptions>
  readonly #hosts = new Map<string, Host>()

  constructor(clock: Pick<Clock, 'monotonicMs'>, options: QueueOptions = {}) {
    const { atOnce = 8, waiting = 64, waitMs = 2_000, away = () => undefined } = options
    this.#clock = clock
    this.#options = { atOnce, waiting, waitMs, away }
  }

  /** Sends when it is this delivery's turn, or says how long to leave it. */
  async run<T extends SendResult>(merchantId: string, url: string, send: () => Promise<T>): Promise<T | Postponed> {
    return this.#with(merchantId, url, async (host) => {
      if (!(await host.enter())) return { kind: 'postponed', ms: host.postpone(0) }
      try {
        const pauseMs = host.breaker.admit(this.#clock.monotonicMs())
        if (pauseMs === 0) return await host.observe(send)
        this.#options.away(merchantId, originOf(url), pauseMs)
        return { kind: 'postponed', ms: host.postpone(pauseMs) }
      } finally {
        host.leave()
      }
    })
  }

  /** Sends now, past the queue and an open breaker: by hand, or because a moved clock must not wait. */
  async runAtOnce<T extends SendResult>(merchantId: string, url: string, send: () => Promise<T>): Promise<T> {
    return this.#with(merchantId, url, (host) => host.observe(send))
  }

  /** How many hosts have which breaker, and how many deliveries are under way or wait for a place; for measuring. */
  get standing(): QueueStanding {
    const standing = { closed: 0, open: 0, probing: 0, sending: 0, waiting: 0 }
    for (const { breaker, active, waiting } of this.#hosts.values()) {
      standing[breaker.kind] += 1
      standing.sending += active
      standing.waiting += waiting
    }
    return standing
  }

  async #with<T>(merchantId: string, url: string, work: (host: Host) => Promise<T>): Promise<T> {
    const key = `${merchantId} ${originOf(url)}`
    let host = this.#hosts.get(key)
    if (!host) {
      this.#forgetIdle()
      host = new Host(this.#clock, this.#options)
      this.#hosts.set(key, host)
    }
    host.users += 1
    try {
      return await work(host)
    } finally {
      host.users -= 1
      if (host.users === 0 && host.breaker.isPristine) this.#hosts.delete(key)
    }
  }

  #forgetIdle(): void {
    if (this.#hosts.size < rememberedHosts) return
    for (const [key, host] of this.#hosts) if (host.users === 0) this.#hosts.delete(key)
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : ''
}

class Host {
  readonly breaker = new Breaker()
  /** Deliveries that are somewhere between coming and leaving. */
  users = 0
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #options: Required<QueueOptions>
  #active = 0
  readonly #waiting = new Set<(isMyTurn: boolean) => void>()
  /** A running mean of how long a delivery takes. */
  #meanMs = 0
  /** When the last of those that were postponed comes back. */
  #lastBackAtMs = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>, options: Required<QueueOptions>) {
    this.#clock = clock
    this.#options = options
  }

  get active(): number {
    return this.#active
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** True with a place, which has to be given back with `leave`; false if there will be none soon. */
  enter(): Promise<boolean> {
    if (this.#active < this.#options.atOnce) {
      this.#active += 1
      return Promise.resolve(true)
    }
    if (this.#waiting.size >= this.#options.waiting) return Promise.resolve(false)
    return new Promise((resolve) => {
      const wake = (isMyTurn: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve(isMyTurn)
      }
      const timer = setTimeout(() => wake(false), this.#options.waitMs)
      this.#waiting.add(wake)
    })
  }

  leave(): void {
    if (this.breaker.isOpen(this.#clock.monotonicMs())) for (const wake of this.#waiting) wake(false)
    const [next] = this.#waiting
    if (next) next(true)
    else this.#active -= 1
  }

  async observe<T extends SendResult>(send: () => Promise<T>): Promise<T> {
    let result: T | undefined
    try {
      result = await send()
      this.#meanMs += (result.ms - this.#meanMs) / 8
      return result
    } finally {
      this.breaker.report(result, this.#clock.monotonicMs())
    }
  }

  /** Milliseconds after which a delivery that cannot go now comes back: each behind the one before. */
  postpone(pauseMs: number): number {
    const nowMs = this.#clock.monotonicMs()
    const earliestMs = nowMs + pauseMs
    const step = Math.max(spacingMs, this.#meanMs / this.#options.atOnce)
    this.#lastBackAtMs = Math.min(Math.max(this.#lastBackAtMs, earliestMs) + step, earliestMs + furthestMs)
    return Math.ceil(this.#lastBackAtMs - nowMs)
  }
}
