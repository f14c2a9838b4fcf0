import { invariant } from '../base/invariant.ts'
import { type Money, rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Compile } from '../base/schema.ts'
import { type ChannelId, findChannel } from '../channel/catalogue.ts'
import { InitiateBody, type Item } from './initiate-body.ts'
import { parseBody } from './json.ts'
import { phpReencodeInOrder, sortedReencode } from './php-json.ts'
import { canonical, dropAbsent, firstFault, shapeOf } from './shape.ts'
import { wholeNumber } from './whole-number.ts'

/** An order as a merchant asks for it, in our words where we have some. */
export interface InitiateRequest {
  readonly order: {
    readonly id: string
    readonly amount: Money
    readonly currency: 'IDR'
    readonly description: string | null
    readonly timeoutMinutes: number
    readonly items: readonly Item[]
  }
  readonly customer: {
    /** As sent, else empty: the callback carries it either way. */
    readonly id: string
    readonly email: string | null
    readonly firstName: string | null
    readonly lastName: string | null
    /** E.164 without blanks. */
    readonly mobilePhone: string
  }
  readonly url: {
    readonly callbackUrl: string | null
    readonly successUrl: string | null
    readonly failUrl: string | null
    readonly backUrl: string | null
  }
  /** Null: the payer picks. */
  readonly channel: ChannelId | null
  /** `meta.data` as the JSON text that goes out again. */
  readonly metaData: string | null
  /** JSON text of the other known members, to keep with the order; of `card` nothing. Read it with `readStored`. */
  readonly stored: string
  /** JSON text that is equal for requests of the same content. Only its keyed hash is ever kept. */
  readonly identity: string
}

/** The members kept with an order: numbers as text. `meta.data` is kept beside them, as text. */
export type StoredInitiate = Omit<InitiateBody, 'card' | 'meta'>

const shape = shapeOf(InitiateBody)
const checker = Compile(InitiateBody)

/** What `JSON.parse` would round or reorder. */
const captured = ['order.id', 'order.amount', 'meta.data'] as const

const defaultTimeoutMinutes = 1_440
const maxMetaData = 8_192

/**
 * Reads an `initiate` request from its bytes.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming the first member at fault
 *   in the order of the contract's tables; after those `feature_not_allowed` naming a known member whose
 *   meaning is not built yet (invariant 12)
 */
export function readInitiate(bytes: Buffer): InitiateRequest {
  const { value, raw } = parseBody(bytes, captured)
  dropAbsent(shape, value)
  const request = checked(readable(value, raw))
  const { text: metaData, isSorted } = request.meta?.data === undefined ? noMeta : metaText(raw)
  const unbuilt = unbuiltMember(request)
  if (unbuilt) throw new Problem('feature_not_allowed', { field: unbuilt })

  const { order, customer, url } = request
  const channel = request.sourceOfFunds?.type === undefined ? undefined : findChannel(request.sourceOfFunds.type)
  const timeoutMinutes = Number(order.timeout ?? defaultTimeoutMinutes)
  const minor = wholeNumber(String(order.amount))
  invariant(minor !== undefined && minor > 0n, 'a checked amount is a whole number of at least 1')
  const mobilePhone = customer.mobilePhone.replace(/\s+/g, '')

  const { card, meta: _meta, transaction: _mode, ...rest } = request
  const normal = {
    ...rest,
    order: { ...order, amount: String(minor), currency: 'IDR', timeout: timeoutMinutes },
    customer: { ...customer, mobilePhone },
    ...(channel && { sourceOfFunds: { type: channel.id } }),
  }
  const stored = canonical(shape, normal)
  const apart = asks(card) ? canonical(shape, { card }) : undefined
  const meta = metaData === null || isSorted ? metaData : sortedReencode(metaData)

  return {
    order: {
      id: String(order.id),
      amount: rupiah(minor),
      currency: 'IDR',
      description: order.description ?? null,
      timeoutMinutes,
      items: order.item ?? [],
    },
    customer: {
      id: customer.id ?? '',
      email: customer.email ?? null,
      firstName: customer.firstName ?? null,
      lastName: customer.lastName ?? null,
      mobilePhone,
    },
    url: {
      callbackUrl: url?.callbackUrl ?? null,
      successUrl: url?.successUrl ?? null,
      failUrl: url?.failUrl ?? null,
      backUrl: url?.backUrl ?? null,
    },
    channel: channel?.id ?? null,
    metaData,
    stored,
    // JSON has no line end in it, so that no part can pass for another.
    identity: meta === null && apart === undefined ? stored : `${stored}\n${meta ?? ''}\n${apart ?? ''}`,
  }
}

/**
 * Settles, before the check, what a schema cannot say: numbers by their exact text, and the members that
 * are not looked at. Nobody else holds `known`, which this changes.
 */
function readable(known: Record<string, unknown>, raw: ReadonlyMap<string, string>): Record<string, unknown> {
  const { order, card, sourceOfFunds } = known
  if (isObject(order)) {
    if (typeof order['id'] === 'number') order['id'] = exactId(raw.get('order.id') ?? '')
    if (typeof order['amount'] === 'number') {
      const text = raw.get('order.amount') ?? ''
      order['amount'] = String(wholeNumber(text) ?? text)
    }
  }
  // A card's number, expiry, CVV and name end here, unread (invariant 8).
  if (isObject(card)) {
    const { token, storedOnFile } = card
    known['card'] = { ...(token !== undefined && { token }), ...(storedOnFile !== undefined && { storedOnFile }) }
  }
  // One client sends a bare text, and gets the hosted page (observed-behaviour.md, part 2).
  if (!isObject(sourceOfFunds)) delete known['sourceOfFunds']
  return known
}

/** The digits of an integer up to 2^53; anything else as a text that no id can be. */
function exactId(text: string): string {
  return /^\d{1,16}$/.test(text) && BigInt(text) <= 2n ** 53n ? text : `number ${text}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checked(known: unknown): InitiateBody {
  if (checker.Check(known)) return known
  const fault = firstFault(shape, known)
  invariant(fault, 'what the compiled check refuses has a member at fault')
  throw new Problem(fault.missing ? 'missing_field' : 'malformed_field', { field: fault.field })
}

/** `meta.data` as PHP's decode and encode write it. It is the last member to be found at fault. */
function metaText(raw: ReadonlyMap<string, string>): { text: string; isSorted: boolean } {
  const { text, isSorted } = phpReencodeInOrder(raw.get('meta.data') ?? 'null')
  if (text === undefined || text.length > maxMetaData) throw new Problem('malformed_field', { field: 'meta.data' })
  return { text, isSorted }
}

const noMeta = { text: null, isSorted: true }

/** The first known member, in table order, that asks for what is not built yet. */
function unbuiltMember({
  order,
  billing,
  card,
  recurring,
  sourceOfFunds,
  transaction,
  paymentPlan,
}: InitiateBody): string | undefined {
  const split = order.item?.findIndex((item) => item.subMerchantId !== undefined) ?? -1
  if (split >= 0) return `order.item.${split}.subMerchantId`
  if (asks(order.transactionFiltering)) return 'order.transactionFiltering'
  if (order.otp !== undefined) return 'order.otp'
  if (order.referenceNumber !== undefined) return 'order.referenceNumber'
  if (asks(billing?.billerServiceProvider)) return 'billing.billerServiceProvider'
  if (card?.token !== undefined) return 'card.token'
  if (card?.storedOnFile !== undefined) return 'card.storedOnFile'
  if (asks(recurring)) return 'recurring'
  if (sourceOfFunds?.type !== undefined && !findChannel(sourceOfFunds.type)?.built) return 'sourceOfFunds.type'
  if (sourceOfFunds?.paymentCode !== undefined) return 'sourceOfFunds.paymentCode'
  if (sourceOfFunds?.accountId !== undefined) return 'sourceOfFunds.accountId'
  if (transaction?.mode !== undefined && !capturesAtOnce.has(transaction.mode)) return 'transaction.mode'
  if (transaction?.sessionId !== undefined) return 'transaction.sessionId'
  if (transaction?.fdsId !== undefined) return 'transaction.fdsId'
  if (transaction?.acquirerId !== undefined) return 'transaction.acquirerId'
  return asks(paymentPlan) ? 'paymentPlan' : undefined
}

/** The documented default and the documented sample; every other mode leaves the capture for later. */
const capturesAtOnce: ReadonlySet<string> = new Set(['AUTHCAPTURE', 'PURCHASE'])

/** An object with nothing known in it asks for nothing. */
function asks(member: object | undefined): boolean {
  return member !== undefined && Object.keys(member).length > 0
}

/** The members that `readInitiate` gave as `stored`. */
export function readStored(stored: string): StoredInitiate {
  return JSON.parse(stored) as StoredInitiate
}
