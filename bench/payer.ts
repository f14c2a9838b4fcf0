import { authorization } from './child.ts'
import { Connection } from './connection.ts'
import type { Payments, PaymentTask } from './payment.ts'
import { receiveCallbacks } from './receiver.ts'

/*
 * Shops and payers: each opens an order, pays it on its page as a browser would, and waits until the shop
 * has been told. A process of its own that takes one task and prints what came of it.
 */

const task = JSON.parse(process.argv[2] ?? '') as PaymentTask
const endsAt = performance.now() + task.ms
const waiting = new Map<string, (status: string) => void>()
const shop = await receiveCallbacks((orderId, status) => waiting.get(orderId)?.(status))
const latencies: number[] = []
let orders = task.from

/** A hidden field of the page's form. */
function field(page: string, name: string): string {
  const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]
  if (found === undefined) throw new Error(`The page has no field ${name}`)
  return found
}

async function pay(connection: Connection): Promise<void> {
  orders += 1
  const orderId = `pay-${orders}`
  const opened = await connection.post(
    '/pg/payment/card/initiate',
    'application/json',
    JSON.stringify({
      customer: { email: 'budi@example.com', firstName: 'Budi', lastName: 'Santoso', mobilePhone: '+6281286288800' },
      order: { id: orderId, amount: '150000', description: 'Two tickets' },
      url: { callbackUrl: `http://127.0.0.1:${shop.port}/callback`, successUrl: 'https://shop.example.com/ok' },
      sourceOfFunds: { type: 'cc' },
    }),
    `authorization: ${authorization}\r\n`,
  )
  const path = new URL((JSON.parse(opened.body) as { redirecturl: string }).redirecturl).pathname
  const told = new Promise<string>((resolve) => waiting.set(orderId, resolve))
  await connection.get(path)
  await expect(303, connection.form(path, { formNo: '1', lang: 'id', ...task.card }))
  await connection.get(path)
  await expect(303, connection.form(`${path}/authenticate`, { methodCompleted: 'Y', lang: 'id' }))
  if (task.isChallenged) await challenge(connection, path)
  await connection.get(path)
  const status = await told
  if (status !== 'CAPTURED') throw new Error(`The shop was told ${status}`)
  waiting.delete(orderId)
}

async function challenge(connection: Connection, path: string): Promise<void> {
  const { body } = await connection.get(path)
  const creq = field(body, 'creq')
  const asked = await connection.form('/sandbox/acs/challenge', { creq, lang: 'id' })
  const back = await connection.form('/sandbox/acs/challenge/answer', {
    creq: field(asked.body, 'creq'),
    otp: '112233',
    lang: 'id',
  })
  await expect(303, connection.form(`${path}/return`, { cres: field(back.body, 'cres') }))
}

async function expect(status: number, answer: Promise<{ readonly status: number }>): Promise<void> {
  const found = await answer
  if (found.status !== status) throw new Error(`A form was answered ${found.status}, not ${status}`)
}

async function drive(): Promise<void> {
  const connection = new Connection(task.port)
  while (performance.now() < endsAt) {
    const startedAt = performance.now()
    await pay(connection)
    latencies.push(performance.now() - startedAt)
  }
  connection.close()
}

const startedAt = performance.now()
await Promise.all(Array.from({ length: task.payers }, drive))
const seconds = (performance.now() - startedAt) / 1_000
latencies.sort((a, b) => a - b)
const payments: Payments = {
  payments: latencies.length,
  perSecond: latencies.length / seconds,
  p50Ms: latencies[Math.floor(latencies.length / 2)] ?? 0,
  p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
}
shop.close()
process.stdout.write(`${JSON.stringify(payments)}\n`)
