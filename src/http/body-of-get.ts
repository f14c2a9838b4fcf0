import type { FastifyRequest } from 'fastify'
import { Problem } from '../base/problem.ts'

/** Larger than any body that a GET of ours is known to bring. */
const bodyLimit = 16 * 1024

/**
 * The body that came with a GET, which the framework does not read, under the rules of every other body.
 *
 * @throws Problem `unsupported_type` where there is a body and it is not said to be JSON; `too_large`
 */
export async function bodyOfGet(request: FastifyRequest): Promise<Buffer> {
  const { headers, raw } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return Buffer.alloc(0)
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json') throw new Problem('unsupported_type')
  if (Number(headers['content-length'] ?? 0) > bodyLimit) throw new Problem('too_large')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyLimit) throw new Problem('too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
