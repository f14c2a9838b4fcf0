import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AttemptBlocked } from '../abuse/attempt-blocked.ts'
import { Secret } from '../base/secret.ts'
import type { CardInfo } from '../card/card.ts'
import type { ChannelId } from '../channel/catalogue.ts'
import { isPast } from '../card/expiry.ts'
import type { HeldCard } from '../card/held-card.ts'
import { formOf, readForms } from '../http/form.ts'
import { networkOf } from '../http/network.ts'
import { describe, problemOf, sayWhenAgain } from '../http/problem-answer.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageHeaders } from '../pages/headers.ts'
import { type Language, pickLanguage } from '../pages/language.ts'
import type { AuthenticationInput } from '../payment/authenticate.ts'
import { hasRoute, offered } from '../payment/candidates.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { OrderState } from '../payment/lifecycle.ts'
import { keeperOf } from '../payment/keeping.ts'
import { type Order, type Standing, stateAt } from '../payment/order.ts'
import { orderOfPage } from '../payment/order-of-page.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { proceed } from '../payment/proceed.ts'
import { startAttempt } from '../payment/start-attempt.ts'
import type { CvvKeeper } from '../vault/cvv.ts'
import { redeeming, restrict } from '../vault/restrict.ts'
import { type CardRules, takeCard } from '../vault/take-card.ts'
import type { FoundCard, Vault } from '../vault/vault.ts'
import { checkoutHeaders, checkoutPage } from './checkout-page.tsx'
import { faultsOf, withFault } from './faults.ts'
import { problemPage, unknownLinkPage } from './problem-page.tsx'
import { type FormFaults, stateName, stepOf } from './step.ts'
import { threeDsReturnRoutes } from './three-ds-return.ts'
import type { PickerErrors } from './view.ts'
import { pick, rememberedBy, sendPicture, unpick } from './ways.ts'

export interface CheckoutDeps {
  readonly payments: PaymentDeps
  readonly directory: Directory
  readonly vault: Vault
  readonly cvvs: CvvKeeper
  readonly rules: CardRules
  /** Base of the links that we give out. */
  readonly publicUrl: () => string
  /** The address of a provider's session. */
  readonly sessionUrl: (token: string) => string
  /** Where the sandbox prints its test cards; null in live mode. */
  readonly testCardsUrl: string | null
  /** Told the address that asked for a link that leads nowhere; throws when it does so too often. */
  readonly guessed: (address: string) => void
  /** Keeps the process alive until work that a page has begun is done. */
  readonly background: (work: Promise<unknown>, about: Readonly<Record<string, unknown>>) => void
}

/** The forms of the page's address (design 4.2); the last but one names a language, the last is a number's or a code's. */
const paths = [
  '/pg/payment/card/access/:token',
  '/pg/payment/card/v2/access/:token',
  '/pg/payment/card/:language(^id$|^en$)/v2/access/:token',
  '/widgetpg/pending/:token',
]

/** The merchant's shop leads to the page, and a bank back to it: addresses that another site may open. */
const fromAnySite = { config: { fromAnySite: true } }

/** A page waits so long for an acquirer before it shows that the payment is under way. */
const patienceMs = 3_000

/** How to show the page: what the payer wished, or what was typed wrong. */
interface Shown {
  readonly again?: boolean
  readonly otherCard?: boolean
  readonly otherMethod?: boolean
  /** What was wrong with the method that was picked. */
  readonly picked?: PickerErrors
  /** What this payer's browser paid by the last time. */
  readonly remembered?: ChannelId | null
  readonly card?: FormFaults
  readonly cvv?: 'missing' | 'invalid'
  /** What is wrong with the CVV of a stored card. */
  readonly storedCvv?: 'missing' | 'invalid'
  /** Its points were ticked. */
  readonly storedPoints?: boolean
  /** Too many payments were tried: none was begun. */
  readonly blocked?: AttemptBlocked
}

/** What a request of the page is about. */
interface Visit {
  readonly merchant: Merchant
  readonly order: Order
  /** As it stood when the request came. */
  readonly seen: Standing
  readonly language: Language
  readonly action: string
  readonly traceId: string
}

/** The payer's door: the page behind `redirecturl` and the forms on it. */
export function checkoutRoutes(deps: CheckoutDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    readForms(app)
    app.setErrorHandler((error: unknown, request, reply) => {
      const problem = problemOf(error)
      // A shop may lead its payer here by a form of its own: what that brings is not read, and the page is shown.
      if (problem.problem === 'foreign_page' && request.method === 'POST') {
        void reply.headers(pageHeaders()).redirect(pagePathOf(request), 303)
        return
      }
      if (problem.problem === 'internal') request.log.error({ msg: 'bug', bug: describe(error) })
      const language = pickLanguage(undefined, request.headers['accept-language'])
      const kind = problem.status === 503 ? 'unavailable' : problem.status === 429 ? 'too_many' : 'internal'
      sayWhenAgain(reply, problem)
      void reply.code(problem.status).headers(pageHeaders()).send(problemPage(language, kind))
    })

    const onVisit =
      (answer: (visit: Visit, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
      async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
        const visit = await visitOf(deps, request)
        if (visit) return answer(visit, request, reply)
        deps.guessed(request.ip)
        return unknown(request, reply)
      }
    const goOnFrom = onVisit(async (visit, request, reply) => {
      const { attempt } = visit.seen
      const methodCompleted = formOf(request).get('methodCompleted')
      const completed = methodCompleted === 'Y' || methodCompleted === 'N' ? methodCompleted : 'U'
      if (attempt) await goOn(deps, visit, visit.seen, attempt.attemptNo, inputOf(deps, request, visit, completed))
      return seeOther(reply, visit)
    })
    threeDsReturnRoutes(app, deps)
    const backToPage = onVisit(async (visit, _request, reply) => seeOther(reply, visit))

    for (const path of paths) {
      app.get(
        path,
        fromAnySite,
        onVisit((visit, request, reply) =>
          show(deps, reply, visit, {
            again: hasQuery(request, 'again'),
            otherCard: hasQuery(request, 'card'),
            otherMethod: hasQuery(request, 'methods'),
            remembered: rememberedBy(request),
          }),
        ),
      )
      app.get(
        `${path}/status`,
        onVisit(async (visit, _request, reply) => {
          const state = stateName(visit.seen, now(deps, visit))
          return reply.headers({ ...pageHeaders(), 'content-type': 'application/json' }).send(JSON.stringify({ state }))
        }),
      )
      app.post(
        path,
        onVisit((visit, request, reply) => submitCard(deps, request, reply, visit)),
      )
      app.post(
        `${path}/stored`,
        onVisit((visit, request, reply) => submitStoredCard(deps, request, reply, visit)),
      )
      app.post(`${path}/authenticate`, goOnFrom)
      // The bank sends the browser back here. What it brings (`cres`) is not read: the result that counts
      // is asked of the bank itself.
      app.post(`${path}/return`, fromAnySite, goOnFrom)
      app.post(
        `${path}/cvv`,
        onVisit((visit, request, reply) => submitCvv(deps, request, reply, visit)),
      )
      app.post(
        `${path}/method`,
        onVisit(async (visit, request, reply) => {
          const picked = await pick(deps.payments, reply, request, visit)
          return picked === null ? seeOther(reply, visit) : show(deps, reply, visit, { picked, otherMethod: true })
        }),
      )
      app.post(
        `${path}/change`,
        onVisit(async (visit, request, reply) => {
          await unpick(deps.payments, request, visit)
          return seeOther(reply, visit)
        }),
      )
      // Whoever reloads or changes the language after a POST comes to these by GET.
      for (const step of ['method', 'change', 'stored', 'authenticate', 'return', 'cvv'])
        app.get(`${path}/${step}`, fromAnySite, backToPage)
    }
    for (const kind of ['svg', 'png'] as const)
      app.get(
        `/widgetpg/qr/:token.${kind}`,
        fromAnySite,
        onVisit((visit, _request, reply) => sendPicture(reply, visit, kind, deps.sessionUrl(tokenOf(visit)))),
      )
  }
}

async function visitOf(deps: CheckoutDeps, request: FastifyRequest): Promise<Visit | undefined> {
  const params = request.params as { token: string; language?: string }
  const found = await orderOfPage(deps, params.token)
  // A payment whose merchant has a page of its own has none here.
  if (!found || found.seen.order.details.threeDs) return undefined
  const { merchant, seen } = found
  const query = request.query as { lang?: unknown }
  const chosen = query.lang ?? formOf(request).get('lang') ?? params.language
  const language = pickLanguage(chosen, request.headers['accept-language'])
  return { merchant, order: seen.order, seen, language, action: pagePathOf(request), traceId: request.id }
}

/** The path of an order's page, of whichever step of it the request is. */
function pagePathOf(request: FastifyRequest): string {
  return new URL(request.url, 'http://page').pathname.replace(
    /\/(status|method|change|stored|authenticate|return|cvv)$/,
    '',
  )
}

function tokenOf({ merchant, order }: Visit): string {
  return pageTokenOf(merchant.route, order)
}

function now(deps: CheckoutDeps, { merchant }: Visit): Date {
  return deps.payments.clock.now(merchant.merchantId)
}

/** As the order stands now, after what the request has done. */
async function see(deps: CheckoutDeps, { merchant, order, seen }: Visit): Promise<Standing> {
  return (await deps.payments.orders.find(merchant.merchantId, order.orderId)) ?? seen
}

async function show(
  deps: CheckoutDeps,
  reply: FastifyReply,
  visit: Visit,
  {
    again = false,
    otherCard = false,
    otherMethod = false,
    picked = {},
    remembered = null,
    card,
    cvv,
    storedCvv,
    storedPoints = false,
    blocked,
  }: Shown,
): Promise<FastifyReply> {
  const { merchant, language, action, seen } = visit
  const { details, orderId, amount, expiresAt } = seen.order
  const at = now(deps, visit)
  const stored = await storedCardOf(deps, merchant, seen.order, at)
  const token = tokenOf(visit)
  const context = {
    merchant,
    now: at,
    cvvs: deps.cvvs,
    action,
    again,
    otherCard,
    otherMethod,
    offered: seen.order.details.isPicked ? offered(deps.payments, merchant, seen.order) : [],
    remembered,
    picked,
    ways: { sessionUrl: deps.sessionUrl(token), picturePath: `/widgetpg/qr/${token}` },
    stored: stored ?? null,
  }
  const step = stepOf(seen, context, card)
  const page = {
    language,
    merchantName: merchant.name,
    orderId,
    description: details.description,
    amount,
    expiresAt,
    now: at,
    testCardsUrl: deps.testCardsUrl,
    action,
    backUrl: details.backUrl,
    recurring: details.recurring,
    step: withFault(step, { cvv, storedCvv, storedPoints, blocked }),
  }
  if (blocked) sayWhenAgain(reply, blocked)
  return reply
    .code(card || cvv || storedCvv || blocked || Object.keys(picked).length > 0 ? 422 : 200)
    .headers(checkoutHeaders(page))
    .send(checkoutPage(page))
}

async function unknown(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { lang } = request.query as { lang?: unknown }
  const language = pickLanguage(lang, request.headers['accept-language'])
  return reply.code(404).headers(pageHeaders()).send(unknownLinkPage(language))
}

/** The page says so to a payer who pays again. */
function isPaidAlready(state: OrderState): boolean {
  return state === 'captured' || state === 'authorized'
}

/** POST, then 303 to our own page: reloading or going back never pays again. */
function seeOther(reply: FastifyReply, { action, language }: Visit, again = false): FastifyReply {
  return reply.headers(pageHeaders()).redirect(`${action}?lang=${language}${again ? '&again=1' : ''}`, 303)
}

async function submitCard(
  deps: CheckoutDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): Promise<FastifyReply> {
  const { merchant, order } = visit
  const { merchantId } = merchant
  const form = formOf(request)
  const at = now(deps, visit)
  const state = stateAt(order, at)
  if (isPaidAlready(state)) return seeOther(reply, visit, true)
  // A second click, a stale tab or a page from the browser's history: show what is true.
  const formNo = Number(form.get('formNo'))
  if (state !== 'open' || formNo !== order.attemptCount + 1) return seeOther(reply, visit)
  const typed = {
    number: form.get('number') ?? '',
    expiry: form.get('expiry') ?? '',
    cvv: form.get('cvv') ?? '',
    name: form.get('name') ?? '',
  }
  const holder = { merchantId, orderId: order.orderId, n: formNo, now: at }
  const save = form.has('save')
  const points = form.has('points')
  const customerId = keeperOf(order, save)
  const keep = customerId === undefined ? undefined : { sql: deps.payments.database, customerId }
  const taken = await takeCard(deps.vault, rulesOf(deps, merchant, order, points), typed, holder, keep)
  if (!taken.ok) {
    // A name that holds a number may be a PAN in the wrong field: it is not echoed.
    const name = taken.errors.name ? '' : typed.name
    return show(deps, reply, visit, { card: { name, save, points, errors: faultsOf(taken.errors) } })
  }
  const started = await startOrBlocked(deps, request, visit, formNo, taken.card)
  if (started instanceof AttemptBlocked) {
    return show(deps, reply, visit, { card: { name: typed.name, save, points, errors: {} }, blocked: started })
  }
  if (started !== null) {
    // Held only now: a form that made no attempt leaves no CVV behind, nor touches that of the one that did.
    deps.cvvs.hold(taken.card.token, taken.cvv)
    await goOn(deps, visit, started, formNo, inputOf(deps, request, visit, 'U'))
  }
  return seeOther(reply, visit)
}

/** Which cards are taken for an order, and which points of theirs where some are to be redeemed. */
function rulesOf({ payments, rules }: CheckoutDeps, merchant: Merchant, order: Order, redeems = false): CardRules {
  const { cardFilter, points } = order.details.terms
  const cards = restrict(rules, cardFilter, (card) => hasRoute(payments, merchant, order, card))
  return redeems && points ? redeeming(cards, points, order.amount) : cards
}

async function startOrBlocked(
  { payments }: CheckoutDeps,
  request: FastifyRequest,
  { merchant, seen }: Visit,
  attemptNo: number,
  held: HeldCard,
): Promise<Standing | null | AttemptBlocked> {
  try {
    return await startAttempt(payments, merchant, seen, attemptNo, held, { network: networkOf(request.ip) })
  } catch (error) {
    if (error instanceof AttemptBlocked) return error
    throw error
  }
}

/** The stored card that an order is to be paid with, if it is still there, has not expired and may pay it. */
async function storedCardOf(
  deps: CheckoutDeps,
  merchant: Merchant,
  order: Order,
  at: Date,
): Promise<FoundCard | undefined> {
  const { payments, vault } = deps
  const { card, customerId } = order.details
  if (card.token === null) return undefined
  const rules = rulesOf(deps, merchant, order, true)
  const which = { token: card.token, customerId }
  const stored = await vault.findStored(payments.database, order.merchantId, which, rules)
  return stored && (rules.isPublishedExpiry(stored.expiry) || !isPast(stored.expiry, at)) ? stored : undefined
}

/** Pays with the stored card that the order names; the payer has typed its CVV. */
async function submitStoredCard(
  deps: CheckoutDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): Promise<FastifyReply> {
  const { merchant, order } = visit
  const { merchantId } = merchant
  const { card, customerId } = order.details
  const form = formOf(request)
  const at = now(deps, visit)
  const state = stateAt(order, at)
  if (isPaidAlready(state)) return seeOther(reply, visit, true)
  const formNo = Number(form.get('formNo'))
  const stored = await storedCardOf(deps, merchant, order, at)
  if (state !== 'open' || formNo !== order.attemptCount + 1 || !stored) return seeOther(reply, visit)
  const cvv = (form.get('cvv') ?? '').trim()
  const points = form.has('points') && stored.points !== null
  if (!isCvvOf(stored.info, cvv))
    return show(deps, reply, visit, { storedCvv: cvv ? 'invalid' : 'missing', storedPoints: points })
  const holder = { merchantId, orderId: order.orderId, n: formNo }
  const { database } = deps.payments
  const rules = rulesOf(deps, merchant, order, points)
  const held =
    card.token === null
      ? undefined
      : await deps.vault.holdStored(database, { token: card.token, customerId }, holder, rules)
  const started = held && (await startOrBlocked(deps, request, visit, formNo, held))
  if (started instanceof AttemptBlocked) return show(deps, reply, visit, { blocked: started })
  if (held && started) {
    deps.cvvs.hold(held.token, new Secret(cvv))
    await goOn(deps, visit, started, formNo, inputOf(deps, request, visit, 'U'))
  }
  return seeOther(reply, visit)
}

function isCvvOf(info: CardInfo | null, cvv: string): boolean {
  return (info?.brand === 'AMEX' ? /^\d{4}$/ : /^\d{3}$/).test(cvv)
}

async function submitCvv(
  deps: CheckoutDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): Promise<FastifyReply> {
  const form = formOf(request)
  const { attempt } = visit.seen
  const cvv = (form.get('cvv') ?? '').trim()
  const waits =
    attempt?.state === 'authenticated' && attempt.attemptToken && attempt.attemptNo === Number(form.get('formNo'))
  if (!waits || !attempt.attemptToken) return seeOther(reply, visit)
  if (!isCvvOf(attempt.cardInfo, cvv)) return show(deps, reply, visit, { cvv: cvv ? 'invalid' : 'missing' })
  deps.cvvs.hold(attempt.attemptToken, new Secret(cvv))
  // Another tab may have been first: an attempt that has ended needs no CVV any more (invariant 8).
  const standing = await see(deps, visit)
  if (standing.attempt?.attemptToken !== attempt.attemptToken) deps.cvvs.drop(attempt.attemptToken)
  await goOn(deps, visit, standing, attempt.attemptNo, inputOf(deps, request, visit, 'U'))
  return seeOther(reply, visit)
}

/** Takes the attempt further, and waits for it as long as a payer waits for a page. */
async function goOn(
  deps: CheckoutDeps,
  visit: Visit,
  standing: Standing,
  attemptNo: number,
  input: AuthenticationInput,
): Promise<void> {
  const work = proceed(deps.payments, visit.merchant, standing, attemptNo, input)
  const { merchant, order, traceId } = visit
  deps.background(work, { traceId, merchantId: merchant.merchantId, orderId: order.orderId, attemptNo })
  let timeout: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, patienceMs)
  })
  try {
    await Promise.race([work, patience])
  } finally {
    clearTimeout(timeout)
  }
}

function inputOf(
  deps: CheckoutDeps,
  request: FastifyRequest,
  { action, language }: Visit,
  methodCompleted: AuthenticationInput['methodCompleted'],
): AuthenticationInput {
  const text = (value: string | undefined) => (value ?? '').slice(0, 2_048)
  return {
    methodCompleted,
    browser: {
      userAgent: text(request.headers['user-agent']),
      acceptHeader: text(request.headers.accept),
      language,
      ip: request.ip,
    },
    notificationUrl: `${deps.publicUrl()}${action}/return?lang=${language}`,
  }
}

function hasQuery(request: FastifyRequest, name: string): boolean {
  return typeof request.query === 'object' && request.query !== null && name in request.query
}
