import { chainStart, link, type StoredEvent } from './chain.ts'

/**
 * Says what is wrong with an order's log, or null when it is whole: numbered from 1 without a gap, each
 * event's hash over the one before it, and the last one the hash that the order itself carries
 * (invariant 6).
 */
export function chainFault(events: readonly StoredEvent[], last: { seq: number; hash: Buffer }): string | null {
  let previous = chainStart
  for (const [index, { seq, type, at, data, hash }] of events.entries()) {
    if (seq !== index + 1) return `event ${index + 1} is missing`
    const parsed = objectOf(data)
    const linked = parsed && link(previous, seq, type, at, parsed)
    if (linked?.data !== data || !linked.hash.equals(hash)) return `event ${seq} was changed`
    previous = hash
  }
  if (events.length !== last.seq) return `the log ends at ${events.length} and the order at ${last.seq}`
  return previous.equals(last.hash) ? null : 'the log ends with another hash than the order'
}

/** Undefined for what we did not write: data that is no JSON object. */
function objectOf(data: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(data)
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}
