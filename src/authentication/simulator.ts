import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { uuidFrom } from '../base/random.ts'
import { brandOf } from '../card/brand.ts'
import { findTestCard } from '../card/deck.ts'
import type { Pan } from '../card/pan.ts'
import { Batcher } from '../postgres/batcher.ts'
import { CardReader } from '../vault/reader.ts'
import type { Vault } from '../vault/vault.ts'
import type { AuthenticationReply, Authenticator, StartedAuthentication } from './authenticator.ts'
import { courses, eciOf } from './course.ts'
import { cavvFor, type FinishDeps, finishOverdue, standing } from './finish.ts'
import { encode, isId } from './message.ts'
import { type Routes, routedId } from './route.ts'
import * as store from './simulator-store.ts'

/** Where the sandbox serves its access control server. */
export const acsPaths = { method: '/sandbox/acs/method', challenge: '/sandbox/acs/challenge' } as const

const challengeMs = 10 * 60_000
const tries = 3

/** Of those whose payers went away the oldest are forgotten here, and read where one comes back after all. */
const rememberedStarts = 1_000

export interface Deps extends FinishDeps {
  readonly vault: Pick<Vault, 'revealAll'>
  readonly routes: Routes
  readonly clock: Pick<Clock, 'now' | 'machine'>
  /** Asked late, because the bound port may be known only after the start. */
  readonly publicUrl: () => string
}

/**
 * The 3DS server, directory server and issuer's records of the sandbox: somebody else's computers, with a
 * memory of their own. The published decks decide what an issuer does. The payer's side is
 * `AccessControlServer`; `result` reads what that one stored and nothing that a browser brought.
 */
export class AuthenticationSimulator implements Authenticator {
  readonly #deps: Deps
  readonly #cards: CardReader
  readonly #starts: Batcher<store.Starting, store.Authentication | undefined>
  readonly #answers: Batcher<store.Answering, store.Authentication | undefined>
  /** Those whose request has not come, as they were written: nothing of them changes before it comes. */
  readonly #started = new Map<string, store.Authentication>()

  constructor(deps: Deps) {
    this.#deps = deps
    const { database } = deps
    this.#cards = new CardReader(database, deps.vault)
    this.#starts = new Batcher({
      // By order, whose authentications are in each other's way.
      key: ({ it: { merchantId, orderId } }) => `${merchantId} ${orderId}`,
      write: (all) => store.insert(database, all),
    })
    this.#answers = new Batcher({ key: ({ it }) => store.nameOf(it), write: (all) => store.answer(database, all) })
  }

  /** @throws Problem `wrong_state` when the attempt's card is no longer in the vault */
  async start(request: Parameters<Authenticator['start']>[0]): Promise<StartedAuthentication | null> {
    const { database } = this.#deps
    const card = await this.#cards.reveal(request.merchantId, request.attemptToken)
    if (!card) {
      const known = await store.findOfAttempt(database, request.merchantId, request.attemptToken)
      if (known) return this.#startedOf(known)
      throw new Problem('wrong_state')
    }
    return courses[threeDsOf(card.pan)] ? this.#startedOf(await this.#insert(request, card.pan)) : null
  }

  /** @throws Problem `order_not_found` for an id that is not this merchant's */
  async authenticate(request: Parameters<Authenticator['authenticate']>[0]): Promise<AuthenticationReply> {
    const { clock, random } = this.#deps
    const it = this.#started.get(store.nameOf(request)) ?? (await this.#find(request))
    this.#started.delete(store.nameOf(request))
    if (it.state !== 'started') return this.#replyOf(await finishOverdue(this.#deps, it))
    const course = courses[it.threeDs]
    invariant(course, 'only a card that is enrolled starts an authentication')
    const ending = course.challenges ? null : course.ending
    const answer = {
      amount: request.amount,
      merchantName: request.merchantName,
      methodCompleted: request.methodCompleted,
      challengeUntil: ending ? null : new Date(clock.machine().getTime() + challengeMs),
      ending,
      cavv: ending && cavvFor(random, it, ending),
    }
    return this.#replyOf((await this.#answers.add({ it, answer })) ?? (await standing(this.#deps, it)))
  }

  /** @throws Problem `order_not_found` for an id that is not this merchant's */
  async result(request: Parameters<Authenticator['result']>[0]): ReturnType<Authenticator['result']> {
    const reply = finalReply(await finishOverdue(this.#deps, await this.#find(request)))
    return reply ?? null
  }

  async #find({ merchantId, authenticationId }: { merchantId: string; authenticationId: string }) {
    const found = isId(authenticationId)
      ? await store.find(this.#deps.database, merchantId, authenticationId)
      : undefined
    if (!found) throw new Problem('order_not_found')
    return found
  }

  /** Takes the order's next ordinal; whoever loses it to another start of the order takes the one after. */
  async #insert(request: Parameters<Authenticator['start']>[0], pan: Pan): Promise<store.Authentication> {
    const { database, routes, clock, random } = this.#deps
    const { merchantId, orderId, attemptToken, notificationUrl } = request
    const route = await routes.routeOf(merchantId)
    // Most orders need one: the others are looked up once it is known that this is one of them.
    for (let ordinal = 1; ; ordinal = (await store.lastOrdinal(database, merchantId, orderId)) + 1) {
      const bytes = (length: number, purpose: string) =>
        random.bytes(length, { merchant: merchantId, order: orderId, purpose, n: ordinal })
      const started = {
        merchantId,
        authenticationId: routedId(route, bytes(12, 'authentication')),
        orderId,
        ordinal,
        attemptToken,
        notificationUrl,
        threeDs: threeDsOf(pan),
        brand: brandOf(pan) ?? null,
        last4: pan.last4,
        acsTransId: uuidFrom(bytes(16, 'access control server transaction')),
        dsTransId: uuidFrom(bytes(16, 'directory server transaction')),
        triesLeft: tries,
      }
      const inserted =
        (await this.#starts.add({ it: started, at: clock.now(merchantId) })) ??
        (await store.findOfAttempt(database, merchantId, attemptToken))
      if (!inserted) continue
      if (inserted.state === 'started') this.#remember(inserted)
      return inserted
    }
  }

  #remember(started: store.Authentication): void {
    this.#started.set(store.nameOf(started), started)
    const [oldest] = this.#started.keys()
    if (this.#started.size > rememberedStarts && oldest !== undefined) this.#started.delete(oldest)
  }

  #startedOf({ authenticationId, notificationUrl }: store.Authentication): StartedAuthentication {
    return {
      authenticationId,
      methodUrl: this.#deps.publicUrl() + acsPaths.method,
      methodData: encode({ threeDSServerTransID: authenticationId, threeDSMethodNotificationURL: notificationUrl }),
    }
  }

  #replyOf(it: store.Authentication): AuthenticationReply {
    return (
      finalReply(it) ?? {
        transStatus: 'C',
        acsUrl: this.#deps.publicUrl() + acsPaths.challenge,
        creq: encode({
          threeDSServerTransID: it.authenticationId,
          acsTransID: it.acsTransId,
          messageVersion: '2.2.0',
          messageType: 'CReq',
          challengeWindowSize: '05',
        }),
      }
    )
  }
}

/** A number on no deck is enrolled nowhere. */
function threeDsOf(pan: Pan) {
  return findTestCard(pan)?.threeDs ?? 'not_enrolled'
}

function finalReply({ transStatus, brand, cavv, dsTransId, reason }: store.Authentication) {
  return transStatus ? { transStatus, eci: eciOf(transStatus, brand), cavv, dsTransId, reason } : undefined
}
