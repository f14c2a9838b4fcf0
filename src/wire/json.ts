import { isUtf8 } from 'node:buffer'
import { Problem } from '../base/problem.ts'

/**
 * Reads a request's body. `JSON.parse` alone is not enough at this door: it keeps the last of two equal
 * keys where another reader keeps the first, it lets U+0000 and lone surrogates through, which the
 * database and PHP refuse later, it rounds large integers, and whoever walks its result must survive any
 * depth. So one scanner goes over the text first and refuses all of that (design 4.2); what is left,
 * `JSON.parse` reads the way everybody does.
 */

/** Objects and arrays within each other; the top level counts as one (design 4.2). */
const maxDepth = 32

/** Up to this many keys of one object are compared one by one, which is faster than a set. */
const fewKeys = 12

/** A captured member, or the way to one. */
interface Route {
  readonly children: Map<string, Route>
  /** The whole path where it is itself captured. */
  path: string | undefined
}

const routes = new WeakMap<readonly string[], Route>()

/** The paths as a tree. Callers pass one constant array, so that it is made once. */
function routeOf(capture: readonly string[]): Route {
  let root = routes.get(capture)
  if (!root) {
    root = { children: new Map(), path: undefined }
    for (const path of capture) {
      let at = root
      for (const name of path.split('.')) {
        const next = at.children.get(name) ?? { children: new Map(), path: undefined }
        at.children.set(name, next)
        at = next
      }
      at.path = path
    }
    routes.set(capture, root)
  }
  return root
}

/**
 * The request's top-level object, and the JSON text as written of the members that `capture` names
 * (`meta.data`, `order.id`), for what `JSON.parse` loses: digits, and the order of keys.
 *
 * @throws Problem `malformed_body` for anything that is not one JSON object in UTF-8 without byte order
 *   mark, has a key twice in one object, U+0000, a lone surrogate, or more than 32 levels
 */
export function parseBody(
  bytes: Buffer,
  capture: readonly string[] = [],
): { value: Record<string, unknown>; raw: ReadonlyMap<string, string> } {
  if (!isUtf8(bytes)) throw refused('The body is not UTF-8')
  const text = bytes.toString('utf8')
  const raw = new Map<string, string>()
  new Scanner(text, raw).scan(routeOf(capture))
  return { value: JSON.parse(text) as Record<string, unknown>, raw }
}

/**
 * Where a value of a text ends that begins here, inside so many objects and lists, for a reader that has no
 * use for it.
 *
 * @throws Problem as `parseBody`, for what is wrong up to there
 */
export function skipValue(text: string, start: number, depth: number): number {
  return new Scanner(text, new Map()).skip(start, depth)
}

/** Reasons name a place and never quote the body, which may hold a card number. */
function refused(reason: string): Problem {
  return new Problem('malformed_body', { reason })
}

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const dot = 0x2e
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** RFC 8259 as a recursive descent over UTF-16 code units; one object a body. */
class Scanner {
  readonly #text: string
  readonly #raw: Map<string, string>
  #at = 0
  #depth = 0
  /** True when the string just read holds an escape, so that its text is not its value. */
  #escaped = false

  constructor(text: string, raw: Map<string, string>) {
    this.#text = text
    this.#raw = raw
  }

  scan(route: Route): void {
    if (this.#text.charCodeAt(0) === 0xfeff) throw refused('The body begins with a byte order mark')
    this.#blanks()
    if (this.#at === this.#text.length) throw refused('The body is empty')
    if (this.#text.charCodeAt(this.#at) !== openBrace) throw refused('The body is not a JSON object')
    this.#object(route)
    this.#blanks()
    if (this.#at !== this.#text.length) throw this.#unexpected()
  }

  skip(start: number, depth: number): number {
    this.#at = start
    this.#depth = depth
    this.#value(undefined)
    return this.#at
  }

  #unexpected(): Problem {
    return this.#at >= this.#text.length
      ? refused('The JSON ends too early')
      : refused(`The JSON is not valid at character ${this.#at + 1}`)
  }

  #blanks(): void {
    const text = this.#text
    let at = this.#at
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break
      at += 1
    }
    this.#at = at
  }

  #value(route: Route | undefined): void {
    const start = this.#at
    const code = this.#text.charCodeAt(start)
    if (code === quote) this.#string()
    else if (code === openBrace) this.#object(route)
    else if (code === openBracket) this.#array()
    else if (code === minus || isDigit(code)) this.#number()
    else if (code === 0x74) this.#word('true')
    else if (code === 0x66) this.#word('false')
    else if (code === 0x6e) this.#word('null')
    else throw this.#unexpected()
    if (route?.path !== undefined) this.#raw.set(route.path, this.#text.slice(start, this.#at))
  }

  #enter(): void {
    this.#depth += 1
    if (this.#depth > maxDepth) throw refused(`The JSON is deeper than ${maxDepth} levels`)
    this.#at += 1
    this.#blanks()
  }

  #object(route: Route | undefined): void {
    this.#enter()
    if (this.#text.charCodeAt(this.#at) === closeBrace) {
      this.#leave()
      return
    }
    const keys: string[] = []
    let many: Set<string> | undefined
    for (;;) {
      const start = this.#at
      const key = this.#key()
      if (many ? many.has(key) : keys.includes(key)) throw refused(`A member is there twice at character ${start + 1}`)
      if (many) many.add(key)
      else if (keys.push(key) > fewKeys) many = new Set(keys)
      this.#blanks()
      if (this.#text.charCodeAt(this.#at) !== colon) throw this.#unexpected()
      this.#at += 1
      this.#blanks()
      this.#value(route?.children.get(key))
      this.#blanks()
      const code = this.#text.charCodeAt(this.#at)
      if (code === closeBrace) break
      if (code !== comma) throw this.#unexpected()
      this.#at += 1
      this.#blanks()
    }
    this.#leave()
  }

  #array(): void {
    this.#enter()
    if (this.#text.charCodeAt(this.#at) === closeBracket) {
      this.#leave()
      return
    }
    for (;;) {
      this.#value(undefined)
      this.#blanks()
      const code = this.#text.charCodeAt(this.#at)
      if (code === closeBracket) break
      if (code !== comma) throw this.#unexpected()
      this.#at += 1
      this.#blanks()
    }
    this.#leave()
  }

  #leave(): void {
    this.#depth -= 1
    this.#at += 1
  }

  /** A member's name with its escapes undone: `"\u0061"` is `a`, and equal to it. */
  #key(): string {
    const start = this.#at
    if (this.#text.charCodeAt(start) !== quote) throw this.#unexpected()
    this.#string()
    return this.#escaped
      ? (JSON.parse(this.#text.slice(start, this.#at)) as string)
      : this.#text.slice(start + 1, this.#at - 1)
  }

  #string(): void {
    const text = this.#text
    this.#escaped = false
    let at = this.#at + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === quote) break
      if (code === backslash) {
        this.#at = at
        this.#escape()
        at = this.#at
      } else if (code >= 0x20) {
        at += 1
      } else {
        // A control character as it is, or the end of the text, where the code is NaN.
        this.#at = at
        throw this.#unexpected()
      }
    }
    this.#at = at + 1
  }

  #escape(): void {
    this.#escaped = true
    switch (this.#text.charCodeAt(this.#at + 1)) {
      case quote:
      case backslash:
      case 0x2f: // slash
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        this.#at += 2
        return
      case 0x75: // u
        this.#codeUnit()
        return
      default:
        throw this.#unexpected()
    }
  }

  /** `\uXXXX`, and its second half where it is the first of a pair. */
  #codeUnit(): void {
    const start = this.#at
    const unit = this.#hex()
    if (unit === 0) throw refused(`U+0000 at character ${start + 1}`)
    if (unit < 0xd800 || unit > 0xdfff) return
    const paired =
      unit < 0xdc00 &&
      this.#text.charCodeAt(this.#at) === backslash &&
      this.#text.charCodeAt(this.#at + 1) === 0x75 &&
      (this.#hex() & 0xfc00) === 0xdc00
    if (!paired) throw refused(`A lone surrogate at character ${start + 1}`)
  }

  #hex(): number {
    let unit = 0
    for (let place = 2; place < 6; place += 1) {
      const digit = hexDigit(this.#text.charCodeAt(this.#at + place))
      if (digit < 0) throw this.#unexpected()
      unit = unit * 16 + digit
    }
    this.#at += 6
    return unit
  }

  #number(): void {
    const text = this.#text
    if (text.charCodeAt(this.#at) === minus) this.#at += 1
    if (text.charCodeAt(this.#at) === 0x30) this.#at += 1
    else this.#digits()
    if (text.charCodeAt(this.#at) === dot) {
      this.#at += 1
      this.#digits()
    }
    const code = text.charCodeAt(this.#at)
    if (code === 0x65 || code === 0x45) {
      this.#at += 1
      const sign = text.charCodeAt(this.#at)
      if (sign === minus || sign === 0x2b) this.#at += 1
      this.#digits()
    }
  }

  /** At least one. */
  #digits(): void {
    const text = this.#text
    let at = this.#at
    while (isDigit(text.charCodeAt(at))) at += 1
    const none = at === this.#at
    this.#at = at
    if (none) throw this.#unexpected()
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected()
    this.#at += word.length
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
