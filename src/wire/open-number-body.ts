import { type Static, Type } from '../base/schema.ts'
import { channelTypes } from '../channel/catalogue.ts'
import { processingTime, responseCode, traceId } from './answers.ts'
import { Customer, orderId, Url } from './initiate-body.ts'
import { amount, code, minutes, object, optional, text } from './members.ts'

/*
 * Open numbers, to which payers pay any amount as often as they like (finpay-api.md 4.7). Which members `order` has
 * here was not recovered; those that say something of a payment to come are known, so that none is ignored in silence.
 */

/** The body of `register` and of `update`, once: type, check and OpenAPI. */
export const OpenNumberBody = object({
  order: optional(
    object({
      id: optional(orderId),
      amount: optional(amount),
      currency: optional(Type.Literal('IDR')),
      description: optional(text(127)),
      timeout: optional(minutes),
    }),
  ),
  customer: Customer,
  url: optional(Url),
  sourceOfFunds: object({
    type: Type.Unsafe<string>({ type: 'string', enum: [...channelTypes] }),
    paymentCode: optional(code('^.{1,30}$')),
    accountId: optional(text()),
  }),
})
export type OpenNumberBody = Static<typeof OpenNumberBody>

export const OpenNumberAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  paymentCode: Type.String({ description: 'The number that payers pay to' }),
  processingTime,
  traceId,
})

const word = Type.Optional(Type.String())

export const OpenNumberCheckAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: Type.Object({
    customer: Type.Object({
      id: word,
      email: word,
      firstName: word,
      lastName: word,
      mobilePhone: word,
      phone: word,
      taxRegistrationId: word,
      account: Type.Optional(Type.Object({ id: word })),
    }),
    sourceOfFunds: Type.Object({ type: Type.String(), paymentCode: Type.String() }),
  }),
  processingTime,
  traceId,
})
