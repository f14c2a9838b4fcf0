/** Longer than any amount is written, shorter than what takes time. */
const maxLength = 100

/**
 * The exact value of a decimal text (`1000`, `1000.00`, `1.0E7`: what JSON writers make of whole
 * amounts), or undefined where it is no whole number or is absurdly large. No float is involved
 * (invariant 11).
 */
export function wholeNumber(text: string): bigint | undefined {
  // A million digits would take a second to turn into a bigint.
  if (text.length > maxLength) return undefined
  const [, integer, fraction = '', power = '0'] = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? []
  if (integer === undefined) return undefined
  const digits = integer + fraction
  const places = Number(power) - fraction.length
  if (places >= 0) return BigInt(digits + '0'.repeat(places))
  const rest = digits.slice(places)
  return /^0*$/.test(rest) ? BigInt(digits.slice(0, places)) : undefined
}
