import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Channel, channelOf } from '../channel/catalogue.ts'
import { formOf } from '../http/form.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Language } from '../pages/language.ts'
import { isUnderWay, openElsewhere, refuseElsewhere } from '../payment/elsewhere.ts'
import { type Order, type Standing, stateAt } from '../payment/order.ts'
import { orderOfPage } from '../payment/order-of-page.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { payableNow } from '../payment/receive.ts'
import {
  billOf,
  fromAnySite,
  languageOf,
  type ProviderPageDeps,
  queryOf,
  seeOther,
  send,
  showingIn,
  showingOf,
  speakAsProvider,
} from './provider-door.ts'
import { messagePage } from './provider-page.tsx'
import { providerTexts } from './provider-texts.ts'
import { orderOfQr, type QrFault } from './qr.ts'
import { receiptPathOf } from './receipt-path.ts'
import { askPage, declinedPage, sessionPage } from './session-page.tsx'

export const walletPath = '/sandbox/wallet'
export const scanPath = '/sandbox/scan'

/** Wherever the gateway is said to be: only what stands behind that is followed. */
const sessionLink = new RegExp(`^https?://[^/]+${walletPath}/([0-9a-f]{64})$`)

/** An order that a payer has come to pay, and how the provider knows it. */
interface Visit {
  readonly merchant: Merchant
  readonly seen: Standing
  readonly language: Language
  /** This page by GET. */
  readonly path: string
  /** Where its forms go, and what they say beside. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly back: { readonly href: string; readonly text: string }
}

/**
 * The simulated sessions of wallets, banks and lenders, and of apps that scan codes.
 *
 * To read a session's page opens the session: that its payer has come is what a real provider notes by a GET of its
 * link as well, and it moves no money. Paying, refusing and leaving are forms.
 */
export function sessionRoutes(deps: ProviderPageDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    speakAsProvider(app)

    app.get(walletPath, fromAnySite, async (request, reply) => {
      const language = languageOf(request)
      const typed = queryOf(request).get('link')
      const token = /([0-9a-f]{64})\/?(?:\?.*)?$/i.exec(typed?.trim() ?? '')?.[1]?.toLowerCase()
      if (token) return seeOther(reply, `${walletPath}/${token}`, language)
      const error = typed === null ? null : providerTexts(language).session.open.invalid
      const page = askPage({
        language,
        path: walletPath,
        kind: 'open',
        action: walletPath,
        typed: (typed ?? '').slice(0, 500),
        error,
      })
      return send(reply.code(error === null ? 200 : 422), page)
    })

    app.get(`${walletPath}/:token`, fromAnySite, async (request, reply) => {
      const visit = await visitByLink(deps, request)
      return visit ? show(deps, request, reply, visit) : unknown(deps, request, reply)
    })
    app.post(`${walletPath}/:token`, async (request, reply) => {
      const visit = await visitByLink(deps, request)
      return visit ? act(deps, request, reply, visit) : unknown(deps, request, reply)
    })

    app.get(scanPath, fromAnySite, async (request, reply) => {
      const text = queryOf(request).get('qr')
      if (text === null) return ask(request, reply, '', null)
      // The codes of wallets from abroad are links of their sessions.
      const link = sessionLink.exec(text.trim())?.[1]
      if (link) return seeOther(reply, `${walletPath}/${link}`, languageOf(request))
      const visit = await visitByCode(deps, request, text)
      return typeof visit === 'string' ? ask(request, reply, text, visit) : show(deps, request, reply, visit)
    })
    app.post(scanPath, async (request, reply) => {
      const text = formOf(request).get('qr') ?? ''
      const visit = await visitByCode(deps, request, text)
      return typeof visit === 'string' ? ask(request, reply, text, visit) : act(deps, request, reply, visit)
    })
  }
}

async function visitByLink(deps: ProviderPageDeps, request: FastifyRequest): Promise<Visit | undefined> {
  const found = await orderOfPage(deps, (request.params as { token: string }).token)
  if (!found) return undefined
  const { merchant, seen } = found
  const language = languageOf(request)
  const { session } = providerTexts(language)
  const path = `${walletPath}/${pageTokenOf(merchant.route, seen.order)}`
  const back = { href: ourPageOf(merchant, seen.order, language), text: session.back(merchant.name) }
  return { merchant, seen, language, path, action: path, hidden: {}, back }
}

/** The page of ours that the payer came from. */
function ourPageOf({ route }: Merchant, order: Order, language: Language): string {
  const kind = order.details.isPicked ? 'v2/access' : 'access'
  return `/pg/payment/card/${kind}/${pageTokenOf(route, order)}?lang=${language}`
}

async function visitByCode(
  deps: ProviderPageDeps,
  request: FastifyRequest,
  text: string,
): Promise<Visit | QrFault | 'missing'> {
  if (!text.trim()) return 'missing'
  const found = await orderOfQr(deps, text)
  if (typeof found === 'string') return found
  if (channelNowOf(found.seen.order)?.gives !== 'qr') return 'unknown_order'
  const language = languageOf(request)
  const { scan } = providerTexts(language)
  return {
    ...found,
    language,
    path: `${scanPath}?qr=${encodeURIComponent(text.trim())}`,
    action: scanPath,
    hidden: { qr: text.trim() },
    back: { href: `${scanPath}?lang=${language}`, text: scan.again },
  }
}

function ask(
  request: FastifyRequest,
  reply: FastifyReply,
  typed: string,
  fault: QrFault | 'missing' | null,
): FastifyReply {
  const language = languageOf(request)
  const { scan } = providerTexts(language)
  const error = fault === null ? null : fault === 'missing' ? scan.missing : scan.faults[fault]
  const page = askPage({
    language,
    path: scanPath,
    kind: 'scan',
    action: scanPath,
    typed: typed.slice(0, 1_024),
    error,
  })
  return send(reply.code(error === null ? 200 : 422), page)
}

/** The channel that an order is paid by now, where it has sessions. */
function channelNowOf({ channel }: Order): Channel | undefined {
  const found = channel === null ? undefined : channelOf(channel)
  return found?.pays === 'elsewhere' && found.code === null ? found : undefined
}

async function show(
  deps: ProviderPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): Promise<FastifyReply> {
  const { payments } = deps
  const { merchant, language, path, action, hidden, back } = visit
  const { merchantId } = merchant
  const { orderId } = visit.seen.order
  const channel = channelNowOf(visit.seen.order)
  if (!channel) {
    const { session, phone } = providerTexts(language)
    const sign = { name: phone, glyph: 'phone' } as const
    return send(reply.code(404), messagePage({ language, path }, sign, session.notHere, back))
  }
  const isOpen = payableNow(visit.seen.order, payments.clock.now(merchantId)) === null
  if (isOpen && visit.seen.attempt?.state === 'refused' && queryOf(request).has('declined')) {
    const retryUrl = `${path}${path.includes('?') ? '&' : '?'}lang=${language}`
    return send(reply, declinedPage({ language, path, channel, retryUrl, back }))
  }
  if (isOpen) await openElsewhere(payments, merchant, orderId, channel.id)
  const { order, attempt } = (await payments.orders.find(merchantId, orderId)) ?? visit.seen
  const now = payments.clock.now(merchantId)
  const reason = payableNow(order, now)
  const session = showingOf(payments, order)
  const reference = order.paidAttempt === attempt?.attemptNo ? attempt?.acquirerReference : null
  const page = sessionPage({
    language,
    path,
    action,
    hidden,
    channel,
    bill: billOf(merchant, order),
    state:
      reason === null
        ? { kind: 'asks', attemptNo: attempt?.attemptNo ?? 0 }
        : stateAt(order, now) === 'captured'
          ? { kind: 'paid', session }
          : { kind: 'refused', reason, session },
    receiptUrl: reference ? `${receiptPathOf(merchant, reference)}?lang=${language}` : null,
    back,
  })
  return send(reply, page)
}

/** What the payer says: pay, refuse, leave, or money that comes whatever the order says. */
async function act(
  deps: ProviderPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): Promise<FastifyReply> {
  const { payments, provider } = deps
  const { merchant, seen, language, path, back } = visit
  const { order, attempt } = seen
  const form = formOf(request)
  const channel = channelNowOf(order)
  const wish = form.get('do')
  if (wish === 'close') return reply.headers({ 'cache-control': 'no-store' }).redirect(back.href, 303)
  if (!channel) return seeOther(reply, path, language)
  if (wish === 'force') {
    const { reference } = await provider.pay(merchant, order, channel.id, order.amount, showingIn(form))
    return seeOther(reply, receiptPathOf(merchant, reference), language)
  }
  const attemptNo = Number(form.get('attempt'))
  const isOpen = payableNow(order, payments.clock.now(merchant.merchantId)) === null
  // A second click, a stale tab or a session that has ended: show what is true.
  if (!isOpen || !isUnderWay(attempt, attemptNo)) return seeOther(reply, path, language)
  if (wish === 'confirm') {
    // One session is one payment, however often it is confirmed.
    await provider.pay(merchant, order, channel.id, order.amount, `session ${attemptNo}`)
    return seeOther(reply, path, language)
  }
  if (wish !== 'decline') return seeOther(reply, path, language)
  if (!channel.tellsRefusals) return seeOther(reply, path, language)
  await refuseElsewhere(payments, merchant, order.orderId, channel.id, 'DECLINED', attemptNo)
  return seeOther(reply, `${path}${path.includes('?') ? '&' : '?'}declined=1`, language)
}

function unknown(deps: ProviderPageDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  deps.guessed(request.ip)
  const language = languageOf(request)
  const { session, phone, home } = providerTexts(language)
  const sign = { name: phone, glyph: 'phone' } as const
  const link = { href: `/?lang=${language}`, text: home }
  return send(reply.code(404), messagePage({ language, path: '' }, sign, session.unknown, link))
}
