import { Secret } from '../base/secret.ts'

/**
 * A primary account number (ISO/IEC 7812): 12 to 19 digits that pass Luhn. Every `Pan` has been checked,
 * because the only way to one is `Pan.parse`, and it never prints.
 */
export class Pan extends Secret<string> {
  private constructor(digits: string) {
    super(digits)
  }

  /** Accepts blanks and dashes between digits, as payers paste them. */
  static parse(text: string): Pan | undefined {
    const digits = text.replace(/[\s\u00a0-]/g, '')
    return /^\d{12,19}$/.test(digits) && passesLuhn(digits) ? new Pan(digits) : undefined
  }

  /** First six, x for each digit between, last four: `512345xxxxxx0008` (finpay-api.md 3.10). */
  get mask(): string {
    const digits = this.reveal()
    return `${digits.slice(0, 6)}${'x'.repeat(digits.length - 10)}${digits.slice(-4)}`
  }

  get last4(): string {
    return this.reveal().slice(-4)
  }

  /** The digits of a number's brand and issuer, as many as a mask shows. */
  get bin(): string {
    return this.reveal().slice(0, 6)
  }

  startsWith(digits: string): boolean {
    return this.reveal().startsWith(digits)
  }
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place])
    const weighted = place % 2 === 1 ? digit * 2 : digit
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}
