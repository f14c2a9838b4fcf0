import type { FastifyInstance } from 'fastify'
import { Problem } from '../base/problem.ts'
import { invariant } from '../base/invariant.ts'
import type { Directory } from '../merchant/directory.ts'
import type { DirectWay } from './direct.ts'
import type { Merchant } from '../merchant/merchant.ts'

declare module 'fastify' {
  interface FastifyRequest {
    authenticated: Merchant | null
  }
}

/**
 * Lets only merchants with their key below this plugin (finpay-api.md 1.2). It runs before the body is
 * read, so credentials come before size, type and content (design 4.2).
 */
export function requireMerchant(
  app: FastifyInstance,
  directory: Directory,
  newKeyUsed: (merchant: Merchant) => Promise<void>,
  direct?: DirectWay,
): void {
  app.decorateRequest('authenticated', null)
  app.addHook('onRequest', async (request) => {
    const found = await directory.authenticate(request.headers.authorization)
    if (!found) throw new Problem('unauthorized')
    if (found.usedNewKey) await newKeyUsed(found.merchant)
    request.authenticated = found.merchant
    if (found.usedCurrentKey && !found.usedNewKey) direct?.remember(request.raw, request.ip, found.merchant)
  })
}

/** The merchant that a request of a guarded route comes from. */
export function merchantOf(request: { authenticated: Merchant | null }): Merchant {
  invariant(request.authenticated, 'the route is guarded')
  return request.authenticated
}
