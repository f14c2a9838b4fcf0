import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { ClientConfig } from 'pg'

/** A way to a PostgreSQL that a test can cut. */
export interface Proxy {
  readonly port: number
  /** Passes nothing on any more, as a machine that hangs; connections stay. */
  silence(): void
  /** Ends every connection and takes none, as a server that is away. */
  cut(): Promise<void>
  /** Works again. */
  restore(): Promise<void>
  close(): Promise<void>
}

export async function proxyTo({ host = 'localhost', port = 5432 }: ClientConfig): Promise<Proxy> {
  let isSilent = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const target = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => void (isSilent || to.write(bytes)))
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
    restore: async () => {
      isSilent = false
      // What was swallowed is missing in these.
      for (const socket of sockets) socket.destroy()
      if (!server.listening) await listen(ours)
    },
    close: cut,
  }
}
