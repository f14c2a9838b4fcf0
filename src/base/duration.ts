/**
 * Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds (`PT24H`, `P1DT30M`), or
 * undefined. Years and months have no fixed length and are not taken.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  if (!match) return undefined
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const total =
    ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1_000
  return Number.isSafeInteger(total) && total <= longest ? total : undefined
}

/** A hundred years: beyond it, times leave the range that the contract's dates can show. */
const longest = 100 * 366 * 86_400_000
