import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyInstance,
  FastifyBaseLogger,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { formatYymm } from '../card/expiry.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { seconds } from '../http/problem-answer.ts'
import { CodeAnswer, success } from '../wire/answers.ts'
import { CardsAnswer, ChargeAnswer } from '../wire/card-answers.ts'
import { readCharge, readCustomer } from '../wire/charge.ts'
import { ChargeBody, CustomerBody } from '../wire/charge-body.ts'
import { wibDateTime } from '../wire/wib.ts'
import { chargeCard, chargeData } from './charge.ts'
import { type ApiDeps, bytesOf, errors, prefix, refuseUnpayable, checkedByReader } from './deps.ts'

export type Typed = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** Payments with a card that the merchant has or sends, and the cards that its customers keep with it. */
export function cardRoutes(app: Typed, deps: ApiDeps): void {
  const { payments, vault } = deps

  app.post(
    `${prefix}/payment`,
    {
      schema: {
        summary: 'Pay at once with a stored card, or with a card that is sent (non-3DS)',
        tags: ['Payment'],
        body: ChargeBody,
        response: { 200: ChargeAnswer, ...errors },
      },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const asked = readCharge(bytesOf(request.body))
      refuseUnpayable(deps, merchant, asked)
      const standing = await chargeCard(deps, merchant, asked)
      return {
        ...success,
        data: chargeData(standing, payments.clock.now(merchant.merchantId)),
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  app.post(
    `${prefix}/customer`,
    {
      schema: {
        summary: "A customer's stored cards",
        tags: ['Stored cards'],
        body: CustomerBody,
        response: { 200: CardsAnswer, ...errors },
      },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const { merchantId } = merchantOf(request)
      const customerId = readCustomer(bytesOf(request.body))
      const cards = await vault.listStored(payments.database, merchantId, customerId)
      return {
        ...success,
        data: {
          customer: { id: customerId },
          cards: cards.map(({ token, mask, expiry, info, storedAt, lastUsedAt }) => ({
            token,
            mask,
            expiryDate: formatYymm(expiry),
            info: { ...info },
            storedAt: wibDateTime(storedAt),
            lastUsedAt: wibDateTime(lastUsedAt),
          })),
        },
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  app.get(
    `${prefix}/customer/delete/:cardToken`,
    {
      schema: {
        summary: 'Delete a stored card',
        tags: ['Stored cards'],
        params: Type.Object({ cardToken: Type.String() }),
        response: { 200: CodeAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { merchantId } = merchantOf(request)
      const token = request.params.cardToken.toLowerCase()
      const isGone = /^[0-9a-f]{64}$/.test(token) && (await vault.removeStored(payments.database, merchantId, token))
      if (!isGone) throw new Problem('order_not_found')
      return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )
}
