import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { CalendarStep, CalendarUnit } from '../wire/recurring.ts'
import { dayAt, dayOf, endOf, occurrence, stepsPast } from './calendar.ts'

/** A moment in Western Indonesia. */
const wib = (text: string) => new Date(`${text}+07:00`)
const shown = (moment: Date | undefined) =>
  moment && new Date(moment.getTime() + 7 * 3_600_000).toISOString().slice(0, 16)

const every = (interval: number, unit: CalendarUnit): CalendarStep => ({ interval, unit })
const units = ['minute', 'day', 'week', 'month', 'year'] as const

test('a plan falls on the days that people expect', () => {
  const rows = [
    // anchor             step                count  falls on
    ['2026-01-31T09:30', every(1, 'month'), 1, '2026-02-28T09:30'],
    ['2026-01-31T09:30', every(1, 'month'), 2, '2026-03-31T09:30'],
    ['2026-01-31T09:30', every(1, 'month'), 3, '2026-04-30T09:30'],
    ['2028-01-31T09:30', every(1, 'month'), 1, '2028-02-29T09:30'],
    ['2026-01-30T00:00', every(1, 'month'), 1, '2026-02-28T00:00'],
    ['2028-01-29T00:00', every(1, 'month'), 1, '2028-02-29T00:00'],
    ['2026-11-30T23:59', every(3, 'month'), 1, '2027-02-28T23:59'],
    ['2026-12-31T12:00', every(2, 'month'), 1, '2027-02-28T12:00'],
    ['2026-12-15T12:00', every(1, 'month'), 1, '2027-01-15T12:00'],
    ['2028-02-29T12:00', every(1, 'year'), 1, '2029-02-28T12:00'],
    ['2028-02-29T12:00', every(1, 'year'), 4, '2032-02-29T12:00'],
    // 2100 is no leap year.
    ['2096-02-29T12:00', every(4, 'year'), 1, '2100-02-28T12:00'],
    ['2026-02-28T12:00', every(1, 'day'), 1, '2026-03-01T12:00'],
    ['2028-02-28T12:00', every(1, 'day'), 1, '2028-02-29T12:00'],
    ['2026-12-28T12:00', every(1, 'week'), 1, '2027-01-04T12:00'],
    ['2026-12-31T23:59', every(1, 'minute'), 1, '2027-01-01T00:00'],
    ['2026-05-05T05:05', every(99, 'minute'), 2, '2026-05-05T08:23'],
    // 00:30 in Jakarta is the day before in UTC.
    ['2026-03-31T00:30', every(1, 'month'), 1, '2026-04-30T00:30'],
  ] as const
  for (const [anchor, step, count, expected] of rows)
    assert.equal(
      shown(occurrence(wib(anchor), step, count)),
      expected,
      `${anchor} ${step.interval} ${step.unit} ${count}`,
    )
})

test('99 months from the 29th, 30th and 31st of each month keep their day, or fall on the month’s last', () => {
  for (let month = 0; month < 48; month += 1) {
    for (const day of [1, 28, 29, 30, 31]) {
      const anchor = new Date(Date.UTC(2026, month, day, 3, 4, 5))
      if (anchor.getUTCDate() !== day) continue
      let before = anchor
      for (let count = 1; count <= 99; count += 1) {
        const moment = occurrence(anchor, every(1, 'month'), count)
        assert.ok(moment && moment > before)
        const local = new Date(moment.getTime() + 7 * 3_600_000)
        const lastDay = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate()
        assert.equal(local.getUTCDate(), Math.min(day, lastDay))
        assert.equal((local.getUTCFullYear() - 2026) * 12 + local.getUTCMonth(), month + count)
        assert.equal(moment.getTime() % 86_400_000, anchor.getTime() % 86_400_000)
        before = moment
      }
    }
  }
})

suite('whatever the anchor and the step', () => {
  /** Multiplicative congruence: the same anchors in each run, spread over two centuries. */
  const anchors = Array.from({ length: 200 }, (_, index) => new Date(((index * 48_271) % 65_537) * 96_421_337))

  test('a later payment is never earlier than the one before', () => {
    for (const anchor of anchors)
      for (const unit of units)
        for (const interval of [1, 2, 7, 99]) {
          let before = occurrence(anchor, every(interval, unit), 0)
          assert.deepEqual(before, anchor)
          for (let count = 1; count <= 12; count += 1) {
            const moment = occurrence(anchor, every(interval, unit), count)
            assert.ok(!moment || !before || moment > before)
            before = moment
          }
        }
  })

  test('the steps past a moment are the least that lead past it', () => {
    for (const [index, anchor] of anchors.entries())
      for (const unit of units) {
        const step = every((index % 99) + 1, unit)
        const moment = new Date(anchor.getTime() + (index - 20) * 86_400_000)
        const steps = stepsPast(anchor, step, moment)
        assert.ok(steps !== undefined)
        const past = occurrence(anchor, step, steps)
        assert.ok(past && past > moment)
        const before = steps === 0 ? undefined : occurrence(anchor, step, steps - 1)
        assert.ok(!before || before <= moment)
      }
  })
})

test('the calendar ends where the contract can write no year', () => {
  assert.equal(occurrence(wib('2026-01-01T00:00'), every(99, 'year'), 99), undefined)
  assert.equal(stepsPast(wib('2026-01-01T00:00'), every(99, 'year'), wib('9988-01-01T00:00')), undefined)
})

test('days are those of Western Indonesia', () => {
  assert.equal(dayOf(new Date('2026-01-31T16:59:59.999Z')), '20260131')
  assert.equal(dayOf(new Date('2026-01-31T17:00:00.000Z')), '20260201')
  assert.deepEqual(endOf('20260228'), wib('2026-03-01T00:00'))
  assert.deepEqual(dayAt('20260315', { now: wib('2026-01-01T00:30') }), wib('2026-03-15T00:30'))
})
