import { sha256 } from '../base/digest.ts'
import { invariant } from '../base/invariant.ts'
import type { Attempt, Order } from './order.ts'
import { opens, type PageToken, pageTokenOf, parsePageToken } from './page-token.ts'

/*
 * What a payment is called between us and a merchant that takes its payers through 3-D Secure itself
 * (finpay-api.md 5.6). Each name leads to its order without an index of its own.
 */

/**
 * The session that a merchant's server pays with. It has the form of a page's token, and cannot be told from
 * one: the payer's browser learns that token on its way back from the bank.
 */
export function sessionIdOf(route: number, order: Pick<Order, 'orderNo' | 'pageSecret'>): string {
  return pageTokenOf(route, { orderNo: order.orderNo, pageSecret: sessionSecretOf(order) })
}

/** Undefined for a text that has not the form of a session. */
export function parseSessionId(text: string): PageToken | undefined {
  return parsePageToken(text.toLowerCase())
}

export function opensSession(session: PageToken, order: Pick<Order, 'pageSecret'>): boolean {
  return opens(session, { pageSecret: sessionSecretOf(order) })
}

function sessionSecretOf({ pageSecret }: Pick<Order, 'pageSecret'>): Buffer {
  return sha256(`session of 3-D Secure ${pageSecret.toString('hex')}`).subarray(0, 16)
}

/** Where a bank sends the payer's browser back to; the page's token follows. */
export const threeDsReturnPath = '/pg/payment/card/threeds/return'

const digits = 23

/**
 * `mpgsOrderId`: the order's id, 1 and zeros up to 23 digits, as in the documented samples. An id that is no number,
 * or is too long for that, gives 23 digits of its own.
 */
export function mpgsOrderIdOf(orderId: string): string {
  if (/^\d{1,22}$/.test(orderId)) return `${orderId}1`.padEnd(digits, '0')
  const number = BigInt(`0x${sha256(`mpgsOrderId ${orderId}`).toString('hex')}`)
  const first = 10n ** BigInt(digits - 1)
  return String(first + (number % (9n * first)))
}

/**
 * `mpgsTransactionId`: a UUID that holds the order's number and which attempt it is. It is no secret, as only the
 * order's own merchant can do anything with it.
 */
export function mpgsTransactionIdOf({ orderNo }: Pick<Order, 'orderNo'>, attemptNo: number): string {
  invariant(attemptNo >= 1 && attemptNo <= 0xfff, 'the number of an attempt has three hex digits')
  const no = orderNo.toString('hex')
  const attempt = attemptNo.toString(16).padStart(3, '0')
  return `${no.slice(0, 8)}-${no.slice(8, 12)}-4${no.slice(12, 15)}-8${attempt}-${no.slice(15)}000`
}

/** Undefined for a text that is no such UUID. */
export function parseMpgsTransactionId(text: string): { orderNo: Buffer; attemptNo: number } | undefined {
  const found = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{9})000$/.exec(text.toLowerCase())
  if (!found) return undefined
  const [, a = '', b = '', c = '', attempt = '', d = ''] = found
  return { orderNo: Buffer.from(a + b + c + d, 'hex'), attemptNo: Number.parseInt(attempt, 16) }
}

/** What 3-D Secure has led to, in Mastercard Gateway's words (reference-facts.md 5.8). */
export type ThreeDsResult = 'SUCCESS' | 'FAILURE' | 'PENDING'

export function threeDsResultOf({ state }: Pick<Attempt, 'state'>): ThreeDsResult {
  if (state === 'started' || state === 'challenged') return 'PENDING'
  return state === 'refused' || state === 'abandoned' ? 'FAILURE' : 'SUCCESS'
}

/** Where the payer's browser goes after 3-D Secure: the merchant's own URL, its query untouched, with the names and the result. */
export function threeDsReturnUrl(order: Order, attempt: Attempt): string {
  const target = order.details.threeDs?.responseUrl
  invariant(target, 'a payment through direct 3-D Secure has a way back')
  const hash = target.indexOf('#')
  const [base, fragment] = hash < 0 ? [target, ''] : [target.slice(0, hash), target.slice(hash)]
  const added = new URLSearchParams({
    mpgsOrderId: mpgsOrderIdOf(order.orderId),
    mpgsTransactionId: mpgsTransactionIdOf(order, attempt.attemptNo),
    result: threeDsResultOf(attempt),
  })
  const joint = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&'
  return `${base}${joint}${added}${fragment}`
}
