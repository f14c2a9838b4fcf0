import { deliveryAnswer, type MerchantServerPlan } from './plan.ts'
import {
  abandonAttempt,
  change,
  type Content,
  database,
  type Doing,
  memory,
  orderLife,
  settleOrder,
  stateAt,
} from './world.ts'
import { standing, statusOf } from './standing.ts'

/** `initiate`: the order id is taken once; the same content again, while the order lives, gives the same link. */
export function* initiate(content: Content): Doing {
  const now = yield* memory((world) => world.now)
  const isFirst = yield* database((world) => {
    if (world.order) return false
    world.order = {
      state: 'open',
      content,
      createdAt: now,
      expiresAt: now + orderLife,
      refused: 0,
      settledAt: null,
    }
    world.timers['expire'] = { due: now + orderLife, isLeased: false }
    world.events.push('order.initiated')
    return true
  })
  if (isFirst) return `200 until ${now + orderLife}`
  const earlier = yield* database(({ order }) => order && { ...order })
  if (!earlier) throw new Error('An order that was found taken stays')
  const state = stateAt(earlier, now)
  const isAlive = state === 'open' || state === 'processing'
  return isAlive && earlier.content === content ? `200 until ${earlier.expiresAt}` : '409 4090001'
}

export function* check(): Doing {
  const seen = yield* standing()
  if (!seen) return '404 4040001'
  const now = yield* memory((world) => world.now)
  return `200 ${statusOf(seen, now)}`
}

export function* cancel(): Doing {
  const done = yield* change((world, order, now) => {
    if (stateAt(order, now) !== 'open') return false
    abandonAttempt(world)
    settleOrder(world, order, 'cancelled', now)
    world.events.push('order.cancelled')
    return true
  })
  if (done === undefined) return '404 4040001'
  return done ? '200' : '404 4040100'
}

/** The merchant asks for its callback again, if there is one. */
export function* resend(plan: MerchantServerPlan): Doing {
  const isThere = yield* database(({ callback }) => callback !== null)
  if (!isThere) return 'none'
  const isTaken = yield* memory((world) => deliveryAnswer(plan, world.received++))
  const state = yield* database((world) => {
    const { callback } = world
    if (!callback) throw new Error('A callback stays')
    callback.recorded += 1
    if (isTaken) {
      callback.state = 'delivered'
      delete world.timers['callback']
    }
    return callback.state
  })
  return `200 ${state}`
}
