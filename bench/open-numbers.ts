import { SandboxClient } from '../src/client.ts'
import { ask, environmentOf, startGateway, startServer } from './child.ts'
import type { Bench, Line } from './measure.ts'
import { numberPayRequest } from './requests.ts'
import { figureOf, ratioOf } from './statistics.ts'
import { numberMark, type Load, type Task } from './task.ts'
import { takeTurns } from './turns.ts'

const database = 'bench_open_numbers'

/** BCA's numbers begin with 88044, of which the last digit is the first of these twelve. */
const firstNumber = 400_000_000_000
const prefix = '8804'

/**
 * Payments to open numbers, each of which is an order of its own, until it is answered: taken by the simulated bank,
 * told, written and paid, with a callback that goes out meanwhile. All to one number take turns with payments that are
 * spread over as many numbers as there are connections: were payments to wait for each other at a number, it would
 * show in their ratio.
 */
export async function measureOpenNumbers(bench: Bench): Promise<Line[]> {
  const { server, connections, ms } = bench
  const gateway = await startGateway(environmentOf(await server.createMigrated(database)))
  const shop = await startServer('counter')
  const client = new SandboxClient({
    url: `http://127.0.0.1:${gateway.port}`,
    merchantId: 'FINPAY770',
    merchantKey: 'SoSecret123',
  })
  const payTo = (numbers: number) => async (): Promise<Load> => {
    const request = numberPayRequest('vabca', prefix + numberMark)
    const task: Task = { port: gateway.port, connections, ms, request, from: firstNumber, numbers }
    const load = await ask<Load>('load', task)
    if (load.refused > 0) throw new Error(`${load.refused} of ${load.requests} payments were refused`)
    return load
  }
  try {
    bench.progress(`numbers: registering ${connections}`)
    for (let index = 0; index < connections; index += 1) {
      await client.call('POST', '/pg/payment/card/openpayment/register', {
        customer: { id: `customer-${index}`, mobilePhone: '+6281286288800' },
        url: { callbackUrl: `http://127.0.0.1:${shop.port}/callback` },
        sourceOfFunds: { type: 'vabca', paymentCode: `${prefix}${firstNumber + index}` },
      })
    }
    await payTo(connections)()
    const found = await takeTurns(bench, 'numbers', { one: payTo(1), many: payTo(connections) })
    const figure = (name: keyof typeof found, of: 'perSecond' | 'p50Ms' | 'p99Ms') =>
      found[name].map((each) => each[of])
    const one = figure('one', 'perSecond')
    const many = figure('many', 'perSecond')
    return [
      { name: 'open VA payments/s on one number', figure: figureOf(one), unit: '/s' },
      { name: 'open VA payment, p50', figure: figureOf(figure('one', 'p50Ms')), unit: 'ms' },
      { name: 'open VA payment, p99', figure: figureOf(figure('one', 'p99Ms')), unit: 'ms' },
      { name: `open VA payments/s on ${connections} numbers`, figure: figureOf(many), unit: '/s' },
      { name: 'one number / many', figure: ratioOf(one, many), unit: '×' },
    ]
  } finally {
    await Promise.all([gateway.stop(), shop.stop()])
  }
}
