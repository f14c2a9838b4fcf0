import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { toInteger } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import { Type } from '../base/schema.ts'
import { merchantOf } from '../http/basic-auth.ts'
import { refuseOtherMethods } from '../http/not-found.ts'
import { seconds } from '../http/problem-answer.ts'
import { planStates } from '../recurring/lifecycle.ts'
import { managePlan, planOperations } from '../recurring/manage.ts'
import type { Plan } from '../recurring/plan.ts'
import { list, logOf } from '../recurring/plan-store.ts'
import { success } from '../wire/answers.ts'
import { parseBody } from '../wire/json.ts'
import { PlanAnswer, PlansAnswer, type PlanView, unitWords } from '../wire/plan-answers.ts'
import { wibDateTime } from '../wire/wib.ts'
import { type ApiDeps, bytesOf, errors } from './deps.ts'

/** Not under the contract's own prefix, as the contract has no call for plans: these are ours. */
const plansPath = '/gerbang/plans'

/** How many events of a plan are shown, and how many plans a page may hold. */
const atMost = 100

export function refuseOtherPlanMethods(app: FastifyInstance): void {
  refuseOtherMethods(app, plansPath, ['GET'])
  refuseOtherMethods(app, `${plansPath}/:planId`, ['GET'])
  for (const wish of planOperations) refuseOtherMethods(app, `${plansPath}/:planId/${wish}`, ['POST'])
}

/** Plans of a merchant: listed, shown, paused, resumed and cancelled. */
export function planRoutes(plain: FastifyInstance, deps: ApiDeps): void {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const Query = Type.Object({
    after: Type.Optional(Type.String({ description: 'The last id of the page before' })),
    limit: Type.Optional(Type.String({ description: `1 to ${atMost}, 50 where it is not said` })),
    state: Type.Optional(Type.String({ description: planStates.join(', ') })),
    customerId: Type.Optional(Type.String()),
  })

  app.get(
    plansPath,
    {
      schema: {
        summary: "Plans of recurring payments (Gerbang's own call)",
        tags: ['Plans'],
        querystring: Query,
        response: { 200: PlansAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { merchantId } = merchantOf(request)
      const wanted = request.query
      for (const name of Object.keys(wanted))
        if (!(name in Query.properties)) throw new Problem('malformed_field', { field: name })
      const limit = Number(wanted.limit ?? 50)
      if (!Number.isInteger(limit) || limit < 1 || limit > atMost)
        throw new Problem('malformed_field', { field: 'limit' })
      const state = planStates.find((each) => each === wanted.state) ?? null
      if (wanted.state !== undefined && state === null) throw new Problem('malformed_field', { field: 'state' })
      const selection = { after: textOf(wanted.after, 'after'), state, limit: limit + 1 }
      const customerId = wanted.customerId === undefined ? null : textOf(wanted.customerId, 'customerId')
      const found = await list(deps.payments.database, merchantId, { ...selection, customerId })
      return {
        ...success,
        data: { plans: found.slice(0, limit).map(viewOf), more: found.length > limit },
        processingTime: seconds(reply.elapsedTime),
        traceId: request.id,
      }
    },
  )

  const PlanParams = Type.Object({ planId: Type.String() })

  const shown = async (request: FastifyRequest, plan: Plan, elapsedMs: number) => {
    const events = await logOf(deps.payments.database, plan, atMost)
    return {
      ...success,
      data: {
        ...viewOf(plan),
        events: events.map(({ seq, at, type, data }) => ({
          seq,
          at: wibDateTime(at),
          type,
          data: JSON.parse(data) as Record<string, unknown>,
        })),
      },
      processingTime: seconds(elapsedMs),
      traceId: request.id,
    }
  }

  app.get(
    `${plansPath}/:planId`,
    {
      schema: {
        summary: "A plan and its log (Gerbang's own call)",
        tags: ['Plans'],
        params: PlanParams,
        response: { 200: PlanAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { merchantId } = merchantOf(request)
      const planId = nameIn(request.params)
      const plan = await deps.recurring.plans.find({ merchantId, planId })
      if (!plan) throw new Problem('order_not_found')
      return shown(request, plan, reply.elapsedTime)
    },
  )

  for (const { wish, summary } of [
    { wish: 'pause', summary: "Pause a plan: what falls due meanwhile is skipped (Gerbang's own call)" },
    { wish: 'resume', summary: "Resume a paused plan with the next payment that falls due (Gerbang's own call)" },
    { wish: 'cancel', summary: "Cancel a plan (Gerbang's own call)" },
  ] as const) {
    app.post(
      `${plansPath}/:planId/${wish}`,
      {
        schema: { summary, tags: ['Plans'], params: PlanParams, response: { 200: PlanAnswer, ...errors } },
      },
      async (request, reply) => {
        refuseMembers(bytesOf(request.body))
        const plan = await managePlan(deps.recurring, merchantOf(request), nameIn(request.params), wish)
        return shown(request, plan, reply.elapsedTime)
      },
    )
  }
}

/** There is nothing to say in the body of these calls, so whatever is said is a mistake. */
function refuseMembers(body: Buffer): void {
  if (body.length === 0) return
  const [member] = Object.keys(parseBody(body).value)
  if (member !== undefined) throw new Problem('malformed_field', { field: member })
}

/** A name that the database could not hold is nobody's. */
function nameIn({ planId }: { readonly planId: string }): string {
  if (planId.includes('\0')) throw new Problem('order_not_found')
  return planId
}

function textOf(value: string | undefined, field: string): string {
  // A name that comes twice in a query is a list.
  if (value !== undefined && (typeof value !== 'string' || value.includes('\0')))
    throw new Problem('malformed_field', { field })
  return value ?? ''
}

function viewOf(plan: Plan): PlanView {
  const { step, retry, state, dueAt } = plan
  const isActive = state === 'active'
  return {
    id: plan.planId,
    state,
    customer: { id: plan.customerId },
    orderId: plan.orderId,
    amount: toInteger(plan.amount),
    currency: plan.amount.currency,
    interval: step.interval,
    intervalUnit: unitWords[step.unit],
    maxInterval: plan.maxCharges,
    retry: retry && {
      interval: retry.interval,
      intervalUnit: unitWords[retry.unit],
      maxInterval: retry.maxTries,
    },
    charged: plan.charged,
    nextNo: isActive ? plan.chargeNo : null,
    nextAt: isActive && dueAt ? wibDateTime(dueAt) : null,
    currentOrder: plan.currentOrder,
    createdAt: wibDateTime(plan.createdAt),
    endedAt: plan.endedAt && wibDateTime(plan.endedAt),
  }
}
