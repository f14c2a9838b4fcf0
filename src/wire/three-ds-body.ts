import { type Static, Type } from '../base/schema.ts'
import { Card, Customer, Device, InitiateBody, Url } from './initiate-body.ts'
import { code, mobilePhone, object, optional, text, webUrl } from './members.ts'

/*
 * The bodies of direct 3-D Secure (finpay-api.md 5.6), whose three steps a merchant's server takes itself. The first
 * opens an order like `initiate`; of the customer no member is mandatory there, as for a charge.
 */

const number = code(String.raw`^[\d -]{12,40}$`)

export const ThreeDsInitiateBody = object({
  ...InitiateBody.properties,
  customer: object({ ...Customer.properties, mobilePhone: optional(mobilePhone) }),
  url: object({ ...Url.properties, threeDsResponseUrl: webUrl }),
  card: object({ ...Card.properties, number }),
  device: Device,
})

export const ThreeDsPayerBody = object({
  card: object({
    number,
    expiryDate: code(String.raw`^\d{4}$`),
    cvv: code(String.raw`^\d{3,4}$`),
    nameOnCard: text(100),
  }),
  transaction: object({ sessionId: Type.String({ pattern: '^[A-Za-z0-9]{64}$' }) }),
})
export type ThreeDsPayerBody = Static<typeof ThreeDsPayerBody>

export const ThreeDsPaymentBody = object({
  mpgsOrderId: Type.String({ pattern: '^[0-9]{23}$' }),
  mpgsTransactionId: Type.String({ pattern: '^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' }),
})
export type ThreeDsPaymentBody = Static<typeof ThreeDsPaymentBody>
