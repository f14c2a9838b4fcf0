import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { unreachable } from '../base/invariant.ts'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { bodyOfGet } from '../http/body-of-get.ts'
import { seconds } from '../http/problem-answer.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import { type OperationWish, operate } from '../payment/operate.ts'
import { CodeAnswer, success } from '../wire/answers.ts'
import { OperationBody, readOperation } from '../wire/operation-body.ts'
import { bytesOf, errors, prefix, checkedByReader } from './deps.ts'

/** What a merchant may call its own operation, so that it is done once: printable ASCII. Ours; optional. */
const keyForm = /^[\x21-\x7e]{1,64}$/

/** Captures, voids and refunds (finpay-api.md 7.3 to 7.5). Success has no `data` (observed-behaviour.md part 3). */
export function operationRoutes(plain: FastifyInstance, payments: PaymentDeps): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()

  const operated = async (request: FastifyRequest, orderId: string, wish: Omit<OperationWish, 'key'>) => {
    const result = await operate(payments, merchantOf(request), orderId, { ...wish, key: keyOf(request) })
    switch (result) {
      case 'approved':
        return success
      case 'declined':
        throw new Problem('declined')
      case 'unknown':
        throw new Problem('timeout')
      default:
        return unreachable(result)
    }
  }

  for (const { kind, summary } of [
    { kind: 'capture', summary: 'Capture what is authorized, or a part of it' },
    { kind: 'refund', summary: 'Give back what is captured, or a part of it' },
  ] as const) {
    app.post(
      `${prefix}/${kind}`,
      {
        schema: { summary, tags: ['After payment'], body: OperationBody, response: { 200: CodeAnswer, ...errors } },
        validatorCompiler: checkedByReader,
      },
      async (request, reply) => {
        const { orderId, amount } = readOperation(bytesOf(request.body))
        const answer = await operated(request, orderId, { kind, amount })
        return { ...answer, processingTime: seconds(reply.elapsedTime), traceId: request.id }
      },
    )
  }

  // One client sends the same by GET, with a body (finpay-api.md 7.5).
  app.get(
    `${prefix}/refund`,
    { schema: { hide: true, response: { 200: CodeAnswer, ...errors } } },
    async (request, reply) => {
      const { orderId, amount } = readOperation(await bodyOfGet(request))
      const answer = await operated(request, orderId, { kind: 'refund', amount })
      return { ...answer, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )

  app.get(
    `${prefix}/void/:orderId`,
    {
      schema: {
        summary: 'Give up all that is held of a paid order',
        tags: ['After payment'],
        params: Type.Object({ orderId: Type.String() }),
        response: { 200: CodeAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const answer = await operated(request, request.params.orderId, { kind: 'void', amount: null })
      return { ...answer, processingTime: seconds(reply.elapsedTime), traceId: request.id }
    },
  )
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key !== 'string' || !keyForm.test(key)) throw new Problem('malformed_field', { field: 'Idempotency-Key' })
  return key
}
