import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { merchantOf, requireMerchant } from '../http/basic-auth.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { answerProblems, seconds } from '../http/problem-answer.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { cancelOrder } from '../payment/cancel.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { NewOrder } from '../payment/initiate.ts'
import type { Order } from '../payment/order.ts'
import { pageTokenOf } from '../payment/page-token.ts'
import { CheckAnswer, CodeAnswer, ErrorAnswer, InitiateAnswer, success } from '../wire/answers.ts'
import { readInitiate } from '../wire/initiate.ts'
import { InitiateBody } from '../wire/initiate-body.ts'
import { wibDateTime } from '../wire/wib.ts'
import { checkData } from './check.ts'
import { notBuiltYet } from './not-built-yet.ts'

export interface ApiDeps {
  readonly payments: PaymentDeps
  readonly directory: Directory
  readonly newKeyUsed: (merchant: Merchant) => Promise<void>
  readonly initiate: (merchant: Merchant, request: NewOrder) => Promise<Order>
  readonly publicUrl: () => string
}

const prefix = '/pg/payment/card'

/** What every route can answer beside success; the table of codes is `base/problem.ts`. */
const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer } as const

/** The merchants' door: the contract's routes under `/pg/payment/card`. */
export function apiRoutes(deps: ApiDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    answerProblems(app)
    refuseOtherMethods(app, `${prefix}/initiate`, ['POST'])
    refuseOtherMethods(app, `${prefix}/check/:orderId`, ['GET'])
    refuseOtherMethods(app, `${prefix}/cancel/:orderId`, ['GET'])
    for (const { url, methods } of notBuiltYet) refuseOtherMethods(app, url, methods)
    await app.register(async (guarded) => routes(guarded, deps))
  }
}

function routes(plain: FastifyInstance, deps: ApiDeps): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  requireMerchant(plain, deps.directory, deps.newKeyUsed)
  // The scanner in wire/ reads the bytes; JSON.parse alone takes duplicate keys (design part 5).
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(
    `${prefix}/initiate`,
    {
      schema: {
        summary: 'Create a payment',
        tags: ['Payment'],
        body: InitiateBody,
        response: { 200: InitiateAnswer, ...errors },
      },
      // The body is checked by the same schema inside `readInitiate`, after the scanner.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const wanted = readInitiate(bytesOf(request.body))
      refuseWithoutAcquirer(deps, merchant, wanted.channel)
      const order = await deps.initiate(merchant, {
        orderId: wanted.order.id,
        amount: wanted.order.amount,
        channel: wanted.channel,
        timeoutMinutes: wanted.order.timeoutMinutes,
        identity: wanted.identity,
        details: {
          customerId: wanted.customer.id,
          description: wanted.order.description,
          callbackUrl: wanted.url.callbackUrl,
          successUrl: wanted.url.successUrl,
          failUrl: wanted.url.failUrl,
          backUrl: wanted.url.backUrl,
          metaData: wanted.metaData,
          members: wanted.stored,
        },
      })
      return {
        ...success,
        redirecturl: `${deps.publicUrl()}${pagePathOf(merchant, order, wanted.channel)}`,
        expiryLink: wibDateTime(order.expiresAt),
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  const OrderParams = Type.Object({ orderId: Type.String() })

  app.get(
    `${prefix}/check/:orderId`,
    {
      schema: {
        summary: 'Status check',
        tags: ['After payment'],
        params: OrderParams,
        response: { 200: CheckAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const seen = await deps.payments.orders.find(merchant.merchantId, request.params.orderId)
      if (!seen) throw new Problem('order_not_found')
      const answer = {
        ...success,
        data: checkData(seen, deps.payments.clock.now(merchant.merchantId)),
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
      const { metaData } = seen.order.details
      if (metaData === null) return answer
      // Text is sent as it is; the type of the route's answer is that of the object.
      const text = withMetaData(String(reply.serializeInput(answer, '200')), metaData)
      return reply.type('application/json; charset=utf-8').send(text as unknown as typeof answer)
    },
  )

  app.get(
    `${prefix}/cancel/:orderId`,
    {
      schema: {
        summary: 'Cancel an unpaid order',
        tags: ['After payment'],
        params: OrderParams,
        response: { 200: CodeAnswer, ...errors },
      },
    },
    async (request, reply) => {
      await cancelOrder(deps.payments, merchantOf(request), request.params.orderId)
      return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )

  for (const { url, methods, feature } of notBuiltYet) {
    for (const method of methods) {
      app.route({
        method,
        url,
        schema: { hide: true, response: errors },
        handler: async () => {
          throw new Problem('feature_not_allowed', { field: feature })
        },
      })
    }
  }
}

/**
 * Puts the merchant's own JSON into an answer as text: as a value it would lose digits and the order of keys.
 * The place cannot be inside a text, where its quotes would be escaped.
 */
function withMetaData(answer: string, metaData: string): string {
  return answer.replace('"meta":{"data":null}', () => `"meta":{"data":${metaData}}`)
}

/** The body as the parser left it; a request without one has an empty body. */
function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** Cards need somebody who moves the money; live mode may have nobody yet (design part 1). */
function refuseWithoutAcquirer(deps: ApiDeps, merchant: Merchant, channel: string | null): void {
  const enabled = channel === null || merchant.channels.includes(channel)
  if (!deps.payments.acquirer || !enabled) {
    throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  }
}

/** The card page, or the picker when the payer chooses the method (design 4.2). */
function pagePathOf(merchant: Merchant, order: Order, channel: string | null): string {
  const token = pageTokenOf(merchant.route, order)
  return channel === null ? `${prefix}/v2/access/${token}` : `${prefix}/access/${token}`
}
