import { after, atStart, type Course, type Program, stepOf } from './program.ts'
import { claim, runTimer } from './time.ts'
import type { MerchantServerPlan } from './plan.ts'
import type { Doing, World } from './world.ts'

/** A request, as the model knows it, and what it was really answered. */
export interface Asked {
  readonly program: () => Doing
  readonly answer: string
}

export interface Exploration {
  readonly plan: MerchantServerPlan
  /** The database was cut off at some moment: any step of it may have been lost, before or after it took effect. */
  readonly hasFaults: boolean
  /** False for a world that what was seen afterwards rules out; true only makes the search longer. */
  readonly isPossible: (world: World) => boolean
}

interface Configuration {
  readonly world: World
  readonly courses: readonly Course[]
  /** Timers that run by themselves beside the requests. */
  readonly timers: readonly { readonly id: string; readonly due: number; readonly course: Course }[]
  readonly hasFaults: boolean
}

/** More configurations than any group of commands that the model draws has. */
const limit = 200_000

/**
 * The worlds that may stand when all requests are answered and nothing is due any more: every order in
 * which the steps of the requests and of the timers that are due may follow each other is tried, and
 * only those count in which each request is answered as it really was. None: no order explains the answers.
 *
 * The real-time order of answers is not looked at: of two requests of one group each may come first,
 * whenever each of them was answered.
 */
export function explore(worlds: readonly World[], asked: readonly Asked[], exploration: Exploration): World[] {
  const { isPossible, hasFaults } = exploration
  const ended = new Map<string, World>()
  const seen = new Set<string>()
  const waiting: Configuration[] = worlds.map((world) => ({
    world,
    courses: asked.map(({ program }) => atStart(program)),
    timers: [],
    hasFaults,
  }))
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    const key = JSON.stringify([at.world, at.courses, at.timers, at.hasFaults])
    if (seen.has(key)) continue
    seen.add(key)
    if (seen.size > limit) throw new Error(`The model has more than ${limit} ways to go here`)
    const isQuiet = at.courses.every(({ answer }) => answer !== null) && at.timers.length === 0
    if (isQuiet && at.hasFaults) waiting.push(restored(at))
    if (isQuiet && !at.hasFaults && dueTimers(at.world).length === 0) ended.set(JSON.stringify(at.world), at.world)
    else for (const next of following(at, asked, exploration)) if (isPossible(next.world)) waiting.push(next)
  }
  return [...ended.values()]
}

/** The database is back, and the leases of what failed are over. */
function restored({ world, ...at }: Configuration): Configuration {
  const free = copy(world)
  for (const timer of Object.values(free.timers)) timer.isLeased = false
  return { ...at, world: free, hasFaults: false }
}

function* following(
  at: Configuration,
  asked: readonly Asked[],
  { plan }: Exploration,
): Generator<Configuration, void, undefined> {
  const { courses, timers, hasFaults, world } = at
  for (const [index, course] of courses.entries()) {
    const request = asked[index]
    if (!request || course.answer !== null) continue
    for (const next of steps(world, request.program, course, hasFaults)) {
      if (next.course.answer !== null && next.course.answer !== request.answer) continue
      yield { ...at, world: next.world, courses: courses.with(index, next.course) }
    }
  }
  for (const [index, timer] of timers.entries()) {
    for (const { world: after, course } of steps(world, timerProgram(timer, plan), timer.course, hasFaults)) {
      const left = course.answer === null ? timers.with(index, { ...timer, course }) : timers.toSpliced(index, 1)
      yield { ...at, world: after, timers: left }
    }
  }
  if (world.isMoving) return
  for (const { id, due } of dueTimers(world)) {
    const claimed = copy(world)
    claim(claimed.timers, id, due)
    yield { ...at, world: claimed, timers: [...timers, { id, due, course: atStart(timerProgram({ id, due }, plan)) }] }
    if (hasFaults) yield { ...at, world: claimed }
  }
}

function* steps(
  world: World,
  program: () => Program<World, string>,
  course: Course,
  hasFaults: boolean,
): Generator<{ world: World; course: Course }, void, undefined> {
  const { work, isDatabase } = stepOf(program, course)
  const changed = copy(world)
  const value = work(changed)
  yield { world: changed, course: after(program, course, { value }) }
  if (!hasFaults || !isDatabase) return
  const lost = after(program, course, 'lost')
  yield { world, course: lost }
  yield { world: changed, course: lost }
}

function timerProgram({ id, due }: { id: string; due: number }, plan: MerchantServerPlan): () => Doing {
  return function* () {
    yield* runTimer(id, due, plan)
    return 'ran'
  }
}

function dueTimers({ timers, now }: World): { id: string; due: number }[] {
  return Object.entries(timers).flatMap(([id, { due, isLeased }]) => (isLeased || due > now ? [] : { id, due }))
}

function copy(world: World): World {
  return JSON.parse(JSON.stringify(world)) as World
}
