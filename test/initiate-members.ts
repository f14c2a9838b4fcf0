import type { TSchema } from '../src/base/schema.ts'
import { InitiateBody } from '../src/wire/initiate-body.ts'
import { freshOrderId, seedSample, type TestGateway } from './gateway.ts'

/** The words of JSON Schema that a request's members are made of. */
interface Words {
  readonly type?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
}

/**
 * Every member of `initiate` that can hold a text, by its path, read from the schema itself: what attacks
 * try on all of them is tried on a new one without anybody thinking of it.
 */
export function textMembers(schema: TSchema = InitiateBody, path: readonly string[] = []): string[][] {
  const { type, properties, patternProperties, items, anyOf } = schema as Words
  if (properties) return Object.entries(properties).flatMap(([name, member]) => textMembers(member, [...path, name]))
  if (patternProperties)
    return Object.values(patternProperties).flatMap((member) => textMembers(member, [...path, 'any']))
  if (items) return textMembers(items, [...path, '0'])
  if (anyOf) return anyOf.slice(0, 1).flatMap((member) => textMembers(member, path))
  return type === 'string' || type === undefined ? [[...path]] : []
}

/** The sample with one member changed, and what is around it made as needed. */
export function sampleWith(orderId: string, changes: ReadonlyMap<readonly string[], unknown>): object {
  const body = seedSample(orderId, { url: {} })
  for (const [path, value] of changes) {
    let at: Record<string, unknown> = body
    for (const [index, name] of path.entries()) {
      if (index === path.length - 1) at[name] = value
      else {
        at[name] ??= path[index + 1] === '0' ? [] : {}
        at = at[name] as Record<string, unknown>
      }
    }
  }
  return body
}

/** What the gateway answers to `initiate` with this body. */
export async function answerTo(
  gateway: TestGateway,
  body: object,
): Promise<{ code: string; text: string; ms: number }> {
  const startedAt = performance.now()
  const response = await gateway.fetch('/pg/payment/card/initiate', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const ms = performance.now() - startedAt
  return { code: (JSON.parse(text) as { responseCode: string }).responseCode, text, ms }
}

/** A member and the first of several hostile texts that the contract lets it hold. */
export interface Carried {
  readonly path: readonly string[]
  readonly text: string
}

/**
 * Tries each hostile text on each member, one order each, and answers the members that hold one. Whatever is
 * refused must be refused as a member at fault or as a feature that is not built.
 */
export async function carriers(
  gateway: TestGateway,
  textsFor: (path: readonly string[]) => readonly string[],
): Promise<Carried[]> {
  const found: Carried[] = []
  for (const path of textMembers()) {
    for (const text of textsFor(path)) {
      const { code, text: said } = await answerTo(gateway, sampleWith(freshOrderId(), new Map([[path, text]])))
      if (code === '2000000') {
        found.push({ path, text })
        break
      }
      if (code !== '4000001' && code !== '4030001') throw new Error(`${path.join('.')} = ${text}: ${said}`)
    }
  }
  return found
}
