import type { CardLimits } from '../abuse/card-limits.ts'
import type { Acquirers } from '../acquirer/acquirers.ts'
import type { Authenticator } from '../authentication/authenticator.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Channel } from '../channel/catalogue.ts'
import type { HeldCard, UsedCard } from '../card/held-card.ts'
import type { Database, Sql } from '../postgres/database.ts'
import type { Timer } from '../timer/timer.ts'
import type { Attempt, Order } from './order.ts'
import type { Orders } from './orders.ts'

/** The vault, as far as payment/ knows it. */
export interface CardKeeper {
  store(sql: Sql, cards: readonly { merchantId: string; held: HeldCard; at: Date }[]): Promise<void>
  /** Does with cards that paid what was wished of them: in the transaction that makes it true, before `erase`. */
  settle(sql: Sql, cards: readonly UsedCard[]): Promise<void>
  /** In the transaction that ends the attempts (invariant 8). */
  erase(sql: Sql, tokens: readonly { merchantId: string; token: string }[]): Promise<void>
}

/** A payment that others are to follow, with the card that made it. */
export interface PlanStart {
  readonly order: Order
  readonly attempt: Attempt
  readonly at: Date
}

/** The plans of payments, as far as payment/ knows them. */
export interface PlanKeeper {
  /**
   * Begins plans, in the transaction that makes their first payments true: after `CardKeeper.settle` and before
   * `erase`, as it looks up the tokens under which their cards stay.
   */
  start(sql: Sql, starts: readonly PlanStart[]): Promise<void>
}

/** The CVVs in this process's memory, as far as payment/ knows them. */
export interface CvvKeeper {
  has(token: string): boolean
  drop(token: string): void
}

export interface PaymentDeps {
  readonly database: Database
  readonly orders: Orders
  readonly clock: Clock
  readonly random: Random
  readonly acquirers: Acquirers
  /** Whether somebody tells us of payments by this channel, which are made elsewhere. */
  readonly collects: (channel: Channel) => boolean
  readonly authenticator: Authenticator | null
  readonly cvvs: CvvKeeper
  /** Stops who tries cards; absent: nobody is stopped. */
  readonly limits?: CardLimits
  /** An unknown outcome is settled by then: by an answer before, by a reversal after (invariant 4). Business time. */
  readonly unknownDeadlineMs: number
  /** Told of each attempt that was not begun, by the rule that stopped it. */
  readonly blocked?: (rule: string) => void
  /** Told of each timer that was committed and is due already. */
  readonly wake: (timer: Timer) => void
  /** Told the type of each event that was committed, for measuring; it must be quick and must not throw. */
  readonly recorded?: (type: string) => void
}
