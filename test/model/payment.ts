import { Lost } from './program.ts'
import { attemptAt, readAttempt, type Standing, standing } from './standing.ts'
import {
  abandonAttempt,
  type CardName,
  cards,
  change,
  closeIfOver,
  database,
  type Doing,
  memory,
  minute,
  newest,
  part,
  settleOrder,
  stateAt,
} from './world.ts'

const attemptLife = 15 * minute
const answerLimit = 15 * minute
const betweenInquiries = 2 * minute

/** Begins the attempt of a number; null where that number is taken or the order cannot be paid. */
export function* startAttempt(no: number, card: CardName): Doing<number | null> {
  const started = yield* change((world, order, now) => {
    if (stateAt(order, now) !== 'open' || world.attempts.length !== no - 1) return null
    abandonAttempt(world)
    closeIfOver(world, order, now)
    if (order.state !== 'open') return null
    world.attempts.push({
      state: 'started',
      card,
      isLookedUp: false,
      bank: null,
      triesLeft: 3,
      hasCvv: false,
      acquirer: null,
      askedAt: null,
    })
    world.timers[`abandon:${no}`] = { due: now + attemptLife, isLeased: false }
    world.events.push('attempt.started')
    return no
  })
  return started ?? null
}

export function* holdCvv(no: number): Doing<void> {
  yield* memory(({ attempts }) => {
    attemptAt(attempts, no).hasCvv = true
    return null
  })
}

/** Takes an attempt as far as it goes without its payer. */
export function* proceed(no: number): Doing<void> {
  let goesOn = true
  for (let step = 0; goesOn && step < 4; step += 1) goesOn = yield* part(() => proceedOnce(no))
}

function* proceedOnce(no: number): Doing<boolean> {
  const seen = yield* standing()
  if (seen?.attempt?.no !== no || seen.order.state !== 'open') return false
  const before = seen.attempt
  if (before.state === 'authenticated') {
    const hasCvv = yield* memory(({ attempts }) => attempts[no - 1]?.hasCvv === true)
    if (hasCvv) yield* part(() => authorize(no))
    return false
  }
  yield* part(() => authenticate(before))
  const now = yield* readAttempt()
  // Where the card was looked up, the browser has a step of its own to take.
  return now?.no === no && now.state !== before.state
}

/** One step of 3-D Secure. */
function* authenticate(seen: NonNullable<Standing['attempt']>): Doing<void> {
  const { no } = seen
  if (seen.state === 'challenged') {
    const bank = yield* database(({ attempts }) => attemptAt(attempts, no).bank)
    if (bank === 'passed' || bank === 'failed') yield* conclude(seen, bank)
    return
  }
  if (seen.state !== 'started') return
  const card = yield* database(({ attempts }) => attemptAt(attempts, no).card)
  const { secure } = cards[card]
  if (!seen.isLookedUp) {
    if (secure === 'not enrolled') yield* conclude(seen, 'passed')
    else
      yield* write(seen, (attempt) => {
        attempt.isLookedUp = true
      })
    return
  }
  yield* database(({ attempts }) => {
    const attempt = attemptAt(attempts, no)
    attempt.bank ??= secure === 'challenge' ? 'open' : secure === 'refused' ? 'failed' : 'passed'
    return null
  })
  const bank = yield* database(({ attempts }) => attemptAt(attempts, no).bank)
  yield* conclude(seen, bank === 'open' ? 'challenged' : bank === 'failed' ? 'failed' : 'passed')
}

function* conclude(seen: NonNullable<Standing['attempt']>, result: 'challenged' | 'passed' | 'failed'): Doing<void> {
  yield* write(seen, (attempt, world, order, now) => {
    if (result === 'challenged') {
      attempt.state = 'challenged'
      world.events.push('attempt.challenged')
    } else if (result === 'passed') {
      attempt.state = 'authenticated'
      world.events.push('attempt.authenticated')
    } else {
      attempt.state = 'refused'
      order.refused += 1
      world.events.push('attempt.refused')
      delete world.timers[`abandon:${seen.no}`]
      closeIfOver(world, order, now)
    }
  })
}

/** Changes an attempt that still stands where it was seen. */
function* write(
  seen: NonNullable<Standing['attempt']>,
  work: (attempt: NonNullable<ReturnType<typeof newest>>, ...of: Parameters<Parameters<typeof change>[0]>) => void,
): Doing<void> {
  yield* change((world, order, now) => {
    const attempt = newest(world)
    const isUnmoved =
      world.attempts.length === seen.no && attempt?.state === seen.state && attempt.isLookedUp === seen.isLookedUp
    if (attempt && isUnmoved && order.state === 'open') work(attempt, world, order, now)
    return null
  })
}

type Reply = 'approved' | 'declined' | 'unknown'

/** Asks for the money, once for any number of callers. */
function* authorize(no: number): Doing<void> {
  const isAsking = yield* change((world, order, now) => {
    const attempt = newest(world)
    if (order.state !== 'open' || world.attempts.length !== no || attempt?.state !== 'authenticated') return false
    if (now >= order.expiresAt) {
      abandonAttempt(world)
      closeIfOver(world, order, now)
      return false
    }
    attempt.state = 'authorizing'
    attempt.askedAt = now
    order.state = 'processing'
    world.events.push('attempt.authorizing')
    delete world.timers[`abandon:${no}`]
    world.timers[`inquire:${no}`] = { due: now + minute, isLeased: false }
    return true
  })
  if (isAsking) yield* settle(no, yield* part(() => heardOr(ask(no))))
}

/** An acquirer that cannot be reached may have heard. */
function* heardOr(asked: Doing<Reply>): Doing<Reply> {
  try {
    return yield* asked
  } catch (error) {
    if (error instanceof Lost) return 'unknown'
    throw error
  }
}

function* ask(no: number): Doing<Reply> {
  const known = yield* database(({ attempts }) => attemptAt(attempts, no).acquirer)
  if (known) return replyOf(known)
  const script = yield* memory((world) => world.script)
  const { outcome, standing } = yield* database(({ attempts }) => {
    const attempt = attemptAt(attempts, no)
    if (attempt.acquirer) return { outcome: null, standing: attempt.acquirer }
    const outcome = script ?? cards[attempt.card].outcome
    attempt.acquirer = outcome === 'declined' ? 'declined' : outcome === 'timeout' ? 'silent' : 'approved'
    return { outcome, standing: attempt.acquirer }
  })
  if (outcome === null) return replyOf(standing)
  yield* memory((world) => {
    if (script && world.script === script) world.script = null
    return null
  })
  return outcome === 'timeout' || outcome === 'late' ? 'unknown' : replyOf(standing)
}

function replyOf(known: 'approved' | 'declined' | 'silent' | 'reversed' | 'never seen'): Reply {
  return known === 'approved' ? 'approved' : known === 'silent' ? 'unknown' : 'declined'
}

/** Writes down what the acquirer answered. An approval that nobody waits for is given back. */
function* settle(no: number, reply: Reply): Doing<void> {
  yield* change((world, order, now) => {
    const attempt = newest(world)
    if (world.attempts.length !== no || attempt?.state !== 'authorizing') {
      if (reply === 'approved' && (world.attempts.length !== no || attempt?.state !== 'captured')) {
        world.events.push('attempt.late_answer')
        world.timers[`reverse:${no}`] = { due: now, isLeased: false }
      }
      return null
    }
    if (reply === 'unknown') {
      world.events.push('attempt.unknown')
      return null
    }
    delete world.timers[`inquire:${no}`]
    if (reply === 'approved') {
      attempt.state = 'captured'
      settleOrder(world, order, 'captured', now)
      world.events.push('order.captured')
    } else {
      attempt.state = 'declined'
      order.state = 'open'
      order.refused += 1
      world.events.push('attempt.declined')
      closeIfOver(world, order, now)
    }
    return null
  })
}

/** Finds out what became of an attempt, or takes it back. Answers when to come again, or null. */
export function* inquire(no: number): Doing<number | null> {
  const attempt = yield* database((world) => {
    const found = newest(world)
    return world.attempts.length === no && found ? { state: found.state, askedAt: found.askedAt } : null
  })
  if (!attempt || !['authorizing', 'reversing'].includes(attempt.state)) return null
  const again = (yield* memory((world) => world.now)) + betweenInquiries
  if (attempt.state === 'authorizing') {
    const reply = yield* heardOr(
      database(({ attempts }) => {
        const asked = attemptAt(attempts, no)
        asked.acquirer ??= 'never seen'
        return replyOf(asked.acquirer)
      }),
    )
    if (reply !== 'unknown') {
      yield* settle(no, reply)
      return null
    }
    const deadline = (attempt.askedAt ?? 0) + answerLimit
    const now = yield* memory((world) => world.now)
    if (now < deadline) return Math.min(again, deadline)
    const isReversing = yield* change((world) => {
      const found = newest(world)
      if (world.attempts.length !== no || found?.state !== 'authorizing') return false
      found.state = 'reversing'
      world.events.push('attempt.reversing')
      return true
    })
    if (!isReversing) return null
  }
  if (!(yield* reverseAtAcquirer(no))) return again
  yield* change((world, order, now) => {
    const found = newest(world)
    if (world.attempts.length !== no || found?.state !== 'reversing') return null
    found.state = 'reversed'
    order.state = 'open'
    order.refused += 1
    world.events.push('attempt.reversed')
    delete world.timers[`inquire:${no}`]
    closeIfOver(world, order, now)
    return null
  })
  return null
}

/** Gives back an approval that came when its attempt had ended. */
export function* reverseLate(no: number): Doing<number | null> {
  if (!(yield* reverseAtAcquirer(no))) return (yield* memory((world) => world.now)) + betweenInquiries
  yield* change((world) => {
    world.events.push('attempt.late_reversed')
    return null
  })
  return null
}

/** False where the acquirer could not be reached. */
function* reverseAtAcquirer(no: number): Doing<boolean> {
  try {
    yield* database(({ attempts }) => {
      attemptAt(attempts, no).acquirer = 'reversed'
      return null
    })
    return true
  } catch (error) {
    if (error instanceof Lost) return false
    throw error
  }
}
