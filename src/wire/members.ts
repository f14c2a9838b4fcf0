import { type TProperties, type TSchema, Type } from '../base/schema.ts'

/**
 * The kinds of members that requests of the contract are made of. Lengths count characters, as the
 * documentation does. Each accepts every documented and observed form of its kind (invariant 12). Every
 * pattern takes time linear in the text, as a pattern may be tried before the length.
 */

/** An object of the contract: open, because unknown members are ignored at every level. */
export function object<Properties extends TProperties>(properties: Properties, description?: string) {
  return Type.Object(properties, { additionalProperties: true, ...(description && { description }) })
}

export function optional<Schema extends TSchema>(schema: Schema) {
  return Type.Optional(schema)
}

export function text(maxLength?: number, description?: string) {
  return Type.String({ ...(maxLength && { maxLength }), ...(description && { description }) })
}

/** A text that may come as a JSON number and is kept as it is written: a code, not a quantity. */
export function code(pattern?: string) {
  return Type.Union([Type.String(pattern ? { pattern } : {}), Type.Integer()])
}

/** Whole money of at least 1: `"1000"`, `"1000.00"`, `1000` (design 4.2). */
export const amount = Type.Union(
  [
    Type.String({ pattern: String.raw`^(?=\d*[1-9])\d{1,14}(?:\.0{1,2})?$` }),
    Type.Integer({ minimum: 1, maximum: 99_999_999_999_999 }),
  ],
  { description: 'Whole rupiah, at least 1, as text or number' },
)

/** A quantity as text or number. Nothing is computed from it. */
export const quantity = Type.Union([Type.String({ maxLength: 20 }), Type.Number()])

/** A whole number of at most 14 digits, as text or number: `"1000"`, `"1000.00"`, `1000`. */
export const whole = Type.Union([
  Type.String({ pattern: String.raw`^\d{1,14}(?:\.0{1,2})?$` }),
  Type.Number({ minimum: 0, maximum: 99_999_999_999_999, multipleOf: 1 }),
])

/** The same from 1. */
export const wholeFromOne = Type.Union([
  Type.String({ pattern: String.raw`^(?=\d*[1-9])\d{1,14}(?:\.0{1,2})?$` }),
  Type.Number({ minimum: 1, maximum: 99_999_999_999_999, multipleOf: 1 }),
])

/** A percentage from 0 to 100 with at most two decimals, as text or number. */
export const percentage = Type.Union([
  Type.String({ pattern: String.raw`^(?:\d{1,2}(?:\.\d{1,2})?|100(?:\.0{1,2})?)$` }),
  Type.Refine(Type.Number({ minimum: 0, maximum: 100 }), (percent: number) => /^\d+(?:\.\d{1,2})?$/.test(`${percent}`)),
])

/** A documented Numeric of at most 14 characters, as text or number. */
export const numeric = Type.Union([
  Type.String({ maxLength: 17, pattern: String.raw`^\d{1,14}(?:\.\d{1,2})?$` }),
  Type.Number({ minimum: 0, maximum: 99_999_999_999_999 }),
])

/** A documented Numeric of one or two characters. */
export const count = Type.Union([
  Type.String({ pattern: String.raw`^\d{1,2}$` }),
  Type.Integer({ minimum: 0, maximum: 99 }),
])

/** Minutes from 1 to 525600, a year, as text or number. */
export const minutes = Type.Union([
  Type.String({
    maxLength: 8,
    pattern: String.raw`^0*(?:[1-9]\d{0,4}|[1-4]\d{5}|5[01]\d{4}|52[0-4]\d{3}|525[0-5]\d{2}|525600)$`,
  }),
  Type.Integer({ minimum: 1, maximum: 525_600 }),
])

export const email = Type.String({
  maxLength: 320,
  pattern: String.raw`^[^\s@]+@[^\s@]+$`,
  examples: ['budi@example.com'],
})

/** E.164, blanks allowed as one of the vendor's samples has them; `08…` is refused (observed). */
export const mobilePhone = Type.String({
  maxLength: 20,
  pattern: String.raw`^\s*\+\s*[1-9](?:\s*\d){6,14}\s*$`,
  description: 'E.164, with the country code: +62…',
})

/** A telephone of any kind, landlines included. */
export function phone(maxLength: number) {
  return Type.String({ maxLength, pattern: String.raw`^(?=\D*\d)\+?[\d\s().-]+$` })
}

/** ISO 3166 alpha-3. */
export const country = Type.String({ pattern: '^[A-Za-z]{3}$' })

export const day = Type.String({ pattern: String.raw`^\d{8}$`, description: 'YYYYMMDD' })

/**
 * An absolute http or https URL without a user or password in it. The pattern leaves no room between
 * what it takes for the host and what the URL parser does: no `@`, no backslash, no blank.
 */
export const webUrl = Type.Refine(
  Type.String({
    maxLength: 2_048,
    pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@\\]+(?:[/?#][^\s\x00-\x1f]*)?$`,
  }),
  (url: string) => plainUrl.test(url) || URL.canParse(url),
)

/**
 * Most URLs that shops send; the parser takes each of them, and takes longer. Its host is an address in four
 * plain numbers, or a name that ends in letters and has no label in Punycode, which may be wrong.
 */
export const plainUrl =
  /^https?:\/\/(?:(?:(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z]+|(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})(?::[1-5]?\d{1,4})?(?:[/?#][!-~]*)?$/
