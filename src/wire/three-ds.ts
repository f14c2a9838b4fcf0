import { Compile } from '../base/schema.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { type SentCard, sentCardOf } from './charge.ts'
import { captured, checked, type InitiateRequest, readable, refusePoints, requestOf, requireOwner } from './initiate.ts'
import type { InitiateBody } from './initiate-body.ts'
import { parseBody } from './json.ts'
import { dropAbsent, firstFault, type Shape, shapeOf } from './shape.ts'
import { ThreeDsInitiateBody, ThreeDsPayerBody, ThreeDsPaymentBody } from './three-ds-body.ts'

export interface ThreeDsInitiate extends InitiateRequest {
  /** As it came. It goes to the vault, which leaves a fingerprint of it, and nowhere else. */
  readonly cardNumber: string
  readonly threeDsResponseUrl: string
}

const opening = { shape: shapeOf(ThreeDsInitiateBody), checker: Compile(ThreeDsInitiateBody) }
const payer = { shape: shapeOf(ThreeDsPayerBody), checker: Compile(ThreeDsPayerBody) }
const payment = { shape: shapeOf(ThreeDsPaymentBody), checker: Compile(ThreeDsPaymentBody) }

/**
 * Reads the first step from its bytes. What it keeps to be stored and compared holds nothing of the card.
 *
 * @throws Problem as `readInitiate`
 */
export function readThreeDsInitiate(bytes: Buffer): ThreeDsInitiate {
  const { value, raw } = parseBody(bytes, [...captured, 'card.number'])
  dropAbsent(opening.shape, value)
  const { card } = value
  const { number } = sentCardOf(card, raw)
  // `readable` leaves the number out, which is mandatory here.
  const known = { ...readable(value, raw), ...(card !== undefined && { card: withNumber(card, number) }) }
  const request = checked(opening.checker, opening.shape, known)
  const { url } = request as InitiateBody & { readonly url: { readonly threeDsResponseUrl: string } }
  const { token, storedOnFile } = request.card ?? {}
  // A stored card has a number that its merchant does not know.
  if (token !== undefined) throw new Problem('feature_not_allowed', { field: 'card.token' })
  if (storedOnFile === 'STORED') throw new Problem('feature_not_allowed', { field: 'card.storedOnFile' })
  requireOwner(request)
  const kept = { ...request, card: { ...(storedOnFile !== undefined && { storedOnFile }) } }
  const asked = requestOf(opening.shape, kept, raw)
  refusePoints(asked)
  if (asked.channel !== null && asked.channel !== 'cc')
    throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  invariant(number !== undefined, 'a checked request has the number of a card')
  return {
    ...asked,
    channel: 'cc',
    identity: `threeds\n${asked.identity}`,
    cardNumber: number,
    threeDsResponseUrl: url.threeDsResponseUrl,
  }
}

function withNumber(card: unknown, number: string | undefined): unknown {
  if (typeof card !== 'object' || card === null || Array.isArray(card)) return card
  return { ...card, ...(number !== undefined && { number }) }
}

/** What is kept with an order says that it is one of direct 3-D Secure, and of which card (`StoredInitiate`). */
export function markedThreeDs(stored: string, fingerprint: string): string {
  return `${stored.slice(0, -1)},"charge":"Y","threeDs":"${fingerprint}"}`
}

export interface ThreeDsPayer {
  readonly sessionId: string
  readonly sentCard: SentCard
}

/**
 * Reads the second step.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming the member
 */
export function readThreeDsPayer(bytes: Buffer): ThreeDsPayer {
  const { value, raw } = parseBody(bytes, ['card.number', 'card.expiryDate', 'card.cvv'])
  const { card, transaction } = readAs(payer, value)
  const { number = '', expiryDate = '', cvv = '', nameOnCard = '' } = sentCardOf(card, raw)
  return { sessionId: transaction.sessionId, sentCard: { number, expiryDate, cvv, nameOnCard } }
}

/**
 * Reads the third step.
 *
 * @throws Problem as the second
 */
export function readThreeDsPayment(bytes: Buffer): ThreeDsPaymentBody {
  return readAs(payment, parseBody(bytes).value)
}

function readAs<Body>(
  { shape, checker }: { readonly shape: Shape; readonly checker: { Check(value: unknown): value is Body } },
  value: unknown,
): Body {
  dropAbsent(shape, value)
  if (checker.Check(value)) return value
  const fault = firstFault(shape, value)
  throw new Problem(fault?.missing ? 'missing_field' : 'malformed_field', { field: fault?.field ?? 'body' })
}
