import type { AsyncCommand } from 'fast-check'
import * as fc from 'fast-check'
import { type Action, programOf, type Request } from './action.ts'
import { explore } from './explore.ts'
import { check } from './merchant.ts'
import { openPage } from './payer.ts'
import type { MerchantServerPlan } from './plan.ts'
import type { Play, Sight } from './play.ts'
import { runAlone } from './program.ts'
import { callbackFaults } from './shop.ts'
import type { Stage } from './stage.ts'
import { amountOf, pageState } from './standing.ts'
import { clock } from './time.ts'
import { type Doing, isFinal, newWorld, type World } from './world.ts'

/** Requests that are sent at once, and where the way to the database is cut under them, if it is. */
export interface Group {
  readonly actions: readonly Action[]
  readonly cut: { readonly at: number; readonly whose: 'question' | 'answer' } | null
  /** Delays on the way to the database, so that requests sent at once meet at other places. */
  readonly jitter: number | null
}

/** A request by itself. */
export function alone(action: Action): Group {
  return { actions: [action], cut: null, jitter: null }
}

/** What a sequence has done, for the summary. */
export interface Tally {
  sequences: number
  groups: number
  requests: number
  atOnce: number
  cuts: number
  moves: number
  callbacks: number
  unavailable: number
  /** Final states that orders came to. */
  readonly ends: Map<string, number>
}

export function newTally(): Tally {
  const none = { sequences: 0, groups: 0, requests: 0, atOnce: 0, cuts: 0, moves: 0, callbacks: 0, unavailable: 0 }
  return { ...none, ends: new Map() }
}

/** What may be true: more than one world only where nothing that was seen tells them apart. */
export interface Model {
  worlds: readonly World[]
  readonly plan: MerchantServerPlan
}

export interface Real {
  readonly stage: Stage
  readonly play: Play
  readonly tally: Tally
}

/** A group of requests as a command of fast-check. */
export class Together implements AsyncCommand<Model, Real> {
  readonly #group: Group

  constructor(group: Group) {
    this.#group = group
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    await playGroup(this.#group, model, real)
  }

  toString(): string {
    const { actions, cut, jitter } = this.#group
    const done = actions.map((action) => JSON.stringify(action)).join(' with ')
    return `${done}${cut ? `, cut at ${cut.whose} ${cut.at}` : ''}${jitter === null ? '' : `, delayed by ${jitter}`}`
  }
}

/**
 * Sends the requests of a group, lets everything come to rest, looks at all that can be seen from outside,
 * and asks the model for a world in which each request is answered so and all of it is to be seen.
 *
 * @throws Error where there is none
 */
async function playGroup({ actions, cut, jitter }: Group, model: Model, { stage, play, tally }: Real): Promise<void> {
  const requests = actions.flatMap((action) => play.request(action) ?? [])
  if (requests.length === 0) return
  if (cut) stage.proxy.cutAt(cut.at, cut.whose)
  stage.proxy.jitter(jitter)
  const answers = await Promise.all(requests.map((request) => play.perform(request)))
  stage.proxy.jitter(null)
  const wasCut = !stage.proxy.spare()
  if (wasCut) await stage.restore()
  await stage.rest(await play.now(), wasCut)
  const sight = await play.see()
  count(tally, requests, answers, wasCut)

  const asked = requests.map((request, index) => ({
    program: programOf(request, model.plan),
    answer: answers[index] ?? '',
  }))
  const received = Number(sight.received)
  const isPossible = (world: World) =>
    world.received <= received && (sight.events === world.events.join(' ') || isBegun(sight.events, world.events))
  const worlds = explore(model.worlds, asked, { plan: model.plan, hasFaults: wasCut, isPossible })
  const left = worlds.filter((world) => isSight(sight, world))
  if (left.length === 0) throw new Error(unexplained(model, requests, answers, sight, worlds, wasCut))
  model.worlds = left
}

function isBegun(seen: string, events: readonly string[]): boolean {
  return events.length === 0 || seen.startsWith(`${events.join(' ')} `)
}

/** What would be seen of a world. */
function sightOf(world: World, hasLink: boolean): Sight {
  const told = (program: Doing) => runAlone(program, JSON.parse(JSON.stringify(world)) as World)
  return {
    check: told(check()),
    events: world.events.join(' '),
    page: hasLink ? told(openPage()) : null,
    state: hasLink ? told(pageState()) : null,
    clock: told(clock()),
    callback: world.callback ? `${world.callback.state} ${world.callback.recorded}` : 'none',
    received: String(world.received),
  }
}

function isSight(sight: Sight, world: World): boolean {
  return JSON.stringify(sightOf(world, sight.page !== null)) === JSON.stringify(sight)
}

function count(tally: Tally, requests: readonly Request[], answers: readonly string[], wasCut: boolean): void {
  tally.groups += 1
  tally.requests += requests.length
  if (requests.length > 1) tally.atOnce += 1
  if (wasCut) tally.cuts += 1
  tally.moves += requests.filter((each) => each.do === 'move').length
  tally.unavailable += answers.filter((answer) => answer === '503').length
}

function unexplained(
  model: Model,
  requests: readonly Request[],
  answers: readonly string[],
  sight: Sight,
  reached: readonly World[],
  wasCut: boolean,
): string {
  const done = requests.map((request, index) => `  ${JSON.stringify(request)}\n    answered ${answers[index]}`)
  const before = model.worlds.map((world) => `  ${JSON.stringify(world)}`)
  const expected = reached.map((world) => `  ${JSON.stringify(sightOf(world, sight.page !== null))}`)
  const [request] = requests
  const alone =
    requests.length === 1 && request && !wasCut
      ? model.worlds.map(
          (world) => `  ${runAlone(programOf(request, model.plan)(), JSON.parse(JSON.stringify(world)) as World)}`,
        )
      : []
  return [
    `The model knows no way to this${wasCut ? ', though the database was cut off' : ''}:`,
    ...done,
    `and then seen:\n  ${JSON.stringify(sight)}`,
    expected.length > 0
      ? `where the answers allow:\n${expected.slice(0, 5).join('\n')}`
      : 'The answers do not go with it.',
    ...(alone.length > 0 ? [`answers that the model knows:\n${alone.join('\n')}`] : []),
    `from:\n${before.join('\n')}`,
  ].join('\n')
}

const day = 86_400

/** What becomes of a sequence in the end, when all time has passed: every order settles, and is told. */
async function settle(model: Model, real: Real): Promise<void> {
  const { play, stage, tally } = real
  await playGroup(alone({ do: 'move', by: 5 * day }), model, real)
  const faults: string[] = []
  for (const { order, timers, callback } of model.worlds) {
    if (!order) continue
    if (!isFinal(order.state)) faults.push(`the order is ${order.state} for ever`)
    if (Object.keys(timers).length > 0) faults.push(`timers are left: ${Object.keys(timers).join(', ')}`)
    if (callback?.state === 'pending') faults.push('the callback is neither delivered nor given up')
  }
  const [world] = model.worlds
  if (world?.order) {
    const status = (await play.perform({ do: 'check' })).split(' ')[1] ?? ''
    const expected = { key: stage.key, orderId: play.orderId, status, amount: amountOf(world.order.content) }
    faults.push(...callbackFaults(play.shop.received, expected))
    tally.ends.set(status, (tally.ends.get(status) ?? 0) + 1)
  }
  tally.callbacks += play.shop.received.length
  faults.push(...(await stage.audit(world?.order ? [play.orderId] : [])), ...stage.bugs())
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

/** Plays a whole sequence on a new order. @throws Error where the gateway does what the model does not know */
export async function playSequence(
  begin: (plan: MerchantServerPlan) => Promise<Play>,
  { stage, tally }: Pick<Real, 'stage' | 'tally'>,
  { plan, isOpened, commands }: Sequence,
): Promise<void> {
  const play = await begin(plan)
  const model: Model = { worlds: [newWorld()], plan }
  const real: Real = { stage, play, tally }
  try {
    if (isOpened) await playGroup(alone({ do: 'initiate', content: 0 }), model, real)
    await fc.asyncModelRun(() => ({ model, real }), commands)
    await settle(model, real)
    tally.sequences += 1
  } finally {
    if (!stage.proxy.spare()) await stage.restore()
    await play.shop.close()
  }
}

export interface Sequence {
  readonly plan: MerchantServerPlan
  /** The order is there before the first command. */
  readonly isOpened: boolean
  readonly commands: Iterable<AsyncCommand<Model, Real>>
}
