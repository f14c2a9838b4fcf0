import type { Bench } from './measure.ts'

/**
 * Lets contestants take turns: each round every one once, beginning with another, so that whatever slows
 * the machine for a while slows no one of them alone. Gives each one's results, in the order of rounds.
 */
export async function takeTurns<Name extends string, Result>(
  bench: Bench,
  what: string,
  contestants: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>
  for (let round = 0; round < bench.rounds; round += 1) {
    const first = round % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      bench.progress(`${what}: ${name}, round ${round + 1} of ${bench.rounds}`)
      results[name].push(await contestants[name]())
    }
  }
  return results
}
