import { ask, environmentOf, startGateway } from './child.ts'
import { atLeast, type Bench, type Line } from './measure.ts'
import { figureOf } from './statistics.ts'
import { takeTurns } from './turns.ts'

export interface PaymentTask {
  readonly port: number
  readonly payers: number
  readonly ms: number
  readonly from: number
  readonly card: Readonly<Record<'number' | 'expiry' | 'cvv' | 'name', string>>
  readonly isChallenged: boolean
}

export interface Payments {
  readonly payments: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const cards = {
  /** Visa's frictionless card of nearly every deck: the browser's method step, and no question. */
  frictionless: '4111111111111111',
  /** The card of the contract's published requests: the bank asks for a one-time password. */
  challenge: '5123450000000008',
} as const

/**
 * Whole payments a second: initiate, the page, the card's form, 3-D Secure with its method step, capture,
 * the result, and the callback answered by the shop. With a challenge the payer goes to the bank as well.
 */
export async function measurePayment(bench: Bench): Promise<Line[]> {
  const gateway = await startGateway(environmentOf(await bench.server.createMigrated('bench_payment')))
  let from = 0
  const pay = async (kind: keyof typeof cards): Promise<Payments> => {
    const task: PaymentTask = {
      port: gateway.port,
      payers: bench.connections,
      ms: bench.ms,
      from,
      card: { number: cards[kind], expiry: '01/39', cvv: '100', name: 'Budi Santoso' },
      isChallenged: kind === 'challenge',
    }
    const result = await ask<Payments>('payer', task)
    from += 1_000_000
    return result
  }
  try {
    bench.progress('payment: warming up')
    await pay('challenge')
    const found = await takeTurns(bench, 'payment', {
      frictionless: () => pay('frictionless'),
      challenge: () => pay('challenge'),
    })
    const figure = (kind: keyof typeof cards, of: keyof Payments) => figureOf(found[kind].map((each) => each[of]))
    return [
      atLeast('whole card payment, no challenge', figure('frictionless', 'perSecond'), '/s', 500),
      { name: 'whole card payment, with a challenge', figure: figure('challenge', 'perSecond'), unit: '/s' },
      { name: 'whole card payment, p50', figure: figure('frictionless', 'p50Ms'), unit: 'ms' },
      { name: 'whole card payment, p99', figure: figure('frictionless', 'p99Ms'), unit: 'ms' },
    ]
  } finally {
    await gateway.stop()
  }
}
