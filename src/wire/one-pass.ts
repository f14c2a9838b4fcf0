import { Compile } from '../base/schema.ts'
import { skipValue } from './json.ts'
import { plainDecimal, quoted, type Shape } from './shape.ts'

/**
 * Reads a request's text once: finds the known members, checks each by its schema, refuses what the scanner
 * refuses, and keeps where everything stands, so that the canonical text is put together from pieces of the
 * text itself. It reads what is usual and gives up on the rest, which the scanner, `JSON.parse` and the walks
 * of `shape.ts` then read and find fault with: four passes that cost four times as much. What both read, they
 * read alike (`one-pass.test.ts`).
 *
 * A form holds what the last text had, until the next is read: one for each object of the schema, made once, so
 * that a request leaves little to collect.
 */
export interface Form {
  readonly members: readonly FormMember[]
  readonly places: ReadonlyMap<string, number>
  /** Which member came after which the last time, by place and one; requests of one program come in one order. */
  readonly follows: Int16Array
  /** What each member is: one of the words below. */
  readonly kinds: Uint8Array
  /** Where its name begins, where its value does, and where that ends. */
  readonly names: Int32Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Canonical text of a member that does not stand like that in the request; undefined for one that does. */
  readonly texts: (string | undefined)[]
  /** The whole object stands in the request as it is written canonically. */
  isVerbatim: boolean
}

interface FormMember {
  readonly name: string
  readonly label: string
  readonly required: boolean
  readonly isQuantity: boolean
  /** Any JSON, kept as text. */
  readonly isAny: boolean
  /** A number is read by its digits, as text. */
  readonly isExact: boolean
  /** Of an object, or of what a list holds. */
  readonly form: Form | undefined
  readonly isList: boolean
  /** Anything in it is for the exact reading. */
  readonly isUnusual: boolean
  readonly accepts: (value: string | number) => boolean
  readonly maxItems: number
}

/** What a member is. Numbers, because they lie in an array of bytes. */
const none = 0
/** `""`, null, or an empty list for an object. */
const absent = 1
const plainText = 2
/** Text with escapes in it. */
const escapedText = 3
const integer = 4
const object = 5
const list = 6
/** Any JSON. */
const any = 7

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** A longer integer may not be what its digits say. */
const longestInteger = 15

/** More than so many unknown members of one object are compared with each other elsewhere. */
const mostUnknown = 12

/** Paths: `unusual` ones are left to the exact reading, `exact` ones are read as text where they are numbers. */
export interface FormOptions {
  readonly unusual: ReadonlySet<string>
  readonly exact: ReadonlySet<string>
}

export function formOf({ members = [] }: Shape, options: FormOptions, path = ''): Form {
  const made = members.map(({ name, label, shape, required }): FormMember => {
    const own = path === '' ? name : `${path}.${name}`
    const inner = shape.members ? shape : shape.element?.members ? shape.element : undefined
    const { maxItems, type, anyOf } = shape.schema as {
      maxItems?: number
      type?: string
      anyOf?: unknown
      enum?: unknown
    }
    const isAny = type === undefined && anyOf === undefined && !('enum' in shape.schema) && !('const' in shape.schema)
    return {
      name,
      label,
      required,
      isQuantity: shape.isQuantity,
      isAny,
      isExact: options.exact.has(own),
      form: inner && formOf(inner, options, own),
      isList: shape.element !== undefined,
      isUnusual: options.unusual.has(own) || (shape.isContainer && inner === undefined),
      accepts: checkOf(shape),
      maxItems: maxItems ?? Infinity,
    }
  })
  return {
    members: made,
    places: new Map(made.map(({ name }, place) => [name, place])),
    follows: Int16Array.from({ length: made.length + 1 }, (_, place) => Math.min(place, made.length - 1)),
    kinds: new Uint8Array(made.length),
    names: new Int32Array(made.length),
    starts: new Int32Array(made.length),
    ends: new Int32Array(made.length),
    texts: made.map(() => undefined),
    isVerbatim: false,
  }
}

/** The check of one member, compiled when it is first needed; most programs send few of them. */
function checkOf({ schema }: Shape): (value: string | number) => boolean {
  const words = schema as { type?: string; maxLength?: number; anyOf?: readonly object[] }
  let check = (value: unknown): boolean => {
    const compiled = Compile(schema)
    check = (next) => compiled.Check(next)
    return check(value)
  }
  if (isOnly(words, ['type', 'maxLength', 'description', 'examples']) && words.type === 'string') {
    const { maxLength = Infinity } = words
    // It counts characters, of which there are no more than code units.
    return (value) => (typeof value === 'string' && value.length <= maxLength) || check(value)
  }
  const takesAnyText = words.anyOf?.some((each) => isOnly(each, ['type']) && 'type' in each && each.type === 'string')
  return takesAnyText ? (value) => typeof value === 'string' || check(value) : (value) => check(value)
}

/** Whether a schema says nothing but this; what is hidden in it counts as well. */
function isOnly(schema: object, words: readonly string[]): boolean {
  const known = new Set([...words, '~kind', '~optional', '~unsafe'])
  return Object.getOwnPropertyNames(schema).every((name) => known.has(name))
}

export class OnePass {
  readonly text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
  }

  /** False where the text, whatever is the matter, is for the exact reading. */
  read(form: Form): boolean {
    this.#at = this.#blanks(0)
    if (this.text.charCodeAt(this.#at) !== openBrace || !this.#object(form)) return false
    return this.#blanks(this.#at) === this.text.length
  }

  has(form: Form, place: number): boolean {
    return (form.kinds[place] ?? none) > absent
  }

  leaveOut(form: Form, place: number): void {
    form.kinds[place] = none
  }

  /** The text of a member, its digits or its JSON, where the form was read and has it. */
  valueOf(form: Form, place: number): string | undefined {
    const start = form.starts[place] ?? 0
    const end = form.ends[place] ?? 0
    switch (form.kinds[place] ?? none) {
      case plainText:
        return this.text.slice(start + 1, end - 1)
      case escapedText:
        return JSON.parse(this.text.slice(start, end)) as string
      case integer:
      case any:
        return this.text.slice(start, end)
      default:
        return undefined
    }
  }

  /** Canonical text of a form as it was read, with what was put into it; undefined where nothing is left. */
  write(form: Form): string | undefined {
    const { members, kinds, names, starts, ends, texts } = form
    let written = ''
    // Neighbours that stand in the request as they are written are taken together.
    let from = -1
    let to = -1
    for (let place = 0; place < members.length; place += 1) {
      const kind = kinds[place] ?? none
      const member = members[place]
      if (member === undefined || kind <= absent || kind === any) continue
      let text = texts[place]
      if (text === undefined && kind === object && member.form) {
        const { isVerbatim } = member.form
        const start = starts[place] ?? 0
        if (!isVerbatim || start - (names[place] ?? 0) !== member.label.length) {
          const inner = isVerbatim ? this.text.slice(start, ends[place]) : this.write(member.form)
          if (inner === undefined) continue
          text = member.label + inner
        }
      }
      if (text === undefined) {
        const name = names[place] ?? 0
        const end = ends[place] ?? 0
        if (name === to + 1) {
          to = end
          continue
        }
        if (from >= 0) written += `${written === '' ? '' : ','}${this.text.slice(from, to)}`
        from = name
        to = end
        continue
      }
      if (from >= 0) written += `${written === '' ? '' : ','}${this.text.slice(from, to)}`
      from = -1
      to = -2
      written += written === '' ? text : `,${text}`
    }
    if (from >= 0) written += `${written === '' ? '' : ','}${this.text.slice(from, to)}`
    return written === '' ? undefined : `{${written}}`
  }

  /** Puts another text in the place of a member's, or one where there was none. */
  put(form: Form, place: number, value: string): void {
    form.kinds[place] = plainText
    form.texts[place] = `${form.members[place]?.label}${quoted(value)}`
    form.isVerbatim = false
  }

  #blanks(from: number): number {
    const { text } = this
    let at = from
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
      at += 1
    }
  }

  /** From the brace on. */
  #object(form: Form): boolean {
    const { text } = this
    const { members, places, follows, kinds, names } = form
    kinds.fill(none)
    form.isVerbatim = false
    let isVerbatim = true
    let last = -1
    let unknown: string[] | undefined
    const start = this.#at
    let at = this.#blanks(start + 1)
    if (at !== start + 1) isVerbatim = false
    this.#depth += 1
    if (text.charCodeAt(at) === closeBrace) isVerbatim = false
    else
      for (;;) {
        const name = at
        let place = follows[last + 1] ?? 0
        let member = members[place]
        if (member !== undefined && text.startsWith(member.label, at)) at += member.label.length
        else {
          if (text.charCodeAt(at) !== quote) return false
          const end = this.#text(at)
          // A name with escapes.
          if (end < 0) return false
          const known = places.get(text.slice(at + 1, end - 1))
          at = this.#blanks(end)
          if (text.charCodeAt(at) !== colon) return false
          at += 1
          if (known === undefined) {
            unknown ??= []
            const called = text.slice(name + 1, end - 1)
            if (unknown.includes(called) || unknown.push(called) > mostUnknown) return false
            at = skipValue(text, this.#blanks(at), this.#depth)
            isVerbatim = false
            member = undefined
          } else {
            follows[last + 1] = known
            place = known
            member = members[place]
          }
        }
        if (member !== undefined) {
          if (kinds[place] !== none) return false
          names[place] = name
          this.#at = this.#blanks(at)
          const isCompact = this.#at - name === member.label.length
          if (!this.#member(form, place, member, isCompact)) return false
          at = this.#at
          if (place < last || kinds[place] === absent || !this.#isVerbatim) isVerbatim = false
          last = place
        }
        const end = at
        at = this.#blanks(at)
        const code = text.charCodeAt(at)
        if (at !== end) isVerbatim = false
        if (code === closeBrace) break
        if (code !== comma) return false
        at += 1
        if (this.#blanks(at) !== at) {
          at = this.#blanks(at)
          isVerbatim = false
        }
      }
    this.#depth -= 1
    this.#at = at + 1
    for (let place = 0; place < members.length; place += 1)
      if (members[place]?.required && (kinds[place] ?? 0) <= absent) return false
    form.isVerbatim = isVerbatim
    return true
  }

  /** Whether the member read last stands as it is written. */
  #isVerbatim = false

  #member(form: Form, place: number, member: FormMember, isCompact: boolean): boolean {
    const { text } = this
    const { kinds, starts, ends, texts } = form
    const start = this.#at
    texts[place] = undefined
    starts[place] = start
    const code = text.charCodeAt(start)
    if (code === 0x6e) {
      if (!text.startsWith('null', start)) return false
      return this.#absent(kinds, place, start + 4)
    }
    if (code === quote && text.charCodeAt(start + 1) === quote) return this.#absent(kinds, place, start + 2)
    if (member.isUnusual) return false
    if (member.isAny) {
      this.#at = ends[place] = skipValue(text, start, this.#depth)
      kinds[place] = any
      this.#isVerbatim = false
      return true
    }
    if (member.form) {
      if (code === openBracket) {
        const first = this.#blanks(start + 1)
        if (text.charCodeAt(first) === closeBracket) return this.#absent(kinds, place, first + 1)
        if (!member.isList) return false
        const written = this.#list(member, member.form)
        if (written === false) return false
        kinds[place] = list
        ends[place] = this.#at
        this.#isVerbatim &&= isCompact
        if (!this.#isVerbatim) texts[place] = member.label + (written ?? text.slice(start, this.#at))
        return true
      }
      if (code !== openBrace || member.isList || !this.#object(member.form)) return false
      kinds[place] = object
      ends[place] = this.#at
      this.#isVerbatim = isCompact && member.form.isVerbatim
      return true
    }
    return code === quote ? this.#textMember(form, place, member, isCompact) : this.#integerMember(form, place, member)
  }

  #absent(kinds: Uint8Array, place: number, end: number): true {
    kinds[place] = absent
    this.#at = end
    this.#isVerbatim = false
    return true
  }

  #textMember(form: Form, place: number, member: FormMember, isCompact: boolean): boolean {
    const { text } = this
    const start = this.#at
    const plainEnd = this.#text(start)
    const end = plainEnd < 0 ? this.#escapedText(start) : plainEnd
    if (end < 0) return false
    const value = plainEnd < 0 ? (JSON.parse(text.slice(start, end)) as string) : text.slice(start + 1, end - 1)
    if (!member.accepts(value)) return false
    form.kinds[place] = plainEnd < 0 ? escapedText : plainText
    form.ends[place] = this.#at = end
    const decimal = member.isQuantity ? plainDecimal(value) : value
    this.#isVerbatim = isCompact && plainEnd >= 0 && decimal === value
    if (!this.#isVerbatim) form.texts[place] = member.label + quoted(decimal)
    return true
  }

  #integerMember(form: Form, place: number, member: FormMember): boolean {
    const { text } = this
    const start = this.#at
    let end = start
    while (isDigit(text.charCodeAt(end))) end += 1
    const length = end - start
    if (length === 0 || length > longestInteger || (length > 1 && text.charCodeAt(start) === 0x30)) return false
    const next = text.charCodeAt(end)
    if (next !== comma && next !== closeBrace && this.#blanks(end) === end) return false
    const digits = text.slice(start, end)
    if (!member.accepts(member.isExact ? digits : Number(digits))) return false
    form.kinds[place] = integer
    form.ends[place] = this.#at = end
    form.texts[place] = `${member.label}"${digits}"`
    this.#isVerbatim = false
    return true
  }

  /** A list of objects, not empty: false to give up, its canonical text, or undefined where it stands like that. */
  #list(member: FormMember, form: Form): string | undefined | false {
    const { text } = this
    const start = this.#at
    let isVerbatim = true
    const written: string[] = []
    let at = this.#blanks(start + 1)
    if (at !== start + 1) isVerbatim = false
    this.#depth += 1
    for (;;) {
      if (text.charCodeAt(at) !== openBrace || written.length >= member.maxItems) return false
      this.#at = at
      if (!this.#object(form)) return false
      if (!form.isVerbatim) isVerbatim = false
      // The next element is read into the same form.
      written.push(form.isVerbatim ? text.slice(at, this.#at) : (this.write(form) ?? '{}'))
      at = this.#blanks(this.#at)
      if (at !== this.#at) isVerbatim = false
      const code = text.charCodeAt(at)
      if (code === closeBracket) break
      if (code !== comma) return false
      const next = this.#blanks(at + 1)
      if (next !== at + 1) isVerbatim = false
      at = next
    }
    this.#depth -= 1
    this.#at = at + 1
    this.#isVerbatim = isVerbatim
    return isVerbatim ? undefined : `[${written.join(',')}]`
  }

  /** The end of a string that begins here and holds no escape; -1 otherwise. */
  #text(start: number): number {
    const { text } = this
    let at = start + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === quote) return at + 1
      // Not a number at the end of the text, which is greater than nothing.
      if (!(code >= 0x20) || code === backslash) return -1
      at += 1
    }
  }

  /** The same of one whose escapes are those of whole characters. */
  #escapedText(start: number): number {
    const { text } = this
    let at = start + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === quote) return at + 1
      if (!(code >= 0x20)) return -1
      if (code !== backslash) at += 1
      else if (simpleEscapes.includes(text.charAt(at + 1))) at += 2
      else {
        const digits = text.slice(at + 1, at + 6)
        // U+0000, and halves of a pair, whole or not, are looked at by the scanner.
        if (!/^u[0-9a-fA-F]{4}$/.test(digits) || /^u(?:0000|[dD][89a-fA-F])/.test(digits)) return -1
        at += 6
      }
    }
  }
}

const simpleEscapes = '"\\/bfnrt'

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
