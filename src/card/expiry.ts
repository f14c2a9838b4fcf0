/** A card's last month of validity. */
export interface Expiry {
  /** 1 to 12. */
  readonly month: number
  /** Four digits. */
  readonly year: number
}

/** Reads what payers type and browsers fill in: `MM/YY`, `MM / YYYY`, `MMYY`, `MMYYYY`, `MM-YY`. */
export function parseExpiry(text: string): Expiry | undefined {
  const [, month = '', year = ''] =
    /^\s*(\d{1,2})(?:\s*[/\-.]\s*|\s+)(\d{4}|\d{2})\s*$/.exec(text) ?? /^\s*(\d{2})(\d{4}|\d{2})\s*$/.exec(text) ?? []
  return expiryOf(month, year)
}

/** Reads the contract's `YYMM`: `3309` is September 2033 (finpay-api.md 3.10). */
export function parseYymm(text: string): Expiry | undefined {
  const [, year = '', month = ''] = /^(\d{2})(\d{2})$/.exec(text) ?? []
  return expiryOf(month, year)
}

function expiryOf(month: string, year: string): Expiry | undefined {
  const expiry = { month: Number(month), year: Number(year.length === 2 ? `20${year}` : year) }
  return year && expiry.month >= 1 && expiry.month <= 12 ? expiry : undefined
}

/** `MM/YY`. */
export function formatExpiry({ month, year }: Expiry): string {
  return `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`
}

/** True from the first moment, in Western Indonesia (UTC+7), after the card's last month. */
export function isPast({ month, year }: Expiry, now: Date): boolean {
  return now.getTime() >= Date.UTC(year, month, 1) - 7 * 3_600_000
}

/** The contract's `YYMM`. */
export function formatYymm({ month, year }: Expiry): string {
  return `${String(year % 100).padStart(2, '0')}${String(month).padStart(2, '0')}`
}
