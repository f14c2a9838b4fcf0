/** One metric: what it is called, what it is told apart by, and what it says. */
export interface Described {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  /** Upper ends of a histogram's buckets. */
  readonly buckets?: readonly number[]
  readonly about: string
}

/** From a check that is answered from memory to a page that waits for a bank: 1 ms to 10 s. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * Every metric of ours, as the manual prints them. No label is a merchant, an order or a URL: the number of
 * series is bounded by the program, not by its traffic.
 */
export const catalogue = {
  build: {
    name: 'gerbang_build_info',
    kind: 'gauge',
    labels: ['version', 'node', 'mode'],
    about: 'always 1; which program this is',
  },
  requests: {
    name: 'gerbang_http_requests_total',
    kind: 'counter',
    labels: ['method', 'route', 'status'],
    about: 'answered requests by route pattern; `route="none"` for paths that do not exist',
  },
  requestSeconds: {
    name: 'gerbang_http_request_seconds',
    kind: 'histogram',
    labels: ['route'],
    buckets: seconds,
    about: 'from the request to the end of its answer',
  },
  refusals: {
    name: 'gerbang_http_refusals_total',
    kind: 'counter',
    labels: ['reason'],
    about: 'requests that were turned away before their work began, by a limit or by overload',
  },
  connections: {
    name: 'gerbang_http_connections',
    kind: 'gauge',
    labels: [],
    about: 'open connections, idle ones included',
  },
  orders: {
    name: 'gerbang_orders_total',
    kind: 'counter',
    labels: ['state'],
    about: 'orders that reached this final state',
  },
  attempts: {
    name: 'gerbang_attempts_total',
    kind: 'counter',
    labels: ['outcome'],
    about: 'attempts to pay that ended so; `unknown`: the acquirer did not answer and the attempt goes on',
  },
  blockedAttempts: {
    name: 'gerbang_attempts_blocked_total',
    kind: 'counter',
    labels: ['rule'],
    about: 'attempts to pay that were not begun, by the rule of `GERBANG_CARD_LIMITS` that stopped them',
  },
  unknownAttempts: {
    name: 'gerbang_attempts_unknown',
    kind: 'gauge',
    labels: [],
    about: 'attempts whose outcome is unknown now',
  },
  oldestUnknown: {
    name: 'gerbang_attempt_oldest_unknown_seconds',
    kind: 'gauge',
    labels: [],
    about: 'how long ago the oldest of them asked for the money; 0 without any',
  },
  callbackAttempts: {
    name: 'gerbang_callback_attempts_total',
    kind: 'counter',
    labels: ['outcome'],
    about: '`delivered`, `retry`, `abandoned` (the schedule is used up) or `postponed` (not sent)',
  },
  callbackFailures: {
    name: 'gerbang_callback_failures_total',
    kind: 'counter',
    labels: ['reason'],
    about: 'attempts that were not acknowledged: `status_3xx` to `status_5xx`, or what broke the exchange',
  },
  callbackSeconds: {
    name: 'gerbang_callback_seconds',
    kind: 'histogram',
    labels: [],
    buckets: [...seconds, 30],
    about: 'one attempt, from the name look-up to the end of the answer',
  },
  callbacksPending: {
    name: 'gerbang_callbacks_pending',
    kind: 'gauge',
    labels: [],
    about:
      'callbacks neither delivered nor abandoned, that is, what merchants have not been told yet (counts to 10,000)',
  },
  oldestCallback: {
    name: 'gerbang_callback_oldest_pending_seconds',
    kind: 'gauge',
    labels: [],
    about: 'age of the oldest of them; 0 without any',
  },
  callbackHosts: {
    name: 'gerbang_callback_hosts',
    kind: 'gauge',
    labels: ['breaker'],
    about: "merchants' hosts by circuit breaker: `closed` (in use or failing now), `open` (nothing is sent), `probing`",
  },
  callbackQueue: {
    name: 'gerbang_callback_queue',
    kind: 'gauge',
    labels: ['place'],
    about: 'deliveries in this process: `sending`, or `waiting` for a place',
  },
  timersDue: {
    name: 'gerbang_timers_due',
    kind: 'gauge',
    labels: ['kind'],
    about: 'timers whose time has come and that have not ended (all kinds together count to 20,000)',
  },
  timerLag: {
    name: 'gerbang_timer_lag_seconds',
    kind: 'gauge',
    labels: ['kind'],
    about: 'how long ago the oldest due timer was due; 0 when none is',
  },
  timerFailures: {
    name: 'gerbang_timer_failures_total',
    kind: 'counter',
    labels: ['kind'],
    about: 'timers whose work failed on our side and is tried again',
  },
  batchRows: {
    name: 'gerbang_batch_rows',
    kind: 'histogram',
    labels: ['batch'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    about: 'orders written together, those that were `opened` and those that were `changed`',
  },
  batchWait: {
    name: 'gerbang_batch_wait_seconds',
    kind: 'histogram',
    labels: ['batch'],
    buckets: seconds,
    about: 'how long the first order of a batch waited for the batch before',
  },
  batchWrite: {
    name: 'gerbang_batch_write_seconds',
    kind: 'histogram',
    labels: ['batch'],
    buckets: seconds,
    about: 'one batch, from its statement to its commit',
  },
  batchFailures: {
    name: 'gerbang_batch_failures_total',
    kind: 'counter',
    labels: ['batch'],
    about: 'batches whose statement failed (one row of many that is refused is one, and harms no other)',
  },
  databaseUp: {
    name: 'gerbang_database_up',
    kind: 'gauge',
    labels: [],
    about: '1 when the database answered this scrape in time, else 0, and what is read from it is left out',
  },
  databaseSeconds: {
    name: 'gerbang_database_scrape_seconds',
    kind: 'gauge',
    labels: [],
    about: 'how long the database took to answer this scrape, or until it was given up',
  },
  databaseConnections: {
    name: 'gerbang_database_connections',
    kind: 'gauge',
    labels: ['state'],
    about: 'connections of the pool: `busy`, `idle`',
  },
  databaseWaiting: {
    name: 'gerbang_database_waiting',
    kind: 'gauge',
    labels: [],
    about: 'queries that wait for a connection',
  },
} as const satisfies Readonly<Record<string, Described>>

/** Why a request is turned away before its work begins. */
export const refusalReasons = ['merchant_limit', 'address_limit', 'credentials_limit', 'overload'] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** Told of each request that is turned away. It costs a fraction of a microsecond and never throws. */
export type Refused = (reason: RefusalReason) => void
