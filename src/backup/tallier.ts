import { hash } from 'node:crypto'
import type { Tally } from './format.ts'

/**
 * Counts rows and adds up their hashes, lane by lane, so that the same rows in another order, under another
 * collation for instance, give the same digest.
 */
export class Tallier {
  #rows = 0
  readonly #sum = new Uint32Array(8)

  add(some: readonly string[]): void {
    for (const row of some) {
      const bytes = hash('sha256', row, 'buffer')
      for (let lane = 0; lane < 8; lane += 1) this.#sum[lane] = (this.#sum[lane] ?? 0) + bytes.readUInt32BE(lane * 4)
    }
    this.#rows += some.length
  }

  get tally(): Tally {
    return { rows: this.#rows, digest: [...this.#sum].map((lane) => lane.toString(16).padStart(8, '0')).join('') }
  }
}
