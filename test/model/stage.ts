import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../../src/base/secret.ts'
import { readConfig } from '../../src/config.ts'
import { openGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'
import { releaseAll } from '../../src/timer/store.ts'
import { findingsOn } from '../audit.ts'
import { testDatabase } from '../postgres.ts'
import { type Proxy, proxyTo } from '../proxy.ts'

/** A gateway whose way to its database can be cut, and what a test may see of it from behind. */
export interface Stage {
  readonly url: string
  readonly key: string
  readonly authorization: string
  readonly proxy: Proxy
  /** Which attempt of its order an authentication is about. */
  attemptOf(authenticationId: string): Promise<number>
  /** Waits until nothing is due at a business time. After a cut the leases of what failed end at once. */
  rest(now: Date, wasCut: boolean): Promise<void>
  /** The way to the database works again, and so does the gateway. */
  restore(): Promise<void>
  /** Everything that an auditor finds in the database. */
  audit(acknowledged: readonly string[]): Promise<string[]>
  /** What the gateway logged as a bug of its own, since the last time. */
  bugs(): string[]
  close(): Promise<void>
}

/** Any 32 bytes. */
const masterKey = '5a'.repeat(32)

/** How long what failed at a cut may take to find it out. */
const failingMs = 150

export async function openStage(): Promise<Stage> {
  const own = await testDatabase()
  const proxy = await proxyTo(own.connection)
  let bugs: string[] = []
  const gateway = await openGateway(readConfig({ GERBANG_PORT: '0', GERBANG_MASTER_KEY: masterKey }), {
    log: createLog('error', { write: (line: string) => void bugs.push(line) }),
    say: () => undefined,
    connection: { ...own.connection, host: '127.0.0.1', port: proxy.port },
  })
  const { url, merchant } = gateway
  const key = merchant?.key.reveal() ?? ''
  const { database } = own
  const sealingKey = new Secret(Buffer.from(masterKey, 'hex'))
  const due = { name: 'model.due', text: 'select timer_id, leased_until from timer where due_at <= $1' }
  const known = { name: 'model.known', text: 'select order_id from payment_order where order_id = any($1)' }
  const named = { name: 'model.attempt', text: 'select attempt_no from attempt where authentication_id = $1' }
  return {
    url,
    key,
    authorization: `Basic ${Buffer.from(`${merchant?.merchantId}:${key}`).toString('base64')}`,
    proxy,
    attemptOf: async (authenticationId) => {
      const [row] = await database.query<{ attempt_no: number }>(named, [authenticationId])
      return row?.attempt_no ?? 0
    },
    rest: async (now, wasCut) => {
      const giveUpAt = performance.now() + 10_000
      let freeAt = performance.now() + failingMs
      for (;;) {
        const rows = await database.query<{ timer_id: string; leased_until: Date | null }>(due, [now])
        if (rows.length === 0) return
        if (performance.now() > giveUpAt) throw new Error(`Still due after ten seconds: ${JSON.stringify(rows)}`)
        if (wasCut && performance.now() > freeAt) {
          freeAt = performance.now() + 1_000
          await releaseAll(database)
        }
        await sleep(3)
      }
    },
    restore: async () => {
      await proxy.restore()
      const isReady = async () => (await fetch(`${url}/readyz`)).status === 200
      // One answer may come by a connection that was opened since, while another is still found to be dead.
      for (let ready = 0; ready < 3; await sleep(5)) ready = (await isReady()) ? ready + 1 : 0
    },
    audit: async (acknowledged) => {
      const found = await database.query<{ order_id: string }>(known, [acknowledged])
      const there = new Set(found.map((row) => row.order_id))
      const lost = acknowledged.filter((orderId) => !there.has(orderId))
      return [
        ...lost.map((orderId) => `${orderId} was acknowledged and is not there`),
        ...(await findingsOn(database, sealingKey)),
      ]
    },
    bugs: () => {
      // A timer that meets an absent database says so; it is tried again.
      const found = bugs.filter((line) => line.includes('"bug"') && !line.includes('"code":"5030000"'))
      bugs = []
      return found
    },
    close: async () => {
      await gateway.close()
      await proxy.close()
      await own.drop()
    },
  }
}
