import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerTo, type MerchantServerPlan } from './plan.ts'

/** A merchant's server that takes callbacks as its plan says, and keeps what came. */
export interface Shop {
  readonly url: string
  readonly received: readonly string[]
  close(): Promise<void>
}

const slowMs = 60

export async function openShop(plan: MerchantServerPlan): Promise<Shop> {
  const received: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = answerTo(plan, received.length)
      received.push(Buffer.concat(chunks).toString('utf8'))
      if (answer === 'reset') {
        request.socket.resetAndDestroy()
        return
      }
      // A connection that is used again and reset is tried anew at once, which would count as another delivery.
      const reply = () => response.writeHead(answer === '500' ? 500 : 200, { connection: 'close' }).end()
      if (answer === 'slow') void sleep(slowMs).then(reply)
      else reply()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/callback`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** What a merchant that checks its callback would find wrong with it. */
export function callbackFaults(
  received: readonly string[],
  { key, orderId, status, amount }: { key: string; orderId: string; status: string; amount: number },
): string[] {
  const [first] = received
  if (first === undefined) return []
  const faults = received.some((body) => body !== first) ? ['the bytes of a retry are not those of the first try'] : []
  const [, members = '', signature] = /^(.*),"signature":"([0-9a-f]{128})"\}$/s.exec(first) ?? []
  if (createHmac('sha512', key).update(`${members}}`).digest('hex') !== signature) faults.push('the signature is wrong')
  const told = JSON.parse(first) as {
    order: { id: string; amount: number }
    result: { payment: { status: string; amount: number } }
  }
  const { payment } = told.result
  const said = [told.order.id, told.order.amount, payment.status, payment.amount].join(' ')
  const meant = [orderId, amount, status, status === 'CAPTURED' ? amount : 0].join(' ')
  return said === meant ? faults : [...faults, `it tells ${said} where ${meant} is true`]
}
