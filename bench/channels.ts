import { ask, environmentOf, startGateway, startServer } from './child.ts'
import type { Counted } from './callbacks.ts'
import { SandboxClient } from '../src/client.ts'
import type { Bench, Line } from './measure.ts'
import { initiateRequest } from './requests.ts'
import { figureOf, ratioOf } from './statistics.ts'
import type { Load, Task } from './task.ts'
import { takeTurns } from './turns.ts'

const database = 'bench_channels'
const deadUrl = 'http://127.0.0.1:9/callback'

/** Orders a second by channels whose answers are more than a link, beside cards in the same gateway. */
export async function measureChannels(bench: Bench): Promise<Line[]> {
  const { server, connections, ms } = bench
  const gateway = await startGateway(environmentOf(await server.createMigrated(database)))
  let from = 0
  const open = (type: string) => async (): Promise<Load> => {
    const request = initiateRequest('channel', deadUrl, type)
    const load = await ask<Load>('load', { port: gateway.port, connections, ms, request, from } satisfies Task)
    from += load.requests + connections
    if (load.refused > 0) throw new Error(`${load.refused} of ${load.requests} orders were refused`)
    return load
  }
  const turns = { cc: open('cc'), vabca: open('vabca'), qris: open('qris') }
  try {
    for (const warm of Object.values(turns)) await warm()
    const found = await takeTurns(bench, 'channels', turns)
    const perSecond = (name: keyof typeof found) => found[name].map((each) => each.perSecond)
    return [
      { name: 'initiate, virtual account', figure: figureOf(perSecond('vabca')), unit: '/s' },
      { name: 'initiate, QRIS', figure: figureOf(perSecond('qris')), unit: '/s' },
      { name: 'initiate, card, in the same gateway', figure: figureOf(perSecond('cc')), unit: '/s' },
      { name: 'virtual account / card', figure: ratioOf(perSecond('vabca'), perSecond('cc')), unit: '×' },
      { name: 'QRIS / card', figure: ratioOf(perSecond('qris'), perSecond('cc')), unit: '×' },
    ]
  } finally {
    await gateway.stop()
  }
}

/** Orders whose time is over in the same second, until the last is expired and until its merchant has been told. */
export async function measureExpiry(bench: Bench): Promise<Line[]> {
  const { server, orders: most, connections } = bench
  const count = Math.min(most, 10_000)
  const name = 'bench_expiry'
  const gateway = await startGateway(environmentOf(await server.createMigrated(name)))
  const shop = await startServer('counter')
  const shopUrl = `http://127.0.0.1:${shop.port}`
  const client = new SandboxClient({
    url: `http://127.0.0.1:${gateway.port}`,
    merchantId: 'FINPAY770',
    merchantKey: 'SoSecret123',
  })
  const turn = async (round: number) => {
    await fetch(`${shopUrl}/reset`)
    let next = 0
    const openAll = async () => {
      for (let n = next++; n < count; n = next++)
        await client.call('POST', '/pg/payment/card/initiate', {
          customer: { mobilePhone: '+6281286288800' },
          order: { id: `expiry-${round}-${n}`, amount: '150000' },
          url: { callbackUrl: `${shopUrl}/callback` },
          sourceOfFunds: { type: 'vabca' },
        })
    }
    await Promise.all(Array.from({ length: connections }, openAll))
    const startedAt = performance.now()
    await server.run(name, endTogether)
    await until(async () => Number((await server.run(name, countOpen))[0]?.['open']) === 0)
    const expired = (performance.now() - startedAt) / 1_000
    await until(async () => ((await (await fetch(`${shopUrl}/count`)).json()) as Counted).count >= count)
    return { expired, told: (performance.now() - startedAt) / 1_000 }
  }
  try {
    let round = 0
    const found = await takeTurns(bench, 'expiry', { expiry: () => turn(round++) })
    const text = count.toLocaleString('en')
    const expired = found.expiry.map((each) => each.expired)
    return [
      { name: `${text} orders expire in one second: the last after`, figure: figureOf(expired), unit: 's' },
      { name: 'expired', figure: figureOf(expired.map((seconds) => count / seconds)), unit: '/s' },
      {
        name: 'until the last callback is answered',
        figure: figureOf(found.expiry.map(({ told }) => told)),
        unit: 's',
      },
    ]
  } finally {
    await Promise.all([gateway.stop(), shop.stop()])
  }
}

/** The time of all open orders is over at one commit, in the rows that the gateway itself would read. */
const endTogether = `with ended as (
    update payment_order set expires_at = date_trunc('second', now()), version = version + 1
    where state = 'open'
    returning merchant_id, order_id, expires_at
  )
  update timer as t set due_at = ended.expires_at
  from ended
  where t.merchant_id = ended.merchant_id and t.timer_id = 'expire:' || ended.order_id`

const countOpen = "select count(*) as open from payment_order where state = 'open'"

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + 300_000
  while (!(await isDone())) {
    if (performance.now() > endsAt) throw new Error('Not every order expired within five minutes')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
