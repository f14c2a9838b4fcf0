import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentOf, startGateway, startServer } from './child.ts'
import { generateCallbacks } from './generator.ts'
import { atLeast, atMost, type Bench, type Line } from './measure.ts'
import { figureOf } from './statistics.ts'
import { takeTurns } from './turns.ts'

/** What the counting server answers at `/count`. */
export interface Counted {
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

/**
 * Callbacks a second to a merchant that answers at once, alone and beside another merchant whose server
 * takes connections and never answers.
 */
export async function measureCallbacks(bench: Bench): Promise<Line[]> {
  const { server, callbacks } = bench
  const environment = environmentOf(await server.createMigrated('bench_callbacks'))
  addMerchant(environment, 'DEADSHOP')
  const gateway = await startGateway(environment)
  const shop = await startServer('counter')
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const deadUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/callback`
  let turn = 0
  const deliver = async (isBesideDead: boolean): Promise<number> => {
    turn += 1
    const made = { prefix: `turn-${turn}`, count: callbacks }
    if (isBesideDead) {
      await generateCallbacks(server, 'bench_callbacks', { ...made, merchant: 'DEADSHOP', url: deadUrl })
    }
    await fetch(`http://127.0.0.1:${shop.port}/reset`)
    const url = `http://127.0.0.1:${shop.port}/callback`
    await generateCallbacks(server, 'bench_callbacks', { ...made, merchant: 'FINPAY770', url })
    const counted = await allTold(shop.port, callbacks)
    // What is left for the dead one must not weigh on the turn without it.
    await server.run('bench_callbacks', `delete from timer where merchant_id = 'DEADSHOP'`)
    return (1_000 * (counted.count - 1)) / (counted.lastMs - counted.firstMs)
  }
  try {
    bench.progress('callbacks: warming up')
    await deliver(false)
    const found = await takeTurns(bench, 'callbacks', {
      alone: () => deliver(false),
      'beside a dead merchant': () => deliver(true),
    })
    const lost = found['beside a dead merchant'].map((rate, round) => 100 * (1 - rate / (found.alone[round] ?? rate)))
    return [
      atLeast('callbacks out', figureOf(found.alone), '/s', 2_000),
      { name: 'callbacks out, beside a dead merchant', figure: figureOf(found['beside a dead merchant']), unit: '/s' },
      atMost('what the dead merchant costs the other', figureOf(lost), '%', 5),
    ]
  } finally {
    silent.close()
    await Promise.all([gateway.stop(), shop.stop()])
  }
}

function addMerchant(environment: Readonly<Record<string, string>>, merchantId: string): void {
  const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'cli', 'main.js')
  const { status, stderr } = spawnSync(process.execPath, [program, 'merchant', 'create', merchantId], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`merchant create failed: ${stderr}`)
}

async function allTold(port: number, count: number): Promise<Counted> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const counted = (await (await fetch(`http://127.0.0.1:${port}/count`)).json()) as Counted
    if (counted.count >= count) return counted
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Not all of ${count} callbacks were sent within a minute`)
}
