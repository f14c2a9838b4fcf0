import { type Language, phrases } from './language.ts'

/** Western Indonesia Time, UTC+7 all year. */
const wibMs = 7 * 3_600_000

/** `23 Nov 2026 17.05 WIB` in Indonesian, `23 Nov 2026, 17:05 WIB` in English. */
export function formatWib(instant: Date, language: Language): string {
  const { months, dateTime } = phrases(language)
  const wall = new Date(instant.getTime() + wibMs)
  const date = `${wall.getUTCDate()} ${months[wall.getUTCMonth()]} ${wall.getUTCFullYear()}`
  return dateTime(date, twoDigits(wall.getUTCHours()), twoDigits(wall.getUTCMinutes()))
}

/** How long is left: `3 hari 4 jam`, `23 jam 59 menit`, and below an hour `09:05`. Up to two days are told in hours. The script counts on in the same form. */
export function formatDuration(ms: number, language: Language): string {
  const { duration } = phrases(language)
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  if (days > 1) return fill(duration.days, { d: days, h: hours % 24 })
  if (hours > 0) return fill(duration.hours, { h: hours, m: minutes })
  return fill(duration.minutes, { m: twoDigits(minutes), s: twoDigits(seconds % 60) })
}

/** Replaces `{name}` by its value. */
function fill(pattern: string, values: Record<string, string | number>): string {
  return pattern.replace(/\{(\w)\}/g, (_, name: string) => String(values[name]))
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
