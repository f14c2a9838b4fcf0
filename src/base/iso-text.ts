/** So many texts are kept, a power of two: requests that are worked on together are of few instants. */
const kept = 64

const instants = new Float64Array(kept).fill(Number.NaN)
const texts: string[] = Array.from({ length: kept }, () => '')

/** `toISOString`, which takes almost a microsecond: many orders begin, and end, in the same millisecond. */
export function isoText(instant: Date): string {
  return isoTextAt(instant.getTime())
}

/** The same of milliseconds since 1970. */
export function isoTextAt(ms: number): string {
  const place = ms & (kept - 1)
  if (instants[place] === ms) return texts[place] ?? ''
  const text = new Date(ms).toISOString()
  instants[place] = ms
  texts[place] = text
  return text
}
