import { Secret } from '../base/secret.ts'
import { brandOf, cvvLength } from '../card/brand.ts'
import { findExpiry, findTestCard } from '../card/deck.ts'
import { type Expiry, isPast, parseExpiry } from '../card/expiry.ts'
import type { HeldCard } from '../card/held-card.ts'
import { Pan } from '../card/pan.ts'
import type { Redemption } from '../card/points.ts'
import type { Sql } from '../postgres/database.ts'
import type { HeldFor, Vault } from './vault.ts'

/** A card as typed, each field as it came. */
export interface TypedCard {
  readonly number: string
  readonly expiry: string
  readonly cvv: string
  readonly name: string
}

/** Which cards are taken here: published ones in the sandbox, all that pass the checks in live mode. */
export interface CardRules {
  accepts(pan: Pan): boolean
  /** Whether it may pay what it was typed for, as its merchant wishes and its acquirers allow. */
  allows(pan: Pan): boolean
  /** Whether a card's type (debit, credit, prepaid) is known of any card. */
  readonly knowsTypes: boolean
  /** What it may redeem in points; absent where its payer redeems none. */
  readonly redemption?: (pan: Pan) => Redemption | null
  /** Expiries that are taken although they may be past. */
  isPublishedExpiry(expiry: Expiry): boolean
}

export const sandboxRules: CardRules = {
  accepts: (pan) => findTestCard(pan) !== undefined,
  allows: () => true,
  knowsTypes: true,
  isPublishedExpiry: (expiry) => findExpiry(expiry) !== undefined,
}

export const liveRules: CardRules = {
  accepts: () => true,
  allows: () => true,
  // The types of real cards stand in a table of issuers, which there is not.
  knowsTypes: false,
  isPublishedExpiry: () => false,
}

export interface CardErrors {
  readonly number?: 'missing' | 'malformed' | 'not_a_test_card' | 'not_allowed'
  readonly expiry?: 'missing' | 'malformed' | 'past'
  readonly cvv?: 'missing' | 'malformed'
  readonly name?: 'missing' | 'malformed' | 'holds_a_number'
  /** The points are another card's. */
  readonly points?: 'other_card'
}

export type TakenCard =
  | { readonly ok: true; readonly card: HeldCard; readonly cvv: Secret<string> }
  | { readonly ok: false; readonly errors: CardErrors }

/**
 * Checks what a payer typed and seals it. This is where clear card data ends: what comes out is sealed or
 * a `Secret`, and a refused card leaves nothing but the names of its faults. Nothing is written here.
 *
 * @param now business time of the merchant
 * @param keep whose it becomes if its attempt succeeds; absent where it is not to be stored
 */
export async function takeCard(
  vault: Pick<Vault, 'hold'>,
  rules: CardRules,
  typed: TypedCard,
  holder: HeldFor & { readonly now: Date },
  keep?: { readonly sql: Sql; readonly customerId: string },
): Promise<TakenCard> {
  const pan = readNumber(typed.number, rules)
  const expiry = readExpiry(typed.expiry, rules, holder.now)
  const cvv = readCvv(typed.cvv, pan instanceof Pan ? pan : undefined)
  const name = readName(typed.name)
  const points = (pan instanceof Pan && rules.redemption?.(pan)) || null
  const arePointsOthers = pan instanceof Pan && rules.redemption !== undefined && points === null
  if (pan instanceof Pan && typeof expiry === 'object' && cvv instanceof Secret && 'text' in name && !arePointsOthers) {
    return { ok: true, card: await vault.hold({ pan, expiry, nameOnCard: name.text }, holder, keep, points), cvv }
  }
  return {
    ok: false,
    errors: {
      ...(typeof pan === 'string' && { number: pan }),
      ...(typeof expiry === 'string' && { expiry }),
      ...(typeof cvv === 'string' && { cvv }),
      ...('fault' in name && { name: name.fault }),
      ...(arePointsOthers && { points: 'other_card' }),
    },
  }
}

export function readNumber(typed: string, rules: CardRules): Pan | NonNullable<CardErrors['number']> {
  const text = plain(typed)
  if (!text) return 'missing'
  const pan = Pan.parse(text)
  if (!pan) return 'malformed'
  if (!rules.accepts(pan)) return 'not_a_test_card'
  return rules.allows(pan) ? pan : 'not_allowed'
}

function readExpiry(typed: string, rules: CardRules, now: Date): Expiry | NonNullable<CardErrors['expiry']> {
  const text = plain(typed)
  if (!text) return 'missing'
  const expiry = parseExpiry(text)
  if (!expiry) return 'malformed'
  return isPast(expiry, now) && !rules.isPublishedExpiry(expiry) ? 'past' : expiry
}

/** Where the number is not known, three and four digits are both right: one fault is told, not two. */
function readCvv(typed: string, pan: Pan | undefined): Secret<string> | NonNullable<CardErrors['cvv']> {
  const text = plain(typed)
  if (!text) return 'missing'
  const lengths: number[] = pan ? [cvvLength(brandOf(pan))] : [3, 4]
  return /^\d+$/.test(text) && lengths.includes(text.length) ? new Secret(text) : 'malformed'
}

/**
 * Any printable text, because names are written in every way; but no run of digits as long as the shortest
 * PAN, however it is broken up, because payers do type the number into the wrong field.
 */
function readName(typed: string): { text: string } | { fault: NonNullable<CardErrors['name']> } {
  const text = typed.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (!text) return { fault: 'missing' }
  if ((text.match(/\p{Nd}/gu) ?? []).length >= 12) return { fault: 'holds_a_number' }
  const length = Array.from(text).length
  return length >= 2 && length <= 100 && !/\p{C}/u.test(text) ? { text } : { fault: 'malformed' }
}

/** Digits typed on an East Asian keyboard are digits (NFKC: full-width forms). */
function plain(typed: string): string {
  return typed.normalize('NFKC').trim()
}
