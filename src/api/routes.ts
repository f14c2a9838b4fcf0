import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { merchantOf, requireMerchant } from '../http/basic-auth.ts'
import type { DirectWay } from '../http/direct.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { answerProblems, seconds } from '../http/problem-answer.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { cancelOrder } from '../payment/cancel.ts'
import type { Glance } from '../payment/order.ts'
import { isDebitChannel } from '../debit/account.ts'
import { CheckAnswer, CodeAnswer, InitiateAnswer, success } from '../wire/answers.ts'
import { readInitiate } from '../wire/initiate.ts'
import { InitiateBody } from '../wire/initiate-body.ts'
import { wibDateTime } from '../wire/wib.ts'
import { checkText, initiateText } from './answer-text.ts'
import { cardRoutes } from './card-routes.ts'
import { checkData } from './check.ts'
import {
  type ApiDeps,
  bytesOf,
  errors,
  orderOf,
  prefix,
  refuseUnpayable,
  requireNewPlan,
  requireStoredCard,
  checkedByReader,
} from './deps.ts'
import { openNumberRoutes, refuseOtherNumberMethods } from './open-number-routes.ts'
import { operationRoutes } from './operation-routes.ts'
import { debitRoutes, initiateByDebit, refuseOtherDebitMethods } from './debit-routes.ts'
import { notBuiltYet } from './not-built-yet.ts'
import { planRoutes, refuseOtherPlanMethods } from './plan-routes.ts'
import { threeDsRoutes } from './three-ds-routes.ts'
import { type Opened, wayOf } from './ways.ts'

/** The merchants' door: the contract's routes under `/pg/payment/card`. */
export function apiRoutes(deps: ApiDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    answerProblems(app)
    refuseOtherMethods(app, `${prefix}/initiate`, ['POST'])
    refuseOtherMethods(app, `${prefix}/check/:orderId`, ['GET'])
    refuseOtherMethods(app, `${prefix}/cancel/:orderId`, ['GET'])
    refuseOtherMethods(app, `${prefix}/capture`, ['POST'])
    refuseOtherMethods(app, `${prefix}/void/:orderId`, ['GET'])
    refuseOtherMethods(app, `${prefix}/refund`, ['POST', 'GET'])
    refuseOtherMethods(app, `${prefix}/payment`, ['POST'])
    refuseOtherMethods(app, `${prefix}/customer`, ['POST'])
    refuseOtherMethods(app, `${prefix}/customer/delete/:cardToken`, ['GET'])
    refuseOtherPlanMethods(app)
    refuseOtherNumberMethods(app)
    refuseOtherDebitMethods(app)
    for (const step of ['initiate', 'auth/payer', 'auth/payment'])
      refuseOtherMethods(app, `${prefix}/threeds/${step}`, ['POST'])
    if (deps.direct) directRoutes(deps.direct, deps)
    for (const { url, methods } of notBuiltYet) refuseOtherMethods(app, url, methods)
    await app.register(async (guarded) => routes(guarded, deps))
  }
}

function routes(plain: FastifyInstance, deps: ApiDeps): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  requireMerchant(plain, deps.directory, deps.newKeyUsed, deps.direct)
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
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const opened = await open(deps, merchantOf(request), bytesOf(request.body))
      return {
        ...success,
        ...opened,
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
      const { seen, now } = await look(deps, merchantOf(request), request.params.orderId)
      const answer = {
        ...success,
        data: checkData(seen, now),
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

  operationRoutes(plain, deps.payments)
  cardRoutes(app, deps)
  planRoutes(plain, deps)
  openNumberRoutes(app, deps)
  threeDsRoutes(app, deps)
  debitRoutes(app, deps)

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

/** Opens the order that a body asks for. */
async function open(deps: ApiDeps, merchant: Merchant, body: Buffer): Promise<Opened> {
  const wanted = readInitiate(body)
  refuseUnpayable(deps, merchant, wanted)
  if (wanted.card.token !== null) await requireStoredCard(deps, merchant, wanted)
  if (wanted.recurring) await requireNewPlan(deps, merchant, wanted)
  if (isDebitChannel(wanted.channel)) {
    const referenceNumber = await initiateByDebit(deps, merchant, wanted, wanted.channel)
    if (referenceNumber !== null) return { referenceNumber }
  }
  const order = await deps.initiate(merchant, orderOf(wanted))
  return { ...wayOf(deps, merchant, order), expiryLink: wibDateTime(order.expiresAt) }
}

/** An order as it stands now. */
async function look(deps: ApiDeps, { merchantId }: Merchant, orderId: string): Promise<{ seen: Glance; now: Date }> {
  const seen = await deps.payments.orders.look(merchantId, orderId)
  if (!seen) throw new Problem('order_not_found')
  return { seen, now: deps.payments.clock.now(merchantId) }
}

/** The two routes that programs call in masses, by the short way. */
function directRoutes(direct: DirectWay, deps: ApiDeps): void {
  const initiateUrl = `${prefix}/initiate`
  const checkUrl = `${prefix}/check/`
  direct.add({
    method: 'POST',
    route: initiateUrl,
    subjectOf: (url) => (url === initiateUrl ? '' : undefined),
    answer: async ({ merchant, body, traceId, elapsedMs }) => {
      const opened = await open(deps, merchant, body)
      return initiateText(opened, seconds(elapsedMs()), traceId)
    },
  })
  direct.add({
    method: 'GET',
    route: `${checkUrl}:orderId`,
    subjectOf: (url) => {
      if (!url.startsWith(checkUrl)) return undefined
      const orderId = url.slice(checkUrl.length)
      return plainOrderId.test(orderId) ? orderId : undefined
    },
    answer: async ({ merchant, subject, traceId, elapsedMs }) => {
      const { seen, now } = await look(deps, merchant, subject)
      return checkText(checkData(seen, now), seen.order.details.metaData, seconds(elapsedMs()), traceId)
    },
  })
}

/** An order id that stands in an address as it is. */
const plainOrderId = /^[A-Za-z0-9._-]{1,64}$/

/**
 * Puts the merchant's own JSON into an answer as text: as a value it would lose digits and the order of keys.
 * The place cannot be inside a text, where its quotes would be escaped.
 */
function withMetaData(answer: string, metaData: string): string {
  return answer.replace('"meta":{"data":null}', () => `"meta":{"data":${metaData}}`)
}
