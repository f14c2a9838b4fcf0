import { type Static, type TObject, type TProperties, Type } from '../base/schema.ts'
import { wireStatuses } from './status.ts'

/*
 * What the gateway answers. Members stand in the order in which they are sent; one that is optional is
 * left out where there is nothing to say, never null (finpay-api.md 4.1).
 */

/** A text or null in one JSON Schema word, which the serialiser writes without trying alternatives. */
function nullableText() {
  return Type.Unsafe<string | null>({ type: ['string', 'null'] })
}

/**
 * An answer whose members are sent in the order written here. The serialiser writes those that the
 * schema lists as required before all others, so only the ones ahead of the first optional one are
 * listed; the static type still demands the rest.
 */
export function inOrder<Properties extends TProperties>(properties: Properties) {
  const firstOptional = Object.values(properties).findIndex(Type.IsOptional)
  const required = Object.keys(properties).slice(0, firstOptional)
  return Type.Unsafe<Static<TObject<Properties>>>({ ...Type.Object(properties), required })
}

export const responseCode = Type.String({ pattern: '^[0-9]{7}$' })
export const processingTime = Type.Number({ description: 'Seconds' })
export const traceId = Type.String({ format: 'uuid' })

/** The only message of a success (emitted.md); clients match on the code. */
export const success = { responseCode: '2000000', responseMessage: 'Request has been processed successfully' } as const

/** An answer that says no more than what became of the request: cancel, void, and every error. */
export const CodeAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  processingTime,
  traceId,
})
export type CodeAnswer = Static<typeof CodeAnswer>

/** The contract has one form for both. */
export const ErrorAnswer = CodeAnswer
export type ErrorAnswer = CodeAnswer

export const InitiateAnswer = inOrder({
  responseCode,
  responseMessage: Type.String(),
  referenceNumber: Type.Optional(Type.String({ description: 'Of the OTP that was sent: ddbri' })),
  redirecturl: Type.Optional(Type.String()),
  expiryLink: Type.Optional(Type.String({ description: 'YYYY-MM-DD HH:MM:SS in UTC+7' })),
  paymentCode: Type.Optional(Type.String()),
  appurl: Type.Optional(Type.String()),
  imageurl: Type.Optional(Type.String()),
  stringQr: Type.Optional(Type.String()),
  processingTime,
  traceId,
})
export type InitiateAnswer = Static<typeof InitiateAnswer>

/** Where the payer goes who links an account. */
export const BindAnswer = inOrder({
  responseCode,
  responseMessage: Type.String(),
  referenceNumber: Type.Optional(Type.String({ description: "The bank's: ddisaku" })),
  redirecturl: Type.String(),
  processingTime,
  traceId,
})

export const AccountsAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: Type.Object({
    customer: Type.Object({ id: Type.String() }),
    accounts: Type.Array(
      inOrder({
        type: Type.String(),
        accountId: Type.String(),
        mask: Type.String(),
        journeyID: Type.Optional(Type.String()),
        chargeToken: Type.Optional(Type.String()),
        limit: Type.Optional(Type.Integer()),
        linkedAt: Type.String({ description: 'YYYY-MM-DD HH:MM:SS in UTC+7' }),
      }),
    ),
  }),
  processingTime,
  traceId,
})

export const CardInfo = Type.Object({
  brand: nullableText(),
  issuing: nullableText(),
  type: nullableText(),
  subType: nullableText(),
  country: nullableText(),
})

/** `result.payment`: how an order stands. */
export const Payment = inOrder({
  status: Type.Unsafe<(typeof wireStatuses)[number]>({ type: 'string', enum: [...wireStatuses] }),
  statusDesc: Type.String(),
  userDesc: Type.String(),
  datetime: Type.Optional(Type.String({ description: 'YYYY-MM-DD HH:MM:SS in UTC+7' })),
  reference: Type.Optional(Type.String()),
  channel: Type.Optional(Type.String()),
  amount: Type.Integer({ description: 'The money that is held; 0 while there is none' }),
})

const CheckData = inOrder({
  merchant: Type.Object({ id: Type.String() }),
  customer: Type.Object({ id: Type.String() }),
  order: Type.Object({
    id: Type.String(),
    reference: Type.String({ description: 'Empty until the order is paid' }),
    amount: Type.Integer(),
    currency: Type.String(),
  }),
  sourceOfFunds: Type.Optional(Type.Object({ type: Type.String(), paymentCode: Type.Optional(Type.String()) })),
  card: Type.Optional(Type.Object({ mask: Type.String(), info: CardInfo })),
  meta: Type.Object({ data: Type.Unknown({ description: 'As sent, else null' }) }),
  result: Type.Object({ payment: Payment }),
})

export const CheckAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: CheckData,
  processingTime,
  traceId,
})
export type CheckAnswer = Static<typeof CheckAnswer>
