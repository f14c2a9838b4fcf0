import { ask, environmentOf, memoryOf, startGateway, startServer } from './child.ts'
import { findLimit } from './limit.ts'
import { atLeast, atMost, type Bench, type Line } from './measure.ts'
import { peersOf } from './peers.ts'
import { initiateRequest } from './requests.ts'
import { figureOf, ratioOf } from './statistics.ts'
import type { Load, Task } from './task.ts'
import { takeTurns } from './turns.ts'

const callbackUrl = 'http://127.0.0.1:9/callback'

/** So many orders a gateway has taken when its memory is looked at. */
const ordersForMemory = 100_000

/** Orders a second, durable, beside everything that bounds them, and the memory that they leave. */
export async function measureInitiate(bench: Bench): Promise<Line[]> {
  const { server, ms, connections } = bench
  const limit = await findLimit(server)
  const floor = await startServer('floor')
  const gateway = await startGateway(environmentOf(await server.createMigrated('bench_initiate')))
  const oneByOne = await startServer('one-by-one', [], environmentOf(await server.createMigrated('bench_one_by_one')))
  const peers = await peersOf(bench)
  let from = 0
  const orders = { taken: 0 }
  const load = async (port: number): Promise<Load> => {
    const result = await ask<Load>('load', {
      port,
      connections,
      ms,
      request: initiateRequest('bench', callbackUrl),
      from,
    } satisfies Task)
    from += result.requests
    return result
  }
  const ours = async () => {
    const result = await load(gateway.port)
    if (result.refused > 0) throw new Error(`${result.refused} of ${result.requests} orders were refused`)
    orders.taken += result.requests
    return result
  }
  try {
    bench.progress('initiate: warming up')
    for (const warm of [ours, () => load(floor.port), () => load(oneByOne.port)]) await warm()
    const found = await takeTurns<string, Pick<Load, 'perSecond' | 'p50Ms' | 'p99Ms'>>(bench, 'initiate', {
      [limit.name]: async () => ({ perSecond: await limit.measure(ms), p50Ms: 0, p99Ms: 0 }),
      floor: () => load(floor.port),
      'one insert a request': () => load(oneByOne.port),
      gerbang: ours,
      ...Object.fromEntries(peers.map((peer) => [peer.name, () => load(peer.port)])),
    })
    const perSecond = (name: string) => (found[name] ?? []).map((each) => each.perSecond)
    const mine = perSecond('gerbang')
    while (orders.taken < ordersForMemory) {
      bench.progress(`memory: ${orders.taken} of ${ordersForMemory} orders`)
      await ours()
    }
    const fastest = peers.map(({ name }) => figureOf(perSecond(name))).sort((a, b) => b.median - a.median)[0]
    return [
      { name: 'initiate, durable', figure: figureOf(mine), unit: '/s' },
      { name: `limit: ${limit.name}`, figure: figureOf(perSecond(limit.name)), unit: '/s' },
      { name: 'floor: Fastify, constant answer', figure: figureOf(perSecond('floor')), unit: '/s' },
      { name: 'one insert a request', figure: figureOf(perSecond('one insert a request')), unit: '/s' },
      ...peers.map(({ name }): Line => ({ name: `peer: ${name}`, figure: figureOf(perSecond(name)), unit: '/s' })),
      atLeast('initiate / limit', ratioOf(mine, perSecond(limit.name)), '×', 0.85),
      atLeast('initiate / floor', ratioOf(mine, perSecond('floor')), '×', 0.45),
      atLeast('initiate / one insert a request', ratioOf(mine, perSecond('one insert a request')), '×', 1.7),
      ...(fastest
        ? [atLeast('initiate / fastest peer', figureOf(mine.map((each) => each / fastest.median)), '×', 3.5)]
        : []),
      { name: 'initiate, p50', figure: figureOf((found['gerbang'] ?? []).map((each) => each.p50Ms)), unit: 'ms' },
      atMost('initiate, p99', figureOf((found['gerbang'] ?? []).map((each) => each.p99Ms)), 'ms', 10),
      atMost(`memory after ${orders.taken.toLocaleString('en')} orders`, figureOf([memoryOf(gateway.pid)]), 'MB', 150),
    ]
  } finally {
    limit.close()
    await Promise.all([floor, gateway, oneByOne, ...peers].map((each) => each.stop()))
  }
}
