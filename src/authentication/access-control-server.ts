import { invariant } from '../base/invariant.ts'
import type { Money } from '../base/money.ts'
import type { Brand } from '../card/brand.ts'
import { testOtp } from '../card/deck.ts'
import { cancelled, courses, triesUsedUp } from './course.ts'
import { type FinishDeps, finish, finishOverdue, standing } from './finish.ts'
import { decode, encode } from './message.ts'
import { merchantOf, type Routes } from './route.ts'
import * as store from './simulator-store.ts'

export interface Deps extends FinishDeps {
  readonly routes: Routes
}

/** What the challenge page shows. */
export interface ChallengeView {
  /** Names the challenge in `answerChallenge`, `cancelChallenge` and `cresFor`. */
  readonly id: string
  readonly merchantName: string
  readonly amount: Money
  readonly brand: Brand | null
  readonly last4: string
  readonly triesLeft: number
  readonly state: 'open' | 'passed' | 'failed'
}

export type ChallengeAnswer = 'passed' | 'wrong' | 'failed'

/** Where the payer's browser goes back to, and what it brings: the page posts `cres` to `notificationUrl`. */
export interface Return {
  readonly notificationUrl: string
  readonly cres: string
}

/**
 * The payer's side of the issuer's access control server in the sandbox. Each result is stored before the
 * browser is sent back (that is the RReq of EMVCo 3-D Secure), and a finished challenge never changes.
 * Everything that a browser brings is looked up; what is not found is null, without saying why.
 */
export class AccessControlServer {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * The method step: whom to tell that it is done. The address is the one we were given at the start,
   * never one that the browser brings, or the page would send payers anywhere.
   */
  async methodOf(threeDSMethodData: string): Promise<{ notificationUrl: string; methodData: string } | null> {
    const id = decode(threeDSMethodData)?.threeDSServerTransID
    const it = id && (await this.#find(id))
    return it ? { notificationUrl: it.notificationUrl, methodData: encode({ threeDSServerTransID: id }) } : null
  }

  /** The challenge of a CReq, open or finished. */
  async challengeOf(creq: string): Promise<ChallengeView | null> {
    const named = decode(creq)
    const it = named?.threeDSServerTransID && (await this.#challenge(named.threeDSServerTransID))
    return it && it.acsTransId === named.acsTransID ? viewOf(it) : null
  }

  /** Tries a one-time password: 112233 is right, three wrong ones end the challenge. */
  async answerChallenge(id: string, otp: string): Promise<ChallengeAnswer | null> {
    const it = await this.#challenge(id)
    if (!it) return null
    if (it.state === 'finished') return endOf(it)
    if (otp.trim() === testOtp) {
      const course = courses[it.threeDs]
      invariant(course, 'only a card that is enrolled is challenged')
      return endOf(await finish(this.#deps, it, course.ending))
    }
    const counted = (await store.countWrong(this.#deps.database, it, triesUsedUp)) ?? (await standing(this.#deps, it))
    return counted.state === 'finished' ? endOf(counted) : 'wrong'
  }

  /** The payer gives up. A challenge that is finished already keeps its end. */
  async cancelChallenge(id: string): Promise<'passed' | 'failed' | null> {
    const it = await this.#challenge(id)
    return it ? endOf(await finish(this.#deps, it, cancelled)) : null
  }

  /** The way back to the merchant's page; null while the challenge is open. */
  async cresFor(id: string): Promise<Return | null> {
    const it = await this.#challenge(id)
    if (!it?.transStatus) return null
    const cres = encode({
      threeDSServerTransID: it.authenticationId,
      acsTransID: it.acsTransId,
      messageVersion: '2.2.0',
      messageType: 'CRes',
      challengeCompletionInd: 'Y',
      transStatus: it.transStatus,
    })
    return { notificationUrl: it.notificationUrl, cres }
  }

  /** Only what sent its payer here; a card that passes without a challenge has none to show. */
  async #challenge(id: string): Promise<store.Authentication | undefined> {
    const it = await this.#find(id)
    return it?.challengeUntil ? finishOverdue(this.#deps, it) : undefined
  }

  async #find(id: string): Promise<store.Authentication | undefined> {
    const merchantId = await merchantOf(this.#deps.routes, id)
    return merchantId === undefined ? undefined : store.find(this.#deps.database, merchantId, id)
  }
}

function endOf({ transStatus }: store.Authentication): 'passed' | 'failed' {
  return transStatus === 'Y' ? 'passed' : 'failed'
}

function viewOf(it: store.Authentication): ChallengeView {
  const { authenticationId, merchantName, amount, brand, last4, triesLeft } = it
  invariant(merchantName !== null && amount, 'a challenge begins with what it is for')
  const state = it.state === 'finished' ? endOf(it) : 'open'
  return { id: authenticationId, merchantName, amount, brand, last4, triesLeft, state }
}
