import { connect, type Socket } from 'node:net'

/**
 * A load generator that costs as little as it can, because it shares the machine with what it measures: raw
 * sockets, requests built by the caller, answers read by `content-length`. Loopback only, bounded in time.
 * Run as a process of its own: `node load.js '{"port":…,"connections":64,"ms":3000,"kind":"initiate"}'`; it
 * prints one JSON line.
 */
interface Task {
  readonly port: number
  readonly connections: number
  readonly ms: number
  /** The request's bytes; `{n}` is replaced by a number that no other request of the run has. */
  readonly template: string
  readonly from: number
}

export interface Load {
  readonly requests: number
  readonly failed: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task
const latencies: number[] = []
let failed = 0
let next = task.from
const startedAt = performance.now()
const endsAt = startedAt + task.ms

/** The template is cut at `{n}`; the number has a fixed width, so that `content-length` stays true. */
const [head = '', tail = ''] = task.template.split('{n}')

function request(): string {
  next += 1
  return head + String(next).padStart(12, '0') + tail
}

function drive(): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: '127.0.0.1', port: task.port, noDelay: true })
    let sentAt = 0
    let buffered = ''
    const send = () => {
      if (performance.now() >= endsAt) {
        socket.end()
        resolve()
        return
      }
      sentAt = performance.now()
      socket.write(request(), 'latin1')
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('data', (chunk: string) => {
      buffered += chunk
      const headEnd = buffered.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const at = buffered.toLowerCase().indexOf('content-length: ')
      const length = Number.parseInt(buffered.slice(at + 16, at + 26), 10)
      if (buffered.length < headEnd + 4 + length) return
      latencies.push(performance.now() - sentAt)
      if (!buffered.startsWith('HTTP/1.1 200')) failed += 1
      buffered = ''
      send()
    })
    socket.on('error', () => {
      failed += 1
      resolve()
    })
  })
}

await Promise.all(Array.from({ length: task.connections }, drive))
const seconds = (performance.now() - startedAt) / 1000
latencies.sort((a, b) => a - b)
const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
const load: Load = { requests: latencies.length, failed, seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
process.stdout.write(`${JSON.stringify(load)}\n`)
