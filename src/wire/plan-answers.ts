import { type Static, Type } from '../base/schema.ts'
import { processingTime, responseCode, traceId } from './answers.ts'
import type { CalendarUnit } from './recurring.ts'

/*
 * What the gateway answers about plans. The contract has no call for them, so routes and shapes are ours; members
 * that the contract has in `recurring` keep their names.
 */

/** Each unit as the contract writes it. */
export const unitWords = {
  minute: 'minutes',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  year: 'yearly',
} as const satisfies Record<CalendarUnit, string>

const text = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const whole = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const intervalUnit = Type.Unsafe<string>({ type: 'string', enum: Object.values(unitWords) })
const moment = { description: 'YYYY-MM-DD HH:MM:SS in UTC+7' }

const planMembers = {
  id: Type.String({ description: '`recurring.id`' }),
  state: Type.Unsafe<string>({ type: 'string', enum: ['active', 'paused', 'cancelled', 'stopped', 'completed'] }),
  customer: Type.Object({ id: Type.String() }),
  orderId: Type.String({ description: 'The first payment, which the payer made' }),
  amount: Type.Integer({ description: 'Of each payment after the first' }),
  currency: Type.String(),
  interval: Type.Integer(),
  intervalUnit,
  maxInterval: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description:
      'How many payments follow the first, skipped and failed ones included; null: until it is cancelled or ends',
  }),
  retry: Type.Unsafe<{ interval: number; intervalUnit: string; maxInterval: number } | null>({
    anyOf: [Type.Object({ interval: Type.Integer(), intervalUnit, maxInterval: Type.Integer() }), Type.Null()],
  }),
  charged: Type.Integer({ description: 'How many payments after the first were made' }),
  nextNo: whole,
  nextAt: Type.Unsafe<string | null>({ type: ['string', 'null'], ...moment }),
  currentOrder: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'The order that is being paid now',
  }),
  createdAt: Type.String(moment),
  endedAt: text,
}

const Plan = Type.Object(planMembers)
export type PlanView = Static<typeof Plan>

export const PlansAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: Type.Object({
    plans: Type.Array(Plan, { description: 'By id' }),
    more: Type.Boolean({ description: 'Ask again with the last id as `after`' }),
  }),
  processingTime,
  traceId,
})

export const PlanAnswer = Type.Object({
  responseCode,
  responseMessage: Type.String(),
  data: Type.Object({
    ...planMembers,
    events: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        at: Type.String(moment),
        type: Type.String(),
        data: Type.Object({}, { additionalProperties: true }),
      }),
      { description: 'The newest hundred, oldest first' },
    ),
  }),
  processingTime,
  traceId,
})
