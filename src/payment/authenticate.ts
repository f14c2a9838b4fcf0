import type { AuthenticationReply, BrowserData } from '../authentication/authenticator.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { mayAsk, recordAsking } from './authorize.ts'
import { attemptSubject, type Change, type Changed, changeFrom } from './change.ts'
import type { PaymentDeps } from './deps.ts'
import type { Attempt, Order } from './order.ts'

/** What the payer's browser tells when it comes to the next step. */
export interface AuthenticationInput {
  readonly methodCompleted: 'Y' | 'N' | 'U'
  readonly browser: BrowserData
  /** Where the access control server sends the browser back to. */
  readonly notificationUrl: string
}

/**
 * Takes an attempt one step further through 3-D Secure: look the card up, ask the issuer, or read the
 * result of a challenge. Each step is asked outside a transaction and written by compare-and-set, so a
 * repeat finds the attempt moved on and changes nothing. Where it passes and the CVV is at hand, the change
 * that says so says as well that the acquirer is about to be asked: answers true to the one whose turn that is.
 */
export async function authenticate(
  deps: PaymentDeps,
  merchant: Merchant,
  order: Order,
  attempt: Attempt,
  input: AuthenticationInput,
): Promise<Changed<boolean>> {
  const seen = { result: false, standing: { order, attempt } }
  const { authenticator } = deps
  const { merchantId } = merchant
  if (attempt.state === 'challenged') {
    invariant(authenticator && attempt.authenticationId, 'a challenged attempt has an authentication')
    const result = await authenticator.result({ merchantId, authenticationId: attempt.authenticationId })
    return result ? write(deps, merchant, order, attempt, (work) => conclude(work, result)) : seen
  }
  if (attempt.state !== 'started') return seen
  if (!attempt.authenticationId) {
    invariant(attempt.attemptToken, 'a live attempt has a card')
    const request = {
      merchantId,
      orderId: order.orderId,
      attemptToken: attempt.attemptToken,
      notificationUrl: input.notificationUrl,
    }
    const started = authenticator ? await authenticator.start(request).catch(hasEnded) : null
    if (started === 'ended') return seen
    return write(deps, merchant, order, attempt, (work) => {
      if (!started) return pass(work, { transStatus: null, eci: null, cavv: null, dsTransId: null })
      const { authenticationId, methodUrl, methodData } = started
      work.patchAttempt({
        authenticationId,
        authenticationStep: methodUrl && methodData ? { kind: 'method', url: methodUrl, data: methodData } : null,
      })
    })
  }
  invariant(authenticator, 'an authentication was started by an authenticator')
  const reply = await authenticator.authenticate({
    merchantId,
    authenticationId: attempt.authenticationId,
    amount: order.amount,
    merchantName: merchant.name,
    methodCompleted: input.methodCompleted,
    browser: input.browser,
  })
  return write(deps, merchant, order, attempt, (work) => conclude(work, reply))
}

/** A card that is gone belongs to an attempt that a cancellation or another tab has ended: there is nothing to do. */
function hasEnded(error: unknown): 'ended' {
  if (error instanceof Problem && error.problem === 'wrong_state') return 'ended'
  throw error
}

/** Changes the order only if the attempt still stands where the step was taken. */
async function write(
  deps: PaymentDeps,
  merchant: Merchant,
  order: Order,
  seen: Attempt,
  work: (change: Change) => void,
): Promise<Changed<boolean>> {
  return changeFrom(deps, merchant, { order, attempt: seen }, (changing) => {
    const { attempt } = changing
    const unmoved =
      attempt?.attemptNo === seen.attemptNo &&
      attempt.state === seen.state &&
      attempt.authenticationId === seen.authenticationId
    if (!unmoved || changing.order.state !== 'open') return false
    work(changing)
    return mayAsk(deps, changing) && recordAsking(deps, changing)
  })
}

function conclude(work: Change, reply: AuthenticationReply): void {
  const attemptNo = work.attempt?.attemptNo
  invariant(attemptNo, 'an attempt is being authenticated')
  if (reply.transStatus === 'C') {
    const { acsUrl, creq } = reply
    // Where no page of ours has taken the method step, the merchant's takes it before the challenge.
    const step = work.order.details.threeDs === null ? null : work.attempt?.authenticationStep
    work.moveAttempt('authenticate', 'challenged', {
      authenticationStep: {
        kind: 'challenge',
        acsUrl,
        creq,
        ...(step?.kind === 'method' && { method: { url: step.url, data: step.data } }),
      },
    })
    work.record('attempt.challenged', { attemptNo })
    return
  }
  const { transStatus, eci, cavv, dsTransId } = reply
  // N and R forbid the payment. Y and A authenticate it; U goes on without shift of liability, as Mastercard
  // Gateway recommends (PROCEED), and the issuer decides.
  if (transStatus === 'N' || transStatus === 'R') {
    const reason = transStatus === 'N' ? 'AUTHENTICATION_FAILED' : 'AUTHENTICATION_REJECTED'
    work.moveAttempt('authenticate', 'refused', { transStatus, eci, cavv, dsTransId, reason })
    work.countRefusal()
    work.record('attempt.refused', { attemptNo, transStatus, eci, reason })
    work.unschedule('abandon', attemptSubject(work.order.orderId, attemptNo))
    work.closeIfOver()
    return
  }
  pass(work, { transStatus, eci, cavv, dsTransId })
}

function pass(work: Change, evidence: Pick<Attempt, 'transStatus' | 'eci' | 'cavv' | 'dsTransId'>): void {
  const { attemptNo } = work.moveAttempt('authenticate', 'passed', { ...evidence, authenticationStep: null })
  const { transStatus, eci } = evidence
  work.record('attempt.authenticated', { attemptNo, transStatus, eci })
}
