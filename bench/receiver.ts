import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is read of a callback. */
interface Callback {
  readonly order: { readonly id: string }
  readonly result: { readonly payment: { readonly status: string } }
}

/** A merchant's server that answers every callback at once. `told` is given what it says. */
export async function receiveCallbacks(
  told: (orderId: string, status: string) => void,
): Promise<{ port: number; close(): void }> {
  const answer = '{"responseCode":"2000000"}'
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
      response.end(answer)
      const { order, result } = JSON.parse(body) as Callback
      told(order.id, result.payment.status)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
