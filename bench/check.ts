import { ask, environmentOf, startGateway, startServer } from './child.ts'
import { atLeast, atMost, type Bench, type Line } from './measure.ts'
import { checkRequest, initiateRequest } from './requests.ts'
import { figureOf, ratioOf } from './statistics.ts'
import type { Load, Task } from './task.ts'
import { takeTurns } from './turns.ts'

/** Status checks a second, of orders that are all there. */
export async function measureCheck(bench: Bench): Promise<Line[]> {
  const { server, ms, connections } = bench
  const floor = await startServer('floor')
  const gateway = await startGateway(environmentOf(await server.createMigrated('bench_check')))
  try {
    bench.progress('check: making orders')
    const request = initiateRequest('bench', 'http://127.0.0.1:9/callback')
    const { requests } = await ask<Load>('load', {
      port: gateway.port,
      connections,
      ms,
      request,
      from: 0,
    } satisfies Task)
    const load = (port: number) =>
      ask<Load>('load', {
        port,
        connections,
        ms,
        request: checkRequest('bench'),
        from: 0,
        // The last ones may have been cut off by the end of the time.
        numbers: Math.max(1, requests - connections),
      } satisfies Task)
    const ours = async () => {
      const result = await load(gateway.port)
      if (result.refused > 0) throw new Error(`${result.refused} of ${result.requests} checks found no order`)
      return result
    }
    for (const warm of [ours, () => load(floor.port)]) await warm()
    const found = await takeTurns(bench, 'check', { floor: () => load(floor.port), gerbang: ours })
    const perSecond = (name: keyof typeof found) => found[name].map((each) => each.perSecond)
    return [
      { name: 'check', figure: figureOf(perSecond('gerbang')), unit: '/s' },
      { name: 'floor: Fastify, constant answer', figure: figureOf(perSecond('floor')), unit: '/s' },
      atLeast('check / floor', ratioOf(perSecond('gerbang'), perSecond('floor')), '×', 0.6),
      atMost('check, p99', figureOf(found.gerbang.map((each) => each.p99Ms)), 'ms', 10),
    ]
  } finally {
    await Promise.all([floor.stop(), gateway.stop()])
  }
}
