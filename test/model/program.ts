/**
 * What one request, or one timer, does to the gateway: a row of steps, each of which happens at once. A
 * program is a generator that reads like the use case it stands for; between any two of its steps
 * something else may happen. What it returns is what its caller is answered.
 */
export type Program<World, Result> = Generator<Step<World> | Part<World>, Result, unknown>

export interface Step<World> {
  /** In the database: it may be lost on its way, before or after it has taken effect. */
  readonly isDatabase: boolean
  /** Reads and changes a world of its own, and answers what JSON can hold. */
  readonly work: (world: World) => unknown
}

/** A part of a program of which nothing matters afterwards but its result. */
export interface Part<World> {
  readonly program: () => Program<World, unknown>
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

/**
 * Runs a part of a program. What its steps saw is forgotten with its end, so that two ways of getting
 * there which leave nothing behind are one; without it the ways are too many to try.
 */
export function* part<World, Result>(program: () => Program<World, Result>): Program<World, Result> {
  return (yield { program }) as Result
}

/** What came of a step or a part: its value, or nothing, because it was lost. */
type Came = { readonly value?: unknown } | 'lost'

/**
 * How far a program has come. Generators cannot be copied, so a program that stands at a step is what came
 * of its steps so far, and is run again from the start to go on in two ways. Each part that is under way
 * has a list of its own, the innermost last.
 */
export interface Course {
  readonly came: readonly (readonly Came[])[]
  /** What it answered, null while it runs. */
  readonly answer: string | null
}

/** What a request is answered whose step was lost and whose program has no other way to go on. */
export const unavailable = '503'

/** A program before its first step. */
export function atStart<World>(program: () => Program<World, string>): Course {
  return courseOf(stand(program, [[]]))
}

/** The step at which a program stands that has not ended. */
export function stepOf<World>(program: () => Program<World, string>, { came }: Course): Step<World> {
  const at = stand(program, came)
  if ('answer' in at) throw new Error('The program has ended')
  return at.step
}

/** The course after one more step. */
export function after<World>(program: () => Program<World, string>, { came }: Course, next: Came): Course {
  return courseOf(stand(program, [...came.slice(0, -1), [...(came.at(-1) ?? []), next]]))
}

function courseOf<World>(at: At<World>): Course {
  return 'answer' in at ? { came: [], answer: at.answer } : { came: at.came, answer: null }
}

type At<World> = { readonly step: Step<World>; readonly came: Course['came'] } | { readonly answer: string }

/** Runs the program and its parts to the step that comes next; parts that end on the way leave their results. */
function stand<World>(program: () => Program<World, string>, came: Course['came']): At<World> {
  const lists = came.map((list) => [...list])
  for (;;) {
    const end = descend<World>(program, lists)
    if ('step' in end) return { step: end.step, came: lists }
    lists.length = end.depth
    const parent = lists.at(-1)
    if (!parent) return { answer: end.came === 'lost' ? unavailable : String(end.came.value) }
    parent.push(end.came)
  }
}

/** The step of the innermost part, or the end of one. Parts that begin get a list. */
function descend<World>(
  program: () => Program<World, unknown>,
  lists: Came[][],
): { readonly step: Step<World> } | { readonly depth: number; readonly came: Came } {
  let inner = program
  for (let depth = 0; ; depth += 1) {
    const list = lists[depth] ?? []
    lists[depth] = list
    const at = replay(inner, list)
    if ('came' in at) return { depth, came: at.came }
    if ('work' in at.next) return { step: at.next }
    inner = at.next.program
  }
}

function replay<World>(
  program: () => Program<World, unknown>,
  list: readonly Came[],
): { readonly next: Step<World> | Part<World> } | { readonly came: Came } {
  const running = program()
  try {
    let at = running.next()
    for (const each of list) at = each === 'lost' ? running.throw(new Lost()) : running.next(each.value)
    return at.done ? { came: { value: at.value } } : { next: at.value }
  } catch (error) {
    if (error instanceof Lost) return { came: 'lost' }
    throw error
  }
}

/** Runs a program by itself on a world, which it may change. */
export function runAlone<World, Result>(program: Program<World, Result>, world: World): Result {
  let at = program.next()
  while (!at.done) at = program.next('work' in at.value ? at.value.work(world) : runAlone(at.value.program(), world))
  return at.value
}
