import { ask, environmentOf, startGateway } from './child.ts'
import { generateOpenOrders } from './generator.ts'
import { atLeast, type Bench, type Line } from './measure.ts'
import { initiateRequest } from './requests.ts'
import { figureOf, ratioOf } from './statistics.ts'
import type { Load, Task } from './task.ts'
import { takeTurns } from './turns.ts'

/** Whether a database with very many orders is as fast as one with few. */
export async function measureLarge(bench: Bench): Promise<Line[]> {
  const { server, ms, connections, orders } = bench
  const few = 1_000
  const many = orders
  const fewUrl = await server.createMigrated('bench_few')
  const manyUrl = await server.createMigrated('bench_many')
  await generateOpenOrders(server, 'bench_few', { prefix: 'old', count: few })
  bench.progress(`large: making ${many.toLocaleString('en')} orders`)
  await generateOpenOrders(server, 'bench_many', { prefix: 'old', count: many })
  const [small, large] = [await startGateway(environmentOf(fewUrl)), await startGateway(environmentOf(manyUrl))]
  let from = 0
  const load = async (port: number): Promise<Load> => {
    const request = initiateRequest('bench', 'http://127.0.0.1:9/callback')
    const result = await ask<Load>('load', { port, connections, ms, request, from } satisfies Task)
    from += result.requests
    return result
  }
  try {
    for (const { port } of [small, large]) await load(port)
    const found = await takeTurns(bench, 'large', { few: () => load(small.port), many: () => load(large.port) })
    const perSecond = (name: keyof typeof found) => found[name].map((each) => each.perSecond)
    const [fewText, manyText] = [few.toLocaleString('en'), many.toLocaleString('en')]
    return [
      { name: `initiate with ${fewText} orders there`, figure: figureOf(perSecond('few')), unit: '/s' },
      { name: `initiate with ${manyText} orders there`, figure: figureOf(perSecond('many')), unit: '/s' },
      atLeast(`${manyText} orders / ${fewText} orders`, ratioOf(perSecond('many'), perSecond('few')), '×', 0.9),
    ]
  } finally {
    await Promise.all([small.stop(), large.stop()])
  }
}
