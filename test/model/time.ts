import { inquire, reverseLate } from './payment.ts'
import { deliveryAnswer, type MerchantServerPlan } from './plan.ts'
import { Lost } from './program.ts'
import {
  abandonAttempt,
  change,
  closeIfOver,
  database,
  type Doing,
  memory,
  minute,
  newest,
  part,
  type Timer,
  type World,
} from './world.ts'

const hour = 60 * minute
/** How long after each try that was not taken the next one follows. */
const schedule = [minute, 5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 6 * hour, 12 * hour, 24 * hour] as const

/** A move of the clock by so many seconds, or to the next timer. It runs each timer that is due on its way. */
export function* move(by: number | 'next', plan: MerchantServerPlan): Doing {
  const isFirst = yield* memory((world) => {
    if (world.isMoving) return false
    world.isMoving = true
    return true
  })
  if (!isFirst) return '409 4090000'
  try {
    const now = yield* memory((world) => world.now)
    const next = by === 'next' ? yield* database(nextDue) : null
    if (by !== 'next') yield* run(now + by, plan)
    else if (next !== null) yield* run(Math.max(next, now), plan)
    return `200 ${yield* clock()}`
  } finally {
    yield* memory((world) => {
      world.isMoving = false
      return null
    })
  }
}

/** What the clock's own call answers: the time, and when the next timer is due. */
export function* clock(): Doing {
  const next = yield* database(nextDue)
  const now = yield* memory((world) => world.now)
  return `${now} ${next ?? '-'}`
}

function nextDue({ timers }: World): number | null {
  const dues = Object.values(timers).map(({ due }) => due)
  return dues.length > 0 ? Math.min(...dues) : null
}

function* run(target: number, plan: MerchantServerPlan): Doing<void> {
  let isThere = true
  while (isThere) isThere = yield* part(() => stepTo(target, plan))
  yield* database(storeClock)
  yield* memory((world) => {
    world.now = target
    return null
  })
}

/** Steps to the first timer that is due and runs it; false where there is none. */
function* stepTo(target: number, plan: MerchantServerPlan): Doing<boolean> {
  const timer = yield* database(({ timers }) => firstDue(timers, target))
  if (!timer) return false
  const { id, due } = timer
  const at = yield* memory((world) => Math.max(due, world.now))
  yield* database(storeClock)
  yield* memory((world) => {
    world.now = at
    return null
  })
  const isMine = yield* database(({ timers }) => claim(timers, id, due))
  if (isMine) yield* part(() => runTimer(id, due, plan))
  return true
}

/** Nobody reads the clock as it is stored before a restart. */
function storeClock(): null {
  return null
}

export function firstDue(timers: World['timers'], target: number): { id: string; due: number } | null {
  const due = Object.entries(timers).filter(([, timer]) => !timer.isLeased && timer.due <= target)
  const [first] = due.toSorted(([a, one], [b, other]) => one.due - other.due || (a < b ? -1 : 1))
  return first ? { id: first[0], due: first[1].due } : null
}

/** False where somebody else has the timer, or it was moved. */
export function claim(timers: World['timers'], id: string, due: number): boolean {
  const timer: Timer | undefined = timers[id]
  if (!timer || timer.isLeased || timer.due !== due) return false
  timer.isLeased = true
  return true
}

/** Runs a timer that is claimed. One that fails stays leased: its lease outlives the group of commands. */
export function* runTimer(id: string, due: number, plan: MerchantServerPlan): Doing<void> {
  try {
    if (id === 'callback') {
      yield* deliver(plan)
      return
    }
    const again = yield* part(() => handle(id))
    yield* database(({ timers }) => {
      if (again !== null) timers[id] = { due: again, isLeased: false }
      else if (timers[id]?.due === due) delete timers[id]
      return null
    })
  } catch (error) {
    if (!(error instanceof Lost)) throw error
  }
}

function* handle(id: string): Doing<number | null> {
  const [kind = '', no = ''] = id.split(':')
  if (kind === 'inquire') return yield* inquire(Number(no))
  if (kind === 'reverse') return yield* reverseLate(Number(no))
  const again = yield* change((world, order, now) => {
    if (kind === 'expire') {
      if (order.state !== 'open') return null
      if (now < order.expiresAt) return order.expiresAt
    } else if (world.attempts.length !== Number(no) || !newest(world)) return null
    abandonAttempt(world)
    closeIfOver(world, order, now)
    return null
  })
  return again ?? null
}

/** One try of the schedule: read, sent, written down. A callback whose outcome was lost is sent again. */
function* deliver(plan: MerchantServerPlan): Doing<void> {
  const isOpen = yield* database(({ callback }) => callback?.state === 'pending')
  if (!isOpen) {
    yield* database(({ timers }) => delete timers['callback'])
    return
  }
  const { isTaken, endedAt } = yield* memory((world) => ({
    isTaken: deliveryAnswer(plan, world.received++),
    endedAt: world.now,
  }))
  yield* database(({ callback, timers }) => {
    if (!callback || callback.state === 'delivered' || (callback.state === 'abandoned' && !isTaken)) {
      delete timers['callback']
      return null
    }
    callback.tries += 1
    callback.recorded += 1
    const delay = schedule[callback.tries - 1]
    if (isTaken) callback.state = 'delivered'
    else if (delay === undefined) callback.state = 'abandoned'
    if (isTaken || delay === undefined) delete timers['callback']
    else timers['callback'] = { due: endedAt + delay, isLeased: false }
    return null
  })
}
