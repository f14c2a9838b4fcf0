import { isoTextAt } from '../base/iso-text.ts'
import { invariant } from '../base/invariant.ts'

/**
 * The contract's times are local times of Western Indonesia (WIB), written without a zone
 * (observed-behaviour.md, parts 1 and 2). WIB is UTC+7 all year and has been since 1964.
 */
const offsetMs = 7 * 3_600_000

/** `YYYY-MM-DD HH:MM:SS`, as in `expiryLink` and `result.payment.datetime`; part of a second is cut off. */
export function wibDateTime(instant: Date): string {
  const text = wib(instant)
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`
}

/** `YYYY-MM-DD`: the day that it is in Western Indonesia. */
export function wibDate(instant: Date): string {
  return wib(instant).slice(0, 10)
}

/** `YYYY-MM-DDTHH:MM:SS+07:00`, as in the header `x-timestamp`. */
export function wibTimestamp(instant: Date): string {
  return `${wib(instant).slice(0, 19)}+07:00`
}

function wib(instant: Date): string {
  const text = isoTextAt(instant.getTime() + offsetMs)
  invariant(text.length === 24, 'a time on the wire has a year of four digits')
  return text
}
