import { SandboxClient } from '../src/client.ts'
import type { Counted } from './callbacks.ts'
import { ask, environmentOf, startGateway, startServer } from './child.ts'
import type { Bench, Line } from './measure.ts'
import { oneClickRequest } from './requests.ts'
import { figureOf, ratioOf } from './statistics.ts'
import type { Load, Task } from './task.ts'
import { takeTurns } from './turns.ts'

const database = 'bench_recurring'

interface Turn {
  readonly perSecond: number
  /** From the commit on at which plans fell due. */
  readonly seconds?: { readonly captured: number; readonly told: number }
}

/**
 * Payments of plans that fall due in one moment, each by the stored card of another customer, until the last is
 * captured and until the merchant has been told of all. Beside it stands what the same gateway makes of payments
 * with a stored card that a merchant asks for itself.
 */
export async function measureRecurring(bench: Bench): Promise<Line[]> {
  const { server, plans, connections, ms } = bench
  const gateway = await startGateway(environmentOf(await server.createMigrated(database)))
  const shop = await startServer('counter')
  const shopUrl = `http://127.0.0.1:${shop.port}`
  const client = new SandboxClient({
    url: `http://127.0.0.1:${gateway.port}`,
    merchantId: 'FINPAY770',
    merchantKey: 'SoSecret123',
  })
  let from = 0
  const click = async (): Promise<Turn> => {
    const [card] = await client.cards(nameOf(0))
    const request = oneClickRequest('click', nameOf(0), card?.token ?? '')
    const load = await ask<Load>('load', { port: gateway.port, connections, ms, request, from } satisfies Task)
    from += load.requests + connections
    if (load.refused > 0) throw new Error(`${load.refused} of ${load.requests} requests were refused`)
    return load
  }
  const charge = async (): Promise<Turn> => {
    await fetch(`${shopUrl}/reset`)
    const startedAt = performance.now()
    const [due] = await server.run(database, fallDue)
    const charges = Number(due?.['charges']) + plans
    await until(async () => Number((await server.run(database, countCharged))[0]?.['charges']) >= charges)
    const captured = (performance.now() - startedAt) / 1_000
    await until(async () => ((await (await fetch(`${shopUrl}/count`)).json()) as Counted).count >= plans)
    const told = (performance.now() - startedAt) / 1_000
    return { perSecond: plans / captured, seconds: { captured, told } }
  }
  try {
    bench.progress(`recurring: beginning ${plans.toLocaleString('en')} plans`)
    let next = 0
    const subscribe = async () => {
      while (next < plans) {
        const name = nameOf(next)
        next += 1
        await begin(client, name, `${shopUrl}/callback`)
      }
    }
    await Promise.all(Array.from({ length: connections }, subscribe))
    await server.run(database, 'vacuum analyze')
    for (const warm of [click, charge]) await warm()
    const found = await takeTurns(bench, 'recurring', { charge, click })
    const perSecond = (name: keyof typeof found) => found[name].map((turn) => turn.perSecond)
    const seconds = found.charge.flatMap((turn) => turn.seconds ?? [])
    const text = plans.toLocaleString('en')
    return [
      { name: `recurring charges, ${text} due at once`, figure: figureOf(perSecond('charge')), unit: '/s' },
      { name: 'until the last is captured', figure: figureOf(seconds.map(({ captured }) => captured)), unit: 's' },
      { name: 'until the last callback is answered', figure: figureOf(seconds.map(({ told }) => told)), unit: 's' },
      { name: 'one click, in the same gateway', figure: figureOf(perSecond('click')), unit: '/s' },
      { name: 'recurring charges / one click', figure: ratioOf(perSecond('charge'), perSecond('click')), unit: '×' },
    ]
  } finally {
    await Promise.all([gateway.stop(), shop.stop()])
  }
}

/** Of a plan, its customer and its first order. */
function nameOf(index: number): string {
  return `plan-${String(index).padStart(6, '0')}`
}

/** A plan as it always begins: opened by its merchant, paid by its payer, its card stored. */
async function begin(client: SandboxClient, name: string, callbackUrl: string): Promise<void> {
  await client.call('POST', '/pg/payment/card/initiate', {
    customer: { id: name, email: 'budi@example.com', firstName: 'Budi', mobilePhone: '+6281286288800' },
    order: { id: `first-${name}`, amount: '150000', description: 'Two tickets' },
    url: { callbackUrl },
    sourceOfFunds: { type: 'cc' },
    // Yearly, so that nothing else falls due meanwhile.
    recurring: { subscribe: 'Y', type: 'PURCHASE', id: name, amount: '150000', intervalUnit: 'yearly' },
  })
  const { status } = await client.pay(`first-${name}`, { card: { number: '4111111111111111' } })
  if (status !== 'CAPTURED') throw new Error(`A plan's first payment ended as ${status}`)
}

/**
 * All plans fall due at one commit, in the rows that the gateway itself would move, whatever the calendar says of
 * them; and how many payments they have made so far.
 */
const fallDue = `with moved as (
    update plan set due_at = date_trunc('milliseconds', now()), version = version + 1
    where state = 'active' and current_order is null
    returning merchant_id, plan_id, due_at, charged
  ), timed as (
    update timer as t set due_at = moved.due_at
    from moved
    where t.merchant_id = moved.merchant_id and t.timer_id = 'charge:' || moved.plan_id
  )
  select coalesce(sum(charged), 0) as charges from moved`

const countCharged = 'select sum(charged) as charges from plan'

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + 300_000
  while (!(await isDone())) {
    if (performance.now() > endsAt) throw new Error('Not every plan was charged within five minutes')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
