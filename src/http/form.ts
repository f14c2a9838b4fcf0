import type { FastifyInstance, FastifyRequest } from 'fastify'

/** The fields of a form by name. */
export type Form = ReadonlyMap<string, string>

/** Our forms are small; anything larger is not one of them. */
const formLimit = 16 * 1024

/** Reads urlencoded forms below this plugin, and no other body. Of a name that comes twice the first counts. */
export function readForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formLimit },
    (_request, body, done) => {
      const form = new Map<string, string>()
      for (const [name, value] of new URLSearchParams(String(body))) if (!form.has(name)) form.set(name, value)
      done(null, form)
    },
  )
}

/** The form that a request brought; empty where it brought none. */
export function formOf(request: FastifyRequest): Form {
  return request.body instanceof Map ? (request.body as Form) : new Map()
}
