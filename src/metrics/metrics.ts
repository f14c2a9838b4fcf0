import { collectDefaultMetrics, Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client'
import type { Clock } from '../base/clock.ts'
import { catalogue, type Described, type Refused } from './catalogue.ts'
import type { At, Backlog, Waiting } from './store.ts'

/** What this process holds at the moment of a scrape. */
export interface Held {
  readonly pool: { readonly total: number; readonly idle: number; readonly waiting: number }
  readonly queues: {
    readonly closed: number
    readonly open: number
    readonly probing: number
    readonly sending: number
    readonly waiting: number
  }
  readonly connections: number
}

export interface MetricsDeps {
  readonly clock: Clock
  readonly build: { readonly version: string; readonly mode: string }
  readonly timerKinds: readonly string[]
  /** The merchants whose time is not machine time. */
  readonly moved: () => readonly string[]
  readonly held: () => Promise<Held>
  /** Asks the database. It may hang; it is given up, not cancelled. */
  readonly waiting: (at: At) => Promise<Waiting>
  /** The database did not answer, or not what was asked. */
  readonly failed: (error: unknown) => void
}

/** One delivery of a callback, as far as it is counted. */
export interface CallbackSeen {
  readonly kind: 'delivered' | 'retry' | 'abandoned' | 'postponed'
  readonly attempt?: { readonly status: number | null; readonly error: string | null; readonly ms: number } | null
}

/** One batch as its writer saw it. */
export interface BatchSeen {
  readonly rows: number
  /** How long its oldest row had waited when it was taken. */
  readonly waitedMs: number
  readonly wroteMs: number
  readonly failed: boolean
}

/** A scrape waits so long for the database: less than the time-out of any scraper. */
const longestReadMs = 1_000

/** The events of an order's log that are counted, and as what. */
const countedEvents: Readonly<Record<string, { readonly state?: string; readonly outcome?: string }>> = {
  'order.paid': { state: 'captured', outcome: 'captured' },
  'order.captured': { state: 'captured', outcome: 'captured' },
  'order.authorized': { state: 'authorized', outcome: 'authorized' },
  'order.fully_captured': { state: 'captured' },
  'order.capture_closed': { state: 'captured' },
  'order.lapsed': { state: 'lapsed' },
  'order.voided': { state: 'voided' },
  'order.withdrawn': { state: 'voided' },
  'order.partially_refunded': { state: 'partially_refunded' },
  'order.refunded': { state: 'refunded' },
  'order.failed': { state: 'failed' },
  'order.expired': { state: 'expired' },
  'order.cancelled': { state: 'cancelled' },
  'attempt.refused': { outcome: 'refused' },
  'attempt.declined': { outcome: 'declined' },
  'attempt.abandoned': { outcome: 'abandoned' },
  'attempt.unknown': { outcome: 'unknown' },
  'attempt.reversed': { outcome: 'reversed' },
  'attempt.late_answer': { outcome: 'late' },
}

/**
 * What the gateway tells of itself, each gateway in a registry of its own. The methods are ports for those
 * who work: called on the hot path, so that they only add to numbers; everything that has to be asked for
 * is asked at a scrape.
 */
export class Metrics {
  readonly requests = counter(catalogue.requests)
  readonly requestSeconds = histogram(catalogue.requestSeconds)
  readonly #registry = new Registry()
  readonly #deps: MetricsDeps
  readonly #refusals = counter(catalogue.refusals)
  readonly #orders = counter(catalogue.orders)
  readonly #attempts = counter(catalogue.attempts)
  readonly #blockedAttempts = counter(catalogue.blockedAttempts)
  readonly #callbackAttempts = counter(catalogue.callbackAttempts)
  readonly #callbackFailures = counter(catalogue.callbackFailures)
  readonly #callbackSeconds = histogram(catalogue.callbackSeconds)
  readonly #timerFailures = counter(catalogue.timerFailures)
  readonly #batchRows = histogram(catalogue.batchRows)
  readonly #batchWait = histogram(catalogue.batchWait)
  readonly #batchWrite = histogram(catalogue.batchWrite)
  readonly #batchFailures = counter(catalogue.batchFailures)
  readonly #connections = gauge(catalogue.connections)
  readonly #callbackHosts = gauge(catalogue.callbackHosts)
  readonly #callbackQueue = gauge(catalogue.callbackQueue)
  readonly #databaseConnections = gauge(catalogue.databaseConnections)
  readonly #databaseWaiting = gauge(catalogue.databaseWaiting)
  readonly #databaseUp = gauge(catalogue.databaseUp)
  readonly #databaseSeconds = gauge(catalogue.databaseSeconds)
  readonly #timersDue = gauge(catalogue.timersDue)
  readonly #timerLag = gauge(catalogue.timerLag)
  readonly #callbacksPending = gauge(catalogue.callbacksPending)
  readonly #oldestCallback = gauge(catalogue.oldestCallback)
  readonly #unknownAttempts = gauge(catalogue.unknownAttempts)
  readonly #oldestUnknown = gauge(catalogue.oldestUnknown)
  #reading: Promise<Waiting | null> | undefined

  constructor(deps: MetricsDeps) {
    this.#deps = deps
    const build = gauge(catalogue.build)
    build.set({ ...deps.build, node: process.version }, 1)
    for (const metric of [
      build,
      this.requests,
      this.requestSeconds,
      this.#refusals,
      this.#connections,
      this.#orders,
      this.#attempts,
      this.#blockedAttempts,
      this.#unknownAttempts,
      this.#oldestUnknown,
      this.#callbackAttempts,
      this.#callbackFailures,
      this.#callbackSeconds,
      this.#callbacksPending,
      this.#oldestCallback,
      this.#callbackHosts,
      this.#callbackQueue,
      this.#timersDue,
      this.#timerLag,
      this.#timerFailures,
      this.#batchRows,
      this.#batchWait,
      this.#batchWrite,
      this.#batchFailures,
      this.#databaseUp,
      this.#databaseSeconds,
      this.#databaseConnections,
      this.#databaseWaiting,
    ] as readonly Metric[])
      this.#registry.registerMetric(metric)
    collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** What there is, those of the client library included. */
  get names(): readonly string[] {
    return this.#registry.getMetricsAsArray().map(({ name }) => name)
  }

  /** A request was turned away before its work began. */
  readonly refused: Refused = (reason) => this.#refusals.inc({ reason })

  /** An event was committed to an order's log. */
  readonly recorded = (type: string): void => {
    const { state, outcome } = countedEvents[type] ?? {}
    if (state) this.#orders.inc({ state })
    if (outcome) this.#attempts.inc({ outcome })
  }

  /** An attempt was not begun. */
  readonly blocked = (rule: string): void => this.#blockedAttempts.inc({ rule })

  readonly callback = ({ kind, attempt }: CallbackSeen): void => {
    this.#callbackAttempts.inc({ outcome: kind })
    if (!attempt) return
    this.#callbackSeconds.observe(attempt.ms / 1_000)
    if (kind === 'delivered') return
    const { status, error } = attempt
    this.#callbackFailures.inc({ reason: error ?? `status_${Math.trunc((status ?? 0) / 100)}xx` })
  }

  /** What is to be told of the batches of one kind. */
  batch(batch: 'opened' | 'changed'): (seen: BatchSeen) => void {
    const [size, wait, write] = [this.#batchRows, this.#batchWait, this.#batchWrite].map((each) =>
      each.labels({ batch }),
    )
    const failures = this.#batchFailures.labels({ batch })
    return ({ rows, waitedMs, wroteMs, failed }) => {
      size?.observe(rows)
      wait?.observe(waitedMs / 1_000)
      write?.observe(wroteMs / 1_000)
      if (failed) failures.inc()
    }
  }

  readonly timerFailed = (kind: string): void => this.#timerFailures.inc({ kind })

  /** Everything in the text form of Prometheus, asked for now. */
  async render(): Promise<string> {
    const [held] = await Promise.all([this.#deps.held(), this.#readDatabase()])
    this.#setHeld(held)
    return this.#registry.metrics()
  }

  #setHeld({ pool, queues, connections }: Held): void {
    this.#databaseConnections.set({ state: 'busy' }, pool.total - pool.idle)
    this.#databaseConnections.set({ state: 'idle' }, pool.idle)
    this.#databaseWaiting.set(pool.waiting)
    for (const breaker of ['closed', 'open', 'probing'] as const) this.#callbackHosts.set({ breaker }, queues[breaker])
    for (const place of ['sending', 'waiting'] as const) this.#callbackQueue.set({ place }, queues[place])
    this.#connections.set(connections)
  }

  /**
   * Sets what is read from the database, or leaves it out when there is no answer in time: an old number
   * would be taken for a fresh one. Scrapes that come together, or after one that still waits, share a reading.
   */
  async #readDatabase(): Promise<void> {
    const { clock, moved } = this.#deps
    const machine = clock.machine()
    const began = clock.monotonicMs()
    this.#reading ??= this.#deps
      .waiting({ machine, except: moved() })
      .catch((error: unknown) => {
        this.#deps.failed(error)
        return null
      })
      .finally(() => (this.#reading = undefined))
    const found = await inTime(this.#reading)
    this.#databaseSeconds.set((clock.monotonicMs() - began) / 1_000)
    this.#databaseUp.set(found ? 1 : 0)
    for (const each of [this.#timersDue, this.#timerLag]) each.reset()
    if (found) this.#setWaiting(found, machine)
    else
      for (const each of [this.#callbacksPending, this.#oldestCallback, this.#unknownAttempts, this.#oldestUnknown])
        each.remove()
  }

  #setWaiting({ timers, callbacks, unknownAttempts }: Waiting, machine: Date): void {
    const age = (oldest: Date | null) => (oldest ? Math.max(0, machine.getTime() - oldest.getTime()) / 1_000 : 0)
    for (const kind of this.#deps.timerKinds) {
      const found = timers.find((each) => each.kind === kind)
      this.#timersDue.set({ kind }, found?.due ?? 0)
      this.#timerLag.set({ kind }, age(found?.oldest ?? null))
    }
    const set = ({ count, oldest }: Backlog, pending: Gauge, oldestSeconds: Gauge) => {
      pending.set(count)
      oldestSeconds.set(age(oldest))
    }
    set(callbacks, this.#callbacksPending, this.#oldestCallback)
    set(unknownAttempts, this.#unknownAttempts, this.#oldestUnknown)
  }
}

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timeout: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timeout = setTimeout(() => resolve(null), longestReadMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timeout)
  }
}

type LabelOf<Row extends Described> = Row['labels'][number]

const helpOf = ({ about }: Described) => about.replaceAll('`', '')

function counter<const Row extends Described>(row: Row): Counter<LabelOf<Row>> {
  return new Counter({ name: row.name, help: helpOf(row), labelNames: [...row.labels], registers: [] })
}

function gauge<const Row extends Described>(row: Row): Gauge<LabelOf<Row>> {
  return new Gauge({ name: row.name, help: helpOf(row), labelNames: [...row.labels], registers: [] })
}

function histogram<const Row extends Described>(row: Row): Histogram<LabelOf<Row>> {
  const { name, labels, buckets = [] } = row
  return new Histogram({ name, help: helpOf(row), labelNames: [...labels], buckets: [...buckets], registers: [] })
}
