import { DatabaseError, Pool, types as pgTypes, type PoolConfig } from 'pg'
import { Problem } from '../base/problem.ts'

/** One SQL statement and the name under which each connection prepares it once. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** A statement of a `store.ts`. Names are unique in the program: `payment.find`, `timer.claim`. */
export function statement(name: string, text: string): Statement {
  return { name, text }
}

/** A pool or a transaction: the caller says what commits together, and no store opens one. */
export interface Sql {
  query<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>
}

/** int8 columns come back as bigint: a float must not touch an amount (invariant 11). */
const types: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: Parameters<typeof pgTypes.getTypeParser>[0], format?: 'text' | 'binary') =>
    oid === pgTypes.builtins.INT8 && format !== 'binary' ? BigInt : pgTypes.getTypeParser(oid, format),
}

/** What PostgreSQL says when a transaction lost a race and may be tried again as a whole. */
const serializationFailures = new Set(['40001', '40P01'])

/** PostgreSQL is away, starting or shutting down; class 08 is a broken connection. */
const unavailable = /^(08...|57P0[1-3]|53300)$/

export class Database implements Sql {
  readonly #pool: Pool

  constructor(connection: PoolConfig, size = 16) {
    this.#pool = new Pool({
      ...connection,
      max: size,
      types,
      connectionTimeoutMillis: 5_000,
      // Acknowledged is durable, whoever owns the server (invariant 1).
      options: '-c synchronous_commit=on -c timezone=UTC',
      application_name: 'gerbang',
    })
    // An idle connection that breaks is dropped by the pool; the next query opens another.
    this.#pool.on('error', () => undefined)
  }

  /** @throws Problem `unavailable` when the database cannot be reached */
  async query<Row extends object>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      const result = await this.#pool.query<Row>({ ...statement, values: [...values] })
      return result.rows
    } catch (error) {
      throw translated(error)
    }
  }

  /**
   * Runs `work` in one transaction, again from the start when it lost a race to another (at most five
   * times). Nothing in `work` may call anybody over the network (invariant 3).
   *
   * @throws Problem `unavailable` when the database cannot be reached
   */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once(work)
      } catch (error) {
        const raced = error instanceof DatabaseError && serializationFailures.has(error.code ?? '')
        if (!raced || tries === 5) throw translated(error)
      }
    }
  }

  async #once<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    // The pool listens to idle connections only: without this a connection that breaks now ends the process.
    const breaks = (error: Error) => {
      broken = error
    }
    client.on('error', breaks)
    try {
      await client.query('begin')
      const result = await work({
        query: async <Row extends object>(statement: Statement, values: readonly unknown[] = []) =>
          (await client.query<Row>({ ...statement, values: [...values] })).rows,
      })
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(breaks)
      throw error
    } finally {
      // A broken connection is thrown away, and may break once more while it goes.
      if (!broken) client.off('error', breaks)
      client.release(broken)
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

function translated(error: unknown): unknown {
  if (error instanceof Problem) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const away =
    unavailable.test(code) ||
    /^E(CONN|PIPE|NOENT|TIMEDOUT)/.test(code) ||
    (error instanceof Error &&
      /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(error.message))
  return away ? new Problem('unavailable', {}) : error
}
