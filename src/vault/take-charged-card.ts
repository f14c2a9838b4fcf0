import { Problem } from '../base/problem.ts'
import { Secret } from '../base/secret.ts'
import { formatExpiry, parseYymm } from '../card/expiry.ts'
import type { HeldCard } from '../card/held-card.ts'
import { Pan } from '../card/pan.ts'
import type { Sql } from '../postgres/database.ts'
import { type CardErrors, type CardRules, takeCard } from './take-card.ts'
import type { HeldFor, Vault } from './vault.ts'

/** The card of a charge as a merchant's server sends it, each member as it came. */
export interface ChargedCard {
  /** Null: the stored card of `token`. */
  readonly typed: {
    readonly number: string
    /** `YYMM`. */
    readonly expiryDate: string
    readonly cvv: string
    readonly nameOnCard: string
  } | null
  readonly token: string | null
  /** Beside a token, where there is one. */
  readonly cvv: string | null
  /** Empty where the merchant names none. */
  readonly customerId: string
  readonly isToBeStored: boolean
}

export interface TakenCharge {
  /** Undefined where the customer has no such stored card. */
  readonly card: HeldCard | undefined
  readonly cvv: Secret<string> | undefined
  /** Equal for requests with the same card, and not to be undone without the vault's key. Of a stored one empty. */
  readonly identity: string
}

/**
 * Checks and seals the card of a charge. Where clear card data ends, as in `takeCard`.
 *
 * @throws Problem `malformed_field` naming the card's member
 */
export async function takeChargedCard(
  { vault, rules, sql }: { readonly vault: Vault; readonly rules: CardRules; readonly sql: Sql },
  { typed, token, cvv, customerId, isToBeStored }: ChargedCard,
  holder: HeldFor & { readonly now: Date },
): Promise<TakenCharge> {
  if (typed) {
    const expiry = parseYymm(typed.expiryDate)
    const card = {
      number: typed.number,
      expiry: expiry ? formatExpiry(expiry) : typed.expiryDate,
      cvv: typed.cvv,
      name: typed.nameOnCard,
    }
    if (!expiry) throw new Problem('malformed_field', { field: 'card.expiryDate' })
    const taken = await takeCard(vault, rules, card, holder, isToBeStored ? { sql, customerId } : undefined)
    if (!taken.ok) throw new Problem('malformed_field', { field: faultIn(taken.errors) })
    const pan = Pan.parse(typed.number.normalize('NFKC').trim())
    const identity = pan ? vault.fingerprint(holder.merchantId, pan).toString('hex') : ''
    return { card: taken.card, cvv: taken.cvv, identity: `${identity} ${card.expiry}` }
  }
  const held = token === null ? undefined : await vault.holdStored(sql, { token, customerId }, holder, rules)
  const length = held?.info.brand === 'AMEX' ? 4 : 3
  if (held && cvv !== null && cvv.length !== length) throw new Problem('malformed_field', { field: 'card.cvv' })
  return { card: held, cvv: held && cvv !== null ? new Secret(cvv) : undefined, identity: '' }
}

/** The member at fault, in the contract's words and order. */
function faultIn({ number, expiry, cvv }: CardErrors): string {
  if (number) return 'card.number'
  if (expiry) return 'card.expiryDate'
  return cvv ? 'card.cvv' : 'card.nameOnCard'
}
