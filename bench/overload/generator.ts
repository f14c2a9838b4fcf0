import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/*
 * Opens orders at a rate that does not depend on how fast they are answered, as the world does. Runs as a
 * process of its own: `overload.ts` sends it steps and gets their results.
 */

/** What is offered in one step. */
export interface Step {
  readonly url: string
  readonly authorization: string
  /** Requests per second; null: as fast as 64 connections get answers, which measures the capacity. */
  readonly perSecond: number | null
  readonly seconds: number
  /** Makes the order ids of this step its own. */
  readonly name: string
}

export interface StepResult {
  readonly offered: number
  readonly accepted: number
  /** 503 and 429. */
  readonly refused: number
  /** Any other answer, and connections that broke. */
  readonly failed: number
  /** Found every connection busy. */
  readonly unsent: number
  /** Not answered when the step was over and 5 s had gone by. */
  readonly unanswered: number
  readonly seconds: number
  readonly acceptedP50: number
  readonly acceptedP99: number
  readonly refusedP99: number
}

/**
 * As many connections as a proxy keeps to what stands behind it, opened before anything is offered. An order
 * that finds none of them free is not sent: the proxy would refuse it.
 */
const openConnections = 512
const closedConnections = 64

process.on('message', (step: Step) => {
  void offer(step).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))

async function offer(step: Step): Promise<StepResult> {
  const accepted: number[] = []
  const refused: number[] = []
  let failed = 0
  let sent = 0
  let unsent = 0
  const isClosedLoop = step.perSecond === null
  const done = (connection: Connection, status: number, at: number) => {
    const now = performance.now()
    if (status === 200) accepted.push(now - at)
    else if (status === 503 || status === 429) refused.push(now - at)
    else failed += 1
    // One that broke is not replaced: there is more wrong then than the load.
    if (status === 0) return
    if (isClosedLoop && now < ends) send(connection, now)
    else free.push(connection)
  }
  const free = await connectAll(step.url, isClosedLoop ? closedConnections : openConnections, done)
  const all = [...free]
  const began = performance.now()
  const ends = began + step.seconds * 1_000

  const send = (connection: Connection, at: number) => {
    sent += 1
    connection.send(requestOf(step, sent), at)
  }

  let offered = 0
  if (isClosedLoop) {
    for (const connection of free.splice(0)) send(connection, performance.now())
    await sleep(step.seconds * 1_000)
  } else {
    while (performance.now() < ends) {
      const wanted = Math.floor(((performance.now() - began) / 1_000) * (step.perSecond ?? 0))
      for (; offered < wanted; offered += 1) {
        const at = began + (offered / (step.perSecond ?? 1)) * 1_000
        const connection = free.pop()
        if (connection) send(connection, at)
        else unsent += 1
      }
      await sleep(1)
    }
  }
  const seconds = (performance.now() - began) / 1_000
  const answered = () => accepted.length + refused.length + failed
  if (isClosedLoop) offered = sent
  const patience = performance.now() + 5_000
  while (answered() < sent && performance.now() < patience) await sleep(10)
  const result = {
    offered,
    accepted: accepted.length,
    refused: refused.length,
    failed,
    unsent,
    unanswered: sent - answered(),
    seconds,
    acceptedP50: percentile(accepted, 0.5),
    acceptedP99: percentile(accepted, 0.99),
    refusedP99: percentile(refused, 0.99),
  }
  for (const connection of all) connection.close()
  return result
}

type Done = (connection: Connection, status: number, at: number) => void

async function connectAll(url: string, count: number, done: Done): Promise<Connection[]> {
  const connections = Array.from({ length: count }, () => new Connection(url, done))
  await Promise.all(connections.map(({ ready }) => ready))
  // A connection counts from when it has been taken, not from when the kernel holds it.
  await sleep(500)
  return connections
}

/** One connection that is kept alive and asks for one thing at a time. */
class Connection {
  readonly #socket: Socket
  readonly #done: Done
  readonly ready: Promise<unknown>
  #at = 0
  #isAsking = false
  #text = ''

  constructor(url: string, done: Done) {
    const { hostname, port } = new URL(url)
    this.#done = done
    this.#socket = connect(Number(port), hostname)
    this.ready = once(this.#socket, 'connect')
    this.#socket.setNoDelay(true)
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => {
      if (this.#isAsking) this.#finish(0)
    })
  }

  /** @param at when it was due: its time runs from there */
  send(request: string, at: number): void {
    this.#at = at
    this.#isAsking = true
    this.#socket.write(request)
  }

  close(): void {
    this.#isAsking = false
    this.#socket.destroy()
  }

  #read(text: string): void {
    this.#text += text
    const head = this.#text.indexOf('\r\n\r\n')
    if (head < 0) return
    const [, length = '0'] = /content-length: (\d+)/i.exec(this.#text) ?? []
    if (this.#text.length < head + 4 + Number(length)) return
    const status = Number(this.#text.slice(9, 12))
    this.#text = ''
    this.#finish(status)
  }

  #finish(status: number): void {
    this.#isAsking = false
    this.#done(this, status, this.#at)
  }
}

function requestOf({ authorization, name }: Step, n: number): string {
  const body = JSON.stringify({
    customer: { email: 'buyer@example.com', firstName: 'Budi', lastName: 'Santoso', mobilePhone: '+6281286288800' },
    order: { id: `${name}-${n}`, amount: '150000', currency: 'IDR', description: 'Kopi Gayo 1 kg' },
    url: { callbackUrl: 'http://127.0.0.1:9/callback' },
    sourceOfFunds: { type: 'cc' },
  })
  return (
    `POST /pg/payment/card/initiate HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${authorization}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  )
}

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0
}
