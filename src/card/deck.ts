import { brandOf } from './brand.ts'
import type { CardInfo } from './card.ts'
import type { Expiry } from './expiry.ts'
import type { Pan } from './pan.ts'

/**
 * The published test cards, and what each of them does. Numbers, expiries and CVVs decide every outcome of
 * the sandbox; there are no magic amounts, so suites written for other gateways run unaltered.
 * Sources: reference-facts.md 5.6 and the pages that it names. Nothing but published numbers may be added.
 *
 * What the sources leave open is decided here:
 * - `5123450000000008` stands among the plain cards in one list of its deck and among the challenges in
 *   another, `2223000000000007` likewise in the deck's own 3-D Secure table. Both are challenges: the
 *   contract's published requests use the first with 3-D Secure.
 * - The other plain cards of that deck are enrolled and pass without a challenge.
 * - `4611111111111116` is "denied by fraud rules": its issuer rejects the authentication (R), and declines
 *   where somebody asks for the money without one.
 * - `4111111111111111` and `4242424242424242` belong to nearly every gateway's deck; they pass without a
 *   challenge.
 */

/** What the issuer's access control server does with a card. */
export type ThreeDs =
  | 'challenge'
  | 'challenge_fails'
  | 'challenge_unavailable'
  | 'challenge_errs'
  | 'frictionless'
  | 'attempted'
  | 'not_authenticated'
  | 'unavailable'
  | 'rejected'
  | 'not_enrolled'

export type Deck = 'MPGS' | 'Midtrans' | 'Xendit' | 'Cardinal' | 'Common'

/** `declines` is ISO 8583 DE 39; `reason` the gateway's word for it, in Mastercard Gateway's names. */
export type IssuerAnswer = 'approves' | { readonly declines: string; readonly reason: string }

export interface TestCard {
  /** Published, so no secret. */
  readonly number: string
  readonly deck: Deck
  readonly threeDs: ThreeDs
  readonly issuer: IssuerAnswer
}

const denied = { declines: '05', reason: 'DECLINED' } as const
const suspected = { declines: '59', reason: 'BLOCKED' } as const

const rows = [
  // number              deck        3-D Secure               issuer
  ['5123450000000008', 'MPGS', 'challenge', 'approves'],
  ['2223000000000007', 'MPGS', 'challenge', 'approves'],
  ['4440000009900010', 'MPGS', 'challenge', 'approves'],
  ['5123456789012346', 'MPGS', 'frictionless', 'approves'],
  ['4440000042200014', 'MPGS', 'frictionless', 'approves'],
  ['2223000000000023', 'MPGS', 'frictionless', 'approves'],
  ['4508750015741019', 'MPGS', 'frictionless', 'approves'],
  ['5111111111111118', 'MPGS', 'not_enrolled', 'approves'],
  ['4012000033330026', 'MPGS', 'not_enrolled', 'approves'],

  ['4811111111111114', 'Midtrans', 'challenge', 'approves'],
  ['4911111111111113', 'Midtrans', 'challenge', denied],
  ['4411111111111118', 'Midtrans', 'attempted', 'approves'],
  ['4611111111111116', 'Midtrans', 'rejected', suspected],
  ['4711111111111115', 'Midtrans', 'attempted', denied],

  ['4000000000001091', 'Xendit', 'challenge', 'approves'],
  ['4000000000002503', 'Xendit', 'challenge', 'approves'],
  ['5200000000002151', 'Xendit', 'challenge', 'approves'],
  ['3337000000200004', 'Xendit', 'challenge', 'approves'],
  ['4000000000001000', 'Xendit', 'frictionless', 'approves'],
  ['5200000000001005', 'Xendit', 'frictionless', 'approves'],

  ['4000000000002370', 'Cardinal', 'challenge_fails', 'approves'],
  ['4000000000002420', 'Cardinal', 'challenge_unavailable', 'approves'],
  ['4000000000002644', 'Cardinal', 'challenge_errs', 'approves'],
  ['4000000000002701', 'Cardinal', 'frictionless', 'approves'],
  ['4000000000002925', 'Cardinal', 'not_authenticated', 'approves'],
  ['4000000000002719', 'Cardinal', 'attempted', 'approves'],
  ['4000000000002313', 'Cardinal', 'unavailable', 'approves'],
  ['5200000000002490', 'Cardinal', 'challenge_fails', 'approves'],
  ['5200000000002664', 'Cardinal', 'challenge_unavailable', 'approves'],
  ['5200000000002656', 'Cardinal', 'challenge_errs', 'approves'],
  ['5200000000002235', 'Cardinal', 'frictionless', 'approves'],
  ['5200000000002276', 'Cardinal', 'not_authenticated', 'approves'],
  ['5200000000002482', 'Cardinal', 'attempted', 'approves'],

  ['4111111111111111', 'Common', 'frictionless', 'approves'],
  ['4242424242424242', 'Common', 'frictionless', 'approves'],
] as const satisfies readonly (readonly [string, Deck, ThreeDs, IssuerAnswer])[]

export const testCards: readonly TestCard[] = rows.map(([number, deck, threeDs, issuer]) => ({
  number,
  deck,
  threeDs,
  issuer,
}))

const byNumber = new Map(testCards.map((card) => [card.number, card]))

/** The card of the contract's published requests: it succeeds after a challenge. */
export const sampleNumber = '5123450000000008'

/** What the issuer of the sample's card is in the contract's sample answer (finpay-api.md 3.10). */
const sampleInfo: CardInfo = {
  brand: 'MASTERCARD',
  issuing: 'BANCO DEL PICHINCHA CA',
  type: 'CREDIT',
  subType: 'STANDARD',
  country: 'ECUADOR',
}

/** The row of a number, undefined where no deck publishes it. */
export function findTestCard(pan: Pan): TestCard | undefined {
  return byNumber.get(pan.reveal())
}

/** What is known of a number's issuer: the deck's sample, elsewhere the brand by range and nothing more. */
export function infoOf(pan: Pan): CardInfo {
  if (pan.reveal() === sampleNumber) return sampleInfo
  return { brand: brandOf(pan) ?? null, issuing: null, type: null, subType: null, country: null }
}

/**
 * What the acquirer does with an expiry of the deck: `answers_nothing` does not act and never says so,
 * `answers_late` acts and its answer is lost on the way.
 */
export interface ExpiryRow {
  readonly expiry: Expiry
  readonly gatewayCode: string
  readonly acquirer: 'approves' | 'declines' | 'answers_nothing' | 'answers_late'
  /** ISO 8583 DE 39 of the answer. */
  readonly responseCode: string
}

/** The expiry deck. It applies to every test card; a future expiry outside it behaves as 01/39. */
export const expiryDeck: readonly ExpiryRow[] = [
  { expiry: { month: 1, year: 2039 }, gatewayCode: 'APPROVED', acquirer: 'approves', responseCode: '00' },
  { expiry: { month: 5, year: 2039 }, gatewayCode: 'DECLINED', acquirer: 'declines', responseCode: '05' },
  { expiry: { month: 4, year: 2027 }, gatewayCode: 'EXPIRED_CARD', acquirer: 'declines', responseCode: '54' },
  { expiry: { month: 8, year: 2028 }, gatewayCode: 'TIMED_OUT', acquirer: 'answers_nothing', responseCode: '68' },
  { expiry: { month: 1, year: 2037 }, gatewayCode: 'ACQUIRER_SYSTEM_ERROR', acquirer: 'declines', responseCode: '96' },
  { expiry: { month: 2, year: 2037 }, gatewayCode: 'UNSPECIFIED_FAILURE', acquirer: 'declines', responseCode: '05' },
  { expiry: { month: 5, year: 2037 }, gatewayCode: 'UNKNOWN', acquirer: 'answers_late', responseCode: '00' },
]

/** The row of an expiry, undefined where the deck does not publish it. */
export function findExpiry({ month, year }: Expiry): ExpiryRow | undefined {
  return expiryDeck.find(({ expiry }) => expiry.month === month && expiry.year === year)
}

export interface CvvRow {
  /** Three digits; American Express prints four. */
  readonly cvv: string
  readonly amexCvv: string
  readonly gatewayCode: 'MATCH' | 'NOT_PROCESSED' | 'NO_MATCH'
  readonly issuer: IssuerAnswer
}

/** The CVV deck. It applies to every test card; a CVV outside it behaves as 100. */
export const cvvDeck: readonly CvvRow[] = [
  { cvv: '100', amexCvv: '1000', gatewayCode: 'MATCH', issuer: 'approves' },
  { cvv: '101', amexCvv: '1010', gatewayCode: 'NOT_PROCESSED', issuer: 'approves' },
  { cvv: '102', amexCvv: '1020', gatewayCode: 'NO_MATCH', issuer: { declines: '05', reason: 'INVALID_CSC' } },
]

/** The row of a CVV, undefined where the deck does not publish it. Its length says which column applies. */
export function findCvv(cvv: string): CvvRow | undefined {
  return cvvDeck.find((row) => row.cvv === cvv || row.amexCvv === cvv)
}

/** The one-time password that passes every challenge that can be passed (Midtrans' deck). */
export const testOtp = '112233'
