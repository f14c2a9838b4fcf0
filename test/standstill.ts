import { look, type ServingProcess, until } from './process.ts'

/**
 * Where a gateway is stopped and killed: a lock keeps it at the step after that which it has committed. Without a
 * row it is killed at the table; with one it goes on from the table to the row, where it is killed once `done` gives
 * rows.
 */
export interface Standstill {
  readonly table: string
  /** `share` lets it read the table. */
  readonly mode?: 'access exclusive' | 'share'
  readonly row: string | null
  /** Queries that give rows, one after the other, once what is to happen before the kill has happened. */
  readonly done?: readonly string[]
  /** What is waited for while it stands at the table. */
  readonly atTable?: () => Promise<unknown>
}

/** What the server waits for on behalf of the gateway. */
const waits = 'select pid from pg_locks where not granted'

/** Has a gateway do something and kills it in the midst of it. */
export async function killAt(
  gateway: ServingProcess,
  dataDir: string,
  { table, mode = 'access exclusive', row, done = [], atTable }: Standstill,
  begin: () => Promise<unknown>,
): Promise<void> {
  const lock = await look(dataDir)
  await lock.query('begin')
  await lock.query(`lock table ${table} in ${mode} mode`)
  const doing = begin().catch(() => undefined)
  await until('it to be stopped', async () => (await lock.query(waits)).rowCount)
  if (atTable) await until('what comes before', atTable)
  const held = await look(dataDir)
  if (row === null) {
    // A server goes on with the statement of a client that is dead: what waits must end before the lock does.
    gateway.child.kill('SIGSTOP')
    await lock.query(`select pg_terminate_backend(pid, 5000) from (${waits}) as waiting`)
  } else {
    await held.query('begin')
    await held.query(row)
    await lock.query('rollback')
    for (const query of done) await until(query, async () => (await held.query(query)).rowCount)
  }
  await gateway.kill()
  await doing
  for (const session of [lock, held]) await session.end().catch(() => undefined)
}
