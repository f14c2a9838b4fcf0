import type { PayOptions, SandboxClient } from '../src/client.ts'
import type { Chance } from './chance.ts'
import { type MerchantServer, seedSample } from './gateway.ts'

/** What a gateway has acknowledged of an order. */
export interface Acknowledged {
  /** The body with which it was initiated; the same again gives the same link. */
  readonly request: Record<string, unknown>
  readonly link: string
  /** The newest status that an answer told, once the payer was done. */
  status?: string
  /** What answers said was captured and refunded, beside what was paid at once. */
  captured: number
  refunded: number
}

/** Which statuses may follow one that was told. */
export const followers: Readonly<Record<string, readonly string[]>> = {
  PAID: ['PARTIALLY_REFUNDED', 'REFUNDED'],
  AUTHORIZED: ['PARTIALLY_CAPTURED', 'CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'CANCELLED', 'EXPIRED'],
  PARTIALLY_CAPTURED: ['CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'CANCELLED'],
  CAPTURED: ['PARTIALLY_REFUNDED', 'REFUNDED', 'CANCELLED'],
  PARTIALLY_REFUNDED: ['REFUNDED'],
  REFUNDED: [],
  FAILURE: [],
  // Money may come late.
  EXPIRED: ['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'],
  CANCELLED: [],
}

/** Everything that was acknowledged, and what contradicts itself. */
export class Ledger {
  readonly orders = new Map<string, Acknowledged>()
  readonly contradictions: string[] = []
  /** Answers, whatever they said. */
  answers = 0

  initiated(id: string, acknowledged: Acknowledged): void {
    this.orders.set(id, acknowledged)
  }

  told(id: string, status: string): void {
    const order = this.orders.get(id)
    if (!order || !(status in followers)) return
    if (order.status !== undefined && order.status !== status && !followers[order.status]?.includes(status))
      this.contradictions.push(`${id} was ${order.status} and is ${status}`)
    order.status = status
  }
}

/** A card that takes no part in 3-D Secure, one that is challenged, one that is declined after a challenge. */
const cards = ['5111111111111118', '5123450000000008', '4911111111111113', '4111111111111111'] as const

const scripts: readonly [PayOptions, ...PayOptions[]] = [
  {},
  { card: { number: '4111111111111111' } },
  { authentication: 'fail', attempts: 1 },
  { authentication: 'abandon' },
  { outcome: 'declined', attempts: 1 },
  { outcome: 'timeout', attempts: 1 },
  { outcome: 'late', attempts: 1 },
]

/** By what a payer pays elsewhere; null: it picks. */
const ways = ['vabca', 'vamandiri', 'qris', 'shopeepay', null] as const

const elsewhereScripts: readonly [PayOptions, ...PayOptions[]] = [
  {},
  {},
  { amount: 999 },
  { outcome: 'late' },
  { outcome: 'late', amount: 1_001 },
  { outcome: 'declined', attempts: 1 },
  { outcome: 'timeout' },
]

type Deed = (id: string, link: string) => Promise<unknown>

/** Of every order of the load. */
const amount = 1_000

/**
 * One caller that does what merchants and payers do, one thing after the other, until it is stopped. An answer
 * that does not come is no acknowledgement: whatever became of it is right.
 */
export async function call(
  {
    client,
    merchant,
    ledger,
    chance,
  }: { client: SandboxClient; merchant: MerchantServer; ledger: Ledger; chance: Chance },
  name: string,
  over: AbortSignal,
): Promise<void> {
  const status = async (id: string) => {
    const { data } = (await client.check(id)) as { data: { result: { payment: { status: string } } } }
    ledger.answers += 1
    ledger.told(id, data.result.payment.status)
  }
  const capture = async (id: string, part: number) => {
    await client.capture(id, part)
    const order = ledger.orders.get(id)
    if (order) order.captured += part
  }
  const refund = async (id: string, part: number) => {
    await client.refund(id, part)
    const order = ledger.orders.get(id)
    if (order) order.refunded += part
  }
  const scripted: Deed = async (id) => ledger.told(id, (await client.pay(id, chance.of(scripts))).status)
  const deeds: readonly [Deed, ...Deed[]] = [
    scripted,
    scripted,
    async (id) => Promise.allSettled([client.pay(id), client.pay(id), client.pay(id, { outcome: 'late' })]),
    async (_, link) => submitCard(link, chance.of(cards)),
    async (_, link) => Promise.all([submitCard(link, '5111111111111118'), submitCard(link, '5111111111111118')]),
    async (id) => {
      await client.call('GET', `/pg/payment/card/cancel/${id}`)
      ledger.told(id, 'CANCELLED')
    },
    async (id) => Promise.allSettled([client.pay(id), client.call('GET', `/pg/payment/card/cancel/${id}`)]),
    async (id) => {
      ledger.told(id, (await client.pay(id, { card: { number: '4111111111111111' } })).status)
      const parts = [100, 300, 500, amount] as const
      await Promise.allSettled([capture(id, chance.of(parts)), capture(id, chance.of(parts))])
      await Promise.allSettled([refund(id, chance.of(parts)), refund(id, chance.of(parts))])
    },
    async (id) => {
      await client.pay(id, { card: { number: '4111111111111111' } })
      if (chance.below(2) === 0) await Promise.allSettled([refund(id, 400), client.void(id)])
      else {
        await client.void(id)
        ledger.told(id, 'CANCELLED')
      }
    },
    async () => (chance.below(5) === 0 ? client.clock.advance('PT1M') : undefined),
  ]
  const late = { outcome: 'late' } as const
  /** What payers do who pay elsewhere; one who may pick pays by any way. */
  const elsewhere = (picks: boolean): readonly [Deed, ...Deed[]] => {
    const by = (script: PayOptions) =>
      picks ? { ...script, method: chance.of(['vabca', 'qris', 'shopeepay']) } : script
    const paid: Deed = async (id) => ledger.told(id, (await client.pay(id, by(chance.of(elsewhereScripts)))).status)
    return [
      paid,
      paid,
      async (id) => Promise.allSettled([client.pay(id, by(late)), client.pay(id, by(late)), client.pay(id, by({}))]),
      async (id) => Promise.allSettled([client.pay(id, by(late)), client.call('GET', `/pg/payment/card/cancel/${id}`)]),
      async (id) => {
        // An order of five minutes expires, and then its money comes.
        await client.clock.advance('PT6M')
        ledger.told(id, (await client.pay(id, by(late))).status)
      },
      async (id) => {
        ledger.told(id, (await client.pay(id, by({}))).status)
        await refund(id, 400)
      },
    ]
  }
  for (let count = 0; !over.aborted; count += 1) {
    const id = `${name}-${count}`
    const callbackUrl = `${merchant.url}/callback`
    const isElsewhere = chance.below(3) === 0
    const type = isElsewhere ? chance.of(ways) : 'cc'
    const request = seedSample(id, {
      sourceOfFunds: type === null ? null : { type },
      order: { timeout: chance.of(['5', '30', '1440']) },
      url: chance.below(4) === 0 ? {} : { callbackUrl },
      ...(chance.below(3) === 0 && !isElsewhere && { transaction: { mode: 'AUTHORIZE' } }),
    })
    try {
      const { redirecturl: link } = await client.call<{ redirecturl: string }>(
        'POST',
        '/pg/payment/card/initiate',
        request,
      )
      ledger.answers += 1
      ledger.initiated(id, { request, link, captured: 0, refunded: 0 })
      await chance.of(isElsewhere ? elsewhere(type === null) : deeds)(id, link)
      ledger.answers += 1
      await status(id)
    } catch {
      // Refused, or not answered.
    }
  }
}

/** Opens the payer's page and sends its card form; follows to the page that comes. */
async function submitCard(link: string, number: string): Promise<void> {
  await (await fetch(link)).text()
  const form = { formNo: '1', number, expiry: '09/33', cvv: '100', name: 'Budi Santoso' }
  await (await fetch(link, { method: 'POST', body: new URLSearchParams(form) })).text()
}
