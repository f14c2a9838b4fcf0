import { seededRandom } from './random.ts'

/** What is to go wrong in the sandbox, and how often. */
export interface FaultPlan<Message extends string, Fault extends string> {
  /** Null: of any order of the merchant. */
  readonly orderId: string | null
  readonly message: Message
  readonly fault: Fault
  /** How often it still strikes; null: until it is cleared. */
  readonly times: number | null
  /** Of the messages that it is about, how many it strikes: more than 0, at most 1. */
  readonly share: number
  /** Decides which those are, and how long a delay is that nobody stated. */
  readonly seed: string
  /** For faults that delay. Null: from the seed. */
  readonly delayMs: number | null
}

/** A message that is sent now. */
export interface FaultyMoment<Message extends string> {
  readonly orderId: string
  readonly message: Message
  /** Which of several such messages of its order it is; absent: they are counted as they come. */
  readonly nth?: string
}

/** A fault that strikes. */
export interface StruckFault<Fault extends string> {
  readonly fault: Fault
  readonly delayMs: number
}

/** Plans of one merchant that are remembered; the oldest are forgotten. */
const mostPlans = 10_000

/** Orders whose messages a plan counts; the first are forgotten, and counted from the start again. */
const mostCounted = 10_000

/** A delay that nobody stated is so many seconds at most. */
const longestSeededSeconds = 300

/**
 * Faults that are to happen to a merchant's next messages, in the memory of the process. Which of an order's
 * messages a share strikes follows from the seed, the order and which message of it this is, and from nothing
 * else: neither what other orders do meanwhile nor the time changes it, so that a script meets the same again.
 */
export class PlannedFaults<Message extends string, Fault extends string> {
  readonly #plans = new Map<string, Planned<Message, Fault>[]>()

  /** It strikes after those that were planned before; an order's own come before those of any order. */
  plan(merchantId: string, plan: FaultPlan<Message, Fault>): void {
    const plans = this.#plans.get(merchantId) ?? []
    plans.push(new Planned(plan))
    if (plans.length > mostPlans) plans.shift()
    this.#plans.set(merchantId, plans)
  }

  /** Whether anything is planned, for who would have to look something up first. */
  has(merchantId: string): boolean {
    return this.#plans.has(merchantId)
  }

  /** The fault of a message that is sent now; one use of it is used up. */
  take(merchantId: string, moment: FaultyMoment<Message>): StruckFault<Fault> | undefined {
    const plans = this.#plans.get(merchantId) ?? []
    const own = plans.filter(({ plan }) => plan.orderId === moment.orderId)
    const others = plans.filter(({ plan }) => plan.orderId === null)
    for (const planned of [...own, ...others]) {
      const struck = planned.strike(moment)
      if (struck && planned.left === 0) this.#keep(merchantId, (each) => each !== planned)
      if (struck) return struck
    }
    return undefined
  }

  /** What is planned and not used up, in the order in which it was planned. */
  list(merchantId: string): readonly FaultPlan<Message, Fault>[] {
    return (this.#plans.get(merchantId) ?? []).map(({ plan, left }) => ({ ...plan, times: left }))
  }

  /** Forgets what is planned for an order, or without one all of the merchant's; answers how many plans. */
  clear(merchantId: string, orderId?: string): number {
    const before = this.#plans.get(merchantId)?.length ?? 0
    return before - this.#keep(merchantId, ({ plan }) => orderId !== undefined && plan.orderId !== orderId)
  }

  /** Answers how many are left. */
  #keep(merchantId: string, isKept: (planned: Planned<Message, Fault>) => boolean): number {
    const kept = (this.#plans.get(merchantId) ?? []).filter(isKept)
    if (kept.length > 0) this.#plans.set(merchantId, kept)
    else this.#plans.delete(merchantId)
    return kept.length
  }
}

class Planned<Message extends string, Fault extends string> {
  readonly plan: FaultPlan<Message, Fault>
  left: number | null
  readonly #counts = new Map<string, number>()

  constructor(plan: FaultPlan<Message, Fault>) {
    this.plan = plan
    this.left = plan.times
  }

  /** Undefined where it does not strike; else one use of it is gone. */
  strike(moment: FaultyMoment<Message>): StruckFault<Fault> | undefined {
    const { message, fault, share, delayMs } = this.plan
    if (moment.message !== message) return undefined
    const nth = moment.nth ?? this.#count(moment.orderId)
    if (share < 1 && this.#chance(`${fault} ${message} ${nth}`, moment) >= share) return undefined
    if (this.left !== null) this.left -= 1
    const seconds = () => 1 + Math.floor(this.#chance(`delay of ${message} ${nth}`, moment) * longestSeededSeconds)
    return { fault, delayMs: delayMs ?? seconds() * 1_000 }
  }

  #count(orderId: string): string {
    const count = (this.#counts.get(orderId) ?? 0) + 1
    this.#counts.set(orderId, count)
    const [first] = this.#counts.keys()
    if (this.#counts.size > mostCounted && first !== undefined) this.#counts.delete(first)
    return String(count)
  }

  /** From 0 to below 1. The merchant is no part of it: who uses another id meets the same. */
  #chance(purpose: string, { orderId }: FaultyMoment<Message>): number {
    return seededRandom(this.plan.seed).bytes(4, { merchant: '', order: orderId, purpose }).readUInt32BE() / 2 ** 32
  }
}
