import { type Static, Type } from '../base/schema.ts'
import { Customer, InitiateBody, Url } from './initiate-body.ts'
import { code, email, object, optional, text, webUrl, wholeFromOne } from './members.ts'

/* The bodies of direct debit (finpay-api.md part 9): what its tables call mandatory is mandatory here. */

const types = ['ddisaku', 'ddbri', 'ddmandiri'] as const

const type = Type.Unsafe<(typeof types)[number]>({ type: 'string', enum: [...types] })

export const BindBody = object({
  customer: object({ ...Customer.properties, id: Type.String({ minLength: 1, maxLength: 320 }) }),
  url: optional(Url),
  sourceOfFunds: object({ type }),
  recurring: InitiateBody.properties.recurring,
})
export type BindBody = Static<typeof BindBody>

/** An account by its token: to unlink it, or to have a one-time password sent. */
export const AccountBody = object({
  sourceOfFunds: object({ type, accountId: text() }),
})

const { order, customer: _customer, url: _url, sourceOfFunds: _source, ...rest } = InitiateBody.properties

export const PurchaseBody = object({
  order: object({ ...order.properties, currency: Type.Literal('IDR'), description: text(127) }),
  customer: object({ ...Customer.properties, email, firstName: text(50), lastName: text(50) }),
  url: object({ ...Url.properties, callbackUrl: webUrl }),
  ...rest,
  sourceOfFunds: object({ type, accountId: text(), paymentCode: optional(code()) }),
})

/** All of it is flat and text in the documentation. */
export const LimitBody = object({
  cardToken: text(),
  journeyID: Type.String({ pattern: '^[0-9A-Fa-f]{32}$' }),
  chargeToken: Type.String({ pattern: '^[0-9]{12}$' }),
  limit: wholeFromOne,
  otp: code(),
  merchantId: text(),
  sofId: Type.Literal('ddmandiri'),
})
