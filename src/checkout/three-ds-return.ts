import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formOf } from '../http/form.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageHeaders } from '../pages/headers.ts'
import { type Language, pickLanguage } from '../pages/language.ts'
import type { Attempt, Standing } from '../payment/order.ts'
import { orderOfPage } from '../payment/order-of-page.ts'
import { readThreeDsResult } from '../payment/three-ds.ts'
import { threeDsResultOf, threeDsReturnPath, threeDsReturnUrl } from '../payment/three-ds-names.ts'
import { unknownLinkPage } from './problem-page.tsx'
import type { CheckoutDeps } from './routes.ts'
import { threeDsReturnPage } from './three-ds-return-page.tsx'

interface Visit {
  readonly merchant: Merchant
  readonly seen: Standing
  readonly attempt: Attempt
}

const fromAnySite = { config: { fromAnySite: true } }

/**
 * Where a bank sends the payer back to whose merchant has a page of its own. What the browser brings (`cres`) is not
 * read: the result that counts is asked of the bank itself, also where the browser comes without.
 */
export function threeDsReturnRoutes(app: FastifyInstance, deps: CheckoutDeps): void {
  const path = `${threeDsReturnPath}/:token`
  const unknown = (request: FastifyRequest, reply: FastifyReply) => {
    deps.guessed(request.ip)
    return reply
      .code(404)
      .headers(pageHeaders())
      .send(unknownLinkPage(languageOf(request)))
  }

  app.post(path, fromAnySite, async (request, reply) => {
    if (!(await visitOf(deps, request))) return unknown(request, reply)
    return reply.headers(pageHeaders()).redirect(`${pathOf(request)}?lang=${languageOf(request)}`, 303)
  })

  app.get(path, fromAnySite, async (request, reply) => {
    const visit = await visitOf(deps, request)
    if (!visit) return unknown(request, reply)
    const { merchant, seen } = visit
    const { attempt = visit.attempt } = await readThreeDsResult(deps.payments, merchant, seen)
    const page = threeDsReturnPage({
      language: languageOf(request),
      merchantName: merchant.name,
      testCardsUrl: deps.testCardsUrl,
      action: pathOf(request),
      result: threeDsResultOf(attempt),
      returnUrl: threeDsReturnUrl(seen.order, attempt),
    })
    return reply.headers(pageHeaders()).send(page)
  })
}

/** Undefined for a link that leads nowhere, and before there is an attempt to come back from. */
async function visitOf(deps: CheckoutDeps, request: FastifyRequest): Promise<Visit | undefined> {
  const found = await orderOfPage(deps, (request.params as { token: string }).token)
  if (!found?.seen.order.details.threeDs || !found.seen.attempt) return undefined
  return { ...found, attempt: found.seen.attempt }
}

function pathOf(request: FastifyRequest): string {
  return new URL(request.url, 'http://page').pathname
}

function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: unknown }
  return pickLanguage(lang ?? formOf(request).get('lang'), request.headers['accept-language'])
}
