import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { invariant, unreachable } from '../base/invariant.ts'
import { type Money, rupiah } from '../base/money.ts'
import { PlannedFaults } from '../base/planned-faults.ts'
import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'
import type { CvvKeeper } from '../vault/cvv.ts'
import { CardReader } from '../vault/reader.ts'
import type { Vault } from '../vault/vault.ts'
import type {
  Acquirer,
  AuthorizeReply,
  AuthorizeRequest,
  OperationReference,
  OperationReply,
  OperationRequest,
  Reference,
  Reply,
  ReversalReply,
  UnaskedAnswer,
  Unknown,
} from './acquirer.ts'
import { decideDebit } from './account-deck.ts'
import type { DebitBank, DebitRequest } from './debit.ts'
import { type Decision, decide, type ScriptedOutcome, scripted } from './decide.ts'
import type { Fault, Faults, FaultyMessage } from './faults.ts'
import { OperationSimulator } from './operation-simulator.ts'
import { silence, unapproved } from './remembered.ts'
import { keptReference, simulated } from './simulated.ts'
import * as store from './simulator-store.ts'

export interface Deps {
  /** Each statement on it commits by itself, as the memory of another computer would. */
  readonly database: Database
  readonly vault: Pick<Vault, 'revealAll'>
  readonly cvvs: Pick<CvvKeeper, 'peek' | 'drop'>
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
  /** How long a caller waits for an answer that does not come, in milliseconds. */
  readonly silenceMs?: number
}

/** Which of the simulated acquirers one plays. */
export interface Part {
  readonly id: string
  /** Its three-digit bank code. */
  readonly channel: string
  /** Another one, with which it shares what is planned for an order: nobody knows which of them will be asked. */
  readonly beside?: AcquirerSimulator
}

/** Scripts that no payment ever picked up, and answers that were held back, are forgotten, the oldest first. */
const rememberedOrders = 10_000

type OfOrder = Pick<Reference, 'merchantId' | 'orderId'>

/** A fault of a message that is sent. */
type SentFault = Exclude<Fault, 'unreachable'>

/**
 * An acquirer for the sandbox: somebody else's computer, played by this one. It remembers durably before it
 * answers, answers the same to a repeated reference, and remembers reversals of what it never saw, so
 * that all that a real acquirer does to us happens here too. The published decks decide (card/deck.ts),
 * or a script for one order.
 */
export class AcquirerSimulator implements Acquirer, DebitBank {
  readonly id: string
  readonly #channel: string
  readonly #deps: Deps
  readonly #silenceMs: number
  readonly #cards: CardReader
  readonly #memory: Batcher<store.Remembering, store.Remembered>
  readonly #scripts: Map<string, ScriptedOutcome>
  readonly #operations: OperationSimulator
  readonly #pending = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  /** Answers of an order that come behind the next one. */
  readonly #held = new Map<string, (() => void)[]>()
  #heard: (answer: UnaskedAnswer) => void = () => undefined
  /** What is to go wrong with an order's next messages. */
  readonly faults: Faults

  constructor(deps: Deps, { id, channel, beside }: Part = simulated[0]) {
    this.id = id
    this.#channel = channel
    this.#scripts = beside ? beside.#scripts : new Map()
    this.faults = beside?.faults ?? new PlannedFaults()
    this.#deps = deps
    this.#silenceMs = deps.silenceMs ?? 50
    this.#cards = new CardReader(deps.database, deps.vault)
    this.#memory = new Batcher({
      key: ({ it: { merchantId, reference } }) => `${merchantId} ${reference}`,
      write: (all) => store.remember(deps.database, all),
    })
    this.#operations = new OperationSimulator(deps.database, deps.clock)
  }

  listen(heard: (answer: UnaskedAnswer) => void): void {
    this.#heard = heard
  }

  /** Sends no answer any more that nobody waits for, nor does what was left for later. */
  close(): void {
    this.#closing.abort()
  }

  /** Resolves when nothing is left for a moment later: no answer that nobody waits for, nothing to be done. */
  async quiet(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  /** Decides the order's next authorization, whatever its card; undefined takes the script back. */
  script(merchantId: string, orderId: string, outcome: ScriptedOutcome | undefined): void {
    const key = orderKey({ merchantId, orderId })
    this.#scripts.delete(key)
    if (outcome) this.#scripts.set(key, outcome)
    const [oldest] = this.#scripts.keys()
    if (this.#scripts.size > rememberedOrders && oldest !== undefined) this.#scripts.delete(oldest)
  }

  authorizeAndCapture(request: AuthorizeRequest): Promise<AuthorizeReply> {
    return this.#asked(request, true)
  }

  authorize(request: AuthorizeRequest): Promise<AuthorizeReply> {
    return this.#asked(request, false)
  }

  async #asked(request: AuthorizeRequest, captures: boolean): Promise<AuthorizeReply> {
    const { authentication: _evidence, attemptToken: _token, amount: _amount, ...reference } = request
    const planned = this.#struck({ ...request, message: 'authorize' })
    // The CVV stays: whoever is asked instead needs it.
    if (planned === 'unreachable') return { outcome: 'not_sent', reason: 'UNREACHABLE' }
    try {
      return await this.#faulty<Reply>(
        request,
        planned,
        (fault) => this.#authorize(this.#own(request), captures, fault),
        (reply) => this.#heard({ ...reference, about: 'authorization', reply }),
      )
    } finally {
      // The acquirer has been asked; there is no second use for a CVV (invariant 8).
      this.#deps.cvvs.drop(request.attemptToken)
    }
  }

  /** The test account decides (account-deck.ts), or a fault that was planned for the order's authorization. */
  async debit(request: DebitRequest): Promise<AuthorizeReply> {
    const { merchantId, orderId, reference } = request
    const planned = this.#struck({ ...request, message: 'authorize' })
    if (planned === 'unreachable') return { outcome: 'not_sent', reason: 'UNREACHABLE' }
    return this.#faulty<Reply>(
      request,
      planned,
      (fault) => this.#debit(this.#own(request), fault),
      (reply) => this.#heard({ merchantId, orderId, reference, about: 'authorization', reply }),
    )
  }

  async #debit(
    { merchantId, orderId, reference, amount, account, approvalCode }: DebitRequest,
    fault?: Extract<Fault, 'declined' | 'silent'>,
  ): Promise<Reply> {
    const decision = fault ? scripted(fault === 'silent' ? 'timeout' : fault) : decideDebit(account)
    const known = { ...blank, merchantId, reference, orderId, amountMinor: amount.minor, currency: amount.currency }
    const it: store.Authorization = {
      ...known,
      state: decision.state,
      ...(decision.state === 'approved' && { approvalCode, responseCode: '00' }),
      ...(decision.state === 'declined' && { responseCode: decision.responseCode, reason: decision.reason }),
    }
    const { authorization } = await this.#memory.add({ it, at: this.#deps.clock.now(merchantId) })
    const isHeard = decision.state !== 'silent' && decision.heard
    return isHeard && authorization.state !== 'silent' ? this.#replyOf(authorization) : silence(this.#silenceMs)
  }

  /**
   * Holds what a payer paid elsewhere, as whoever took it does before anybody is told. From here on it is held, given
   * back and refunded as what was authorized is. False where `held` came first: then nothing was taken.
   */
  async collect({
    merchantId,
    orderId,
    reference,
    amount,
    approvalCode,
  }: Reference & { readonly amount: Money; readonly approvalCode: string }): Promise<boolean> {
    const it: store.Authorization = {
      ...blank,
      merchantId,
      reference: keptReference(this.id, reference),
      orderId,
      amountMinor: amount.minor,
      currency: amount.currency,
      state: 'approved',
      approvalCode,
      responseCode: '00',
    }
    const { authorization } = await this.#memory.add({ it, at: this.#deps.clock.now(merchantId) })
    return authorization.orderId !== null
  }

  /**
   * What `collect` holds under a reference; undefined where it never came to hold it, and never will: who asks has
   * nothing left that would ask again.
   */
  async held(
    merchantId: string,
    reference: string,
  ): Promise<{ readonly orderId: string; readonly amount: Money; readonly approvalCode: string } | undefined> {
    const unseen = { ...blank, merchantId, reference: keptReference(this.id, reference), state: 'never_seen' } as const
    const { authorization: known } = await this.#memory.add({ it: unseen, at: this.#deps.clock.now(merchantId) })
    if (known.orderId === null || known.amountMinor === null || known.approvalCode === null) return undefined
    const { orderId, amountMinor, approvalCode } = known
    return { orderId, amount: rupiah(amountMinor), approvalCode }
  }

  operate(request: OperationRequest): Promise<OperationReply> {
    const { kind, merchantId, orderId, reference } = request
    return this.#faulty<OperationReply>(
      request,
      this.#planned({ merchantId, orderId, message: kind }),
      async (fault) => {
        const reply = await this.#operations.operate(this.#own(request), fault)
        return reply.outcome === 'unknown' ? silence(this.#silenceMs) : reply
      },
      (reply) => this.#heard({ merchantId, orderId, reference, about: kind, reply }),
    )
  }

  inquire(request: Reference): Promise<Reply> {
    return this.#faulty<Reply>(request, this.#planned({ ...request, message: 'inquiry' }), async () => {
      const { merchantId, reference } = this.#own(request)
      const unseen = { ...blank, merchantId, reference, state: 'never_seen' } as const
      const { authorization } = await this.#memory.add({ it: unseen, at: this.#deps.clock.now(merchantId) })
      return this.#replyOf(authorization)
    })
  }

  reverse(request: Reference): Promise<ReversalReply> {
    return this.#faulty<ReversalReply>(request, this.#planned({ ...request, message: 'reversal' }), async () => {
      const { merchantId, reference } = this.#own(request)
      const { database, clock } = this.#deps
      await store.reverse(database, merchantId, reference, clock.now(merchantId))
      return { outcome: 'reversed' }
    })
  }

  inquireOperation(request: OperationReference): Promise<OperationReply> {
    return this.#faulty<OperationReply>(request, this.#planned({ ...request, message: 'inquiry' }), () =>
      this.#operations.inquire(this.#own(request)),
    )
  }

  reverseOperation(request: OperationReference): Promise<ReversalReply> {
    return this.#faulty<ReversalReply>(request, this.#planned({ ...request, message: 'reversal' }), () =>
      this.#operations.reverse(this.#own(request)),
    )
  }

  /** A message as this acquirer remembers it. */
  #own<Message extends { reference: string; authorization?: string }>(message: Message): Message {
    const { reference, authorization } = message
    return {
      ...message,
      reference: keptReference(this.id, reference),
      ...(authorization !== undefined && { authorization: keptReference(this.id, authorization) }),
    }
  }

  #struck({ merchantId, orderId, message }: OfOrder & { message: FaultyMessage }): Fault | undefined {
    return this.faults.take(merchantId, { orderId, message })?.fault
  }

  #planned(about: OfOrder & { message: Exclude<FaultyMessage, 'authorize'> }): SentFault | undefined {
    const fault = this.#struck(about)
    invariant(fault !== 'unreachable', 'only an authorization can be unreachable')
    return fault
  }

  /** Does what a message asks for, with the fault that was planned for it. */
  async #faulty<Answer>(
    about: OfOrder,
    fault: SentFault | undefined,
    act: (fault?: Extract<Fault, 'declined' | 'silent'>) => Promise<Answer | Unknown>,
    tell: (answer: Answer | Unknown) => void = () => undefined,
  ): Promise<Answer | Unknown> {
    // What is told behind this message's answer is what was held back before it was sent.
    const held = this.#held.get(orderKey(about)) ?? []
    this.#held.delete(orderKey(about))
    try {
      return await this.#acted(about, fault, act, tell)
    } finally {
      for (const each of held) this.#later(each)
    }
  }

  async #acted<Answer>(
    about: OfOrder,
    fault: SentFault | undefined,
    act: (fault?: Extract<Fault, 'declined' | 'silent'>) => Promise<Answer | Unknown>,
    tell: (answer: Answer | Unknown) => void,
  ): Promise<Answer | Unknown> {
    switch (fault) {
      case undefined:
        return answered(() => act())
      case 'declined':
      case 'silent':
        return answered(() => act(fault))
      case 'lost_before':
        return silence(this.#silenceMs)
      case 'lost_during':
        this.#later(() => answered(() => act()).catch(() => undefined))
        return silence(this.#silenceMs)
      case 'lost_after':
        await answered(() => act())
        return silence(this.#silenceMs)
      case 'late': {
        const answer = await answered(() => act())
        this.#later(() => tell(answer))
        return silence(this.#silenceMs)
      }
      case 'reordered': {
        const answer = await answered(() => act())
        this.#holdBack(about, () => tell(answer))
        return silence(this.#silenceMs)
      }
      case 'twice': {
        const answer = await answered(() => act())
        this.#later(() => tell(answer))
        return answer
      }
      default:
        return unreachable(fault)
    }
  }

  /** Until the order's next message has its answer. An order without one is asked about, so that it has one. */
  #holdBack(about: OfOrder, tell: () => void): void {
    const key = orderKey(about)
    this.#held.set(key, [...(this.#held.get(key) ?? []), tell])
    const [oldest] = this.#held.keys()
    if (this.#held.size > rememberedOrders && oldest !== undefined) this.#held.delete(oldest)
  }

  /** After whoever waits has given up. */
  #later(work: () => unknown): void {
    const waited = sleep(3 * this.#silenceMs, undefined, { signal: this.#closing.signal })
    const done: Promise<unknown> = waited.then(work, () => undefined).finally(() => this.#pending.delete(done))
    this.#pending.add(done)
  }

  async #authorize(
    request: AuthorizeRequest,
    captures: boolean,
    fault?: Extract<Fault, 'declined' | 'silent'>,
  ): Promise<Reply> {
    const key = orderKey(request)
    const script = fault === 'declined' ? 'declined' : fault === 'silent' ? 'timeout' : this.#scripts.get(key)
    const decision = script ? scripted(script) : await this.#decide(request)
    if (!decision) return this.#repeat(await this.#mustFind(request), request)
    const at = this.#deps.clock.now(request.merchantId)
    const record = { ...this.#record(request, decision), isCapture: captures }
    const { first, authorization } = await this.#memory.add({ it: record, at })
    if (!first) return this.#repeat(authorization, request)
    // A script that was set while we decided is for the next one.
    if (script && this.#scripts.get(key) === script) this.#scripts.delete(key)
    return decision.state !== 'silent' && decision.heard ? this.#replyOf(authorization) : silence(this.#silenceMs)
  }

  /** Undefined: the card is gone, because the same reference was answered while we looked. */
  async #decide({ merchantId, attemptToken }: AuthorizeRequest): Promise<Decision | undefined> {
    // A repeat that finds no CVV any more cannot decide otherwise: what was remembered before stands.
    const cvv = this.#deps.cvvs.peek(attemptToken)
    const card = await this.#cards.reveal(merchantId, attemptToken)
    return card && decide(card, cvv?.reveal(), this.#deps.clock.now(merchantId))
  }

  #record(request: AuthorizeRequest, decision: Decision): store.Authorization {
    const { merchantId, orderId, reference, amount, points } = request
    const record = {
      ...blank,
      merchantId,
      reference,
      orderId,
      amountMinor: amount.minor,
      currency: amount.currency,
      points: points && { count: points.count, worthMinor: points.worth.minor },
      state: decision.state,
    }
    if (decision.state === 'silent') return record
    if (decision.state === 'approved')
      return { ...record, approvalCode: this.#approvalCode(request), responseCode: '00' }
    return { ...record, responseCode: decision.responseCode, reason: decision.reason }
  }

  /** Six digits, from the reference, so that a seeded run gives each payment its own code again. */
  #approvalCode({ merchantId, orderId, reference }: AuthorizeRequest): string {
    const purpose = { merchant: merchantId, order: orderId, purpose: `approval code of ${reference}` }
    return String(this.#deps.random.bytes(4, purpose).readUInt32BE() % 1_000_000).padStart(6, '0')
  }

  async #mustFind({ merchantId, reference }: AuthorizeRequest): Promise<store.Authorization> {
    const known = await store.find(this.#deps.database, merchantId, reference)
    invariant(known, 'a card stays in the vault until its authorization is answered')
    return known
  }

  #repeat(known: store.Authorization, { amount, points }: AuthorizeRequest): Promise<Reply> | Reply {
    invariant(known.amountMinor === null || known.amountMinor === amount.minor, 'a reference has one amount')
    const isSame = known.amountMinor === null || known.points?.count === points?.count
    invariant(isSame, 'a reference redeems the same points each time')
    return known.state === 'silent' ? silence(this.#silenceMs) : this.#replyOf(known)
  }

  #replyOf(known: store.Authorization): Reply {
    return replyOf(known, this.#channel)
  }
}

const blank = {
  isCapture: true,
  orderId: null,
  amountMinor: null,
  currency: null,
  points: null,
  approvalCode: null,
  responseCode: null,
  reason: null,
}

function replyOf({ state, approvalCode, ...known }: store.Authorization, channel: string): Reply {
  if (state !== 'approved') return unapproved({ ...known, state })
  invariant(approvalCode, 'an approval has its code')
  return { outcome: 'approved', approvalCode, responseCode: '00', channel }
}

/** A memory that cannot be reached may have kept the message or not: that is unknown, never a decline. */
async function answered<T>(work: () => Promise<T>): Promise<T | Unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && error.problem === 'unavailable')
      return { outcome: 'unknown', reason: 'UNREACHABLE' }
    throw error
  }
}

/** Neither a merchant's id nor an order's holds U+0000. */
function orderKey({ merchantId, orderId }: OfOrder): string {
  return `${merchantId}\0${orderId}`
}
