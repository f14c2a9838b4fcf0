import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { canHave, type Fault, faults, type Faults, faultyMessages } from '../acquirer/faults.ts'
import { parseDuration } from '../base/duration.ts'
import type { FaultPlan } from '../base/planned-faults.ts'
import { Problem } from '../base/problem.ts'
import type { Random } from '../base/random.ts'
import { Type } from '../base/schema.ts'
import { type CallbackFault, type CallbackFaults, callbackFaults, longestDelayMs } from '../callback/faults.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { ErrorAnswer } from '../wire/answers.ts'

/** Where faults are planned: those of the acquirers, and those of callbacks. */
export interface PlannableFaults {
  readonly acquirer: Faults
  readonly callback: CallbackFaults
  readonly random: Random
}

const closed = { additionalProperties: false } as const
const errors = { '4xx': ErrorAnswer, '5xx': ErrorAnswer } as const

const messages = [...faultyMessages, 'callback'] as const
type Message = (typeof messages)[number]

const orderId = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })
const message = Type.Unsafe<Message>({ type: 'string', enum: [...messages] })
const fault = Type.Unsafe<Fault | CallbackFault>({ type: 'string', enum: [...new Set([...faults, ...callbackFaults])] })

const PlanBody = Type.Object(
  {
    orderId: Type.Optional(orderId),
    message,
    fault,
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    share: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
    seed: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    delay: Type.Optional(Type.String({ description: 'How late `slow` is: an ISO 8601 duration of at most an hour' })),
  },
  closed,
)

const PlanAnswer = Type.Object({
  orderId: Type.Union([orderId, Type.Null()]),
  message,
  fault,
  times: Type.Union([Type.Integer(), Type.Null()]),
  share: Type.Number(),
  seed: Type.String(),
  delay: Type.Union([Type.String(), Type.Null()]),
})

/** What is to go wrong with the merchant's next messages to the acquirers, and with its next callbacks. */
export function faultRoutes(plain: FastifyInstance, deps: { readonly faults: PlannableFaults }): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const seedOf = seedMaker()

  app.post(
    '/sandbox/faults',
    {
      schema: {
        summary: 'Plan what is to go wrong with the next messages to the acquirer, or with the next callbacks',
        tags: ['Sandbox'],
        body: PlanBody,
        response: { 200: PlanAnswer, ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const { body } = request
      const { acquirer, callback, random } = deps.faults
      const terms = {
        orderId: body.orderId ?? null,
        // A share is of all that comes, until somebody has seen enough.
        times: body.times ?? (body.share === undefined ? 1 : null),
        share: body.share ?? 1,
        seed: body.seed ?? seedOf(random, merchantId, body.orderId),
        delayMs: readDelay(body.delay, body.fault),
      }
      if (body.message === 'callback') {
        const plan = { ...terms, message: body.message, fault: requireOneOf(callbackFaults, body.fault) }
        callback.plan(merchantId, plan)
        return planAnswer(plan)
      }
      const plan = { ...terms, message: body.message, fault: requireOneOf(faults, body.fault) }
      if (!canHave(plan.message, plan.fault)) throw new Problem('malformed_field', { field: 'fault' })
      acquirer.plan(merchantId, plan)
      return planAnswer(plan)
    },
  )

  app.get(
    '/sandbox/faults',
    {
      schema: {
        summary: 'What is planned and has not happened',
        tags: ['Sandbox'],
        response: { 200: Type.Object({ faults: Type.Array(PlanAnswer) }), ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const { acquirer, callback } = deps.faults
      return { faults: [...acquirer.list(merchantId), ...callback.list(merchantId)].map(planAnswer) }
    },
  )

  app.delete(
    '/sandbox/faults',
    {
      schema: {
        summary: 'Forget what is planned',
        tags: ['Sandbox'],
        querystring: Type.Object({ orderId: Type.Optional(orderId) }, closed),
        response: { 200: Type.Object({ cleared: Type.Integer() }), ...errors },
      },
    },
    async (request) => {
      const { merchantId } = merchantOf(request)
      const { acquirer, callback } = deps.faults
      const of = request.query.orderId
      return { cleared: acquirer.clear(merchantId, of) + callback.clear(merchantId, of) }
    },
  )
}

function planAnswer({ delayMs, ...plan }: FaultPlan<Message, Fault | CallbackFault>) {
  return { ...plan, delay: delayMs === null ? null : `PT${delayMs / 1_000}S` }
}

function requireOneOf<const T extends string>(known: readonly T[], given: string): T {
  const found = known.find((each) => each === given)
  if (!found) throw new Problem('malformed_field', { field: 'fault' })
  return found
}

function readDelay(text: string | undefined, of: Fault | CallbackFault): number | null {
  if (text === undefined) return null
  const delayMs = parseDuration(text)
  if (of !== 'slow' || delayMs === undefined || delayMs > longestDelayMs)
    throw new Problem('malformed_field', { field: 'delay' })
  return delayMs
}

/** Whoever names no seed is told the one that was made, to meet the same again. */
function seedMaker() {
  const counts = new Map<string, number>()
  return (random: Random, merchantId: string, order = ''): string => {
    const n = (counts.get(merchantId) ?? 0) + 1
    counts.set(merchantId, n)
    return random.bytes(8, { merchant: merchantId, order, purpose: 'fault seed', n }).toString('hex')
  }
}
