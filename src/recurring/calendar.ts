import { invariant, unreachable } from '../base/invariant.ts'
import type { CalendarStep } from '../wire/recurring.ts'

/*
 * The calendar of plans, which is that of Western Indonesia: UTC+7 all year, so that a day there has always
 * 24 hours and only months and years have lengths of their own.
 */

const offsetMs = 7 * 3_600_000
const dayMs = 24 * 3_600_000

/** What the contract can write has a year of four digits. */
const latest = Date.UTC(9_990, 0, 1)

/**
 * The moment `count` steps after the anchor, at the anchor's time of day; undefined where the calendar of the
 * contract ends before it. A month that is too short for the anchor's day gives its last one. Steps
 * are counted from the anchor and never from each other, so that 31 January is followed by 28 or 29 February and
 * that by 31 March.
 */
export function occurrence(anchor: Date, { interval, unit }: CalendarStep, count: number): Date | undefined {
  invariant(Number.isInteger(count) && count >= 0, 'steps are counted from the anchor on')
  const moment = momentOf(anchor.getTime(), unit, interval * count)
  return moment < latest ? new Date(moment) : undefined
}

function momentOf(anchorMs: number, unit: CalendarStep['unit'], units: number): number {
  switch (unit) {
    case 'minute':
      return anchorMs + units * 60_000
    case 'day':
      return anchorMs + units * dayMs
    case 'week':
      return anchorMs + units * 7 * dayMs
    case 'month':
      return monthsAfter(anchorMs, units)
    case 'year':
      return monthsAfter(anchorMs, units * 12)
    default:
      return unreachable(unit)
  }
}

function monthsAfter(anchorMs: number, months: number): number {
  const local = new Date(anchorMs + offsetMs)
  const timeOfDay = (anchorMs + offsetMs) % dayMs
  const month = local.getUTCMonth() + months
  // Day 0 of the month after is the last one of this.
  const lastDay = new Date(Date.UTC(local.getUTCFullYear(), month + 1, 0)).getUTCDate()
  return Date.UTC(local.getUTCFullYear(), month, Math.min(local.getUTCDate(), lastDay)) + timeOfDay - offsetMs
}

/** The least number of steps that leads past a moment; undefined where the calendar ends before. */
export function stepsPast(anchor: Date, step: CalendarStep, moment: Date): number | undefined {
  const isPast = (count: number) => (occurrence(anchor, step, count) ?? Infinity) > moment
  // Later steps lead further: doubled until one is past, then halved between.
  let above = 1
  while (!isPast(above)) above *= 2
  let below = isPast(0) ? -1 : 0
  if (below < 0) return 0
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2)
    if (isPast(middle)) above = middle
    else below = middle
  }
  return occurrence(anchor, step, above) && above
}

/** The day `YYYYMMDD` at the time of day of another moment. */
export function dayAt(day: string, { now }: { readonly now: Date }): Date {
  const timeOfDay = (now.getTime() + offsetMs) % dayMs
  return new Date(startOf(day) + timeOfDay)
}

/** The first moment after the day `YYYYMMDD`. */
export function endOf(day: string): Date {
  return new Date(startOf(day) + dayMs)
}

/** `YYYYMMDD` of a moment. */
export function dayOf(moment: Date): string {
  return new Date(moment.getTime() + offsetMs).toISOString().slice(0, 10).replaceAll('-', '')
}

function startOf(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8))) - offsetMs
}
