import { isUtf8 } from 'node:buffer'
import { invariant } from '../base/invariant.ts'
import { type Money, rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Compile } from '../base/schema.ts'
import { type ChannelId, findChannel } from '../channel/catalogue.ts'
import { families } from '../channel/family.ts'
import { requireMembers } from './channel-members.ts'
import { authorizeOnly, InitiateBody } from './initiate-body.ts'
import { parseBody } from './json.ts'
import { type Form, formOf, OnePass } from './one-pass.ts'
import { freeTerms, type PaymentTerms, termsOf } from './payment-terms.ts'
import { phpReencodeInOrder, sortedReencode } from './php-json.ts'
import { readRecurring, type RecurringOrder } from './recurring.ts'
import { canonical, dropAbsent, firstFault, type Shape, shapeOf } from './shape.ts'
import { wholeNumber } from './whole-number.ts'

/** An order as a merchant asks for it, in our words where we have some. */
export interface InitiateRequest {
  readonly order: {
    readonly id: string
    readonly amount: Money
    readonly currency: 'IDR'
    readonly description: string | null
    /** The payer's card is only authorized; the merchant captures later. */
    readonly authorizesOnly: boolean
    readonly timeoutMinutes: number
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
  /** The number that the merchant has chosen for its payer to pay to; null where it chose none. */
  readonly paymentCode: string | null
  /** Who pays, as the channel knows its payers; null where it was not said. */
  readonly accountId: string | null
  /** The one-time password that a payer typed at the merchant's, and the reference of which one; never kept. */
  readonly otp: string | null
  readonly otpReference: string | null
  readonly terms: PaymentTerms
  /** `meta.data` as the JSON text that goes out again. */
  readonly metaData: string | null
  readonly card: {
    /** Lower-case. */
    readonly token: string | null
    readonly storedOnFile: StoredOnFile | null
  }
  /** Payments that are to follow this one; null where none are. */
  readonly recurring: RecurringOrder | null
  /** JSON text of the other known members, to keep with the order; of `card` what names a stored one. Read it with `readStored`. */
  readonly stored: string
  /** JSON text that is equal for requests of the same content. Only its keyed hash is ever kept. */
  readonly identity: string
}

/** What becomes of a card: keep it once it has paid, pay with a kept one, keep it no longer (finpay-api.md 3.10). */
export type StoredOnFile = 'TO_BE_STORED' | 'STORED' | 'NOT_STORED'

/** The members kept with an order: numbers as text. `meta.data` is kept beside them, as text. */
export interface StoredInitiate extends Omit<InitiateBody, 'card' | 'meta' | 'url'> {
  readonly url?: NonNullable<InitiateBody['url']> & { readonly threeDsResponseUrl?: string }
  readonly card?: { readonly token?: string; readonly storedOnFile?: StoredOnFile }
  /** A member of ours, which no request has: the order came with its card and has no page. */
  readonly charge?: 'Y'
  /** Another: the plan that it is a payment of, and which. */
  readonly plan?: PlanMark
  /** Another: the open number that was paid to, of which the order is one payment. */
  readonly openCode?: string
  /** Beside it, where the number did not take what was paid: why. */
  readonly unwanted?: 'number_ended' | 'wrong_amount'
  /** Another: the fingerprint of the card whose payer its merchant takes through 3-D Secure. */
  readonly threeDs?: string
}

/** Which payment of a plan an order is, and which try at it: a try has an order of its own. */
export interface PlanMark {
  readonly id: string
  readonly no: number
  readonly tryNo: number
}

const shape = shapeOf(InitiateBody)
const checker = Compile(InitiateBody)

/** What `JSON.parse` would round or reorder. */
export const captured = ['order.id', 'order.amount', 'meta.data'] as const

/** While nobody has said how the order is to be paid. */
const { timeoutMinutes: defaultTimeoutMinutes } = families.card
const maxMetaData = 8_192

/**
 * Reads an `initiate` request from its bytes.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming the first member at fault
 *   in the order of the contract's tables; after those `feature_not_allowed` naming a known member whose
 *   meaning is not built yet (invariant 12)
 */
export function readInitiate(bytes: Buffer): InitiateRequest {
  return readUsual(bytes) ?? readExactly(bytes)
}

/** The same for any request, in several passes. */
export function readExactly(bytes: Buffer): InitiateRequest {
  const { value, raw } = parseBody(bytes, captured)
  dropAbsent(shape, value)
  const request = checked(checker, shape, readable(value, raw))
  const { token, storedOnFile } = request.card ?? {}
  if (storedOnFile === 'STORED' && token === undefined) throw new Problem('missing_field', { field: 'card.token' })
  requireOwner(request)
  const wanted = requestOf(shape, request, raw)
  requireOtpStep(wanted)
  // The card is charged again and again: it must stay, and somebody must own it.
  if (wanted.recurring && storedOnFile === 'NOT_STORED')
    throw new Problem('malformed_field', { field: 'card.storedOnFile' })
  if (wanted.recurring && wanted.customer.id === '') throw new Problem('missing_field', { field: 'customer.id' })
  return wanted
}

/** The OTP of a payment by BRI comes with its reference, and neither comes with anything else. */
function requireOtpStep({ channel, otp, otpReference }: InitiateRequest): void {
  if (otp === null && otpReference === null) return
  const field = otp === null ? 'order.otp' : 'order.referenceNumber'
  if (channel !== 'ddbri')
    throw new Problem('feature_not_allowed', { field: otp === null ? 'order.referenceNumber' : 'order.otp' })
  if (otp === null || otpReference === null) throw new Problem('missing_field', { field })
}

/**
 * Points are redeemed by their payer, who ticks them on our page; where there is no page nobody can.
 *
 * @throws Problem `feature_not_allowed`, naming the member
 */
export function refusePoints({ terms }: Pick<InitiateRequest, 'terms'>): void {
  if (terms.points) throw new Problem('feature_not_allowed', { field: 'order.transactionFiltering.point' })
}

/** A stored card is its customer's: who stores one or pays with one must be named. */
export function requireOwner({ customer, card }: Pick<InitiateBody, 'card'> & { customer: { id?: string } }): void {
  const isStored = card?.token !== undefined || card?.storedOnFile === 'TO_BE_STORED'
  if (isStored && customer.id === undefined) throw new Problem('missing_field', { field: 'customer.id' })
}

/** A checked request in our words. `customer.mobilePhone` may be missing where the shape does not ask for it. */
export function requestOf(shape: Shape, request: InitiateBody, raw: ReadonlyMap<string, string>): InitiateRequest {
  const { text: metaData, isSorted } = request.meta?.data === undefined ? noMeta : metaText(raw)
  const terms = termsOf(request)
  const unbuilt = unbuiltMember(request)
  if (unbuilt) throw new Problem('feature_not_allowed', { field: unbuilt })

  const { order, customer, url } = request
  const recurring = readRecurring(request.recurring)
  const channel = request.sourceOfFunds?.type === undefined ? undefined : findChannel(request.sourceOfFunds.type)
  const timeoutMinutes = Number(order.timeout ?? channel?.timeoutMinutes ?? defaultTimeoutMinutes)
  const minor = wholeNumber(String(order.amount))
  invariant(minor !== undefined && minor > 0n, 'a checked amount is a whole number of at least 1')
  const paymentCode =
    request.sourceOfFunds?.paymentCode === undefined ? null : String(request.sourceOfFunds.paymentCode)
  const accountId = request.sourceOfFunds?.accountId ?? null
  if (channel) requireMembers(request, channel, { amount: minor, isRecurring: recurring !== null })
  const mobilePhone = (customer.mobilePhone as string | undefined)?.replace(/\s+/g, '') ?? ''

  const { card, meta: _meta, transaction, recurring: sent, ...rest } = request
  const token = card?.token?.toLowerCase()
  const normal = {
    ...rest,
    ...(card && { card: { ...card, ...(token !== undefined && { token }) } }),
    order: { ...withoutOtp(order), amount: String(minor), currency: 'IDR', timeout: timeoutMinutes },
    customer: { ...customer, ...(mobilePhone && { mobilePhone }) },
    // One that nobody subscribes to says the same as none.
    ...(recurring && { recurring: sent }),
    ...(channel && {
      sourceOfFunds: {
        type: channel.id,
        ...(paymentCode !== null && { paymentCode }),
        ...(accountId !== null && { accountId }),
      },
    }),
    ...(transaction && keptOf(transaction)),
  }
  const stored = canonical(shape, normal)
  const meta = metaData === null || isSorted ? metaData : sortedReencode(metaData)

  return {
    order: {
      id: String(order.id),
      amount: rupiah(minor),
      currency: 'IDR',
      description: order.description ?? null,
      authorizesOnly: transaction?.mode === authorizeOnly,
      timeoutMinutes,
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
    paymentCode,
    accountId,
    otp: order.otp === undefined ? null : String(order.otp),
    otpReference: order.referenceNumber === undefined ? null : String(order.referenceNumber),
    terms,
    metaData,
    card: { token: token ?? null, storedOnFile: card?.storedOnFile ?? null },
    recurring,
    stored,
    // JSON has no line end in it, so that no part can pass for another.
    identity: meta === null ? stored : `${stored}\n${meta}\n`,
  }
}

/** A password is never kept, and says nothing of what is asked for. */
function withoutOtp({
  otp: _otp,
  referenceNumber: _reference,
  ...order
}: InitiateBody['order']): InitiateBody['order'] {
  return order
}

/** Members that ask for what is not built, or whose reading is a matter of its own. */
const unusual = new Set([
  'card',
  'recurring',
  'transaction',
  'paymentPlan',
  'order.item.subMerchantId',
  'order.transactionFiltering',
  'order.otp',
  'order.referenceNumber',
  'billing.billerServiceProvider',
  'sourceOfFunds.paymentCode',
  'sourceOfFunds.accountId',
])

const form = formOf(shape, { unusual, exact: new Set(['order.id', 'order.amount']) })

/** A form of the request's, and where its members are. */
function partOf(name: string): { readonly form: Form; readonly place: (member: string) => number } {
  const part = name === '' ? form : form.members[form.places.get(name) ?? -1]?.form
  invariant(part, `${name} is a part of the request`)
  return {
    form: part,
    place: (member) => {
      const place = part.places.get(member)
      invariant(place !== undefined, `${member} is a member of ${name}`)
      return place
    },
  }
}

const root = partOf('')
const orderPart = partOf('order')
const customerPart = partOf('customer')
const urlPart = partOf('url')
const sourcePart = partOf('sourceOfFunds')
const metaPart = partOf('meta')
const at = {
  order: root.place('order'),
  url: root.place('url'),
  meta: root.place('meta'),
  sourceOfFunds: root.place('sourceOfFunds'),
  id: orderPart.place('id'),
  amount: orderPart.place('amount'),
  currency: orderPart.place('currency'),
  description: orderPart.place('description'),
  timeout: orderPart.place('timeout'),
  item: orderPart.place('item'),
  customerId: customerPart.place('id'),
  email: customerPart.place('email'),
  firstName: customerPart.place('firstName'),
  lastName: customerPart.place('lastName'),
  mobilePhone: customerPart.place('mobilePhone'),
  callbackUrl: urlPart.place('callbackUrl'),
  successUrl: urlPart.place('successUrl'),
  failUrl: urlPart.place('failUrl'),
  backUrl: urlPart.place('backUrl'),
  type: sourcePart.place('type'),
  metaData: metaPart.place('data'),
}

/** What `readExactly` gives, in one pass; undefined where the request, right or wrong, is not one of the usual. */
export function readUsual(bytes: Buffer): InitiateRequest | undefined {
  if (!isUtf8(bytes)) return undefined
  const pass = new OnePass(bytes.toString('utf8'))
  if (!pass.read(form)) return undefined

  const order = orderPart.form
  const amountText = pass.valueOf(order, at.amount) ?? ''
  const minor = wholeNumber(amountText)
  if (minor === undefined) return undefined
  const amount = String(minor)
  if (amount !== amountText) pass.put(order, at.amount, amount)
  const timeoutText = pass.valueOf(order, at.timeout)
  if (pass.valueOf(order, at.currency) === undefined) pass.put(order, at.currency, 'IDR')
  const phone = pass.valueOf(customerPart.form, at.mobilePhone) ?? ''
  const mobilePhone = phone.replace(/\s+/g, '')
  if (mobilePhone !== phone) pass.put(customerPart.form, at.mobilePhone, mobilePhone)

  let channel: ChannelId | null = null
  let usualMinutes: number = defaultTimeoutMinutes
  if (pass.has(root.form, at.sourceOfFunds)) {
    const type = pass.valueOf(sourcePart.form, at.type)
    const found = type === undefined ? undefined : findChannel(type)
    if (type !== undefined && !found) return undefined
    // What it asks for beside the schema is looked at by the other reading.
    if (found && (found.needs.length > 0 || minor < found.min || minor > found.max)) return undefined
    channel = found?.id ?? null
    if (found) usualMinutes = found.timeoutMinutes
    if (found && found.id !== type) pass.put(sourcePart.form, at.type, found.id)
  }
  const timeoutMinutes = timeoutText === undefined ? usualMinutes : Number(timeoutText)
  if (timeoutText !== String(timeoutMinutes)) pass.put(order, at.timeout, String(timeoutMinutes))

  const metaText = pass.has(root.form, at.meta) ? pass.valueOf(metaPart.form, at.metaData) : undefined
  // Its fault is told by the other reading.
  const { text: metaData = null, isSorted } = metaText === undefined ? noMeta : phpReencodeInOrder(metaText)
  if (metaText !== undefined && (metaData === null || metaData.length > maxMetaData)) return undefined
  pass.leaveOut(root.form, at.meta)
  const stored = pass.write(root.form) ?? '{}'
  const meta = metaData === null || isSorted ? metaData : sortedReencode(metaData)
  const hasUrls = pass.has(root.form, at.url)
  const url = (place: number) => (hasUrls ? (pass.valueOf(urlPart.form, place) ?? null) : null)
  return {
    order: {
      id: pass.valueOf(order, at.id) ?? '',
      amount: rupiah(minor),
      currency: 'IDR',
      description: pass.valueOf(order, at.description) ?? null,
      // A mode is not among what is usual.
      authorizesOnly: false,
      timeoutMinutes,
    },
    customer: {
      id: pass.valueOf(customerPart.form, at.customerId) ?? '',
      email: pass.valueOf(customerPart.form, at.email) ?? null,
      firstName: pass.valueOf(customerPart.form, at.firstName) ?? null,
      lastName: pass.valueOf(customerPart.form, at.lastName) ?? null,
      mobilePhone,
    },
    url: {
      callbackUrl: url(at.callbackUrl),
      successUrl: url(at.successUrl),
      failUrl: url(at.failUrl),
      backUrl: url(at.backUrl),
    },
    channel,
    // Nor are these.
    paymentCode: null,
    accountId: null,
    otp: null,
    otpReference: null,
    terms: freeTerms,
    metaData,
    card: { token: null, storedOnFile: null },
    recurring: null,
    stored,
    identity: meta === null ? stored : `${stored}\n${meta}\n`,
  }
}

/**
 * Settles, before the check, what a schema cannot say: numbers by their exact text, and the members that
 * are not looked at. Nobody else holds `known`, which this changes.
 */
export function readable(known: Record<string, unknown>, raw: ReadonlyMap<string, string>): Record<string, unknown> {
  const { card, sourceOfFunds } = known
  exactNumbers(known, raw)
  // A card's number, expiry, CVV and name end here, unread (invariant 8).
  if (isObject(card)) {
    const { token, storedOnFile } = card
    known['card'] = { ...(token !== undefined && { token }), ...(storedOnFile !== undefined && { storedOnFile }) }
  }
  // One client sends a bare text, and gets the hosted page (observed-behaviour.md, part 2).
  if (!isObject(sourceOfFunds)) delete known['sourceOfFunds']
  return known
}

/** Puts the exact texts of `order.id` and `order.amount`, where they came as numbers, in the places of those. */
export function exactNumbers({ order }: Record<string, unknown>, raw: ReadonlyMap<string, string>): void {
  if (!isObject(order)) return
  if (typeof order['id'] === 'number') order['id'] = exactId(raw.get('order.id') ?? '')
  if (typeof order['amount'] === 'number') {
    const text = raw.get('order.amount') ?? ''
    order['amount'] = String(wholeNumber(text) ?? text)
  }
}

/** The digits of an integer up to 2^53; anything else as a text that no id can be. */
function exactId(text: string): string {
  return /^\d{1,16}$/.test(text) && BigInt(text) <= 2n ** 53n ? text : `number ${text}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function checked(checker: { Check(value: unknown): boolean }, shape: Shape, known: unknown): InitiateBody {
  // The schemas that are checked by are this one, or ask for less of the customer.
  if (checker.Check(known)) return known as InitiateBody
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

/** What of `transaction` says anything: the modes that capture at once say the same as none. */
function keptOf({ mode, ...chosen }: NonNullable<InitiateBody['transaction']>): Pick<InitiateBody, 'transaction'> {
  const transaction = { ...(mode === authorizeOnly && { mode }), ...chosen }
  return asks(transaction) ? { transaction } : {}
}

/** The first known member, in table order, that asks for what is not built yet. */
function unbuiltMember({ order, billing, sourceOfFunds, transaction, paymentPlan }: InitiateBody): string | undefined {
  const split = order.item?.findIndex((item) => item.subMerchantId !== undefined) ?? -1
  if (split >= 0) return `order.item.${split}.subMerchantId`
  if (asks(billing?.billerServiceProvider)) return 'billing.billerServiceProvider'
  const channel = sourceOfFunds?.type === undefined ? undefined : findChannel(sourceOfFunds.type)
  if (order.otp !== undefined && channel?.family !== 'direct-debit') return 'order.otp'
  if (order.referenceNumber !== undefined && channel?.family !== 'direct-debit') return 'order.referenceNumber'
  if (sourceOfFunds?.paymentCode !== undefined && !channel?.code) return 'sourceOfFunds.paymentCode'
  if (sourceOfFunds?.accountId !== undefined && !channel?.account) return 'sourceOfFunds.accountId'
  if (transaction?.mode !== undefined && !knownModes.has(transaction.mode)) return 'transaction.mode'
  if (transaction?.sessionId !== undefined) return 'transaction.sessionId'
  return asks(paymentPlan) ? 'paymentPlan' : undefined
}

/** The documented default, the documented sample, and the inferred word for a capture that comes later. */
const knownModes: ReadonlySet<string> = new Set(['AUTHCAPTURE', 'PURCHASE', authorizeOnly])

/** An object with nothing known in it asks for nothing. */
function asks(member: object | undefined): boolean {
  return member !== undefined && Object.keys(member).length > 0
}

/**
 * `customer.id` of what `readInitiate` gave as `stored`, empty where there is none, without reading the rest. The
 * customer is not first and its id is its first member; in a text, a quote after a comma would be escaped.
 */
export function customerIdOf(stored: string): string {
  const label = ',"customer":{"id":'
  const found = stored.indexOf(label)
  if (found < 0) return ''
  const start = found + label.length
  let end = start + 1
  while (stored.charAt(end) !== '"') end += stored.charAt(end) === '\\' ? 2 : 1
  return JSON.parse(stored.slice(start, end + 1)) as string
}

/** Whether it is an order of direct 3-D Secure, without reading it: in a text, the quotes would be escaped. */
export function isThreeDs(stored: string): boolean {
  return stored.includes(',"threeDs":"')
}

/** The open number that an order was paid to, without reading the rest; null where there is none. */
export function openCodeOf(stored: string): string | null {
  return /,"openCode":"(\d+)"/.exec(stored)?.[1] ?? null
}

/** The members that `readInitiate` gave as `stored`. */
export function readStored(stored: string): StoredInitiate {
  return JSON.parse(stored) as StoredInitiate
}
