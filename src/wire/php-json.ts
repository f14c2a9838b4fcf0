import { invariant } from '../base/invariant.ts'

/**
 * The bytes of PHP's `json_encode` with its default flags. Callbacks are signed over exactly these,
 * because merchants rebuild the signed text with PHP, or with whatever gives the same text
 * (observed-behaviour.md, part 6; the bytes: reference-facts.md 5.2, measured with PHP 8.2 and
 * `serialize_precision=-1`, its default).
 */

/** What we put into a body of our own. Amounts are integers; there are no floats. */
export type PhpValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PhpValue[]
  | { readonly [key: string]: PhpValue }

/**
 * `value` as PHP writes it, objects in insertion order. What PHP has no one form for is a mistake of
 * ours: a fraction or an unsafe integer, a key that PHP would take for a list's index, an object with
 * nothing in it, which PHP reads back as a list, half a character.
 */
export function phpEncode(value: PhpValue): string {
  if (typeof value === 'string') return encodeText(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    invariant(Number.isSafeInteger(value), 'a number in our own JSON is a safe integer')
    return String(value)
  }
  if (typeof value === 'bigint') {
    invariant(BigInt.asIntN(64, value) === value, 'an integer in our own JSON fits 64 bits')
    return String(value)
  }
  invariant(typeof value === 'object', `our own JSON holds no ${typeof value}`)
  return isList(value) ? `[${value.map(phpEncode).join(',')}]` : encodeMembers(value)
}

function isList(value: readonly PhpValue[] | { readonly [key: string]: PhpValue }): value is readonly PhpValue[] {
  return Array.isArray(value)
}

function encodeMembers(value: { readonly [key: string]: PhpValue }): string {
  const members = Object.entries(value)
  invariant(members.length > 0, 'our own JSON holds no empty object')
  return `{${members
    .map(([key, member]) => {
      invariant(!/^\d+$/.test(key), 'a key in our own JSON is not an index')
      return `${encodeText(key)}:${phpEncode(member)}`
    })
    .join(',')}}`
}

/** Nothing to escape: printable ASCII and U+007F without `"`, `\` and `/`. */
const plain = /^[ !#-.0-[\]-\x7f]*$/

/** With the flag `u` a pair counts as one character and does not match. */
const loneSurrogate = /[\ud800-\udfff]/u

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function encodeText(text: string): string {
  if (plain.test(text)) return `"${text}"`
  invariant(!loneSurrogate.test(text), 'a text in our own JSON holds whole characters')
  return `"${text.replace(/[^ !#-.0-[\]-\x7f]/g, escape)}"`
}

/** One UTF-16 code unit: an emoji becomes two escapes, in lower-case hex, as PHP writes it. */
function escape(unit: string): string {
  return shortEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * What PHP's `json_encode(json_decode($text, true))` writes for a JSON text that the scanner of
 * `json.ts` has let through. It works on the text, as values lose what PHP keeps: integers up to 64
 * bits, and the order of keys that look like numbers.
 *
 * @returns undefined where PHP fails: a number beyond a double's range
 */
export function phpReencode(jsonText: string): string | undefined {
  return phpReencodeInOrder(jsonText).text
}

/** The same with the keys of objects sorted, for telling whether two texts say the same. */
export function sortedReencode(jsonText: string): string | undefined {
  return new Reencoder(jsonText, true).text()
}

/** `phpReencode`, and whether it is what `sortedReencode` gives as well, which costs nothing to notice. */
export function phpReencodeInOrder(jsonText: string): { text: string | undefined; isSorted: boolean } {
  const reencoder = new Reencoder(jsonText, false)
  return { text: reencoder.text(), isSorted: reencoder.isSorted }
}

/** A JSON token. Blanks and punctuation between tokens are stepped over by hand. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null/y

class Reencoder {
  readonly #text: string
  readonly #sorted: boolean
  #at = 0
  #representable = true
  /** Every object's keys came in the order that sorting would give them. */
  isSorted = true

  constructor(text: string, sorted: boolean) {
    this.#text = text
    this.#sorted = sorted
  }

  text(): string | undefined {
    const value = this.#value()
    return this.#representable ? value : undefined
  }

  /** The next character that is not blank. */
  #peek(): string {
    let next = this.#text.charAt(this.#at)
    while (next === ' ' || next === '\n' || next === '\r' || next === '\t') {
      this.#at += 1
      next = this.#text.charAt(this.#at)
    }
    return next
  }

  #token(): string {
    token.lastIndex = this.#at
    const found = token.exec(this.#text)?.[0]
    invariant(found !== undefined, 'the scanner has let the text through')
    this.#at += found.length
    return found
  }

  #value(): string {
    const first = this.#peek()
    if (first === '{') return this.#object()
    if (first === '[') return this.#array()
    const text = this.#token()
    if (first === '"') return encodeText(JSON.parse(text) as string)
    return first === '-' || (first >= '0' && first <= '9') ? this.#number(text) : text
  }

  #array(): string {
    const elements: string[] = []
    this.#at += 1
    while (this.#peek() !== ']') {
      elements.push(this.#value())
      if (this.#peek() === ',') this.#at += 1
    }
    this.#at += 1
    return `[${elements.join(',')}]`
  }

  /** Decoded to a PHP array: it is a list, and written as one, if its keys are 0, 1, 2 … in this order. */
  #object(): string {
    const members = new Map<string, string>()
    let before = ''
    this.#at += 1
    while (this.#peek() !== '}') {
      const key = JSON.parse(this.#token()) as string
      this.#peek()
      this.#at += 1 // the colon
      if (key < before) this.isSorted = false
      before = key
      members.set(key, this.#value())
      if (this.#peek() === ',') this.#at += 1
    }
    this.#at += 1
    let index = 0
    let list = true
    for (const key of members.keys()) {
      if (key !== String(index)) {
        list = false
        break
      }
      index += 1
    }
    if (list) return `[${[...members.values()].join(',')}]`
    const entries = [...members]
    if (this.#sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, value]) => `${encodeText(key)}:${value}`).join(',')}}`
  }

  #number(text: string): string {
    if (/^-?\d+$/.test(text)) {
      // PHP's integers have 64 bits, 20 characters at most; a larger one becomes a float. The integer -0 becomes 0.
      if (text.length < 19) return text === '-0' ? '0' : text
      if (text.length <= 20 && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return text
    }
    const float = Number(text)
    if (!Number.isFinite(float)) this.#representable = false
    return phpFloat(float)
  }
}

/**
 * A double as PHP writes it with `serialize_precision=-1`: the shortest digits that read back equal, as
 * in JavaScript, but with an exponent from 1.0e+17 and below 0.0001, and no `.0` without one.
 */
function phpFloat(float: number): string {
  if (float === 0) return Object.is(float, -0) ? '-0' : '0'
  const [, sign = '', first = '', more = '', power = ''] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(float.toExponential()) ?? []
  const exponent = Number(power)
  const digits = first + more
  if (exponent > 16 || exponent < -4) return `${sign}${first}.${more || '0'}e${power}`
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}
