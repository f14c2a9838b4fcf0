import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import type { Checkout } from './checkout.ts'

/** What goes over a connection: a prepared statement and its values. */
interface Query {
  readonly name: string
  readonly text: string
  readonly values: unknown[]
}

interface Line {
  client: Promise<PoolClient> | undefined
  /** Statements that have not been answered. */
  open: number
}

/**
 * A few connections that take statements without waiting for the answers to those before, so that many
 * callers cost few system calls and wake few processes. Each statement commits by itself; transactions take a
 * connection of their own, as nothing else may come between.
 */
export class Pipelines {
  readonly #checkout: Checkout
  readonly #lines: readonly Line[]

  constructor(checkout: Checkout, count: number) {
    this.#checkout = checkout
    this.#lines = Array.from({ length: count }, () => ({ client: undefined, open: 0 }))
  }

  async query<Row extends QueryResultRow>(query: Query): Promise<QueryResult<Row>> {
    const line = this.#lines.reduce((least, each) => (each.open < least.open ? each : least))
    line.open += 1
    try {
      const client = await (line.client ??= this.#connect(line))
      return await client.query<Row>(query)
    } finally {
      line.open -= 1
    }
  }

  /** Gives the connections back, when nobody asks any more. */
  async close(): Promise<void> {
    const clients = this.#lines.flatMap((line) => line.client ?? [])
    for (const line of this.#lines) line.client = undefined
    for (const client of await Promise.allSettled(clients)) if (client.status === 'fulfilled') client.value.release()
  }

  async #connect(line: Line): Promise<PoolClient> {
    try {
      const client = await this.#checkout.take()
      client.on('error', (error: Error) => {
        if (line.client === undefined) return
        line.client = undefined
        client.release(error)
      })
      return client
    } catch (error) {
      // Whoever comes next tries again.
      line.client = undefined
      throw error
    }
  }
}
