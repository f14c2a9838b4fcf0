import type { Pan } from './pan.ts'

/**
 * Which brand a number belongs to, by its leading digits, as data. The first row that matches decides, so
 * a narrow range stands before the wide one that contains it.
 * Sources: ISO/IEC 7812 ranges as the brands publish them; 3337 to 3349 are old JCB ranges that test decks
 * still use; 1946 is the national range of Gerbang Pembayaran Nasional (GPN), whose other ranges are
 * shared with Maestro and cannot be told apart.
 */
const ranges = [
  // brand       from      to
  ['GPN', '1946', '1946'],
  ['AMEX', '34', '34'],
  ['AMEX', '37', '37'],
  ['DINERS', '300', '305'],
  ['JCB', '3337', '3349'],
  ['JCB', '3528', '3589'],
  ['DINERS', '36', '36'],
  ['DINERS', '38', '39'],
  ['VISA', '4', '4'],
  ['MASTERCARD', '51', '55'],
  ['MASTERCARD', '222100', '272099'],
  ['DISCOVER', '6011', '6011'],
  ['DISCOVER', '644', '649'],
  ['DISCOVER', '65', '65'],
  ['UNIONPAY', '62', '62'],
  ['MAESTRO', '50', '50'],
  ['MAESTRO', '56', '58'],
] as const

export type Brand = (typeof ranges)[number][0]

/** The brand of a number, undefined where no published range holds it. */
export function brandOf(pan: Pan): Brand | undefined {
  const digits = pan.reveal()
  return ranges.find(([, from, to]) => {
    const leading = digits.slice(0, from.length)
    return leading >= from && leading <= to
  })?.[0]
}

/** How many digits the brand prints as card verification value: four on American Express, else three. */
export function cvvLength(brand: Brand | undefined): 3 | 4 {
  return brand === 'AMEX' ? 4 : 3
}
