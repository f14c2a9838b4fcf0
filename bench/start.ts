import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway } from './child.ts'
import { atMost, type Bench, type Line } from './measure.ts'
import { figureOf } from './statistics.ts'

/** Seconds from the process's start until it is ready, on an empty data directory and on one that is there. */
export async function measureStart(bench: Bench): Promise<Line[]> {
  const first: number[] = []
  const later: number[] = []
  for (let round = 0; round < bench.rounds; round += 1) {
    bench.progress(`start, round ${round + 1} of ${bench.rounds}`)
    const folder = mkdtempSync('/tmp/gerbang-bench-')
    // Open to the user that PostgreSQL runs as under root, so that nothing is left in another place.
    chmodSync(folder, 0o777)
    const environment = { GERBANG_DATA_DIR: join(folder, 'data'), GERBANG_PORT: '0' }
    for (const times of [first, later, later]) times.push(await secondsToReady(environment))
    rmSync(folder, { recursive: true, force: true })
  }
  return [atMost('start, first time', figureOf(first), 's', 1.5), atMost('start, later', figureOf(later), 's', 0.5)]
}

async function secondsToReady(environment: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now()
  const gateway = await startGateway(environment)
  const { status } = await fetch(`http://127.0.0.1:${gateway.port}/readyz`)
  const seconds = (performance.now() - startedAt) / 1_000
  await gateway.stop()
  if (status !== 200) throw new Error(`/readyz answered ${status}`)
  return seconds
}
