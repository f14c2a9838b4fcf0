import { infoOf } from './deck.ts'
import type { Pan } from './pan.ts'

/** Which cards may pay an order: by what their numbers begin with, by their types; null where all of them may. */
export interface CardFilter {
  /** Six to eight leading digits each. */
  readonly bins: readonly string[] | null
  readonly types: readonly string[] | null
}

/**
 * Whether a card is among those that a filter lets through; both halves must hold. A card whose type is not
 * known is not: to guess would be to take money that the merchant said it does not want.
 */
export function passes({ bins, types }: CardFilter, pan: Pan): boolean {
  if (bins && !bins.some((bin) => pan.startsWith(bin))) return false
  if (!types) return true
  const { type } = infoOf(pan)
  return type !== null && types.includes(type)
}
