import type { FastifyInstance, FastifyRequest } from 'fastify'
import { testOtp } from '../card/deck.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { pageHeaders } from '../pages/headers.ts'
import { type Language, pickLanguage } from '../pages/language.ts'
import { bankPath } from './bank-page.tsx'
import { cardsPage } from './cards-page.tsx'
import { deckView } from './deck-view.ts'
import { firstOrder } from '../wire/first-order.ts'
import { homePage } from './home-page.tsx'
import { scanPath, walletPath } from './session-routes.ts'

export interface PageDeps {
  readonly merchant: Merchant
  readonly publicUrl: () => string
  /** Off loopback the page does not tell the key to whoever asks. */
  readonly showsKey: boolean
}

/** The manual, or whoever, may link to these. */
const fromAnySite = { config: { fromAnySite: true } }

/** Where a developer lands: the first order to paste, and the table of test cards. */
export function pageRoutes({ merchant, publicUrl, showsKey }: PageDeps) {
  const key = showsKey ? merchant.key.reveal() : '********'
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/', fromAnySite, async (request, reply) =>
      reply.headers(pageHeaders()).send(
        homePage({
          language: languageOf(request),
          path: '/',
          baseUrl: publicUrl(),
          merchantId: merchant.merchantId,
          merchantKey: key,
          curl: firstOrder(publicUrl(), merchant.merchantId, key),
          testCardsUrl: '/sandbox/cards',
          simulators: { bank: bankPath, scan: scanPath, wallet: walletPath },
        }),
      ),
    )

    app.get('/sandbox/cards', fromAnySite, async (request, reply) => {
      const language = languageOf(request)
      const view = { language, path: '/sandbox/cards', homeUrl: '/', otp: testOtp, ...deckView(language) }
      return reply.headers(pageHeaders()).send(cardsPage(view))
    })
  }
}

function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: unknown }
  return pickLanguage(lang, request.headers['accept-language'])
}
