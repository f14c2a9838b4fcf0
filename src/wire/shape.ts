import { Check, type TSchema } from '../base/schema.ts'

/**
 * The tree of members that a request's schema describes, read from the schema once, so that the schema
 * stays the single statement of the contract while requests are walked in its order: to leave out what
 * counts as absent, to find the first member at fault, and to write what two equal requests share. `one-pass.ts`
 * does the same at once for requests that are as usual.
 */
export interface Shape {
  readonly schema: TSchema
  /** An object's known members, in the order of the contract's tables. */
  readonly members?: readonly Member[]
  /** What a list holds. */
  readonly element?: Shape
  /** An object or a list. */
  readonly isContainer: boolean
  /** Takes fractions as well as text, so that `"2.50"` and `2.5` are the same. */
  readonly isQuantity: boolean
}

interface Member {
  readonly name: string
  /** The name as JSON text, with its colon. */
  readonly label: string
  readonly shape: Shape
  readonly required: boolean
}

/** JSON Schema's own words, as far as a shape is made of them. */
interface Words {
  readonly type?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly items?: TSchema
  readonly anyOf?: readonly { readonly type?: string }[]
}

export function shapeOf(schema: TSchema): Shape {
  const { type, properties, required = [], items, anyOf } = schema as Words
  return {
    schema,
    ...(properties && {
      members: Object.entries(properties).map(([name, member]) => ({
        name,
        label: `${JSON.stringify(name)}:`,
        shape: shapeOf(member),
        required: required.includes(name),
      })),
    }),
    ...(items && { element: shapeOf(items) }),
    isContainer: type === 'object' || type === 'array',
    isQuantity: anyOf?.some(({ type }) => type === 'number') ?? false,
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `""`, null, and an empty list where an object or a list belongs: what PHP makes of nothing (design 4.2). */
function isAbsent(shape: Shape, value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return shape.isContainer && Array.isArray(value) && value.length === 0
}

/**
 * Takes the absent members out of a value that nobody else holds. Unknown members stay, as no other walk
 * sees them, and so does what has the wrong type, for `firstFault` to find.
 */
export function dropAbsent(shape: Shape, value: unknown): void {
  if (shape.members) {
    if (!isObject(value)) return
    for (const { name, shape: member } of shape.members) {
      const given = value[name]
      if (given === undefined) continue
      if (isAbsent(member, given)) delete value[name]
      else if (member.isContainer) dropAbsent(member, given)
    }
  } else if (shape.element?.isContainer && Array.isArray(value)) {
    for (const each of value) dropAbsent(shape.element, each)
  }
}

/** A member that is at fault, as the merchant names it: `order.item.0.category`. */
export interface Fault {
  readonly field: string
  readonly missing: boolean
}

/** The first member, in the order of the contract's tables, that does not fit; undefined where all fit. */
export function firstFault(shape: Shape, value: unknown, field = ''): Fault | undefined {
  const malformed = { field, missing: false }
  if (shape.members) {
    if (!isObject(value)) return malformed
    for (const { name, shape: member, required } of shape.members) {
      const path = field ? `${field}.${name}` : name
      const given = value[name]
      if (given === undefined && required) return { field: path, missing: true }
      const fault = given === undefined ? undefined : firstFault(member, given, path)
      if (fault) return fault
    }
    return undefined
  }
  if (shape.element && Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      const fault = firstFault(shape.element, each, `${field}.${index}`)
      if (fault) return fault
    }
  }
  return Check(shape.schema, value) ? undefined : malformed
}

/**
 * JSON text of the known members of a checked value, in the shape's order, without empty objects, and
 * with every number that may come as text written as text. Requests that say the same give equal texts.
 */
export function canonical(shape: Shape, value: unknown): string {
  return written(shape, value) ?? '{}'
}

/** The value with nothing left of it that two equal requests may differ in; undefined for an empty object. */
function written(shape: Shape, value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(shape.isQuantity ? plainDecimal(value) : value)
  if (typeof value === 'number') return `"${value}"`
  if (shape.members && isObject(value)) {
    let members = ''
    for (const { name, label, shape: member } of shape.members) {
      const given = value[name]
      const text = given === undefined ? undefined : written(member, given)
      if (text !== undefined) members += members === '' ? label + text : `,${label}${text}`
    }
    return members === '' ? undefined : `{${members}}`
  }
  const { element } = shape
  return element && Array.isArray(value)
    ? `[${value.map((each: unknown) => written(element, each) ?? '{}').join(',')}]`
    : JSON.stringify(value)
}

/** Nothing for JSON to escape. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** A text as JSON. */
export function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** `2.50` as `2.5`, `1000.00` and `01000` as `1000`: the way a JSON number of that value is written. */
export function plainDecimal(text: string): string {
  return /^\d+(?:\.\d+)?$/.test(text) ? text.replace(/^0+(?=\d)/, '').replace(/\.0+$|(\.\d*[1-9])0+$/, '$1') : text
}
