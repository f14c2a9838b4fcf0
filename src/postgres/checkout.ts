import type { Pool, PoolClient } from 'pg'

/**
 * Hands out connections that somebody listens to from the moment in which they are made. The pool stops listening
 * when it hands one out, and whoever gets it can begin a moment later only: what breaks in between, with the
 * greeting and the server's end read at once, would end the process.
 */
export class Checkout {
  readonly #pool: Pool
  /** What broke a connection, heard by whom it may. */
  readonly #broken = new WeakMap<PoolClient, Error>()

  constructor(pool: Pool) {
    this.#pool = pool
    pool.on('connect', (client) => {
      client.on('error', (error: Error) => this.#broken.set(client, error))
    })
  }

  /** @throws what broke it, where it is broken already */
  async take(): Promise<PoolClient> {
    const client = await this.#pool.connect()
    const broken = this.#broken.get(client)
    if (!broken) return client
    this.giveBack(client)
    throw broken
  }

  /** Gives a connection back, or throws it away where it is broken or `error` says that it is no good. */
  giveBack(client: PoolClient, error = this.#broken.get(client)): void {
    client.release(error)
  }
}
