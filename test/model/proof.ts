import * as fc from 'fast-check'
import { commands, isOpened, plan } from './draw.ts'
import { type Doors, Play } from './play.ts'
import { newTally, playSequence, type Tally } from './sequence.ts'
import type { MerchantServerPlan } from './plan.ts'
import { openStage, type Stage } from './stage.ts'

export interface ProofOptions {
  readonly sequences: number
  /** Begins no further batch of sequences once so much time is over. */
  readonly withinMs?: number
  /** Groups of requests in a sequence, at most. */
  readonly groups?: number
  /** The first batch's seed; each further one has the next. */
  readonly seed?: number
  /** Both as a failure prints them with its seed: that sequence alone is played. */
  readonly path?: string
  readonly replayPath?: string
  /** Reports the first failure as it is, without looking for a shorter one. */
  readonly asItIs?: boolean
  /** Who stands between the sequences and the gateway. */
  readonly doors?: (stage: Stage) => Doors
  readonly progress?: (tally: Tally) => void
}

export interface Proof {
  readonly tally: Tally
  readonly seed: number
  /** What failed and how to repeat it; null where nothing did. */
  readonly failure: string | null
}

/** So many sequences have a seed, a gateway and a database of their own; what is audited stays small. */
const batchOf = 12

/** Plays random sequences against the model until one fails, all are played, or the time is over. */
export async function prove(options: ProofOptions): Promise<Proof> {
  const { sequences, withinMs = Infinity, seed = Math.trunc(Math.random() * 2 ** 30) } = options
  const tally = newTally()
  const began = performance.now()
  let failure: string | null = null
  for (let played = 0; failure === null && played < sequences; played += batchOf) {
    if (played > 0 && performance.now() - began > withinMs) break
    failure = await proveBatch(options, { seed: seed + played / batchOf, count: Math.min(batchOf, sequences), tally })
  }
  return { tally, seed, failure }
}

async function proveBatch(
  { groups = 14, path, replayPath, doors, asItIs = false, progress }: ProofOptions,
  { seed, count, tally }: { seed: number; count: number; tally: Tally },
): Promise<string | null> {
  const stage = await openStage()
  let orders = 0
  const property = fc.asyncProperty(plan, isOpened, commands(groups, replayPath), async (plan, isOpened, drawn) => {
    orders += 1
    const begin = (of: MerchantServerPlan) => Play.begin(stage, `model-${orders}`, of, doors?.(stage))
    await playSequence(begin, { stage, tally }, { plan, isOpened, commands: drawn })
    progress?.(tally)
  })
  try {
    const details = await fc.check(property, {
      seed,
      ...(path !== undefined && { path }),
      numRuns: count,
      endOnFailure: asItIs,
    })
    return details.failed ? describe(details, groups) : null
  } finally {
    await stage.close()
  }
}

function describe(
  details: Pick<
    fc.RunDetails<unknown>,
    'seed' | 'counterexamplePath' | 'counterexample' | 'errorInstance' | 'numShrinks'
  >,
  groups: number,
): string {
  const { seed, counterexamplePath, counterexample, errorInstance, numShrinks } = details
  const drawn = fc.stringify(counterexample)
  const [, replay] = /replayPath="([^"]*)"/.exec(drawn) ?? []
  const cause = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const repeat = [
    `--seed=${seed}`,
    `--groups=${groups}`,
    ...(counterexamplePath === null ? [] : [`--path=${counterexamplePath}`]),
    ...(replay === undefined ? [] : [`--replay=${replay}`]),
  ]
  return [
    cause,
    `by ${drawn}`,
    `(made shorter ${numShrinks} times)`,
    `To repeat: npm run test:model -- ${repeat.join(' ')}`,
  ].join('\n')
}

/** What was done, in lines for a person. */
export function summary({ tally, seed, failure }: Proof, ms: number): string {
  const { sequences, groups, requests, atOnce, cuts, moves, callbacks, unavailable, ends } = tally
  const endings = [...ends].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([status, n]) => `${n} ${status}`)
  return [
    `${sequences} sequences of ${groups} commands (${requests} requests, ${atOnce} commands of several at once)`,
    `${cuts} database disconnects, after which ${unavailable} requests were answered 503; ${moves} moves of the clock`,
    `${callbacks} callbacks received; orders ended: ${endings.join(', ')}`,
    `${failure === null ? 'no disagreement with the model' : 'THE MODEL DISAGREES'}; seed ${seed}, ${(ms / 1_000).toFixed(0)} s`,
  ].join('\n')
}
