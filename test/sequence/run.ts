import * as fc from 'fast-check'

/*
 * How random sequences are run and how a failure is repeated. `SEQUENCES` says how many, `SEQUENCE_SEED` and
 * `SEQUENCE_PATH` which: the same seed draws the same sequences, and a path is one of them, or a shorter one that
 * was found from it. How requests sent at once meet is up to the machine, so a failure among those may need to be
 * repeated more than once.
 */

export interface Run {
  /** A part of the test file's path, by which it is run alone. */
  readonly file: string
  /** How many sequences, where nothing else is said. */
  readonly sequences: number
  /** The first failure is told as it is: what it has left would be found in every shorter sequence as well. */
  readonly asItIs?: boolean
}

/** What the environment says of a run. */
export interface Wanted {
  readonly sequences?: number
  readonly seed?: number
  readonly path?: string
}

export function wantedBy(environment: Readonly<Record<string, string | undefined>>): Wanted {
  const { SEQUENCES: sequences, SEQUENCE_SEED: seed, SEQUENCE_PATH: path } = environment
  return {
    ...(sequences !== undefined && { sequences: Number(sequences) }),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
  }
}

/**
 * Plays random sequences until one does not hold; answers what failed by which sequence and the command that
 * repeats it, or null, and the seed.
 */
export async function playSequences<Sequence>(
  drawn: fc.Arbitrary<Sequence>,
  play: (sequence: Sequence) => Promise<void>,
  { file, sequences, asItIs = false }: Run,
  wanted: Wanted = wantedBy(process.env),
): Promise<{ readonly failure: string | null; readonly seed: number }> {
  const details = await fc.check(fc.asyncProperty(drawn, play), {
    numRuns: wanted.path === undefined ? (wanted.sequences ?? sequences) : 1,
    ...(wanted.seed !== undefined && { seed: wanted.seed }),
    ...(wanted.path !== undefined && { path: wanted.path }),
    endOnFailure: asItIs || wanted.path !== undefined,
    // Shorter is better, but not for ever.
    interruptAfterTimeLimit: 240_000,
    markInterruptAsFailure: false,
  })
  const { seed, failed, counterexample, counterexamplePath, errorInstance, numShrinks } = details
  if (!failed) return { failure: null, seed }
  const cause = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const path = counterexamplePath === null ? '' : ` SEQUENCE_PATH=${counterexamplePath}`
  return {
    seed,
    failure: [
      cause,
      `by ${fc.stringify(counterexample)}`,
      `(made shorter ${numShrinks} times)`,
      `To repeat: SEQUENCE_SEED=${seed}${path} npm test -- ${file}`,
    ].join('\n'),
  }
}
