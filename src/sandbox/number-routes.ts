import { rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { findChannel } from '../channel/catalogue.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { wireStatusOf } from '../payment/wire-status.ts'
import { ErrorAnswer } from '../wire/answers.ts'
import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type PayerDeps, see } from './payer-script.ts'

const path = '/sandbox/numbers/:sofId/:paymentCode/pay'

const NumberPayBody = Type.Object(
  {
    amount: Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: '^\\d{1,14}$' })]),
    outcome: Type.Optional(
      Type.Union([Type.Literal('approved'), Type.Literal('late')], {
        description: '`late`: money that comes all the same, whatever the bank shows of the number',
      }),
    ),
  },
  { additionalProperties: false },
)

const NumberPayAnswer = Type.Object({
  orderId: Type.String({ description: 'The order that the payment is' }),
  status: Type.String(),
  result: Type.String({ description: '`kept`, or that it goes back and why' }),
})

export function refuseOtherNumberMethods(app: FastifyInstance): void {
  refuseOtherMethods(app, path, ['POST'])
}

/** Pays at the bank of an open number, through the functions that the bank's own pages run. */
export function numberRoutes(plain: FastifyInstance, { payments, provider }: PayerDeps): void {
  plain.withTypeProvider<TypeBoxTypeProvider>().post(
    path,
    {
      schema: {
        summary: "Pay any amount to an open number, as a payer would at its bank (Gerbang's own call)",
        tags: ['Sandbox'],
        params: Type.Object({ sofId: Type.String(), paymentCode: Type.String() }),
        body: NumberPayBody,
        response: { 200: NumberPayAnswer, '4xx': ErrorAnswer, '5xx': ErrorAnswer },
      },
    },
    async (request) => {
      const merchant = merchantOf(request)
      const { merchantId } = merchant
      const { sofId, paymentCode } = request.params
      const amount = rupiah(BigInt(request.body.amount))
      const channel = findChannel(sofId)
      if (!channel?.code) throw new Problem('order_not_found')
      if (amount.minor === 0n) throw new Problem('malformed_field', { field: 'amount' })
      if (request.body.outcome !== 'late') {
        const shown = await provider.lookUp(channel, paymentCode)
        if (shown.kind !== 'open' || shown.merchant.merchantId !== merchantId) throw new Problem('order_not_found')
        if (amount.minor < channel.min || amount.minor > channel.max)
          throw new Problem('malformed_field', { field: 'amount' })
      }
      const { orderId, state, reason } = await provider.payNumber(merchant, channel, paymentCode, amount)
      const { order, attempt } = await see(payments, merchantId, orderId)
      return {
        orderId,
        status: wireStatusOf(order, attempt, payments.clock.now(merchantId)),
        result: reason === null ? state : `${state}: ${reason}`,
      }
    },
  )
}
