import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientConfig } from 'pg'

/** A way to a PostgreSQL that a test can cut. */
export interface Proxy {
  readonly port: number
  /** Passes nothing on any more, as a machine that hangs; connections stay. */
  silence(): void
  /** Ends every connection and takes none, as a server that is away. */
  cut(): Promise<void>
  /** Cuts at the `count`th message from now on: a question does not reach the server, an answer is not heard. */
  cutAt(count: number, whose: 'question' | 'answer'): void
  /** Takes `cutAt` back; false where it is too late, and the way is cut until it is restored. */
  spare(): boolean
  /** Delays every message by 0 to 4 ms as the seed says, so that what is under way at once meets differently; null: no more. */
  jitter(seed: number | null): void
  /** Works again. */
  restore(): Promise<void>
  close(): Promise<void>
}

export async function proxyTo({ host = 'localhost', port = 5432 }: ClientConfig): Promise<Proxy> {
  let isSilent = false
  let cutting: { left: number; readonly whose: 'question' | 'answer' } | null = null
  let random: number | null = null
  const delayMs = () => {
    if (random === null) return 0
    // A linear congruential generator: any that repeats will do.
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return random / 2 ** 30
  }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const target = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    for (const [from, to, whose] of [
      [client, target, 'question'],
      [target, client, 'answer'],
    ] as const) {
      sockets.add(from)
      let waiting: Promise<void> | null = null
      from.on('data', (bytes) => {
        if (cutting?.whose === whose && (cutting.left -= 1) === 0) void cut()
        else if (isSilent) return
        else if (random === null && !waiting) to.write(bytes)
        else {
          const passed: Promise<void> = Promise.resolve(waiting)
            .then(() => sleep(delayMs()))
            .then(() => {
              if (waiting === passed) waiting = null
              to.write(bytes)
            })
          waiting = passed
        }
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  const listen = (on: number) => new Promise<void>((resolve) => server.listen(on, '127.0.0.1', resolve))
  await listen(0)
  const { port: ours } = server.address() as AddressInfo
  const cut = async () => {
    cutting = null
    if (!server.listening) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    port: ours,
    silence: () => {
      isSilent = true
    },
    cut,
    cutAt: (left, whose) => {
      cutting = { left, whose }
    },
    spare: () => {
      cutting = null
      return server.listening
    },
    jitter: (seed) => {
      random = seed
    },
    restore: async () => {
      isSilent = false
      cutting = null
      // What was swallowed is missing in these.
      for (const socket of sockets) socket.destroy()
      if (!server.listening) await listen(ours)
    },
    close: cut,
  }
}
