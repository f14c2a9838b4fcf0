import {
  type Attempt,
  type AttemptState,
  type Content,
  database,
  type Doing,
  memory,
  newest,
  type OrderState,
  part,
  stateAt,
} from './world.ts'

/** An order and its newest attempt as a request reads them: one after the other. */
export interface Standing {
  readonly order: {
    readonly state: OrderState
    readonly content: Content
    readonly expiresAt: number
    readonly settledAt: number | null
    readonly attempts: number
  }
  readonly attempt: { readonly no: number; readonly state: AttemptState; readonly isLookedUp: boolean } | null
}

export function* readOrder(): Doing<Standing['order'] | null> {
  return yield* database(({ order, attempts }) => {
    if (!order) return null
    const { state, content, expiresAt, settledAt } = order
    return { state, content, expiresAt, settledAt, attempts: attempts.length }
  })
}

export function* readAttempt(): Doing<Standing['attempt']> {
  return yield* database((world) => {
    const attempt = newest(world)
    return attempt ? { no: world.attempts.length, state: attempt.state, isLookedUp: attempt.isLookedUp } : null
  })
}

export function* standing(): Doing<Standing | null> {
  return yield* part(function* () {
    const order = yield* readOrder()
    if (!order) return null
    return { order, attempt: order.attempts > 0 ? yield* readAttempt() : null }
  })
}

const amounts = [1_000, 2_000] as const

/** The amount that `initiate` names for each content. */
export function amountOf(content: Content): number {
  return amounts[content]
}

/** What `check` says: the status, the order's amount, the amount that is held and when the order ended. */
export function statusOf({ order, attempt }: Standing, now: number): string {
  const held = order.state === 'captured' ? amountOf(order.content) : 0
  return `${wordOf({ order, attempt }, now)} ${amountOf(order.content)} ${held} ${order.settledAt ?? '-'}`
}

/** The contract's word for where an order stands. */
export function wordOf({ order, attempt }: Standing, now: number): string {
  const words = {
    processing: 'PENDING',
    captured: 'CAPTURED',
    failed: 'FAILURE',
    expired: 'EXPIRED',
    cancelled: 'CANCELLED',
  } as const
  const state = stateAt(order, now)
  if (state !== 'open') return words[state]
  if (attempt?.state === 'challenged') return 'AUTHENTICATION_INITIATED'
  return attempt?.state === 'authenticated' ? 'AUTHENTICATED' : 'REQUEST_INITIATED'
}

/** The page that a payer sees who comes now, with what tells one form from another. */
export function* page(formHasFaults = false): Doing {
  const seen = yield* standing()
  if (!seen) return 'unknown'
  const now = yield* memory((world) => world.now)
  const { order, attempt } = seen
  const state = stateAt(order, now)
  if (state === 'captured') return 'paid'
  if (state !== 'open') return state
  if (attempt && !formHasFaults) {
    if (attempt.state === 'started') return 'authenticate'
    if (attempt.state === 'challenged') return `challenge ${attempt.no}`
    if (attempt.state === 'authenticated') {
      const hasCvv = yield* memory(({ attempts }) => attempts[attempt.no - 1]?.hasCvv === true)
      return hasCvv ? 'authenticate' : `cvv ${attempt.no}`
    }
  }
  return `card ${order.attempts + 1}`
}

/** The name of the state that the page's script polls. */
export function* pageState(): Doing {
  const seen = yield* standing()
  if (!seen) return 'unknown'
  const now = yield* memory((world) => world.now)
  const { order, attempt } = seen
  // Every order of the model is by card.
  return `${stateAt(order, now)}.${attempt?.no ?? 0}.${attempt?.state ?? 'none'}.cc`
}

/** The attempt of a number. */
export function attemptAt(attempts: readonly Attempt[], no: number): Attempt {
  const attempt = attempts[no - 1]
  if (!attempt) throw new Error(`There is no attempt ${no}`)
  return attempt
}
