import { invariant } from '../base/invariant.ts'
import { type Money, rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import type { InitiateBody } from './initiate-body.ts'
import { wholeNumber } from './whole-number.ts'

/** What a step of the calendar is counted in. */
export type CalendarUnit = 'minute' | 'day' | 'week' | 'month' | 'year'

/** A number of units. */
export interface CalendarStep {
  /** 1 to 99. */
  readonly interval: number
  readonly unit: CalendarUnit
}

/** What a merchant says of payments that are to follow the first (finpay-api.md 3.11). */
export interface RecurringOrder extends CalendarStep {
  /** The merchant's own name for it, which is used once. */
  readonly id: string
  /** Of each payment after the first. */
  readonly amount: Money
  /** How many payments follow the first; null: until the end date, or until it is cancelled. */
  readonly maxCharges: number | null
  /** `YYYYMMDD` in Western Indonesia; null: the day of the first payment. */
  readonly startDate: string | null
  /** The last day on which a payment may fall. */
  readonly endDate: string | null
  /** Null: a payment that is refused is not tried again. */
  readonly retry: RetryRule | null
}

/** How often, and how long after a refusal, a payment is tried again. */
export interface RetryRule extends CalendarStep {
  readonly maxTries: number
}

/** `monthly` and `minutes` are the documented ones; the others follow their pattern, and people write both. */
const units: ReadonlyMap<string, CalendarUnit> = new Map(
  Object.entries({
    minute: 'minute',
    minutes: 'minute',
    minutely: 'minute',
    day: 'day',
    days: 'day',
    daily: 'day',
    week: 'week',
    weeks: 'week',
    weekly: 'week',
    month: 'month',
    months: 'month',
    monthly: 'month',
    year: 'year',
    years: 'year',
    yearly: 'year',
    annually: 'year',
  } as const),
)

/** The documented types; both charge the same amount each time. */
const types: ReadonlySet<string> = new Set(['PURCHASE', 'TOPUP'])

/**
 * Reads `recurring` of a checked request; null where there is none to begin: absent, nothing in it, or
 * `subscribe` N. The recurring page's own sample has no `subscribe`, so its absence says Y.
 *
 * @throws Problem `missing_field` or `malformed_field` naming the member
 */
export function readRecurring(recurring: InitiateBody['recurring']): RecurringOrder | null {
  if (recurring === undefined || recurring.subscribe === 'N' || Object.keys(recurring).length === 0) return null
  const { type, id, interval, intervalUnit, maxInterval, startDate, endDate, retry } = recurring
  if (type === undefined) throw missing('type')
  if (!types.has(type.toUpperCase())) throw malformed('type')
  if (id === undefined) throw missing('id')
  if (recurring.amount === undefined) throw missing('amount')
  const minor = wholeNumber(String(recurring.amount))
  if (minor === undefined || minor < 1n) throw malformed('amount')
  const step = stepOf(interval, intervalUnit, 'month', '')
  const maxCharges = maxInterval === undefined ? null : numberOf(maxInterval, 'maxInterval')
  if (startDate !== undefined && !isDate(startDate)) throw malformed('startDate')
  if (endDate !== undefined && (!isDate(endDate) || (startDate !== undefined && endDate < startDate)))
    throw malformed('endDate')
  return {
    id,
    amount: rupiah(minor),
    ...step,
    maxCharges,
    startDate: startDate ?? null,
    endDate: endDate ?? null,
    retry: retry === undefined || Object.keys(retry).length === 0 ? null : retryOf(retry),
  }
}

function retryOf(retry: NonNullable<NonNullable<InitiateBody['recurring']>['retry']>): RetryRule {
  return {
    ...stepOf(retry.interval, retry.intervalUnit, 'day', 'retry.'),
    maxTries: retry.maxInterval === undefined ? 1 : numberOf(retry.maxInterval, 'retry.maxInterval'),
  }
}

function stepOf(
  interval: string | number | undefined,
  unit: string | undefined,
  usual: CalendarUnit,
  path: '' | 'retry.',
): CalendarStep {
  const known = unit === undefined ? usual : units.get(unit.trim().toLowerCase())
  if (!known) throw malformed(`${path}intervalUnit`)
  return { interval: interval === undefined ? 1 : numberOf(interval, `${path}interval`), unit: known }
}

/** A number from 1 to 99: none and nothing are said by leaving the member out. */
function numberOf(value: string | number, member: string): number {
  const number = Number(value)
  if (number < 1) throw malformed(member)
  invariant(Number.isInteger(number) && number <= 99, 'a checked count has one or two digits')
  return number
}

/** A day of the calendar, so not 30 February. */
function isDate(text: string): boolean {
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6, 8)].map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  return Number(year) >= 1970 && date.toISOString().slice(0, 10).replaceAll('-', '') === text
}

const missing = (member: string) => new Problem('missing_field', { field: `recurring.${member}` })
const malformed = (member: string) => new Problem('malformed_field', { field: `recurring.${member}` })
