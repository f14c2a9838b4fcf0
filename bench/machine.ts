import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BenchServer } from './database.ts'
import { figureOf } from './statistics.ts'

/** What the figures depend on. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  readonly postgresql: string
  /** How long the disk takes to promise 8 kB, in milliseconds; median of 200. */
  readonly fsyncMs: number
}

export async function machineOf(server: BenchServer): Promise<Machine> {
  const [version] = await server.run(server.embedded.connection.database, 'show server_version')
  return {
    processor: /^model name\s*: (.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    postgresql: String(version?.['server_version']),
    fsyncMs: fsyncMs(),
  }
}

function fsyncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-bench-'))
  const file = openSync(join(folder, 'page'), 'w')
  const page = Buffer.alloc(8_192, 1)
  const times = Array.from({ length: 200 }, () => {
    writeSync(file, page, 0, page.length, 0)
    const startedAt = performance.now()
    fdatasyncSync(file)
    return performance.now() - startedAt
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return figureOf(times).median
}
