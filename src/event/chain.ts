import { sha256 } from '../base/digest.ts'
import { isoText } from '../base/iso-text.ts'

/** The hash that the first event of an order carries as its predecessor's. */
export const chainStart: Buffer = Buffer.alloc(32)

/** As long as a hash, to be written over. */
const emptyHash = '\0'.repeat(chainStart.length)

/** An event as it is written: `data` is text, because the hash is over bytes. */
export interface StoredEvent {
  readonly seq: number
  readonly type: string
  readonly at: Date
  readonly data: string
  readonly hash: Buffer
}

/**
 * The first event of a chain: `link` from `chainStart`, whose bytes are those of the text that it is written
 * over, so that nothing has to be copied for the most frequent event of all. `data` is JSON.
 */
export function begin(type: string, at: Date, data: string): StoredEvent {
  return { seq: 1, type, at, data, hash: sha256(`${emptyHash}1\n${type}\n${isoText(at)}\n${data}`) }
}

/**
 * Adds one event to an order's chain: its hash covers the hash before it, so that a changed or missing
 * event shows in every later one (invariant 6).
 */
export function link(previous: Buffer, seq: number, type: string, at: Date, data: object): StoredEvent {
  const text = JSON.stringify(data)
  const linked = Buffer.from(`${emptyHash}${seq}\n${type}\n${at.toISOString()}\n${text}`)
  previous.copy(linked)
  return { seq, type, at, data: text, hash: sha256(linked) }
}
