import * as fc from 'fast-check'
import { commands, plan } from './draw.ts'
import { type Doors, Play } from './play.ts'
import { newTally, playSequence, type Tally } from './sequence.ts'
import { openStage, type Stage } from './stage.ts'

export interface ProofOptions {
  readonly sequences: number
  /** Stops before the next sequence once so much time is over. */
  readonly withinMs?: number
  /** Groups of requests in a sequence, at most. */
  readonly groups?: number
  /** All three as a failure prints them. */
  readonly seed?: number
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

/** A database with so many orders is left for a new one, so that what is audited stays small. */
const ordersPerStage = 25

/** Plays random sequences against the model until one fails, all are played, or the time is over. */
export async function prove(options: ProofOptions): Promise<Proof> {
  const { sequences, groups = 14, withinMs, seed = Math.trunc(Math.random() * 2 ** 31), path, replayPath } = options
  const tally = newTally()
  let stage: Stage | undefined
  let orders = 0
  const property = fc.asyncProperty(plan, commands(groups, replayPath), async (plan, drawn) => {
    if (!stage || orders % ordersPerStage === 0) {
      await stage?.close()
      stage = await openStage()
    }
    orders += 1
    const own = stage
    await playSequence(
      (of) => Play.begin(own, `model-${orders}`, of, options.doors?.(own)),
      { stage: own, tally },
      { plan, commands: drawn },
    )
    options.progress?.(tally)
  })
  try {
    const details = await fc.check(property, {
      seed,
      ...(path !== undefined && { path }),
      numRuns: sequences,
      endOnFailure: options.asItIs ?? false,
      ...(withinMs !== undefined && { interruptAfterTimeLimit: withinMs }),
    })
    return { tally, seed, failure: details.failed ? describe(details) : null }
  } finally {
    await stage?.close()
  }
}

function describe(
  details: Pick<
    fc.RunDetails<unknown>,
    'seed' | 'counterexamplePath' | 'counterexample' | 'errorInstance' | 'numShrinks'
  >,
): string {
  const { seed, counterexamplePath, counterexample, errorInstance, numShrinks } = details
  const drawn = fc.stringify(counterexample)
  const [, replay] = /replayPath="([^"]*)"/.exec(drawn) ?? []
  const cause = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const repeat = [
    `--seed=${seed}`,
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
