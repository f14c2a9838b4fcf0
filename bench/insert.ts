import { randomInt } from 'node:crypto'
import { Pool } from 'pg'
import type { InsertTask } from './limit.ts'

/*
 * What `pgbench` would do, by the driver: one insert a transaction on each of 32 connections. A process of
 * its own that prints transactions a second.
 */

const { host, user, database, ms } = JSON.parse(process.argv[2] ?? '') as InsertTask
const callers = 32
const pool = new Pool({ host, user, database, max: callers, options: '-c synchronous_commit=on' })
const insert = {
  name: 'limit',
  text: `insert into limit_order
         values ('FINPAY770', 'bench-' || $1::bigint, decode(lpad(to_hex($1::bigint), 24, '0'), 'hex'), $2, now())`,
}
const request = 'x'.repeat(600)
const startedAt = performance.now()
let written = 0

async function call(): Promise<void> {
  while (performance.now() - startedAt < ms) {
    await pool.query({ ...insert, values: [randomInt(2 ** 47), request] })
    written += 1
  }
}

await Promise.all(Array.from({ length: callers }, call))
process.stdout.write(String(written / ((performance.now() - startedAt) / 1_000)))
await pool.end()
