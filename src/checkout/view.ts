import type { Money } from '../base/money.ts'
import type { ChannelId } from '../channel/catalogue.ts'
import type { Language } from '../pages/language.ts'
import type { RefusalReason } from '../pages/refusal.ts'

/**
 * What the payer's pages are made from: everything that they say, and nothing that they must not. A view
 * holds no card number and no CVV; a mask is the most that a page shows.
 */
export interface CheckoutPage {
  readonly language: Language
  readonly merchantName: string
  readonly orderId: string
  readonly description: string | null
  readonly amount: Money
  readonly expiresAt: Date
  /** Business time of the merchant. */
  readonly now: Date
  /** Where the sandbox prints its test cards; null in live mode, which shows no banner. */
  readonly testCardsUrl: string | null
  /** Path of this order's page, `/pg/payment/card/access/<64 hex>`; forms post to it and below it. */
  readonly action: string
  /** The merchant's `backUrl`; shown only while the order can still be paid. */
  readonly backUrl: string | null
  /** Payments that are to follow this one without the payer; null where none are. */
  readonly recurring: RecurringView | null
  readonly step: CheckoutStep
}

export interface RecurringView {
  /** Of each. */
  readonly amount: Money
  readonly interval: number
  readonly unit: 'minute' | 'day' | 'week' | 'month' | 'year'
  /** Null: as many as come. */
  readonly maxCharges: number | null
  /** `YYYYMMDD`. */
  readonly startDate: string | null
  readonly endDate: string | null
}

export type CheckoutStep =
  | PickerStep
  | CardFormStep
  | StoredCardStep
  | CvvFormStep
  | AuthenticateStep
  | ChallengeStep
  | CodeStep
  | QrStep
  | WalletStep
  | ProcessingStep
  | PaidStep
  | ClosedStep

/**
 * Asks how to pay. Each method posts `formNo`, `method` (its channel), `lang`, and `account` where it asks for one, to
 * `action + '/method'`.
 */
export interface PickerStep {
  readonly kind: 'picker'
  /** Which form of the order this is, so that the same one sent twice is known. */
  readonly formNo: number
  /** In the order in which they are offered within their families; at least one. */
  readonly methods: readonly PickerMethod[]
  /** What this payer paid with the last time, shown first; null, or a channel that is not offered: nothing is. */
  readonly remembered: ChannelId | null
  readonly errors: PickerErrors
  /** Why the last attempt ended without money; null before the first. */
  readonly refusal: Refusal | null
}

export interface PickerMethod {
  readonly channel: ChannelId
  /** The payer's name there, without which it cannot be asked: a mobile number as `08…`, or a `$cashtag`. */
  readonly asks: 'phone' | 'cashtag' | null
  /** What stands in that field: as it was typed, or as the merchant knows it; empty where nothing is known. */
  readonly account: string
}

export interface PickerErrors {
  /** `missing`: no method was picked. `unavailable`: the picked one is not, or no longer, offered. */
  readonly method?: 'missing' | 'unavailable'
  /** What is wrong with the payer's name at the method that was picked. */
  readonly account?: { readonly channel: ChannelId; readonly fault: 'missing' | 'invalid' }
}

/** Asks for a card. Posts `formNo`, `number`, `expiry`, `cvv`, `name`, `save`, `points`, `lang` and browser data to `action`. */
export interface CardFormStep {
  readonly kind: 'card-form'
  /** Which form of the order this is, so that the same one sent twice is known. */
  readonly formNo: number
  /** The order names no method: the page first says which there are. */
  readonly picker: boolean
  /** The payer came from the picker, and gets back to it by a link to `action` with the query `methods=1`. */
  readonly changeable: boolean
  /** The cards that the merchant takes for this order; null: all. */
  readonly takes: AcceptedCards | null
  readonly values: { readonly name: string; readonly save: boolean; readonly points: boolean }
  /** The points that the payer may redeem; null where there are none. */
  readonly points: PointsView | null
  /** Whether the card stays with the merchant's customer: whatever the payer does, if the payer ticks it, or never. */
  readonly keeping: 'always' | 'offered' | 'never'
  readonly errors: CardFormErrors
  /** Why the last attempt ended without money; null before the first. */
  readonly refusal: Refusal | null
}

/** By what their numbers begin with, and by type; a half that is null restricts nothing. */
export interface AcceptedCards {
  readonly bins: readonly string[] | null
  readonly types: readonly string[] | null
}

/** Points of one card, whose number is not known yet: what they are worth may depend on how it begins. */
export interface PointsView {
  readonly last4: string
  /** At least one. */
  readonly offers: readonly { readonly bin: string; readonly count: bigint; readonly worth: Money }[]
}

export interface CardFormErrors {
  readonly number?: 'missing' | 'invalid' | 'not_a_test_card' | 'not_allowed'
  readonly expiry?: 'missing' | 'invalid' | 'past'
  readonly cvv?: 'missing' | 'invalid'
  readonly name?: 'missing' | 'invalid'
  readonly points?: 'other_card'
}

export interface Refusal {
  readonly reason: RefusalReason
  /** At least 1: with none left the step is `failed`. Null where nothing was tried, so that nothing was used up. */
  readonly attemptsLeft: number | null
}

/** Pays with a stored card: asks for its CVV alone. Posts `formNo`, `cvv`, `points`, `lang` and browser data to `action + '/stored'`. */
export interface StoredCardStep {
  readonly kind: 'stored-card'
  readonly formNo: number
  /** As in `card-form`. */
  readonly changeable: boolean
  readonly cardMask: string
  /** The points that the payer may redeem with it; null where there are none. */
  readonly points: PointsView | null
  readonly values: { readonly points: boolean }
  readonly errors: Pick<CardFormErrors, 'cvv'>
  readonly refusal: Refusal | null
}

/** Asks for the CVV again: the process that held it is gone (invariant 8). Posts `formNo`, `cvv`, `lang` to `action + '/cvv'`. */
export interface CvvFormStep {
  readonly kind: 'cvv-form'
  readonly formNo: number
  /** `512345xxxxxx0008`. */
  readonly cardMask: string
  readonly error: 'missing' | 'invalid' | null
}

/** The 3DS method step. Posts `methodCompleted` (Y, N or U), `lang` and browser data to `action + '/authenticate'`. */
export interface AuthenticateStep {
  readonly kind: 'authenticate'
  /** Null where the issuer has no method step; then `methodCompleted` is U. */
  readonly method: { readonly url: string; readonly data: string } | null
}

/** Sends the payer to the issuer's access control server, with `creq` by POST. */
export interface ChallengeStep {
  readonly kind: 'challenge'
  readonly acsUrl: string
  readonly creq: string
}

/**
 * What the steps have in common that wait for a payer who pays elsewhere. The page is read again when `statusUrl` no
 * longer answers `state`, as in `processing`; without script it is read every 15 seconds.
 */
export interface Waiting {
  readonly channel: ChannelId
  readonly statusUrl: string
  readonly state: string
  /** Until when it can be paid in this way: the order's end, or sooner. */
  readonly payBefore: Date
  /** The payer may choose another method: posts `formNo` and `lang` to `action + '/change'`. */
  readonly changeable: boolean
  /** Which form of the order this is: the attempt that a change gives up. */
  readonly formNo: number
}

/** A number to pay to: a virtual account, or a code for a counter. */
export interface CodeStep extends Waiting {
  readonly kind: 'code'
  /** As it is typed in, without gaps. */
  readonly code: string
}

/** A code to scan: QRIS or a cross-border QR. */
export interface QrStep extends Waiting {
  readonly kind: 'qr'
  /** A path of ours with the picture, square, of any size. */
  readonly imageUrl: string
  /** A path of ours with the same as PNG, to keep. */
  readonly pngUrl: string
  /** What the picture says. */
  readonly payload: string
  /** `ID` and 13 digits; null where the code has none. */
  readonly nmid: string | null
}

/** Pays in an app or on a page of somebody else: a wallet, paylater, internet banking, direct debit. */
export interface WalletStep extends Waiting {
  readonly kind: 'wallet'
  /** Where the payer goes: an https address, or an app's own. Null where the request was pushed to the payer's phone. */
  readonly href: string | null
  /** Masked, `0812••••7890`: whose app has been asked. Null where the payer goes there by `href`. */
  readonly pushedTo: string | null
}

/** Waits for the acquirer. `statusUrl` answers `{"state": string}`; the page is read again when it is no longer `state`. */
export interface ProcessingStep {
  readonly kind: 'processing'
  readonly statusUrl: string
  readonly state: string
}

export interface PaidStep {
  readonly kind: 'paid'
  /** What was taken; where the money is only set aside, what was set aside. */
  readonly amount: Money
  /** The issuer has approved, and the merchant takes the money later. */
  readonly isHeld: boolean
  readonly paidAt: Date
  readonly means: PaidByCard | PaidByChannel
  readonly reference: string
  readonly returnUrl: string | null
  /** The payer tried to pay what was paid already, in another tab say. */
  readonly again: boolean
}

export interface PaidByCard {
  readonly kind: 'card'
  readonly cardMask: string
  readonly approvalCode: string
}

export interface PaidByChannel {
  readonly kind: 'channel'
  readonly channel: ChannelId
  /** The number that was paid to; null where there was none. */
  readonly code: string | null
  /** What bank, wallet or counter calls this payment; null where it has not said. */
  readonly bankReference: string | null
}

/** `released`: the money was only set aside, or taken today. */
export type ReturnedKind = 'released' | 'partially_refunded' | 'refunded'

/**
 * The end without money: time over, cancelled by the merchant, attempts used up; or with money that is, or will be,
 * the payer's again.
 */
export interface ClosedStep {
  readonly kind: 'expired' | 'cancelled' | 'failed' | ReturnedKind
  /** What is given back; null where nothing was taken. */
  readonly returned: Money | null
  /** It goes back to a card; otherwise to the account that it came from. */
  readonly byCard: boolean
  readonly returnUrl: string | null
}
