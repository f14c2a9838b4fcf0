import { AttemptBlocked } from '../abuse/attempt-blocked.ts'
import type { ChallengeAnswer } from '../authentication/access-control-server.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { Secret } from '../base/secret.ts'
import { testOtp } from '../card/deck.ts'
import { pointOffers } from '../card/points.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { AuthenticationInput } from '../payment/authenticate.ts'
import { hasRoute, takes } from '../payment/candidates.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import { pickMethod } from '../payment/elsewhere.ts'
import { inquire } from '../payment/inquire.ts'
import { keeperOf } from '../payment/keeping.ts'
import { type Attempt, type Order, type Standing, stateAt } from '../payment/order.ts'
import { paidAttemptStates } from '../payment/lifecycle.ts'
import { proceed } from '../payment/proceed.ts'
import { startAttempt } from '../payment/start-attempt.ts'
import type { WireStatus } from '../payment/wire-status.ts'
import { type PayerDeps, type PayerScript, type PayerStep, report, see, waitsForPayer } from './payer-script.ts'
import { payElsewhere } from './scripted-elsewhere.ts'
import { redeeming, restrict } from '../vault/restrict.ts'
import { takeCard } from '../vault/take-card.ts'

/** A browser that says no more of itself than it has to. */
const browser = { userAgent: 'Gerbang scripted payer', acceptHeader: '*/*', language: 'id', ip: '127.0.0.1' } as const

/** Anything but the one-time password that the simulated bank takes. */
const wrongOtp = '000000'

/**
 * Pays an order as its payer would, through the very functions that the page runs. A payer who is refused
 * tries again with the same card, until the order has settled or `attempts` are made; one who abandons the
 * challenge, or whose bank does not answer, is left at the present status.
 *
 * @throws Problem `order_not_found`; `wrong_state` when it cannot be paid; `malformed_field` for a card
 *   that the page would not take; `conflict` when another payer has begun a newer attempt meanwhile
 */
export async function pay(
  deps: PayerDeps,
  merchant: Merchant,
  orderId: string,
  notificationUrl: string,
  script: PayerScript,
): Promise<{ status: WireStatus; steps: PayerStep[] }> {
  try {
    return await payAs(deps, merchant, orderId, notificationUrl, script)
  } finally {
    // What no payment of this payer picked up must not decide somebody else's.
    if (script.outcome) deps.acquirer.script(merchant.merchantId, orderId, undefined)
  }
}

async function payAs(
  deps: PayerDeps,
  merchant: Merchant,
  orderId: string,
  notificationUrl: string,
  script: PayerScript,
): ReturnType<typeof pay> {
  const { payments } = deps
  const { merchantId } = merchant
  const input: AuthenticationInput = { methodCompleted: 'Y', browser, notificationUrl }
  const steps: PayerStep[] = []
  const first = await choose(payments, merchant, orderId, script, steps)
  const channel = channelOf(first.order.channel ?? 'cc')
  if (channel.pays === 'elsewhere') return payElsewhere(deps, merchant, first, channel, script, steps)
  // A card's money is taken back by its merchant alone.
  if (script.outcome === 'reversed') throw new Problem('malformed_field', { field: 'outcome' })
  const { amount } = script
  if (amount && amount.minor !== first.order.amount.minor) throw new Problem('malformed_field', { field: 'amount' })
  if (first.order.details.threeDs) return passAtBank(deps, merchant, first, input, script)
  if (stateAt(first.order, payments.clock.now(merchantId)) !== 'open') throw new Problem('wrong_state')
  for (let tries = 1; ; tries += 1) {
    const seen = await see(payments, merchantId, orderId)
    const attemptNo = seen.order.attemptCount + 1
    if (script.outcome) deps.acquirer.script(merchantId, orderId, script.outcome)
    const started = await submitCard(deps, merchant, seen, attemptNo, script).catch(blockedOnly)
    if (started instanceof AttemptBlocked) {
      steps.push({ step: 'card', attempt: attemptNo, result: 'blocked' })
      return report(payments, merchantId, orderId, steps)
    }
    steps.push({ step: 'card', attempt: attemptNo, result: 'accepted' })
    const lookedUp = await proceed(payments, merchant, started, attemptNo, input)
    // A method step is over at once: this payer's browser has nothing to show.
    await proceed(payments, merchant, lookedUp, attemptNo, input)

    const asked = own(await see(payments, merchantId, orderId), attemptNo)
    if (asked.attempt.state === 'challenged') {
      steps.push({ step: 'challenge', attempt: attemptNo, result: await answer(deps, asked, script) })
      if (script.authentication === 'abandon') return report(payments, merchantId, orderId, steps)
      await proceed(payments, merchant, asked, attemptNo, input)
    }
    const { order, attempt } = own(await see(payments, merchantId, orderId), attemptNo)
    if (attempt.transStatus) steps.push({ step: 'authentication', attempt: attemptNo, result: attempt.transStatus })
    if (attempt.acquirerReference) {
      const waiting = attempt.state === 'authorizing'
      const result = waiting
        ? 'unknown'
        : paidAttemptStates.has(attempt.state)
          ? 'approved'
          : (attempt.reason ?? attempt.state)
      steps.push({ step: 'authorization', attempt: attemptNo, result })
      if (waiting && script.outcome === 'late') {
        // The answer that was late arrives: what an acquirer's own message or the next inquiry would tell.
        await inquire(payments, merchant, orderId, attemptNo)
        const settled = await see(payments, merchantId, orderId)
        steps.push({ step: 'inquiry', attempt: attemptNo, result: settled.attempt?.state ?? 'unknown' })
      }
    }
    const settled = waitsForPayer(order, payments) ? tries === script.attempts : true
    if (settled) return report(payments, merchantId, orderId, steps)
  }
}

/** Picks a method, as on the page, where the order leaves that to its payer. */
async function choose(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  { method }: PayerScript,
  steps: PayerStep[],
): Promise<Standing> {
  const { merchantId } = merchant
  const seen = await see(deps, merchantId, orderId)
  const { channel, details, attemptCount } = seen.order
  const wanted = method?.id ?? channel ?? 'cc'
  if (wanted === channel) return seen
  if (!details.isPicked || !takes(deps, merchant, channelOf(wanted)))
    throw new Problem('feature_not_allowed', { field: 'method' })
  if (!(await pickMethod(deps, merchant, orderId, channelOf(wanted)))) throw new Problem('wrong_state')
  steps.push({ step: 'method', attempt: attemptCount, result: wanted })
  return see(deps, merchantId, orderId)
}

/** Where a limit stops a payer, that is what happens to this one, as on the page. */
function blockedOnly(error: unknown): AttemptBlocked {
  if (error instanceof AttemptBlocked) return error
  throw error
}

/**
 * The payer of direct 3-D Secure meets us at the bank alone: it answers there, and the merchant's server goes on.
 *
 * @throws Problem `wrong_state` where the bank has not asked
 */
async function passAtBank(
  deps: PayerDeps,
  merchant: Merchant,
  seen: Standing,
  input: AuthenticationInput,
  script: PayerScript,
): ReturnType<typeof pay> {
  const { payments } = deps
  const { merchantId, orderId } = seen.order
  const { attempt } = seen
  const isOpen = stateAt(seen.order, payments.clock.now(merchantId)) === 'open'
  if (attempt?.state !== 'challenged' || !isOpen) throw new Problem('wrong_state')
  const { attemptNo } = attempt
  const steps: PayerStep[] = [{ step: 'challenge', attempt: attemptNo, result: await answer(deps, seen, script) }]
  const { attempt: after } = await proceed(payments, merchant, seen, attemptNo, input)
  if (after?.transStatus) steps.push({ step: 'authentication', attempt: attemptNo, result: after.transStatus })
  return report(payments, merchantId, orderId, steps)
}

/** Puts a card into the vault and begins an attempt with it, as the page's form does. */
async function submitCard(
  deps: PayerDeps,
  merchant: Merchant,
  seen: Standing,
  attemptNo: number,
  { card, saveCard, points }: PayerScript,
): Promise<Standing> {
  const { merchantId } = merchant
  const { order } = seen
  const { orderId } = order
  const { database } = deps.payments
  const now = deps.payments.clock.now(merchantId)
  const { token } = order.details.card
  const { customerId } = order.details
  const { cardFilter, points: pointTerms } = order.details.terms
  const cards = restrict(deps.rules, cardFilter, (held) => hasRoute(deps.payments, merchant, order, held))
  // There is nothing to tick where nothing is offered.
  if (points && (!pointTerms || pointOffers(pointTerms, order.amount).length === 0))
    throw new Problem('malformed_field', { field: 'points' })
  const rules = points && pointTerms ? redeeming(cards, pointTerms, order.amount) : cards
  const holder = { merchantId, orderId, n: attemptNo, now }
  if (token !== null && !card.isChosen) {
    const held = await deps.vault.holdStored(database, { token, customerId }, holder, rules)
    if (!held) throw new Problem('malformed_field', { field: 'card.token' })
    if (points && !held.points) throw new Problem('malformed_field', { field: 'points' })
    const begun = await startAttempt(deps.payments, merchant, seen, attemptNo, held, { network: browser.ip })
    if (begun === null) throw anotherPayer()
    deps.cvvs.hold(held.token, new Secret(card.cvv))
    return begun
  }
  const keeper = keeperOf(order, saveCard)
  const keep = keeper === undefined ? undefined : { sql: database, customerId: keeper }
  const taken = await takeCard(deps.vault, rules, card, holder, keep)
  if (!taken.ok) {
    const [field] = Object.keys(taken.errors)
    const names: Readonly<Record<string, string>> = { expiry: 'expiryDate', name: 'nameOnCard' }
    throw new Problem('malformed_field', {
      field: field === 'points' ? field : `card.${names[field ?? ''] ?? field}`,
    })
  }
  const started = await startAttempt(deps.payments, merchant, seen, attemptNo, taken.card, { network: browser.ip })
  if (started === null) throw anotherPayer()
  deps.cvvs.hold(taken.card.token, taken.cvv)
  return started
}

/**
 * What became of this payer's own attempt. Where somebody has begun a newer one, this payer goes: two that
 * tried again and again would take each other's attempts away until none is left.
 */
function own({ order, attempt }: Standing, attemptNo: number): { order: Order; attempt: Attempt } {
  if (attempt?.attemptNo !== attemptNo) throw anotherPayer()
  return { order, attempt }
}

function anotherPayer(): Problem {
  return new Problem('conflict', { reason: 'Another payer is paying this order' })
}

/** Does on the bank's page what the script says. */
async function answer(deps: PayerDeps, { attempt }: Standing, { authentication }: PayerScript): Promise<string> {
  const id = attempt?.authenticationId
  invariant(id, 'a challenged attempt has an authentication')
  if (authentication === 'abandon') return 'abandoned'
  const otp = authentication === 'success' ? testOtp : wrongOtp
  let result: ChallengeAnswer | null = 'wrong'
  while (result === 'wrong') result = await deps.accessControlServer.answerChallenge(id, otp)
  invariant(result, 'the bank knows a challenge that it asked for')
  return result
}
