import type { CodeFormat } from './catalogue.ts'

/*
 * Numbers that payers type at a bank or a counter. They come back to us without a merchant's name, so each
 * carries its merchant's routing number (design part 7). The first merchant of a gateway has the company's code
 * to itself, as in the contract's samples (finpay-api.md 4.2, 4.7); the others share the one after it.
 */

const first = 1
const routeDigits = 4

/** With what every number of a merchant begins in a channel; null where its routing number has no room. */
export function codePrefix({ company }: CodeFormat, route: number): string | null {
  if (route === first) return company
  const digits = String(route).padStart(routeDigits, '0')
  return digits.length > routeDigits ? null : shared(company) + digits
}

/** Whose a number is; undefined where it is no number of the channel. */
export function routeOfCode({ company, length }: CodeFormat, code: string): number | undefined {
  if (!/^\d+$/.test(code) || code.length > length) return undefined
  if (code.startsWith(company)) return code.length > company.length ? first : undefined
  const prefix = shared(company)
  if (!code.startsWith(prefix) || code.length <= prefix.length + routeDigits) return undefined
  const route = Number(code.slice(prefix.length, prefix.length + routeDigits))
  return route > first ? route : undefined
}

/** A number of a merchant, its free digits drawn from `bytes`, of which it takes eight. */
export function codeFrom({ length }: CodeFormat, prefix: string, bytes: Buffer): string {
  const free = length - prefix.length
  return prefix + String(bytes.readBigUInt64BE() % 10n ** BigInt(free)).padStart(free, '0')
}

/** Whether a merchant may choose this number: it is its own, as its digits say. */
export function isOwnCode({ length }: CodeFormat, prefix: string, code: string): boolean {
  return /^\d+$/.test(code) && code.startsWith(prefix) && code.length > prefix.length && code.length <= length
}

function shared(company: string): string {
  return String(Number(company) + 1)
}
