import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchServer } from './database.ts'
import { ask } from './child.ts'

/**
 * The limit (design part 6): what the same PostgreSQL does when all that is asked of it is one insert of
 * the same size in a transaction of its own, into a table with our orders' two unique keys. `pgbench`
 * asks it where it is installed, else the driver without anything around it.
 */
export interface Limit {
  readonly name: string
  /** Transactions a second. */
  measure(ms: number): Promise<number>
  close(): void
}

const database = 'bench_limit'

export interface InsertTask {
  readonly host: string
  readonly user: string
  readonly database: string
  readonly ms: number
}

/** The insert's values are random, as pgbench's clients share no counter. */
const script = `\\set n random(1, 9000000000000000)
insert into limit_order values ('FINPAY770', 'bench-' || :n, decode(lpad(to_hex(:n::bigint), 24, '0'), 'hex'), '${'x'.repeat(600)}', now());
`

export async function findLimit(server: BenchServer): Promise<Limit> {
  await server.create(database)
  await server.run(
    database,
    `create table limit_order (
       merchant_id text not null,
       order_id    text not null,
       order_no    bytea not null,
       request     text not null,
       created_at  timestamptz not null,
       primary key (merchant_id, order_id),
       unique (merchant_id, order_no)
     )`,
  )
  const { host, user } = server.embedded.connection
  const pgbench = findPgbench()
  if (!pgbench) {
    const task = { host, user, database }
    return {
      name: 'driver, one insert a transaction',
      measure: (ms) => ask<number>('insert', { ...task, ms } satisfies InsertTask),
      close: () => undefined,
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-bench-'))
  const file = join(folder, 'insert.sql')
  writeFileSync(file, script)
  return {
    name: 'pgbench -c 32 -j 2 -M prepared',
    measure: async (ms) => {
      const words = ['-n', '-c', '32', '-j', '2', '-M', 'prepared', '-T', String(Math.ceil(ms / 1_000)), '-f', file]
      const { stdout, stderr } = spawnSync(pgbench, [...words, '-h', host, '-U', user, database], { encoding: 'utf8' })
      const found = /tps = ([\d.]+)/.exec(stdout)?.[1]
      if (!found) throw new Error(`pgbench failed: ${stderr.slice(0, 500)}`)
      return Number(found)
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** In the path, or where Debian keeps it. */
function findPgbench(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...versions.map((each) => join(debian, each, 'bin'))]
  return folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path))
}
