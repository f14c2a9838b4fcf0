import { randomBytes } from 'node:crypto'
import { Secret } from '../src/base/secret.ts'
import { SandboxClient } from '../src/client.ts'
import { Cipher } from '../src/vault/cipher.ts'
import { ask, environmentOf, startGateway } from './child.ts'
import type { Bench, Line } from './measure.ts'
import { cardsRequest, oneClickRequest } from './requests.ts'
import { figureOf } from './statistics.ts'
import type { Load, Task } from './task.ts'
import { takeTurns } from './turns.ts'

/** Payments with a stored card and no payer, lists of a customer's cards, and cards opened by one core. */
export async function measureCards(bench: Bench): Promise<Line[]> {
  const { server, ms, connections } = bench
  const gateway = await startGateway(environmentOf(await server.createMigrated('bench_cards')))
  try {
    bench.progress('cards: storing')
    const token = await storeCard(gateway.port)
    let from = 0
    const load = async (request: string) => {
      const result = await ask<Load>('load', { port: gateway.port, connections, ms, request, from } satisfies Task)
      from += result.requests + connections
      if (result.refused > 0) throw new Error(`${result.refused} of ${result.requests} requests were refused`)
      return result
    }
    const click = () => load(oneClickRequest('bench', customer.id, token))
    const list = () => load(cardsRequest(customer.id))
    const open = async () => ({ perSecond: await opened(ms / 3), p99Ms: 0 })
    for (const warm of [click, list, open]) await warm()
    const found = await takeTurns(bench, 'cards', { click, list, open })
    const perSecond = (name: keyof typeof found) => figureOf(found[name].map((each) => each.perSecond))
    return [
      { name: 'one click', figure: perSecond('click'), unit: '/s' },
      { name: 'one click, p99', figure: figureOf(found.click.map((each) => each.p99Ms)), unit: 'ms' },
      { name: "list of a customer's cards", figure: perSecond('list'), unit: '/s' },
      { name: 'cards opened, one core', figure: perSecond('open'), unit: '/s' },
    ]
  } finally {
    await gateway.stop()
  }
}

const customer = { id: 'bench' }

async function storeCard(port: number): Promise<string> {
  const client = new SandboxClient({
    url: `http://127.0.0.1:${port}`,
    merchantId: 'FINPAY770',
    merchantKey: 'SoSecret123',
  })
  const card = { number: '4111111111111111', expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }
  const order = { id: 'bench-stored', amount: '1000' }
  await client.call('POST', '/pg/payment/card/payment', {
    customer,
    order,
    card: { ...card, storedOnFile: 'TO_BE_STORED' },
  })
  const [stored] = await client.cards(customer.id)
  if (!stored) throw new Error('The card was not stored')
  return stored.token
}

/** How many sealed cards one core opens in a second. */
async function opened(ms: number): Promise<number> {
  const cipher = new Cipher(new Secret(randomBytes(32)), 2, 'cards')
  const place = `stored card\0FINPAY770\0${'a1'.repeat(32)}`
  const card = { pan: '4111111111111111', expiry: { month: 9, year: 2033 }, name: 'BUDI SANTOSO' }
  const sealed = cipher.seal(Buffer.from(JSON.stringify(card)), place)
  const startedAt = performance.now()
  let count = 0
  for (; performance.now() - startedAt < ms; count += 1) cipher.open(sealed, place)
  return Promise.resolve(count / ((performance.now() - startedAt) / 1_000))
}
