import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import type { Sql, Statement } from '../postgres/database.ts'
import { AttemptBlocked } from './attempt-blocked.ts'
import { longestWindowMs, type Rule, type Trait } from './rule.ts'
import * as store from './store.ts'

/** An attempt that is about to begin, and what is known of who begins it. */
export interface Beginning {
  readonly merchantId: string
  readonly orderId: string
  readonly attemptNo: number
  /** `512345xxxxxx0008`. */
  readonly mask: string
  /** Keyed, of card and merchant. */
  readonly fingerprint: Buffer
  /** Absent where no payer's browser has come. */
  readonly network: string | undefined
  /** As the merchant told it. */
  readonly device: string | undefined
}

/** So many old rows go with each new one: more than come, so that those that are left behind go as well. */
const sweptAtOnce = 20

/** Who is stopped by attempts that are still under way may try again when these have been answered. */
const answeredWithinMs = 30_000

/**
 * Stops who tries cards. An attempt is counted in the transaction that begins it and again in the one that ends
 * it, so that counts survive what the attempt survives and hold for every process. Times are machine time
 * (invariant 10): a limit protects issuers and card holders, whose time nobody moves.
 */
export class CardLimits {
  readonly #rules: readonly Rule[]
  readonly #key: Secret<Buffer>
  readonly #clock: Pick<Clock, 'machine'>
  readonly #over: Statement
  readonly #keptMs: number

  /** @param key for the hashes of networks and devices, used for nothing else */
  constructor(rules: readonly Rule[], key: Secret<Buffer>, clock: Pick<Clock, 'machine'>) {
    this.#rules = rules
    this.#key = key
    this.#clock = clock
    this.#over = store.overStatement(rules)
    this.#keptMs = longestWindowMs(rules)
  }

  /**
   * Looks before anything is begun, so that who is stopped costs one statement, waits for nobody and leaves
   * nothing to be undone.
   *
   * @throws AttemptBlocked when a rule is used up
   */
  async look(sql: Sql, beginning: Beginning): Promise<void> {
    const at = this.#clock.machine()
    this.#stopIf(await store.over(sql, this.#over, this.#useOf(beginning), at), at)
  }

  /**
   * Counts an attempt, in the transaction that begins it.
   *
   * @throws AttemptBlocked when a rule is used up; the transaction must be given up then
   */
  async begin(sql: Sql, beginning: Beginning): Promise<void> {
    const use = this.#useOf(beginning)
    const exact = new Set(this.#rules.filter(({ isExact }) => isExact).map(({ by }) => by))
    const keys = [...exact].flatMap((by) => lockOf(use, by) ?? [])
    const at = this.#clock.machine()
    // On their way together and taken in this order: each sees what those before it have committed.
    const [, over] = await Promise.all([
      store.lock(sql, keys),
      store.over(sql, this.#over, use, at),
      store.insert(sql, use, at),
      store.sweep(sql, new Date(at.getTime() - this.#keptMs), sweptAtOnce),
    ])
    this.#stopIf(over, at)
  }

  #stopIf(over: Awaited<ReturnType<typeof store.over>>, at: Date): void {
    const waits = over.flatMap(({ place, oldest, is_open: isOpen }) => {
      const rule = this.#rules[place]
      if (!rule) return []
      const leftMs = Math.max(0, oldest.getTime() + rule.withinSeconds * 1_000 - at.getTime())
      return { rule, leftMs: isOpen ? Math.min(leftMs, answeredWithinMs) : leftMs }
    })
    const [longest] = waits.toSorted((a, b) => b.leftMs - a.leftMs)
    if (longest) throw new AttemptBlocked(longest.rule, longest.leftMs)
  }

  /** Notes how attempts ended, in the transaction that ends them. */
  async end(sql: Sql, ended: readonly store.EndedUse[]): Promise<void> {
    await store.end(sql, ended)
  }

  #useOf({ merchantId, orderId, attemptNo, mask, fingerprint, network, device }: Beginning): store.CardUse {
    const hash = (trait: Trait, value: string | undefined) =>
      value ? createHmac('sha256', this.#key.reveal()).update(`${merchantId}\0${trait}\0${value}`).digest() : null
    return {
      merchantId,
      orderId,
      attemptNo,
      bin: mask.slice(0, 6),
      card: fingerprint,
      network: hash('network', network),
      device: hash('device', device),
    }
  }
}

/** What those lock who share a trait; null where it is not known. Two traits that lock alike only wait for each other. */
function lockOf(use: store.CardUse, by: Trait): bigint | null {
  const value = use[by]
  if (value === null) return null
  return createHash('sha256').update(`card use\0${use.merchantId}\0${by}\0`).update(value).digest().readBigInt64BE()
}
