import { merchantOf } from '../http/basic-auth.ts'
import { seconds } from '../http/problem-answer.ts'
import { success } from '../wire/answers.ts'
import { ChargeAnswer, ThreeDsInitiateAnswer, ThreeDsPayerAnswer } from '../wire/card-answers.ts'
import { freeTerms } from '../wire/payment-terms.ts'
import { readThreeDsInitiate, readThreeDsPayer, readThreeDsPayment } from '../wire/three-ds.ts'
import { ThreeDsInitiateBody, ThreeDsPayerBody, ThreeDsPaymentBody } from '../wire/three-ds-body.ts'
import type { Typed } from './card-routes.ts'
import { chargeData } from './charge.ts'
import { type ApiDeps, bytesOf, errors, prefix, refuseUnpayable, checkedByReader } from './deps.ts'
import { authenticatePayer, openThreeDs, payAuthenticated, payerData } from './three-ds.ts'

/** Who moves the money was chosen in the first step. */
const laterStep = { channel: 'cc', terms: freeTerms } as const

/** A card payment whose merchant takes the payer through 3-D Secure itself, in three steps (finpay-api.md 5.6). */
export function threeDsRoutes(app: Typed, deps: ApiDeps): void {
  const { payments } = deps
  const tags = ['Direct 3-D Secure']

  app.post(
    `${prefix}/threeds/initiate`,
    {
      schema: {
        summary: 'Step 1: open a payment for a card whose payer you take through 3-D Secure',
        tags,
        body: ThreeDsInitiateBody,
        response: { 200: ThreeDsInitiateAnswer, ...errors },
      },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const asked = readThreeDsInitiate(bytesOf(request.body))
      refuseUnpayable(deps, merchant, asked)
      const sessionId = await openThreeDs(deps, merchant, asked)
      return { ...success, sessionId, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )

  app.post(
    `${prefix}/threeds/auth/payer`,
    {
      schema: {
        summary: 'Step 2: authenticate the payer of the card',
        tags,
        body: ThreeDsPayerBody,
        response: { 200: ThreeDsPayerAnswer, ...errors },
      },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const asked = readThreeDsPayer(bytesOf(request.body))
      refuseUnpayable(deps, merchant, laterStep)
      const standing = await authenticatePayer(deps, merchant, asked)
      return {
        ...success,
        ...payerData(standing, payments.clock.now(merchant.merchantId)),
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  app.post(
    `${prefix}/threeds/auth/payment`,
    {
      schema: {
        summary: 'Step 3: pay with the authenticated card',
        tags,
        body: ThreeDsPaymentBody,
        response: { 200: ChargeAnswer, ...errors },
      },
      validatorCompiler: checkedByReader,
    },
    async (request, reply) => {
      const merchant = merchantOf(request)
      const asked = readThreeDsPayment(bytesOf(request.body))
      refuseUnpayable(deps, merchant, laterStep)
      const standing = await payAuthenticated(deps, merchant, asked)
      return {
        ...success,
        data: chargeData(standing, payments.clock.now(merchant.merchantId)),
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )
}
