import type { FastifyInstance } from 'fastify'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { findChannel } from '../channel/catalogue.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { seconds } from '../http/problem-answer.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { takes } from '../payment/candidates.ts'
import { changeNumber, deleteNumber, registerNumber, standingNumber } from '../payment/open-number.ts'
import type { NumberKey } from '../payment/open-number-store.ts'
import { CodeAnswer, success } from '../wire/answers.ts'
import { type OpenNumberRequest, readRegister, readStoredNumber, readUpdate } from '../wire/open-number.ts'
import { OpenNumberAnswer, OpenNumberBody, OpenNumberCheckAnswer } from '../wire/open-number-body.ts'
import type { Typed } from './card-routes.ts'
import { type ApiDeps, bytesOf, checkedByReader, errors, prefix } from './deps.ts'

const path = `${prefix}/openpayment`

export function refuseOtherNumberMethods(app: FastifyInstance): void {
  for (const call of ['register', 'update']) refuseOtherMethods(app, `${path}/${call}`, ['POST'])
  for (const call of ['check', 'delete']) refuseOtherMethods(app, `${path}/${call}/:sofId/:paymentCode`, ['GET'])
}

/** Open numbers: registered, changed, looked up and deleted (finpay-api.md 4.7). */
export function openNumberRoutes(app: Typed, deps: ApiDeps): void {
  const { payments, openNumbers } = deps
  const tags = ['Open numbers']
  const params = Type.Object({
    sofId: Type.String({ description: 'A `sourceOfFunds.type` that has numbers: `vabca`' }),
    paymentCode: Type.String(),
  })

  for (const { call, summary } of [
    { call: 'register', summary: 'Register a number to which any amount can be paid, as often as its payers like' },
    { call: 'update', summary: 'Say other things of an open number, for the payments that are still to come' },
  ] as const) {
    app.post(
      `${path}/${call}`,
      {
        schema: { summary, tags, body: OpenNumberBody, response: { 200: OpenNumberAnswer, ...errors } },
        validatorCompiler: checkedByReader,
      },
      async (request, reply) => {
        const merchant = merchantOf(request)
        const body = bytesOf(request.body)
        let paymentCode
        if (call === 'register') {
          const wanted = readRegister(body)
          refuseUnable(deps, merchant, wanted)
          paymentCode = await registerNumber(openNumbers, merchant, wanted)
        } else {
          const wanted = readUpdate(body)
          ;({ paymentCode } = wanted)
          await changeNumber(openNumbers, merchant, wanted)
        }
        return { ...success, paymentCode, processingTime: seconds(reply.elapsedTime), traceId: request.id }
      },
    )
  }

  app.get(
    `${path}/check/:sofId/:paymentCode`,
    {
      schema: { summary: 'Look an open number up', tags, params, response: { 200: OpenNumberCheckAnswer, ...errors } },
    },
    async (request, reply) => {
      const number = await standingNumber(payments, keyIn(merchantOf(request), request.params))
      if (!number) throw new Problem('order_not_found')
      const { channel: type, paymentCode, members } = number
      return {
        ...success,
        data: { customer: readStoredNumber(members).customer, sourceOfFunds: { type, paymentCode } },
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  app.get(
    `${path}/delete/:sofId/:paymentCode`,
    {
      schema: { summary: 'Delete an open number', tags, params, response: { 200: CodeAnswer, ...errors } },
    },
    async (request, reply) => {
      await deleteNumber(payments, keyIn(merchantOf(request), request.params))
      return { ...success, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )
}

/** @throws Problem `feature_not_allowed` for a channel that the merchant may not use */
function refuseUnable({ payments }: ApiDeps, merchant: Merchant, { channel }: OpenNumberRequest): void {
  if (!takes(payments, merchant, channel)) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
}

/** What is no number of any channel is nobody's. */
function keyIn(
  { merchantId }: Merchant,
  { sofId, paymentCode }: { readonly sofId: string; readonly paymentCode: string },
): NumberKey {
  const channel = findChannel(sofId)
  if (!channel?.code || !/^\d{1,30}$/.test(paymentCode)) throw new Problem('order_not_found')
  return { merchantId, channel: channel.id, paymentCode }
}
