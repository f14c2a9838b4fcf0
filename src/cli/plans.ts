import type { PlanView } from '../client.ts'
import { connect } from './connect.ts'
import { print } from './print.ts'
import { read } from './usage.ts'

/** The merchant's plans of recurring payments, page after page. */
export async function plansList(words: readonly string[]): Promise<number> {
  const options = { state: { type: 'string' }, customer: { type: 'string' }, json: { type: 'boolean' } } as const
  const { values } = read(words, options, 0)
  const client = connect()
  const plans: PlanView[] = []
  for (;;) {
    const after = plans.at(-1)?.id
    const page = await client.plans({
      ...(after !== undefined && { after }),
      ...(values.state !== undefined && { state: values.state }),
      ...(values.customer !== undefined && { customerId: values.customer }),
    })
    plans.push(...page.plans)
    if (!page.more) break
  }
  print(values.json, { plans }, plans.length === 0 ? ['there are no plans'] : plans.map(lineOf))
  return 0
}

/** A plan and its log. */
export async function plansShow(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const plan = await connect().plan(positionals[0] ?? '')
  print(values.json, plan, [
    lineOf(plan),
    ...plan.events.map(({ at, type, data }) => `${at}  ${type.padEnd(20)} ${JSON.stringify(data)}`),
  ])
  return 0
}

/** Pauses, resumes or cancels a plan. */
export async function plansManage(wish: 'pause' | 'resume' | 'cancel', words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 1)
  const plan = await connect().managePlan(positionals[0] ?? '', wish)
  print(values.json, plan, [lineOf(plan)])
  return 0
}

function lineOf({ id, state, amount, interval, intervalUnit, charged, maxInterval, nextAt }: PlanView): string {
  const every = interval === 1 ? intervalUnit : `every ${interval} ${manyOf[intervalUnit] ?? intervalUnit}`
  const made = maxInterval === null ? String(charged) : `${charged}/${maxInterval}`
  return `${id}  ${state}  ${amount}  ${every}  charged ${made}${nextAt === null ? '' : `  next ${nextAt}`}`
}

/** The contract's units, of which several are meant: `2 weekly` would be understood as twice a week. */
const manyOf: Readonly<Record<string, string>> = {
  daily: 'days',
  weekly: 'weeks',
  monthly: 'months',
  yearly: 'years',
}
