/**
 * What a request is, by how early it is turned away when there are too many. An order that is not opened
 * can be opened later; a payer who has typed a card number is the last to be sent away.
 */
export type LoadClass = 'order' | 'question' | 'page' | 'form'

/** Which share of the limit a class may fill. */
const shares: Readonly<Record<Exclude<LoadClass, 'form'>, number>> = { order: 0.8, question: 0.9, page: 1 }

/** Forms wait for banks, seconds at a time and at no cost to us, so they are counted by themselves. */
const mostForms = 2_000

/** So many are worked on however slow everything is: fewer would refuse what is no overload at all. */
const lowest = 96
const highest = 4_096
const first = 1_024
/** To here it rises by itself: a pause of 40 ms below capacity brings so many at once. */
const easy = 192

/**
 * Where there was no work for so long, nothing waits, and so many may come within that time: a burst is no overload,
 * also where it comes in drops from a client that is slow itself. Under load nobody rests.
 */
const restMs = 10
const burst = 288
const burstMs = 500

/**
 * Of the requests of a span, at most one in ten may take longer than this from body to answer. Whoever waits has
 * waited as long again before the body was read, and the slowest of a hundred waits four times as long as that one.
 */
const targetMs = 20
const slowShare = 0.1

const spanMs = 100
const fewest = 20

/** The limit is lowered to this part of what was at work, or raised by this. */
const lowering = 0.7
const raising = 1.1

/**
 * How many requests may be worked on at once, so that those that are taken are answered soon and the others
 * are refused at once. What waits in a queue costs time whatever the machine can do, so the limit is
 * learnt: where the answers of the last tenth of a second took too long it falls, and where all were quick
 * and some were refused all the same it rises. From its depth it rises without that: below capacity somebody is
 * refused in a pause alone, which is slow, so that it would stay as low as an overload has left it. And after a
 * rest it is learnt anew, as the slow answers of a burst that is over say nothing of the next one. The time that
 * an answer takes shows both bottlenecks, a database that is slow and a process that gets no turn.
 *
 * A request counts from the end of its body: who sends slowly takes no place. Times are machine time.
 */
export class Load {
  #limit: number
  #inWork = 0
  #forms = 0
  #refused = 0
  #refusedInSpan = 0
  #spanBegan = -Infinity
  #endedAt = -Infinity
  readonly #burst: number
  /** Until then it is not lowered below a burst. */
  #burstUntil = -Infinity
  #done = 0
  #slow = 0
  #peak = 0

  constructor(limit = first) {
    this.#limit = limit
    this.#burst = Math.min(burst, limit)
  }

  /** How many may be at work now. */
  get limit(): number {
    return this.#limit
  }

  /** How many are at work now, forms apart. */
  get inWork(): number {
    return this.#inWork
  }

  get forms(): number {
    return this.#forms
  }

  /** How many were refused since the start. */
  get refused(): number {
    return this.#refused
  }

  /** Whether there is room for another; what is refused is counted. */
  admits(kind: LoadClass): boolean {
    if (kind === 'form' ? this.#forms < mostForms : this.#inWork < this.#limit * shares[kind]) return true
    this.#refused += 1
    this.#refusedInSpan += 1
    return false
  }

  begin(kind: LoadClass, now: number): void {
    if (kind === 'form') {
      this.#forms += 1
      return
    }
    if (this.#inWork === 0 && now - this.#endedAt >= restMs) {
      this.#limit = Math.max(this.#limit, this.#burst)
      this.#burstUntil = now + burstMs
    }
    this.#inWork += 1
    this.#peak = Math.max(this.#peak, this.#inWork)
  }

  /** Call it once for each `begin`, whatever became of the request. */
  end(kind: LoadClass, beganAt: number, now: number): void {
    if (kind === 'form') {
      this.#forms -= 1
      return
    }
    this.#inWork -= 1
    this.#endedAt = now
    // What began before the limit was changed says nothing of the limit.
    if (beganAt < this.#spanBegan) return
    this.#done += 1
    if (now - beganAt > targetMs) this.#slow += 1
    if (now - this.#spanBegan >= spanMs && this.#done >= fewest) this.#adjust(now)
  }

  #adjust(now: number): void {
    if (this.#slow > this.#done * slowShare) {
      const least = now < this.#burstUntil ? this.#burst : lowest
      this.#limit = Math.max(least, Math.floor(Math.min(this.#limit, this.#peak) * lowering))
    } else if (this.#refusedInSpan > 0 || this.#limit < easy) {
      this.#limit = Math.min(highest, Math.ceil(this.#limit * raising))
    }
    this.#spanBegan = now
    this.#done = 0
    this.#slow = 0
    this.#refusedInSpan = 0
    this.#peak = this.#inWork
  }
}
