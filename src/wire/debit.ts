import { Problem } from '../base/problem.ts'
import { Compile, type Static, type TSchema } from '../base/schema.ts'
import { marked } from './charge.ts'
import { AccountBody, BindBody, LimitBody, PurchaseBody } from './debit-body.ts'
import { captured, checked, type InitiateRequest, readable, requestOf } from './initiate.ts'
import { parseBody } from './json.ts'
import { dropAbsent, firstFault, shapeOf } from './shape.ts'
import { wholeNumber } from './whole-number.ts'

type DebitType = BindBody['sourceOfFunds']['type']

/** What a merchant says of an account that is to be linked. */
export interface BindRequest {
  readonly type: DebitType
  readonly customerId: string
  readonly url: InitiateRequest['url']
}

/** An account as a merchant names it. */
export interface AccountRequest {
  readonly type: DebitType
  readonly accountId: string
}

export interface LimitRequest {
  readonly cardToken: string
  readonly journeyId: string
  readonly chargeToken: string
  readonly limit: bigint
  readonly otp: string
  readonly merchantId: string
}

/** Reads a body by its schema alone. */
function reader<Schema extends TSchema>(schema: Schema): (bytes: Buffer) => Static<Schema> {
  const shape = shapeOf(schema)
  const checker = Compile(schema)
  return (bytes) => {
    const { value } = parseBody(bytes)
    dropAbsent(shape, value)
    if (checker.Check(value)) return value
    const fault = firstFault(shape, value)
    throw new Problem(fault?.missing ? 'missing_field' : 'malformed_field', { field: fault?.field ?? 'sourceOfFunds' })
  }
}

const bindOf = reader(BindBody)

const ofCustomer = ['customer.email', 'customer.firstName', 'customer.lastName']
const ofRecurring = [
  'recurring',
  ...['productCode', 'type', 'id', 'amount', 'interval', 'intervalUnit', 'maxInterval', 'startDate', 'endDate'].map(
    (name) => `recurring.${name}`,
  ),
  ...['interval', 'intervalUnit', 'maxInterval'].map((name) => `recurring.retry.${name}`),
]

/** What a channel's own table calls mandatory. */
const needs: Readonly<Record<DebitType, readonly string[]>> = {
  ddisaku: ['url'],
  ddbri: ofCustomer,
  ddmandiri: [...ofCustomer, ...ofRecurring],
}

/**
 * Reads which account is to be linked, whose, and whom to tell.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming the member
 */
export function readBind(bytes: Buffer): BindRequest {
  const body = bindOf(bytes)
  const { customer, url, sourceOfFunds } = body
  const missing = needs[sourceOfFunds.type].find((path) => valueAt(body, path) === undefined)
  if (missing) throw new Problem('missing_field', { field: missing })
  return {
    type: sourceOfFunds.type,
    customerId: customer.id,
    url: {
      callbackUrl: url?.callbackUrl ?? null,
      successUrl: url?.successUrl ?? null,
      failUrl: url?.failUrl ?? null,
      backUrl: url?.backUrl ?? null,
    },
  }
}

function valueAt(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], body)
}

const accountOf = reader(AccountBody)

/** Reads which account is meant. Whether there is such a one is not asked here. */
export function readAccount(bytes: Buffer): AccountRequest {
  const { type, accountId } = accountOf(bytes).sourceOfFunds
  return { type, accountId }
}

const limitOf = reader(LimitBody)

export function readLimit(bytes: Buffer): LimitRequest {
  const { cardToken, journeyID, chargeToken, limit, otp, merchantId } = limitOf(bytes)
  return {
    cardToken,
    journeyId: journeyID,
    chargeToken,
    limit: wholeNumber(String(limit)) ?? 0n,
    otp: String(otp),
    merchantId,
  }
}

const purchaseShape = shapeOf(PurchaseBody)
const purchaseChecker = Compile(PurchaseBody)

export type PurchaseRequest = InitiateRequest & AccountRequest

/**
 * Reads a `purchase` request. What is kept of it and compared holds no one-time password.
 *
 * @throws Problem as `readInitiate`
 */
export function readPurchase(bytes: Buffer): PurchaseRequest {
  const { value, raw } = parseBody(bytes, captured)
  dropAbsent(purchaseShape, value)
  const request = checked(purchaseChecker, purchaseShape, readable(value, raw))
  const asked = requestOf(purchaseShape, request, raw)
  // BRI is paid by `initiate`, with the password that the merchant's own page asks for.
  if (asked.channel !== 'ddmandiri' && asked.channel !== 'ddisaku')
    throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  if (asked.otpReference !== null) throw new Problem('feature_not_allowed', { field: 'order.referenceNumber' })
  return {
    ...asked,
    type: asked.channel,
    accountId: asked.accountId ?? '',
    stored: marked(asked.stored),
    identity: `debit\n${asked.identity}`,
  }
}
