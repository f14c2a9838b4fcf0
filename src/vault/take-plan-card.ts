import { isPast } from '../card/expiry.ts'
import type { HeldCard } from '../card/held-card.ts'
import type { Sql } from '../postgres/database.ts'
import type { CardRules } from './take-card.ts'
import type { HeldFor, Vault } from './vault.ts'

/**
 * Takes a customer's stored card for a payment that nobody is asked about, or says why it cannot be charged. A
 * published expiry is taken although it may be past, as it is from a form.
 */
export async function takePlanCard(
  { vault, rules, sql }: { readonly vault: Vault; readonly rules: CardRules; readonly sql: Sql },
  card: { readonly token: string; readonly customerId: string },
  holder: HeldFor & { readonly now: Date },
): Promise<HeldCard | 'card_deleted' | 'card_expired'> {
  const stored = await vault.findStored(sql, holder.merchantId, card)
  if (!stored) return 'card_deleted'
  if (isPast(stored.expiry, holder.now) && !rules.isPublishedExpiry(stored.expiry)) return 'card_expired'
  return (await vault.holdStored(sql, card, holder)) ?? 'card_deleted'
}
