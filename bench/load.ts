import { connect } from 'node:net'
import { digits, type Load, numberMark, type Task } from './task.ts'

/*
 * A load generator that costs as little as it can, because it shares the machine with what it measures: raw
 * sockets, one request after the other on each, the same bytes with another number in them. A process of
 * its own: it takes one `Task` as JSON, sends to 127.0.0.1 alone, ends with the task's time, and prints one
 * `Load` as JSON.
 */

const task = JSON.parse(process.argv[2] ?? '') as Task
const latencies: number[] = []
let refused = 0
let sent = 0
const startedAt = performance.now()
const endsAt = startedAt + task.ms

/** The request as bytes, and where in them the number's digits stand. */
function template(): { readonly bytes: Buffer; readonly places: readonly number[] } {
  const parts = task.request.split(numberMark)
  const places: number[] = []
  let at = 0
  for (const part of parts.slice(0, -1)) {
    at += Buffer.byteLength(part)
    places.push(at)
    at += digits
  }
  return { bytes: Buffer.from(parts.join('0'.repeat(digits))), places }
}

/** Sends on one connection until the time is over. */
function drive(): Promise<void> {
  return new Promise((resolve, reject) => {
    const { bytes, places } = template()
    const socket = connect({ host: '127.0.0.1', port: task.port, noDelay: true })
    let sentAt = 0
    let answer: Buffer = Buffer.alloc(0)
    const send = () => {
      sentAt = performance.now()
      if (sentAt >= endsAt) {
        socket.destroy()
        resolve()
        return
      }
      const number = task.from + (task.numbers === undefined ? sent : sent % task.numbers)
      sent += 1
      const text = String(number).padStart(digits, '0')
      // The request before has been answered, so its bytes have been sent and may be changed.
      for (const place of places) bytes.write(text, place, 'latin1')
      socket.write(bytes)
    }
    socket.on('connect', send)
    socket.on('data', (chunk: Buffer) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk])
      if (answer.length < lengthOf(answer)) return
      latencies.push(performance.now() - sentAt)
      if (answer.toString('latin1', 9, 12) !== '200') refused += 1
      answer = Buffer.alloc(0)
      send()
    })
    socket.on('error', reject)
    socket.on('close', () =>
      performance.now() < endsAt ? reject(new Error('The server closed a connection')) : resolve(),
    )
  })
}

const label = 'content-length: '
let lastHead = -1
let lastLength = 0

/** How long the whole answer is; more than there is while its head is not complete. */
function lengthOf(answer: Buffer): number {
  // Answers of one kind are equally long: the same place is looked at first.
  if (lastHead > 0 && lastLength === answer.length && answer.indexOf('\r\n\r\n', lastHead) === lastHead)
    return lastLength
  const headEnd = answer.indexOf('\r\n\r\n')
  if (headEnd < 0) return Infinity
  const head = answer.toString('latin1', 0, headEnd).toLowerCase()
  const length = Number.parseInt(head.slice(head.indexOf(label) + label.length), 10)
  lastHead = headEnd
  lastLength = headEnd + 4 + length
  return lastLength
}

await Promise.all(Array.from({ length: task.connections }, drive))
const seconds = (performance.now() - startedAt) / 1_000
latencies.sort((a, b) => a - b)
const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
const load: Load = {
  requests: latencies.length,
  refused,
  perSecond: latencies.length / seconds,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
}
process.stdout.write(`${JSON.stringify(load)}\n`)
