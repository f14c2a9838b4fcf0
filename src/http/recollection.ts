/**
 * Remembers something about each of many names, in bounded memory and without a timer. What has not been
 * touched for `keepMs` is forgotten, within twice that time: there are two generations, a name that is used
 * moves to the younger one, and when that is `keepMs` old the elder is dropped whole. Nothing is dropped to
 * make room, so nobody is forgotten early because others came in masses.
 */
export class Recollection<Entry extends object> {
  readonly #keepMs: number
  readonly #capacity: number
  #younger = new Map<string, Entry>()
  #elder = new Map<string, Entry>()
  #turnsAt = -Infinity

  constructor({ keepMs, capacity }: { keepMs: number; capacity: number }) {
    this.#keepMs = keepMs
    this.#capacity = capacity
  }

  get size(): number {
    return this.#younger.size + this.#elder.size
  }

  get(name: string, now: number): Entry | undefined {
    if (now >= this.#turnsAt) this.#turn(now)
    const entry = this.#younger.get(name)
    if (entry) return entry
    const old = this.#elder.get(name)
    if (old) {
      this.#elder.delete(name)
      this.#younger.set(name, old)
    }
    return old
  }

  /** False when there is no room for another name. */
  add(name: string, entry: Entry, now: number): boolean {
    if (now >= this.#turnsAt) this.#turn(now)
    if (this.size >= this.#capacity) return false
    this.#younger.set(name, entry)
    return true
  }

  delete(name: string): void {
    this.#younger.delete(name)
    this.#elder.delete(name)
  }

  #turn(now: number): void {
    // After a long silence the younger ones are as old as the elder.
    this.#elder = now >= this.#turnsAt + this.#keepMs ? new Map() : this.#younger
    this.#younger = new Map()
    this.#turnsAt = now + this.#keepMs
  }
}
