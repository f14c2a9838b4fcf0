import { Problem } from '../base/problem.ts'
import { Pan } from '../card/pan.ts'
import { type CardRules, readNumber } from './take-card.ts'
import type { Vault } from './vault.ts'

/**
 * Checks a card's number that comes before the card itself, and gives what it is told again by: equal for the same
 * number of the same merchant, and not to be undone without the vault's key. Nothing else is left of it.
 *
 * @throws Problem `malformed_field` naming `card.number`
 */
export function takeCardNumber(
  vault: Pick<Vault, 'fingerprint'>,
  rules: CardRules,
  merchantId: string,
  number: string,
): string {
  const pan = readNumber(number, rules)
  if (!(pan instanceof Pan)) throw new Problem('malformed_field', { field: 'card.number' })
  return vault.fingerprint(merchantId, pan).toString('hex')
}
