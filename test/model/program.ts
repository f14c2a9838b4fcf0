/**
 * What one request, or one timer, does to the gateway: a row of steps, each of which happens at once. A
 * program is a generator that reads like the use case it stands for; between any two of its steps
 * something else may happen. What it returns is what its caller is answered.
 */
export type Program<World, Result> = Generator<Step<World>, Result, unknown>

export interface Step<World> {
  /** In the database: it may be lost on its way, before or after it has taken effect. */
  readonly isDatabase: boolean
  /** Reads and changes a world of its own, and answers what JSON can hold. */
  readonly work: (world: World) => unknown
}

/** The database did not answer; the step may have taken effect. */
export class Lost extends Error {}

/** A statement or a transaction. */
export function* database<World, Result>(work: (world: World) => Result): Program<World, Result> {
  // `Runner` hands back what the work answered.
  return (yield { isDatabase: true, work }) as Result
}

/** Something in the memory of the process, which is never lost. */
export function* memory<World, Result>(work: (world: World) => Result): Program<World, Result> {
  return (yield { isDatabase: false, work }) as Result
}

/** What came of a step: its value, or nothing, because it was lost. */
type Came = { readonly value?: unknown } | 'lost'

/**
 * How far a program has come. Generators cannot be copied, so a program that stands at a step is what
 * its steps have answered so far, and is run again from the start to go on in two ways.
 */
export interface Course {
  readonly came: readonly Came[]
  /** What it answered, null while it runs. */
  readonly answer: string | null
}

export const atStart: Course = { came: [], answer: null }

/** What a request is answered whose step was lost and whose program has no other way to go on. */
export const unavailable = '503'

/** The step at which a program stands that has not ended. */
export function stepOf<World>(program: () => Program<World, string>, { came }: Course): Step<World> {
  const at = replay(program, came)
  if (typeof at === 'string') throw new Error('The program has ended')
  return at
}

/** The course after one more step. */
export function after<World>(program: () => Program<World, string>, { came }: Course, next: Came): Course {
  const longer = [...came, next]
  const at = replay(program, longer)
  return typeof at === 'string' ? { came: [], answer: at } : { came: longer, answer: null }
}

function replay<World>(program: () => Program<World, string>, came: readonly Came[]): Step<World> | string {
  const running = program()
  try {
    let at = running.next()
    for (const each of came) at = each === 'lost' ? running.throw(new Lost()) : running.next(each.value)
    return at.value
  } catch (error) {
    if (error instanceof Lost) return unavailable
    throw error
  }
}

/** Runs a program by itself on a world, which it may change. */
export function runAlone<World>(program: Program<World, string>, world: World): string {
  let at = program.next()
  while (!at.done) at = program.next(at.value.work(world))
  return at.value
}
