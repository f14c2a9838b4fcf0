import { database as step, memory as recall, part as partOf, type Program } from './program.ts'

/**
 * What a merchant and a payer can tell apart: one order, its attempts, the clock and what waits for it. The
 * model has states and rules of its own and shares no code with the gateway. Times are seconds from the
 * start of the sequence. Everything is plain data, so that worlds can be copied and compared as JSON.
 */
export interface World {
  now: number
  /** A move of the clock is under way. */
  isMoving: boolean
  order: Order | null
  attempts: Attempt[]
  /** What the scripted payer told the acquirer to do next. */
  script: Outcome | null
  /** By name: `expire`, `abandon:1`, `inquire:1`, `reverse:1`, `callback`. */
  timers: Record<string, Timer>
  callback: { state: 'pending' | 'delivered' | 'abandoned'; tries: number; recorded: number } | null
  /** How many callbacks have reached the merchant's server. */
  received: number
  events: string[]
}

export interface Order {
  state: OrderState
  content: Content
  createdAt: number
  expiresAt: number
  refused: number
  settledAt: number | null
}

export type OrderState = 'open' | 'processing' | 'captured' | 'failed' | 'expired' | 'cancelled'
/** Which of two bodies `initiate` was sent. */
export type Content = 0 | 1

export interface Attempt {
  state: AttemptState
  card: CardName
  /** The directory server has been asked about the card. */
  isLookedUp: boolean
  /** The bank's memory of the challenge, null where it has not been asked. */
  bank: 'open' | 'passed' | 'failed' | null
  triesLeft: number
  hasCvv: boolean
  /** The acquirer's memory of the attempt's reference. */
  acquirer: 'approved' | 'declined' | 'silent' | 'reversed' | 'never seen' | null
  askedAt: number | null
}

export type AttemptState =
  | 'started'
  | 'challenged'
  | 'authenticated'
  | 'refused'
  | 'abandoned'
  | 'authorizing'
  | 'captured'
  | 'declined'
  | 'reversing'
  | 'reversed'

export interface Timer {
  due: number
  /** Somebody runs it, or ran it and failed. */
  isLeased: boolean
}

export type Outcome = 'approved' | 'declined' | 'timeout' | 'late'

/** What the bank and the acquirer do with each card that the model's payers have. */
export const cards = {
  plain: { number: '5111111111111118', expiry: '09/33', secure: 'not enrolled', outcome: 'approved' },
  frictionless: { number: '4111111111111111', expiry: '09/33', secure: 'frictionless', outcome: 'approved' },
  challenge: { number: '5123450000000008', expiry: '09/33', secure: 'challenge', outcome: 'approved' },
  challengeDeclined: { number: '4911111111111113', expiry: '09/33', secure: 'challenge', outcome: 'declined' },
  declined: { number: '5111111111111118', expiry: '05/39', secure: 'not enrolled', outcome: 'declined' },
  silent: { number: '5111111111111118', expiry: '08/28', secure: 'not enrolled', outcome: 'timeout' },
  late: { number: '4111111111111111', expiry: '05/37', secure: 'frictionless', outcome: 'late' },
  refused: { number: '4000000000002925', expiry: '09/33', secure: 'refused', outcome: 'approved' },
  malformed: { number: '5123450000000009', expiry: '09/33', secure: 'not enrolled', outcome: 'approved' },
} as const satisfies Record<
  string,
  {
    number: string
    expiry: string
    secure: 'not enrolled' | 'frictionless' | 'challenge' | 'refused'
    outcome: Outcome
  }
>

export type CardName = keyof typeof cards

export const minute = 60
export const orderLife = 20 * minute
/** The order fails with so many refused attempts, or so many of any kind. */
export const refusedAtMost = 5
export const attemptsAtMost = 20

export function newWorld(): World {
  return {
    now: 0,
    isMoving: false,
    order: null,
    attempts: [],
    script: null,
    timers: {},
    callback: null,
    received: 0,
    events: [],
  }
}

/** A step of a program about a world. */
export const database = step<World, unknown> as <Result>(work: (world: World) => Result) => Program<World, Result>
export const memory = recall<World, unknown> as <Result>(work: (world: World) => Result) => Program<World, Result>

export const part = partOf<World, unknown> as <Result>(program: () => Program<World, Result>) => Program<World, Result>

/** A program about a world. */
export type Doing<Result = string> = Program<World, Result>

export function newest({ attempts }: World): Attempt | undefined {
  return attempts.at(-1)
}

/** The order's state as everybody is told it at `now`: it is expired from the instant on. */
export function stateAt({ state, expiresAt }: Pick<Order, 'state' | 'expiresAt'>, now: number): OrderState {
  return state === 'open' && now >= expiresAt ? 'expired' : state
}

export function isFinal(state: OrderState): boolean {
  return state !== 'open' && state !== 'processing'
}

/** A transaction that locks the order; undefined where there is none. The time is that before the lock. */
export function* change<Result>(work: (world: World, order: Order, now: number) => Result): Doing<Result | undefined> {
  return yield* part(function* () {
    const now = yield* memory((world) => world.now)
    return yield* database((world) => (world.order ? work(world, world.order, now) : undefined))
  })
}

/** Ends the order: it is told once, and has no time limit any more. */
export function settleOrder(world: World, order: Order, state: OrderState, now: number): void {
  order.state = state
  order.settledAt = now
  delete world.timers['expire']
  world.callback = { state: 'pending', tries: 0, recorded: 0 }
  world.timers['callback'] = { due: now, isLeased: false }
}

/** Gives up a newest attempt that has not asked for money. */
export function abandonAttempt(world: World): void {
  const attempt = newest(world)
  if (!attempt || !['started', 'challenged', 'authenticated'].includes(attempt.state)) return
  attempt.state = 'abandoned'
  world.events.push('attempt.abandoned')
  delete world.timers[`abandon:${world.attempts.length}`]
}

/** Ends an open order whose time or whose attempts are used up. */
export function closeIfOver(world: World, order: Order, now: number): void {
  if (order.state !== 'open') return
  if (now >= order.expiresAt) {
    settleOrder(world, order, 'expired', now)
    world.events.push('order.expired')
  } else if (order.refused >= refusedAtMost || world.attempts.length >= attemptsAtMost) {
    settleOrder(world, order, 'failed', now)
    world.events.push('order.failed')
  }
}
