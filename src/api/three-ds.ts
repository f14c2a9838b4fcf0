import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { hasRoute } from '../payment/candidates.ts'
import type { NewOrder } from '../payment/initiate.ts'
import { type Order, type Standing, stateAt } from '../payment/order.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { beginThreeDs, goThroughThreeDs, livingAttempt, payThreeDs } from '../payment/three-ds.ts'
import {
  mpgsOrderIdOf,
  mpgsTransactionIdOf,
  opensSession,
  parseMpgsTransactionId,
  parseSessionId,
  sessionIdOf,
  threeDsReturnPath,
  threeDsReturnUrl,
} from '../payment/three-ds-names.ts'
import { restrict } from '../vault/restrict.ts'
import type { CardRules } from '../vault/take-card.ts'
import { takeCardNumber } from '../vault/take-card-number.ts'
import { takeChargedCard } from '../vault/take-charged-card.ts'
import type { ThreeDsPayerAnswer } from '../wire/card-answers.ts'
import { readStored } from '../wire/initiate.ts'
import { markedThreeDs, type ThreeDsInitiate, type ThreeDsPayer } from '../wire/three-ds.ts'
import type { ThreeDsPaymentBody } from '../wire/three-ds-body.ts'
import { type ApiDeps, orderOf } from './deps.ts'
import { challengeHtml, returnHtml } from './redirect-html.ts'

/**
 * The first step: opens the order for the card whose number came with it. There is no card yet, so nothing is put
 * into the vault; its number's fingerprint stays with the order.
 *
 * @throws Problem `malformed_field` naming `card.number`; `order_id_used`
 */
export async function openThreeDs(deps: ApiDeps, merchant: Merchant, asked: ThreeDsInitiate): Promise<string> {
  const wanted = orderOf(asked)
  const rules = rulesOf(deps, merchant, wanted)
  const card = takeCardNumber(deps.vault, rules, merchant.merchantId, asked.cardNumber)
  const order = await deps.initiate(merchant, {
    ...wanted,
    identity: `${wanted.identity}\n${card}`,
    details: {
      ...wanted.details,
      isCharge: true,
      threeDs: { card, responseUrl: asked.threeDsResponseUrl },
      members: markedThreeDs(wanted.details.members, card),
    },
  })
  return sessionIdOf(merchant.route, order)
}

/**
 * The second step: takes the card through 3-D Secure, as far as that goes without its holder. A repeat goes on with
 * what stands, and gives the attempt its CVV again where that has gone.
 *
 * @throws Problem `order_not_found` for a session that is nobody's or another merchant's; `malformed_field` naming
 *   the card's member
 */
export async function authenticatePayer(
  deps: ApiDeps,
  merchant: Merchant,
  { sessionId, sentCard }: ThreeDsPayer,
): Promise<Standing> {
  const { payments, vault, cvvs } = deps
  const { merchantId } = merchant
  const seen = await ofSession(deps, merchant, sessionId)
  const { orderId, attemptCount, details } = seen.order
  const rules = rulesOf(deps, merchant, seen.order)
  if (takeCardNumber(vault, rules, merchantId, sentCard.number) !== details.threeDs?.card)
    throw new Problem('malformed_field', { field: 'card.number' })
  const taken = await takeChargedCard(
    { vault, rules, sql: payments.database },
    {
      typed: sentCard,
      token: null,
      cvv: null,
      customerId: details.customerId,
      isToBeStored: details.card.storedOnFile === 'TO_BE_STORED',
    },
    { merchantId, orderId, n: attemptCount + 1, now: payments.clock.now(merchantId) },
  )
  invariant(taken.card && taken.cvv, 'a card that was sent whole has been taken')
  const begun = await beginThreeDs(payments, merchant, seen, taken.card)
  const standing = begun ?? (await payments.orders.find(merchantId, orderId)) ?? seen
  const token = livingAttempt(standing)?.attemptToken
  if (token && !payments.cvvs.has(token)) cvvs.hold(token, taken.cvv)
  const after = await goThroughThreeDs(payments, merchant, standing, inputOf(deps, merchant, seen.order))
  // It may have ended before the CVV was there to be dropped.
  if (token && livingAttempt(after)?.attemptToken !== token) payments.cvvs.drop(token)
  return after
}

/** The cards that the merchant wants and one of its acquirers takes. */
function rulesOf({ payments, rules }: ApiDeps, merchant: Merchant, order: NewOrder | Order): CardRules {
  return restrict(rules, order.details.terms.cardFilter, (card) => hasRoute(payments, merchant, order, card))
}

async function ofSession({ payments }: ApiDeps, merchant: Merchant, sessionId: string): Promise<Standing> {
  const session = parseSessionId(sessionId)
  const isOwn = session?.route === merchant.route
  const seen = isOwn ? await payments.orders.findByNo(merchant.merchantId, session.orderNo) : undefined
  if (!session || !seen?.order.details.threeDs || !opensSession(session, seen.order))
    throw new Problem('order_not_found')
  return seen
}

/** The browser as the merchant describes it: it has not come here. */
function inputOf({ publicUrl }: ApiDeps, merchant: Merchant, order: Order) {
  const { device } = readStored(order.details.members)
  return {
    methodCompleted: 'N',
    browser: {
      userAgent: device?.browser ?? '',
      acceptHeader: '*/*',
      language: 'id',
      ip: device?.ipAddress ?? '',
    },
    notificationUrl: `${publicUrl()}${threeDsReturnPath}/${pageTokenOf(merchant.route, order)}`,
  } as const
}

/**
 * What the payer has to do next, as the second step answers it.
 *
 * @throws Problem `declined` where the bank has refused; `wrong_state` where the order has ended otherwise
 */
export function payerData(
  { order, attempt }: Standing,
  now: Date,
): Pick<ThreeDsPayerAnswer, 'redirectHtml' | 'threeDsInteraction' | 'mpgsOrderId' | 'mpgsTransactionId'> {
  const state = stateAt(order, now)
  const step = attempt?.authenticationStep
  if (state === 'open' && attempt?.state === 'challenged' && step?.kind === 'challenge') {
    return {
      redirectHtml: challengeHtml(step),
      threeDsInteraction: 'challengemode',
      mpgsOrderId: '',
      mpgsTransactionId: '',
    }
  }
  const isPassed = state === 'processing' || (state === 'open' && attempt?.state === 'authenticated')
  if (attempt && (isPassed || order.paidAttempt === attempt.attemptNo)) {
    return {
      redirectHtml: returnHtml(threeDsReturnUrl(order, attempt)),
      threeDsInteraction: 'frictionlessmode',
      mpgsOrderId: mpgsOrderIdOf(order.orderId),
      mpgsTransactionId: mpgsTransactionIdOf(order, attempt.attemptNo),
    }
  }
  if (state === 'failed') throw new Problem('declined')
  throw new Problem('wrong_state')
}

/**
 * The third step: asks for the money.
 *
 * @throws Problem `order_not_found` for names that are nobody's or another merchant's; as `payThreeDs`
 */
export async function payAuthenticated(
  { payments }: ApiDeps,
  merchant: Merchant,
  { mpgsOrderId, mpgsTransactionId }: ThreeDsPaymentBody,
): Promise<Standing> {
  const named = parseMpgsTransactionId(mpgsTransactionId)
  const seen = named && (await payments.orders.findByNo(merchant.merchantId, named.orderNo))
  const { details, orderId, attemptCount } = seen?.order ?? {}
  const isOwn = details?.threeDs && named && attemptCount && named.attemptNo >= 1 && named.attemptNo <= attemptCount
  if (!seen || !isOwn || orderId === undefined || mpgsOrderIdOf(orderId) !== mpgsOrderId)
    throw new Problem('order_not_found')
  return payThreeDs(payments, merchant, seen, named.attemptNo)
}
