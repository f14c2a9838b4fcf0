import type { FastifyInstance, FastifySchema } from 'fastify'
import { invariant } from '../base/invariant.ts'
import { type TSchema, Type } from '../base/schema.ts'

/** A route as it was registered, one for each method. */
export interface RegisteredRoute {
  readonly method: string
  readonly url: string
  readonly schema: FastifySchema
}

/** Notes every route that is registered after this call, in the order of their registration. */
export function collectRoutes(app: FastifyInstance): readonly RegisteredRoute[] {
  const found: RegisteredRoute[] = []
  app.addHook('onRoute', ({ method, url, schema = {} }) => {
    for (const each of [method].flat()) if (each !== 'HEAD') found.push({ method: each, url, schema })
  })
  return found
}

/** What the document says beside its routes. */
export interface About {
  readonly title: string
  readonly description: string
  readonly version: string
  readonly serverUrl: string
  /** The groups of the routes, in their order, and what each is for. */
  readonly tags: readonly { readonly name: string; readonly description: string }[]
}

type Json = Readonly<Record<string, unknown>>

const statusNames: Readonly<Record<string, string>> = {
  '200': 'Success',
  '4xx': 'The request cannot be done; `responseCode` says why',
  '5xx': 'It failed here; what was acknowledged before stands',
}

/**
 * The routes as an OpenAPI 3.1 document. Their schemas are JSON Schema as they stand, so they are copied
 * in; those with `hide` are left out. Every call needs the merchant's Basic credentials.
 */
export function describeRoutes(routes: readonly RegisteredRoute[], about: About): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const { method, url, schema } of routes) {
    if (schema.hide) continue
    const path = url.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(schema) }
  }
  return {
    openapi: '3.1.0',
    info: { title: about.title, description: about.description, version: about.version },
    servers: [{ url: about.serverUrl }],
    tags: about.tags,
    security: [{ merchant: [] }],
    paths,
    components: {
      securitySchemes: {
        merchant: { type: 'http', scheme: 'basic', description: 'Merchant id and merchant key' },
      },
    },
  }
}

function operation({ summary, tags, params, querystring, body, response }: FastifySchema): Json {
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(querystring, 'query')]
  return {
    summary,
    tags,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: needsBody(body), content: { 'application/json': { schema: body } } },
    }),
    responses: responsesOf(response),
  }
}

function parametersOf(schema: unknown, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return []
  const { properties, required = [] } = words(schema)
  return Object.entries(properties ?? {}).map(([name, member]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: member,
  }))
}

/** A body whose members may all be left out may be left out itself. */
function needsBody(schema: unknown): boolean {
  const { required = [], minProperties = 0 } = words(schema)
  return required.length > 0 || minProperties > 0
}

function responsesOf(response: unknown): Json {
  const described = Object.entries(response as Readonly<Record<string, TSchema>>).map(([status, schema]) => {
    const description = statusNames[status]
    invariant(description, `an answer with status ${status} has a description`)
    return [status.toUpperCase(), { description, content: { 'application/json': { schema: alwaysSent(schema) } } }]
  })
  return Object.fromEntries(described) as Json
}

/** JSON Schema's own words, as far as schemas of ours are made of them. */
interface Words {
  readonly type?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly items?: TSchema
}

function words(schema: unknown): Words {
  return schema as Words
}

/**
 * An answer's schema with `required` naming every member that is always sent. The serialiser's own lists
 * are shorter, because it writes what is required before the rest (wire/answers.ts); which members are
 * optional is still known to each of them.
 */
function alwaysSent(schema: TSchema): Json {
  const { properties, items } = words(schema)
  const copy: Record<string, unknown> = { ...schema }
  if (items) copy['items'] = alwaysSent(items)
  if (properties) {
    const members = Object.entries(properties)
    const required = members.filter(([, member]) => !Type.IsOptional(member)).map(([name]) => name)
    delete copy['required']
    if (required.length > 0) copy['required'] = required
    copy['properties'] = Object.fromEntries(members.map(([name, member]) => [name, alwaysSent(member)]))
  }
  return copy
}
