import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../base/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page of another site may lead a browser here: a link to a page, or the way back from a bank. */
    fromAnySite?: boolean
  }
}

/**
 * Refuses what pages of other sites make a browser send here (cross-site request forgery), on every route
 * that does not say `fromAnySite`. A browser adds credentials that its user once typed (Basic, even to a
 * form or an image of another site), so merchants' calls need this as much as the payer's forms, whose
 * address is itself the secret. Programs send neither header.
 */
export function refuseOtherSites(app: FastifyInstance, publicUrl: string | null): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // In this order, because the route's options cost more to ask for than the rest together.
    if (!isOfOtherSite(request.headers, publicUrl) || request.is404 || request.routeOptions.config.fromAnySite) done()
    else done(new Problem('foreign_page'))
  })
}

/**
 * Whether a page of another site made the request. Browsers say so in `Sec-Fetch-Site`, which no page can
 * set; those that do not (before 2023, or over plain http) name the page's origin with every POST.
 */
function isOfOtherSite(headers: FastifyRequest['headers'], publicUrl: string | null): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin, host } = headers
  if (origin === undefined) return false
  // A proxy may have put another name into Host, so the public URL counts as well.
  return origin !== publicUrl && (host === undefined || !/^https?:\/\//.test(origin) || hostOf(origin) !== host)
}

function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('://') + 3)
}
