import { type Static, Type } from '../base/schema.ts'
import { Card, Customer, InitiateBody } from './initiate-body.ts'
import { code, mobilePhone, object, optional, text } from './members.ts'

/*
 * The body of `POST /pg/payment/card/payment`: that of `initiate` with a card that can be charged at once. The
 * documented samples show of the customer an id and no more, so no other member of it is mandatory.
 */

export const ChargedCard = object({
  ...Card.properties,
  number: optional(code(String.raw`^[\d -]{12,40}$`)),
  expiryDate: optional(code(String.raw`^\d{4}$`)),
  cvv: optional(code(String.raw`^\d{3,4}$`)),
  nameOnCard: optional(text(100)),
})

export const ChargeBody = object({
  ...InitiateBody.properties,
  customer: object({ ...Customer.properties, mobilePhone: optional(mobilePhone) }),
  card: ChargedCard,
})

export type ChargeBody = Static<typeof ChargeBody>

/** Whose cards are asked for. */
export const CustomerBody = object({
  customer: object({ id: Type.String({ minLength: 1, maxLength: 320 }) }),
})
export type CustomerBody = Static<typeof CustomerBody>
