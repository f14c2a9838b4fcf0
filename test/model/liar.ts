import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Doors } from './play.ts'

/** What stands between a merchant and the gateway and does not pass everything on as it is. */
export interface Lie {
  /** Another answer to a request of the merchant's than the gateway's; undefined leaves it. */
  readonly answer?: (request: Told, answer: Told) => Told | undefined
  /** What becomes of a callback on its way to the merchant: other bytes, or null, which drops it; both are taken with 200. */
  readonly callback?: (body: string, count: number) => string | null
}

/** A request or an answer: what is asked or its status, and its body. */
export interface Told {
  readonly head: string
  readonly body: string
}

export interface Liar {
  /** The doors of a merchant who does not know. */
  doors(gatewayUrl: string): Doors
  close(): Promise<void>
}

export async function openLiar({ answer, callback }: Lie): Promise<Liar> {
  let target = ''
  let shop = ''
  let count = 0
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    if (callback && url === '/callback') {
      count += 1
      const passed = callback(body, count)
      if (passed !== null) await fetch(shop, { method, body: passed }).catch(() => undefined)
      response.writeHead(200).end()
      return
    }
    const { authorization = '' } = headers
    const truth = await fetch(target + url, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body }),
    })
    const told = { head: String(truth.status), body: await truth.text() }
    const said = answer?.({ head: `${method} ${url}`, body }, told) ?? told
    response.writeHead(Number(said.head), { 'content-type': 'application/json' }).end(said.body)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    doors: (gatewayUrl) => {
      target = gatewayUrl
      return {
        url,
        callbackUrl: (shopUrl) => {
          shop = shopUrl
          return callback ? `${url}/callback` : shopUrl
        },
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
