import { Compile } from '../base/schema.ts'
import { Problem } from '../base/problem.ts'
import { ChargeBody, ChargedCard, CustomerBody } from './charge-body.ts'
import { captured, checked, type InitiateRequest, readable, refusePoints, requestOf, requireOwner } from './initiate.ts'
import { parseBody } from './json.ts'
import { dropAbsent, firstFault, shapeOf } from './shape.ts'

/** A card as a merchant's server sends it, each member as it came. It goes to the vault and nowhere else. */
export interface SentCard {
  readonly number: string
  /** `YYMM`. */
  readonly expiryDate: string
  readonly cvv: string
  readonly nameOnCard: string
}

export interface ChargeRequest extends InitiateRequest {
  /** Null: the stored card of `card.token` is charged. */
  readonly sentCard: SentCard | null
  /** Beside a token, where the merchant asked its customer for it. */
  readonly cvv: string | null
}

const shape = shapeOf(ChargeBody)
const checker = Compile(ChargeBody)
const cardShape = shapeOf(ChargedCard)
const cardMembers = ['number', 'expiryDate', 'cvv', 'nameOnCard'] as const

/** A number of nineteen digits would be rounded. */
const capturedOfCard = [...captured, 'card.number', 'card.expiryDate', 'card.cvv'] as const

/**
 * Reads a `payment` request from its bytes. What it keeps to be stored and compared holds nothing of a card but
 * the token and what is to become of it (invariant 8).
 *
 * @throws Problem as `readInitiate`
 */
export function readCharge(bytes: Buffer): ChargeRequest {
  const { value, raw } = parseBody(bytes, capturedOfCard)
  dropAbsent(shape, value)
  // `readable` puts another in its place, with what may be kept of it.
  const { card } = value
  const request = checked(checker, shape, readable(value, raw))
  const fault = firstFault(cardShape, card)
  if (fault) throw new Problem('malformed_field', { field: `card.${fault.field}` })
  const sent = sentCardOf(card, raw)
  const { token, storedOnFile } = request.card ?? {}
  if (token === undefined) {
    if (storedOnFile === 'STORED') throw new Problem('missing_field', { field: 'card.token' })
    const missing = cardMembers.find((name) => sent[name] === undefined)
    if (missing) throw new Problem('missing_field', { field: `card.${missing}` })
  }
  requireOwner(request)
  const asked = requestOf(shape, request, raw)
  refusePoints(asked)
  if (asked.channel !== null && asked.channel !== 'cc')
    throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  // A plan begins with its payer, who is told of it and authenticated.
  if (asked.recurring) throw new Problem('feature_not_allowed', { field: 'recurring' })
  const { number = '', expiryDate = '', cvv = '', nameOnCard = '' } = sent
  return {
    ...asked,
    channel: 'cc',
    stored: marked(asked.stored),
    identity: `charge\n${asked.identity}`,
    sentCard: token === undefined ? { number, expiryDate, cvv, nameOnCard } : null,
    cvv: cvv || null,
  }
}

/** Members as text; absent ones are not there. */
export function sentCardOf(card: unknown, raw: ReadonlyMap<string, string>): Partial<Record<keyof SentCard, string>> {
  const given = (typeof card === 'object' && card !== null ? card : {}) as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    cardMembers.flatMap((name) => {
      const value = given[name]
      const text = typeof value === 'number' ? raw.get(`card.${name}`) : value
      return typeof text === 'string' ? [[name, text]] : []
    }),
  )
}

/** Says of what is kept with an order that it came with its card (`StoredInitiate`). */
export function marked(stored: string): string {
  return `${stored.slice(0, -1)},"charge":"Y"}`
}

const customerShape = shapeOf(CustomerBody)
const customerChecker = Compile(CustomerBody)

/**
 * Reads whose cards are asked for.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming `customer` or `customer.id`
 */
export function readCustomer(bytes: Buffer): string {
  const { value } = parseBody(bytes)
  dropAbsent(customerShape, value)
  if (customerChecker.Check(value)) return value.customer.id
  const fault = firstFault(customerShape, value)
  throw new Problem(fault?.missing ? 'missing_field' : 'malformed_field', { field: fault?.field ?? 'customer' })
}
