import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../src/postgres/package-root.ts'
import type { Bench } from './measure.ts'

/** A program that a merchant would use as a sandbox today, serving our own OpenAPI document. */
export interface Peer {
  readonly name: string
  readonly port: number
  stop(): Promise<void>
}

/**
 * Where each is installed, by an environment variable that names its command: they are large, and one needs
 * a newer Node than we do, so none is a dependency of ours.
 */
const known = [
  {
    name: 'Prism',
    variable: 'BENCH_PRISM',
    words: (document: string, port: number) => [
      'mock',
      document,
      '--port',
      String(port),
      '--host',
      '127.0.0.1',
      '--verboseLevel',
      'silent',
    ],
  },
  {
    name: 'Mockoon',
    variable: 'BENCH_MOCKOON',
    words: (document: string, port: number) => [
      'start',
      '--data',
      document,
      '--port',
      String(port),
      '--hostname',
      '127.0.0.1',
      '--disable-log-to-file',
    ],
  },
] as const

/** Starts the peers that are named. */
export async function peersOf(bench: Bench): Promise<Peer[]> {
  const document = join(packageRoot(), 'openapi.json')
  const peers: Peer[] = []
  for (const [index, { name, variable, words }] of known.entries()) {
    const [command, ...before] = (process.env[variable] ?? '').split(' ').filter(Boolean)
    if (!command) continue
    bench.progress(`starting ${name}`)
    const port = 42_100 + index
    const child = spawn(command, [...before, ...words(document, port)], { stdio: 'ignore', detached: true })
    const ended = once(child, 'close')
    await answers(port)
    peers.push({
      name,
      port,
      stop: async () => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        await ended
      },
    })
  }
  return peers
}

async function answers(port: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    if (tries === 300) throw new Error(`Nothing listens on ${port} after 30 s`)
    await sleep(100)
  }
}
