import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Money, rupiah } from '../base/money.ts'
import { type Channel, channelOf } from '../channel/catalogue.ts'
import { formOf } from '../http/form.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { Receipt } from '../payment/receipt.ts'
import { findReceipt } from '../payment/receipt-store.ts'
import { bankPath, lookUpPage, numberedChannels, screenPage, type ScreenPage } from './bank-page.tsx'
import {
  billOf,
  fromAnySite,
  languageOf,
  openBillOf,
  type ProviderPageDeps,
  queryOf,
  seeOther,
  send,
  showingIn,
  showingOf,
  speakAsProvider,
} from './provider-door.ts'
import type { Lookup } from './provider.ts'
import { messagePage } from './provider-page.tsx'
import { providerTexts } from './provider-texts.ts'
import { receiptPage } from './receipt-page.tsx'
import { parseReceiptId, receiptPathOf, receiptRoute } from './receipt-path.ts'

/** The simulated banks and counters: number, screen, money, receipt, and the bank that takes it back. */
export function bankRoutes(deps: ProviderPageDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    speakAsProvider(app)

    app.get(bankPath, fromAnySite, async (request, reply) => {
      const typed = typedIn(queryOf(request))
      const found = numberOf(typed)
      if (found) return showScreen(deps, request, reply, found, null, '')
      // Who has only chosen, or nothing yet, has made no mistake.
      const isAsked = typed.code !== null
      const page = lookUpPage({
        language: languageOf(request),
        path: bankPath,
        values: { channel: typed.channel ?? '', code: typed.code ?? '' },
        errors: {
          channel: isAsked && channelNamed(typed.channel) === undefined,
          code: isAsked && digitsOf(typed.code) === '',
        },
      })
      return send(reply.code(isAsked ? 422 : 200), page)
    })

    app.post(bankPath, async (request, reply) => {
      const form = formOf(request)
      const found = numberOf(typedIn(form))
      const language = languageOf(request)
      if (!found) return seeOther(reply, bankPath, language)
      const self = `${bankPath}?channel=${found.channel.id}&code=${found.code}`
      const known = await deps.provider.lookUp(found.channel, found.code)
      const typed = (form.get('amount') ?? '').slice(0, 20)
      if (known.kind === 'open') {
        const paid = amountOf(typed)
        if (!paid || !isWithin(found.channel, paid)) return showScreen(deps, request, reply, found, 'badAmount', typed)
        const session = showingIn(form)
        const { reference } = await deps.provider.payNumber(known.merchant, found.channel, found.code, paid, session)
        return seeOther(reply, receiptPathOf(known.merchant, reference), language)
      }
      if (!('order' in known)) return seeOther(reply, self, language)
      const { merchant, order } = known
      const isForced = form.has('force')
      if (known.kind === 'refused' && !isForced) return seeOther(reply, self, language)
      const amount = form.has('typed') || (isForced && typed.trim()) ? amountOf(typed) : order.amount
      if (!amount) return showScreen(deps, request, reply, found, 'badAmount', typed)
      if (!isForced && amount.minor !== order.amount.minor)
        return showScreen(deps, request, reply, found, 'wrongAmount', typed)
      const { reference } = await deps.provider.pay(merchant, order, found.channel.id, amount, showingIn(form))
      return seeOther(reply, receiptPathOf(merchant, reference), language)
    })

    app.get(receiptRoute, fromAnySite, (request, reply) => showReceipt(deps, request, reply, null))

    app.post(`${receiptRoute}/withdraw`, async (request, reply) => {
      const found = await receiptOf(deps, request)
      if (!found) return unknownReceipt(deps, request, reply)
      const { merchant, receipt } = found
      const result = await deps.provider.withdraw(merchant, receipt.reference)
      if (result === undefined || result === 'withdrawn')
        return seeOther(reply, receiptPathOf(merchant, receipt.reference), languageOf(request))
      return showReceipt(deps, request, reply, result)
    })
    // Whoever reloads after a refusal comes here by GET.
    app.get(`${receiptRoute}/withdraw`, fromAnySite, async (request, reply) =>
      seeOther(reply, new URL(request.url, 'http://page').pathname.replace(/\/withdraw$/, ''), languageOf(request)),
    )
  }
}

interface Typed {
  readonly channel: string | null
  readonly code: string | null
}

interface FoundNumber {
  readonly channel: Channel
  readonly code: string
}

function typedIn(from: Pick<URLSearchParams, 'get'> | ReadonlyMap<string, string>): Typed {
  const text = (name: string) => from.get(name)?.slice(0, 40) ?? null
  return { channel: text('channel'), code: text('code') }
}

function numberOf({ channel: id, code }: Typed): FoundNumber | undefined {
  const channel = channelNamed(id)
  const digits = digitsOf(code)
  return channel && digits ? { channel, code: digits } : undefined
}

function channelNamed(id: string | null): Channel | undefined {
  return numberedChannels.find((each) => each.id === id)
}

/** A number as payers copy it, with blanks, dots or hyphens between its groups; empty where it is none. */
function digitsOf(code: string | null): string {
  const digits = (code ?? '').replace(/[\s.-]/g, '')
  return /^\d+$/.test(digits) ? digits : ''
}

/** `25000`, `25.000` or `Rp 25.000`. */
function amountOf(typed: string): Money | undefined {
  const digits = typed.replace(/^\s*Rp/i, '').replace(/[\s.]/g, '')
  return /^\d{1,14}$/.test(digits) && BigInt(digits) > 0n ? rupiah(BigInt(digits)) : undefined
}

/** What a channel takes in one payment. */
function isWithin({ min, max }: Channel, { minor }: Money): boolean {
  return minor >= min && minor <= max
}

function billOfOrder(known: Lookup) {
  return 'order' in known ? billOf(known.merchant, known.order) : null
}

async function showScreen(
  { provider, payments }: ProviderPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { channel, code }: FoundNumber,
  error: ScreenPage['error'],
  typed: string,
): Promise<FastifyReply> {
  const known: Lookup = await provider.lookUp(channel, code)
  const page = screenPage({
    language: languageOf(request),
    path: `${bankPath}?channel=${channel.id}&code=${code}`,
    channel,
    code,
    bill: known.kind === 'open' ? openBillOf(known.merchant, known.number) : billOfOrder(known),
    refused: known.kind === 'refused' ? known.reason : null,
    session: 'order' in known ? showingOf(payments, known.order) : randomBytes(8).toString('hex'),
    error,
    typed,
  })
  return send(reply.code(error === null ? 200 : 422), page)
}

async function receiptOf(
  { payments, directory }: ProviderPageDeps,
  request: FastifyRequest,
): Promise<{ readonly merchant: Merchant; readonly receipt: Receipt } | undefined> {
  const named = parseReceiptId((request.params as { id: string }).id)
  const merchant = named && (await directory.findByRoute(named.route))
  const receipt = merchant && (await findReceipt(payments.database, merchant.merchantId, named.reference))
  return receipt && { merchant, receipt }
}

async function showReceipt(
  deps: ProviderPageDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Parameters<typeof receiptPage>[0]['refusal'],
): Promise<FastifyReply> {
  const found = await receiptOf(deps, request)
  if (!found) return unknownReceipt(deps, request, reply)
  const { merchant, receipt } = found
  const language = languageOf(request)
  const path = receiptPathOf(merchant, receipt.reference)
  const page = receiptPage({
    language,
    path,
    merchantName: merchant.name,
    channel: channelOf(receipt.channel),
    receipt,
    withdrawPath: receipt.state === 'kept' && refusal === null ? `${path}/withdraw` : null,
    refusal,
    homeUrl: `/?lang=${language}`,
  })
  return send(reply.code(refusal === null ? 200 : 422), page)
}

function unknownReceipt(deps: ProviderPageDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  deps.guessed(request.ip)
  const language = languageOf(request)
  const { receipt, bank, home } = providerTexts(language)
  const back = { href: `/?lang=${language}`, text: home }
  return send(
    reply.code(404),
    messagePage({ language, path: '' }, { name: bank, glyph: 'bank' }, receipt.unknown, back),
  )
}
