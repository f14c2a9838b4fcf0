import { DatabaseError } from 'pg'
import { systemClock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'

/**
 * Writes, or reads, the rows of many requests with few statements. A request that comes while nothing is being
 * written goes out at once; those that come while a statement is being committed go out together with
 * the next. So durability costs each request what it always costs, and the database one commit for
 * many (stack.md part 2: 35,000 rows/s against 8,000 to 15,000).
 *
 * Three traps, each of them seen (stack.md part 4):
 * - A key twice in one statement: `on conflict do nothing` skips the second silently and both requests
 *   would hear "created". A key is in a batch at most once; the second waits for the next batch.
 * - Two lanes with the same keys in opposite order deadlock. A key belongs to one lane and rows are in
 *   key order, which also keeps batches of several processes from deadlocking.
 * - One row that the database refuses (U+0000), or that cannot be read, fails the statement. Such a batch is
 *   repeated row by row, so that no request's data fails another's. Whatever is written by batches must
 *   therefore bear a repetition: an order's id is taken, its version has moved.
 */
export interface BatcherOptions<Row, Result> {
  /** Writes the rows in one transaction and gives one result for each, in their order. */
  readonly write: (rows: readonly Row[]) => Promise<readonly Result[]>
  /** What a row collides by, for instance merchant and order id. */
  readonly key: (row: Row) => string
  /**
   * Rows are questions: equal ones that wait share one answer, and they are asked again, once, where the
   * connection broke. One that died with a server is found out by the first who asks over it.
   */
  readonly isRead?: boolean
  /** One by default: where gateway and database share two cores, two of half the size cost a third more. */
  readonly lanes?: number
  readonly maxRows?: number
  /** How many rows may wait; beyond it requests are refused rather than kept waiting. */
  readonly maxWaiting?: number
  /** How long a row may wait, in milliseconds: a database that hangs must not be waited for batch after batch. */
  readonly maxWaitMs?: number
  /** Told of each batch that was written, for measuring; it must be quick and must not throw. */
  readonly observe?: (batch: WrittenBatch) => void
}

export interface WrittenBatch {
  readonly rows: number
  /** How long its oldest row had waited when it was taken. */
  readonly waitedMs: number
  readonly wroteMs: number
  /** The statement of the whole batch failed, whatever became of its rows one by one. */
  readonly failed: boolean
}

interface Waiting<Row, Result> {
  readonly row: Row
  readonly key: string
  readonly sinceMs: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** A row of a batch, and all who wait for it: one, but for a question. */
interface Taken<Row, Result> {
  readonly row: Row
  readonly key: string
  readonly waiting: Waiting<Row, Result>[]
}

interface Lane<Row, Result> {
  waiting: Waiting<Row, Result>[]
  isWriting: boolean
}

/** A connection that broke says so sooner than this. */
const quickMs = 1_000

/** How often a single row is tried that loses against other transactions. */
const maxTries = 5

export class Batcher<Row, Result> {
  readonly #write: BatcherOptions<Row, Result>['write']
  readonly #key: BatcherOptions<Row, Result>['key']
  readonly #lanes: readonly Lane<Row, Result>[]
  readonly #maxRows: number
  readonly #maxWaiting: number
  readonly #maxWaitMs: number
  readonly #isRead: boolean
  readonly #observe: BatcherOptions<Row, Result>['observe']
  #waiting = 0

  constructor(options: BatcherOptions<Row, Result>) {
    const { write, key, isRead = false, lanes = 1, maxRows = 128, maxWaiting = 10_000, maxWaitMs = 5_000 } = options
    this.#observe = options.observe
    this.#write = write
    this.#key = key
    this.#isRead = isRead
    this.#maxWaitMs = maxWaitMs
    this.#lanes = Array.from({ length: lanes }, () => ({ waiting: [], isWriting: false }))
    this.#maxRows = maxRows
    this.#maxWaiting = maxWaiting
  }

  /**
   * Writes a row with the next batch of its lane. It has been committed when the promise resolves.
   *
   * @throws Problem `unavailable` when too many rows wait; else what `write` throws for this row
   */
  add(row: Row): Promise<Result> {
    if (this.#waiting >= this.#maxWaiting) return Promise.reject(new Problem('unavailable'))
    const key = this.#key(row)
    const lane = this.#lanes[hash(key) % this.#lanes.length]
    invariant(lane, 'a batcher has a lane for every key')
    this.#waiting += 1
    return new Promise((resolve, reject) => {
      lane.waiting.push({ row, key, sinceMs: systemClock.monotonicMs(), resolve, reject })
      if (lane.isWriting) return
      lane.isWriting = true
      // After this turn of the event loop, so that requests that were read together are written together.
      setImmediate(() => void this.#run(lane))
    })
  }

  async #run(lane: Lane<Row, Result>): Promise<void> {
    while (lane.waiting.length > 0) {
      const takenMs = systemClock.monotonicMs()
      const waitedMs = takenMs - (lane.waiting[0]?.sinceMs ?? takenMs)
      const batch = this.#take(lane)
      if (batch.length === 0) continue
      const isWritten = await this.#writeBatch(batch)
      this.#observe?.({
        rows: batch.length,
        waitedMs,
        wroteMs: systemClock.monotonicMs() - takenMs,
        failed: !isWritten,
      })
    }
    lane.isWriting = false
  }

  /** The longest-waiting rows with different keys, in key order. */
  #take(lane: Lane<Row, Result>): Taken<Row, Result>[] {
    const batch = new Map<string, Taken<Row, Result>>()
    const later: Waiting<Row, Result>[] = []
    const oldestMs = systemClock.monotonicMs() - this.#maxWaitMs
    for (const waiting of lane.waiting) {
      const { row, key } = waiting
      const same = batch.get(key)
      if (waiting.sinceMs < oldestMs) waiting.reject(new Problem('unavailable'))
      else if (same && this.#isRead) same.waiting.push(waiting)
      else if (!same && batch.size < this.#maxRows) batch.set(key, { row, key, waiting: [waiting] })
      else later.push(waiting)
    }
    this.#waiting -= lane.waiting.length - later.length
    lane.waiting = later
    return [...batch.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  /** False when the one statement failed. */
  async #writeBatch(batch: readonly Taken<Row, Result>[], isAgain = false): Promise<boolean> {
    const beganMs = systemClock.monotonicMs()
    try {
      const results = await this.#write(batch.map(({ row }) => row))
      invariant(results.length === batch.length, 'a batch gives one result for each row')
      for (const [index, { waiting }] of batch.entries())
        for (const { resolve } of waiting) resolve(results[index] as Result)
      return true
    } catch (error) {
      // A database that hangs is not waited for twice.
      const hasBroken = error instanceof Problem && systemClock.monotonicMs() - beganMs < quickMs
      if (this.#isRead && hasBroken && !isAgain) return this.#writeBatch(batch, true)
      const [only] = batch
      if (only && batch.length === 1 && !lostRace(error)) refuse(only, error)
      else if (mayBeOneRows(error)) for (const taken of batch) await this.#writeAlone(taken)
      else for (const taken of batch) refuse(taken, error)
      return false
    }
  }

  async #writeAlone(taken: Taken<Row, Result>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const results = await this.#write([taken.row])
        invariant(results.length === 1, 'a batch gives one result for each row')
        for (const { resolve } of taken.waiting) resolve(results[0] as Result)
        return
      } catch (error) {
        if (!lostRace(error) || tries === maxTries) return refuse(taken, error)
      }
    }
  }
}

function refuse<Row, Result>({ waiting }: Taken<Row, Result>, error: unknown): void {
  for (const { reject } of waiting) reject(error)
}

/**
 * A race, or a row: one that breaks a rule (classes 22 and 23) or a limit, that lies on a damaged page, or whose
 * text is not what our own code wrote there. A database that is away is a Problem, and nobody's row.
 */
function mayBeOneRows(error: unknown): boolean {
  return !(error instanceof Problem)
}

function lostRace(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40P01' || error.code === '40001')
}

/** FNV-1a, 32 bits: spreads keys that differ in their last letters. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let place = 0; place < text.length; place += 1) value = Math.imul(value ^ text.charCodeAt(place), 0x01000193)
  return value >>> 0
}
