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

/** Nothing, in the currency of an amount. */
export function zero({ currency }: Money): Money {
  return { minor: 0n, currency }
}

export function plus(a: Money, b: Money): Money {
  invariant(a.currency === b.currency, 'amounts that are added are of one currency')
  return { minor: a.minor + b.minor, currency: a.currency }
}

/** What is left of `a`; never less than nothing. */
export function minus(a: Money, b: Money): Money {
  invariant(a.currency === b.currency, 'amounts that are subtracted are of one currency')
  invariant(a.minor >= b.minor, 'no more is taken from an amount than it has')
  return { minor: a.minor - b.minor, currency: a.currency }
}

/** The amount as a JSON integer. Contract amounts have at most 14 digits, so a number holds them exactly. */
export function toInteger({ minor }: Money): number {
  const integer = Number(minor)
  invariant(Number.isSafeInteger(integer), 'an amount fits a JSON integer')
  return integer
}

/** `Rp1.000`: how Indonesian shops write rupiah, dots between groups of three and no decimals. */
export function formatRupiah({ minor }: Money): string {
  return `Rp${formatWhole(minor)}`
}

/** `1.000`: a number as it stands in an amount, in both languages. */
export function formatWhole(number: bigint): string {
  return number.toString().replace(/\B(?=(\d{3})+$)/g, '.')
}
