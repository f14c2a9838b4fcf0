import { createHmac, randomFillSync } from 'node:crypto'

/** What a random value is for. With a seed the same purpose gives the same value in every run. */
export interface Purpose {
  readonly merchant: string
  readonly order: string
  readonly purpose: string
  /** Which of several values for one purpose: an attempt's number, a delivery's number. */
  readonly n?: number
}

export interface Random {
  /** `length` unpredictable bytes, or, with a seed, the keyed hash of the purpose; at most 64. */
  bytes(length: number, purpose: Purpose): Buffer
}

/** A call of the operating system's generator costs the same for 16 bytes as for so many. */
const drawnAtOnce = 4_096

const drawn = Buffer.alloc(drawnAtOnce)
let used = drawnAtOnce

export const systemRandom: Random = {
  bytes: (length) => {
    if (length > drawnAtOnce - used) {
      randomFillSync(drawn)
      used = 0
    }
    const taken = Buffer.from(drawn.subarray(used, used + length))
    // What has been given out is nowhere else.
    drawn.fill(0, used, used + length)
    used += length
    return taken
  },
}

/** Repeatable values for the sandbox (GERBANG_SEED): HMAC-SHA512 of the purpose under the seed. */
export function seededRandom(seed: string): Random {
  return {
    bytes: (length, { merchant, order, purpose, n = 0 }) =>
      createHmac('sha512', seed)
        .update(JSON.stringify([merchant, order, purpose, n]))
        .digest()
        .subarray(0, length),
  }
}

/** A UUID version 4 (RFC 9562) from 16 random bytes. */
export function uuidFrom(bytes: Buffer): string {
  const copy = Buffer.from(bytes.subarray(0, 16))
  copy[6] = ((copy[6] ?? 0) & 0x0f) | 0x40
  copy[8] = ((copy[8] ?? 0) & 0x3f) | 0x80
  const hex = copy.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
