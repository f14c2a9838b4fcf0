import { invariant } from './invariant.ts'

/**
 * Currencies and how many digits of their minor unit we keep. IDR has exponent 2 in ISO 4217 and none in
 * the shops: we keep whole rupiah, and each acquirer adapter states the exponent that it speaks.
 */
export const currencies = { IDR: { exponent: 0 } } as const
export type Currency = keyof typeof currencies

/** An amount in integer minor units (invariant 11). For IDR, `minor` counts whole rupiah. */
export interface Money {
  readonly minor: bigint
  readonly currency: Currency
}

export function rupiah(minor: bigint): Money {
  return { minor, currency: 'IDR' }
}

/** The amount as a JSON integer. Contract amounts have at most 14 digits, so a number holds them exactly. */
export function toInteger({ minor }: Money): number {
  const integer = Number(minor)
  invariant(Number.isSafeInteger(integer), 'an amount fits a JSON integer')
  return integer
}

/** `Rp1.000`: how Indonesian shops write rupiah, dots between groups of three and no decimals. */
export function formatRupiah({ minor }: Money): string {
  return `Rp${minor.toString().replace(/\B(?=(\d{3})+$)/g, '.')}`
}
