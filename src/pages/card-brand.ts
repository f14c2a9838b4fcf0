/**
 * Which brand a number's first digits belong to, for display only: what a card may do is decided elsewhere.
 * Ranges of ISO/IEC 7812 issuer numbers as the schemes publish them; JCB with its older range 3337 to 3349;
 * GPN (Gerbang Pembayaran Nasional), the Indonesian debit scheme, last because its ranges are the widest.
 * The page's script uses the same table, so the patterns are text.
 */
export const cardBrands = [
  { name: 'American Express', prefix: '^3[47]', groups: [4, 6, 5], cvv: 4 },
  { name: 'JCB', prefix: '^(35(2[89]|[3-8])|33(3[7-9]|4))', groups: [4, 4, 4, 4], cvv: 3 },
  { name: 'Visa', prefix: '^4', groups: [4, 4, 4, 4, 3], cvv: 3 },
  { name: 'Mastercard', prefix: '^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))', groups: [4, 4, 4, 4], cvv: 3 },
  { name: 'GPN', prefix: '^(1946|50|56|58|6[0-3])', groups: [4, 4, 4, 4, 3], cvv: 3 },
] as const

/** `Visa` for `4811111xxxxxx1114`; undefined where no range matches. */
export function brandOf(digits: string): string | undefined {
  return cardBrands.find(({ prefix }) => new RegExp(prefix).test(digits))?.name
}
