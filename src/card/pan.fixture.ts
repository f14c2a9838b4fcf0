/** Appends the Luhn check digit (ISO/IEC 7812-1 annex B), by another road than the code under test. */
export function withCheckDigit(digits: string): string {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
  const sum = digits
    .split('')
    .reverse()
    .reduce((sum, digit, place) => {
      const value = Number(digit)
      return sum + (place % 2 === 0 ? (doubled[value] ?? 0) : value)
    }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
