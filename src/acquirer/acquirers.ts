import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import type { Acquirer, AuthorizeReply } from './acquirer.ts'
import { Health } from './health.ts'

/** The acquirers of a gateway, and which of them can be reached. Live mode may have none. */
export class Acquirers {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #known: ReadonlyMap<string, { readonly acquirer: Acquirer; readonly health: Health }>
  /** Who takes everything of a merchant that has no acquirers of its own. */
  readonly first: Acquirer | null

  constructor(acquirers: readonly Acquirer[], clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
    this.#known = new Map(acquirers.map((acquirer) => [acquirer.id, { acquirer, health: new Health() }]))
    this.first = acquirers[0] ?? null
  }

  /** Undefined for one that this gateway does not have, or not any more. */
  find(id: string | null): Acquirer | undefined {
    return id === null ? undefined : this.#known.get(id)?.acquirer
  }

  isUp(id: string): boolean {
    return this.#known.get(id)?.health.isUp(this.#clock.monotonicMs()) ?? false
  }

  /** Asks for money, and learns from the answer whether the acquirer can be reached. */
  async ask(id: string, send: (acquirer: Acquirer) => Promise<AuthorizeReply>): Promise<AuthorizeReply> {
    const known = this.#known.get(id)
    invariant(known, 'an acquirer that was chosen is there')
    const { acquirer, health } = known
    health.asked(this.#clock.monotonicMs())
    const reply = await send(acquirer)
    if (reply.outcome === 'not_sent' || reply.outcome === 'unknown') health.failed(this.#clock.monotonicMs())
    else health.answered()
    return reply
  }
}
