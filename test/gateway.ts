import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import type { ClientConfig } from 'pg'
import { SandboxClient } from '../src/client.ts'
import { type Config, readConfig } from '../src/config.ts'
import { type Gateway, openGateway, type OpenOptions } from '../src/gateway.ts'
import { createLog } from '../src/log.ts'
import type { Database } from '../src/postgres/database.ts'
import { testDatabase } from './postgres.ts'

/** A master key for tests; any 32 bytes do. */
export const testMasterKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

/** A gateway in this process on a database of its own, and what a test wants to look at. */
export interface TestGateway {
  readonly url: string
  readonly client: SandboxClient
  readonly database: Database
  /** Every log line so far, level debug and up. */
  readonly logged: string[]
  readonly gateway: Gateway
  /** To open a second gateway on this one's database. */
  readonly connection: ClientConfig
  /** A request as the sandbox's merchant. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** `initiate` with the seed's sample and changes to it; answers the parsed body. */
  initiate(changes?: InitiateChanges): Promise<{ status: number; body: Record<string, string> }>
  close(): Promise<void>
}

export interface InitiateChanges {
  readonly order?: { readonly id?: string; readonly [member: string]: unknown }
  readonly url?: object
  readonly [member: string]: unknown
}

/** The seed's sample request (spec/seed-basic-payment.txt). */
export function seedSample(orderId: string, changes: InitiateChanges = {}): Record<string, unknown> {
  const { order, url, ...others } = changes
  return {
    customer: {
      id: 'hajar.finnet@gmail.com',
      email: 'hajar.finnet@gmail.com',
      firstName: 'Hajar',
      lastName: 'Ismail',
      mobilePhone: '+6281286288800',
    },
    order: { id: orderId, amount: '1000', currency: 'IDR', description: 'Testing', ...order },
    url: { ...url },
    sourceOfFunds: { type: 'cc' },
    ...others,
  }
}

/** What a test that failed half-way left open, which its process would wait for. */
const open = new Set<() => Promise<void>>()
after(async () => {
  for (const close of open) await close()
})

let orders = 0

/** An order id that no other call of this process gives. */
export function freshOrderId(): string {
  orders += 1
  return `${process.pid}-${orders}`
}

/**
 * Starts a sandbox for a test file. Close it in `after`.
 *
 * @param environment settings beside those that a test needs
 */
export async function testGateway(
  environment: Readonly<Record<string, string>> = {},
  options: Partial<OpenOptions> & { config?: Partial<Config> } = {},
): Promise<TestGateway> {
  const own = await testDatabase()
  const { connection, database } = own
  const logged: string[] = []
  const config = {
    ...readConfig({ GERBANG_PORT: '0', GERBANG_MASTER_KEY: testMasterKey, ...environment }),
    ...options.config,
  }
  const gateway = await openGateway(config, {
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
    say: (sentence) => void logged.push(sentence),
    connection,
    ...options,
  }).catch(async (error: unknown) => {
    await own.drop()
    throw error
  })
  const close = async () => {
    open.delete(close)
    await gateway.close()
    await own.drop()
  }
  open.add(close)
  const { url, merchant } = gateway
  const merchantId = merchant?.merchantId ?? ''
  const merchantKey = merchant?.key.reveal() ?? ''
  const authorization = `Basic ${Buffer.from(`${merchantId}:${merchantKey}`).toString('base64')}`
  const request = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization, ...(init.headers as Record<string, string>) } })
  return {
    url,
    client: new SandboxClient({ url, merchantId, merchantKey }),
    database,
    connection,
    logged,
    gateway,
    fetch: request,
    initiate: async (changes = {}) => {
      const id = changes.order?.id ?? freshOrderId()
      const response = await request('/pg/payment/card/initiate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(seedSample(id, changes)),
      })
      return { status: response.status, body: (await response.json()) as Record<string, string> }
    },
    close,
  }
}

/** One callback as a merchant's server received it. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: number
}

export interface MerchantServer {
  readonly url: string
  readonly received: readonly Received[]
  /** Waits until so many callbacks have been answered, at most ten seconds. */
  wait(count: number): Promise<readonly Received[]>
  close(): Promise<void>
}

/** A merchant's callback receiver. `answer` decides the status (200 by default) and may call the gateway. */
export async function merchantServer(
  answer: (received: Received, count: number) => number | Promise<number> = () => 200,
): Promise<MerchantServer> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  let answered = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        at: performance.now(),
      }
      received.push(one)
      void Promise.resolve(answer(one, received.length)).then((status) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end('{"responseCode":"2000000"}')
        answered += 1
        for (const wake of waiting) wake()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      open.delete(close)
      server.closeAllConnections()
      server.close(() => resolve())
    })
  open.add(close)
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    wait: (count) =>
      new Promise((resolve, reject) => {
        const timeout = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`${answered} of ${count} callbacks were answered within ten seconds`))
        }, 10_000)
        const look = () => {
          if (answered < count) return
          clearTimeout(timeout)
          waiting.delete(look)
          resolve(received)
        }
        waiting.add(look)
        look()
      }),
    close,
  }
}

/** Lets a live gateway serve on a sandbox's database, where live mode itself cannot make what a test needs. */
export async function becomeLive(database: Database): Promise<void> {
  await database.query({ name: 'test.live', text: `update setting set value = 'live' where name = 'mode'` })
}
