import type { Socket } from 'node:net'
import { DatabaseError, Pool, types as pgTypes, type PoolConfig } from 'pg'
import { Problem } from '../base/problem.ts'
import { Checkout } from './checkout.ts'
import { gatheringSocket } from './gathering-socket.ts'
import { Pipelines } from './pipelines.ts'

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

/**
 * PostgreSQL is away, starting, shutting down, out of a resource (class 53), or is a replica that takes no
 * writes (25006, while another server takes over); 57014 and 25P03 are our own limits of time below. Class
 * 08 is a broken connection, and what begins with E is the operating system's word for one.
 */
const unavailable = /^(08...|53...|57P0[1-5]|57014|25P03|25006|E(?!RR_).*)$/

/** What the client says, without a code, of a connection that is gone or does not answer. */
const unanswered = /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/

/** A statement of ours takes milliseconds; one that takes so long waits for a server that does not answer. */
const answerMs = 5_000

/** How long a caller waits for a connection. */
const connectMs = 3_000

/**
 * Our statements look rows up by key, or gather what an index names: a plan that was made while a table
 * was empty must not read the whole of it when it is full.
 */
export const plannerOptions = '-c enable_seqscan=off -c enable_mergejoin=off -c jit=off'

/** Connections for statements that commit by themselves. */
const pipelines = 4

export class Database implements Sql {
  readonly #pool: Pool
  readonly #checkout: Checkout
  readonly #pipelines: Pipelines
  readonly #sockets = new Set<Socket>()

  /** @param size how many transactions may be open at once */
  constructor(connection: PoolConfig, size = 12) {
    const lines = Math.min(pipelines, size)
    this.#pool = new Pool({
      ...connection,
      max: size + lines,
      types,
      pipeline: true,
      stream: () => this.#socket(),
      connectionTimeoutMillis: connectMs,
      query_timeout: answerMs,
      // Acknowledged is durable, whoever owns the server (invariant 1). What its caller has given up ends,
      // and lets go of its locks.
      options:
        `-c synchronous_commit=on -c timezone=UTC -c statement_timeout=${answerMs} ` +
        `-c idle_in_transaction_session_timeout=${2 * answerMs} ${plannerOptions}`,
      application_name: 'gerbang',
    })
    // An idle connection that breaks is dropped by the pool; the next query opens another.
    this.#pool.on('error', () => undefined)
    this.#checkout = new Checkout(this.#pool)
    this.#pipelines = new Pipelines(this.#checkout, lines)
  }

  /** The pool as it stands, for measuring: `idle` of `total` connections, and queries that wait for one. */
  get connections(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool
    return { total: totalCount, idle: idleCount, waiting: waitingCount }
  }

  /** @throws Problem `unavailable` when the database cannot be reached */
  async query<Row extends object>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      const result = await this.#pipelines.query<Row>({ ...statement, values: [...values] })
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
    const client = await this.#checkout.take()
    let broken: Error | undefined
    try {
      await client.query('begin')
      const result = await work({
        query: async <Row extends object>(statement: Statement, values: readonly unknown[] = []) =>
          (await client.query<Row>({ ...statement, values: [...values] })).rows,
      })
      await client.query('commit')
      return result
    } catch (error) {
      // A connection that does not answer is closed, which undoes the transaction as well.
      if (isAway(error) && error instanceof Error) broken = error
      else await client.query('rollback').catch((failure: Error) => (broken = failure))
      throw error
    } finally {
      this.#checkout.giveBack(client, broken)
    }
  }

  /** Waits for what is under way. A server that hangs does not hold the process up by not hanging up. */
  async close(): Promise<void> {
    await this.#pipelines.close()
    await this.#pool.end()
    for (const socket of this.#sockets) socket.destroySoon()
  }

  #socket(): Socket {
    const socket = gatheringSocket()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    return socket
  }
}

function translated(error: unknown): unknown {
  return isAway(error) ? new Problem('unavailable', {}) : error
}

function isAway(error: unknown): boolean {
  if (error instanceof Problem || !(error instanceof Error)) return false
  return ('code' in error && unavailable.test(String(error.code))) || unanswered.test(error.message)
}
