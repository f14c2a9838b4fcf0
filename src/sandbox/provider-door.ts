import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formOf, readForms } from '../http/form.ts'
import { describe, problemOf, sayWhenAgain } from '../http/problem-answer.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageHeaders } from '../pages/headers.ts'
import { type Language, pickLanguage } from '../pages/language.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { Order } from '../payment/order.ts'
import type { OpenNumber } from '../payment/open-number-store.ts'
import { readStored } from '../wire/initiate.ts'
import { readStoredNumber } from '../wire/open-number.ts'
import type { ProviderSimulator } from './provider.ts'
import { type Bill, messagePage, type OrderBill } from './provider-page.tsx'
import { providerTexts } from './provider-texts.ts'

/** What the pages of the simulated banks, counters and wallets work with. */
export interface ProviderPageDeps {
  readonly payments: PaymentDeps
  readonly directory: Pick<Directory, 'findByRoute'>
  readonly provider: ProviderSimulator
  /** Told the address that asked for a page that leads nowhere; throws when it does so too often. */
  readonly guessed: (address: string) => void
}

/** The manual, our own pages and merchants' lead to these. */
export const fromAnySite = { config: { fromAnySite: true } }

/** Reads forms below this plugin, and answers whatever goes wrong with a page. */
export function speakAsProvider(app: FastifyInstance): void {
  readForms(app)
  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = problemOf(error)
    if (problem.problem === 'internal') request.log.error({ msg: 'bug', bug: describe(error) })
    const language = languageOf(request)
    const { problem: problems, bank } = providerTexts(language)
    const kind =
      problem.problem === 'foreign_page'
        ? 'foreign_page'
        : problem.status === 503 || problem.status === 429
          ? 'unavailable'
          : problem.problem === 'internal'
            ? 'internal'
            : 'unreadable'
    sayWhenAgain(reply, problem)
    const page = messagePage({ language, path: null }, { name: bank, glyph: 'bank' }, problems[kind], null)
    void send(reply.code(problem.status), page)
  })
}

export function send(reply: FastifyReply, page: Buffer): FastifyReply {
  return reply.headers(pageHeaders()).send(page)
}

/** A form is answered by a page that can be read again. */
export function seeOther(reply: FastifyReply, path: string, language: Language): FastifyReply {
  return reply.headers(pageHeaders()).redirect(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`, 303)
}

/** What the payer chose, on the page or in its form. */
export function languageOf(request: FastifyRequest): Language {
  const chosen = queryOf(request).get('lang') ?? formOf(request).get('lang')
  return pickLanguage(chosen, request.headers['accept-language'])
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  return new URL(request.url, 'http://page').searchParams
}

/** What a bank shows of an order to whoever is to pay it. */
export function billOf(merchant: Merchant, { orderId, amount, details }: Order): OrderBill {
  const { firstName, lastName } = readStored(details.members).customer
  const customer = [firstName, lastName].filter(Boolean).join(' ')
  return {
    merchantName: merchant.name,
    orderId,
    customer: customer || null,
    description: details.description,
    amount,
  }
}

/** What a bank shows of a number that takes any amount. */
export function openBillOf(merchant: Merchant, { members }: OpenNumber): Bill {
  const { customer, order } = readStoredNumber(members)
  const names = [customer.firstName, customer.lastName].filter(Boolean).join(' ')
  return {
    merchantName: merchant.name,
    orderId: null,
    customer: names || null,
    description: order?.description ?? null,
    amount: null,
  }
}

/** Tells one showing of an order's page from the next, so that what is sent twice from one is one payment. */
export function showingOf({ random }: PaymentDeps, { merchantId, orderId, eventSeq }: Order): string {
  const purpose = { merchant: merchantId, order: orderId, purpose: 'page of a provider', n: eventSeq }
  return random.bytes(8, purpose).toString('hex')
}

/** What a form says of the showing that it is of; undefined where it says nothing that we wrote. */
export function showingIn(form: ReadonlyMap<string, string>): string | undefined {
  const session = form.get('session') ?? ''
  return /^[0-9a-f]{16}$/.test(session) ? session : undefined
}
