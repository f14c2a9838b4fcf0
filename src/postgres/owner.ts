import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartProblem } from '../base/start-problem.ts'
import { identityOf, runs } from './process-identity.ts'

/** The claim of a running gateway on its data directory. */
export interface Ownership {
  release(): Promise<void>
}

/**
 * Claims a data directory for this process. Every gateway writes a file of its own, named after its
 * process and the time at which that began, and only then looks for others: of two that start together
 * each sees the other, so both can give way but never both stay. A file whose process is gone was left
 * by a killed gateway and is removed; the name is all there is to read, so it is never half written.
 *
 * It holds between processes that see each other's numbers, that is on one machine or in one container.
 *
 * @throws StartProblem when another gateway, or this process already, owns the directory
 */
export async function claim(dataDir: string): Promise<Ownership> {
  const mine = `owner-${process.pid}-${identityOf(process.pid) ?? 'unknown'}`
  for (let tries = 1; ; tries += 1) {
    await create(join(dataDir, mine), dataDir)
    const others = await livingOwners(dataDir, mine)
    if (others.length === 0) return { release: () => rm(join(dataDir, mine), { force: true }) }
    await rm(join(dataDir, mine), { force: true })
    if (tries === 3) throw inUse(dataDir, others[0] ?? 0)
    await sleep(10 + Math.random() * 40)
  }
}

async function create(path: string, dataDir: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.close()
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? inUse(dataDir, process.pid) : error
  }
}

async function livingOwners(dataDir: string, mine: string): Promise<number[]> {
  const living: number[] = []
  for (const name of await readdir(dataDir)) {
    const [, pid = '', identity = ''] = /^owner-(\d+)-(.+)$/.exec(name) ?? []
    if (!pid || name === mine) continue
    if (runs(Number(pid), identity)) living.push(Number(pid))
    else await rm(join(dataDir, name), { force: true })
  }
  return living
}

function inUse(dataDir: string, pid: number): StartProblem {
  return new StartProblem(
    `The data directory ${dataDir} is in use by another gateway (process ${pid}): stop that one first, or choose another directory with GERBANG_DATA_DIR.`,
  )
}
