import { once } from 'node:events'
import { createServer } from 'node:net'
import { StartProblem } from './base/start-problem.ts'
import type { Config } from './config.ts'

/** Where a gateway listens. */
export type Place = Pick<Config, 'host' | 'port'>

/**
 * Makes sure that the place can be listened on before anything is made for a gateway that could not serve: a
 * data directory, a cluster, a migration. Somebody may take it afterwards, and the start fails all the same.
 *
 * @throws StartProblem when it cannot
 */
export async function requireFree({ host, port }: Place): Promise<void> {
  // A host that is no address of ours is found with any port.
  const probe = createServer((socket) => socket.destroy())
  try {
    await once(probe.listen({ host, port }), 'listening')
  } catch (error) {
    throw cannotListen({ host, port }, error)
  }
  await new Promise((resolve) => {
    probe.close(resolve)
  })
}

/** What kept us from listening, as a sentence for the operator. */
export function cannotListen({ host, port }: Place, error: unknown): StartProblem {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new StartProblem(`Port ${port} on ${host} is in use. Choose another with GERBANG_PORT.`)
  }
  if (code === 'EACCES') return new StartProblem(`Port ${port} on ${host} may not be used by this user.`)
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') {
    return new StartProblem(`${host} is no address of this machine. Choose another with GERBANG_HOST.`)
  }
  return new StartProblem(`Cannot listen on ${host}:${port}: ${code ?? message}.`)
}
