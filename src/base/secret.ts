import { inspect } from 'node:util'

const redacted = '[redacted]'

/**
 * A value that never prints: not through `String`, templates, `JSON.stringify`, `console.log`, nor inside
 * an error's cause. `reveal()` is the one way in, so that `grep -rn 'reveal()'` is the audit.
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [inspect.custom](): string {
    return redacted
  }
}
