import { type Static, Type } from '../base/schema.ts'
import { CardInfo, inOrder, Payment, processingTime, responseCode, traceId } from './answers.ts'

/*
 * What the gateway answers about cards without a page. Of the documented members those are sent whose values we
 * have (finpay-api.md 3.17); the shape of a list of cards is ours, as none is known.
 */

export const ChargeAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: Type.Object({
    acquirer: Type.Object({ id: Type.String() }),
    amount: Type.Integer(),
    authorizationCode: Type.String(),
    currency: Type.String(),
    id: Type.String({ description: 'Our reference of the payment at the acquirer' }),
    reference: Type.String({ description: 'Our reference of the order, as in its callback' }),
    source: Type.Literal('INTERNET'),
    type: Type.Union([Type.Literal('PAYMENT'), Type.Literal('AUTHORIZATION')]),
    card: Type.Object({ mask: Type.String(), info: CardInfo }),
    result: Type.Object({ payment: Payment }),
  }),
  processingTime,
  traceId,
})
export type ChargeAnswer = Static<typeof ChargeAnswer>

const ListedCard = inOrder({
  token: Type.String({ description: '64 hex digits, to pay with and to delete' }),
  mask: Type.String(),
  expiryDate: Type.String({ description: 'YYMM' }),
  info: CardInfo,
  storedAt: Type.String({ description: 'YYYY-MM-DD HH:MM:SS in UTC+7' }),
  lastUsedAt: Type.String({ description: 'YYYY-MM-DD HH:MM:SS in UTC+7' }),
})

export const CardsAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: Type.Object({
    customer: Type.Object({ id: Type.String() }),
    cards: Type.Array(ListedCard, { description: 'The one that was used last first' }),
  }),
  processingTime,
  traceId,
})
export type CardsAnswer = Static<typeof CardsAnswer>

/** What the first step of direct 3-D Secure answers; of the documented answer only the session is known. */
export const ThreeDsInitiateAnswer = inOrder({
  responseCode,
  responseMessage: Type.String(),
  sessionId: Type.String({ description: '64 hex digits, a secret: `transaction.sessionId` of the next step' }),
  processingTime,
  traceId,
})

/** The second step, as documented (finpay-api.md 5.6). */
export const ThreeDsPayerAnswer = inOrder({
  responseCode,
  responseMessage: Type.String(),
  redirectHtml: Type.String({ description: "Put this into your payer's page; its form leads to the bank" }),
  threeDsInteraction: Type.Union([Type.Literal('challengemode'), Type.Literal('frictionlessmode')]),
  mpgsOrderId: Type.String({ description: '23 digits; empty while the bank asks the payer' }),
  mpgsTransactionId: Type.String({ description: 'A UUID; empty while the bank asks the payer' }),
  processingTime,
  traceId,
})
export type ThreeDsPayerAnswer = Static<typeof ThreeDsPayerAnswer>
