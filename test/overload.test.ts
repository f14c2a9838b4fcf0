import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Load } from '../src/http/load.ts'
import { type Answer, answerOf, assertProblem, sendRaw } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'
import { type ServingProcess, serve, openFolder, until } from './process.ts'
import { testDatabase, type TestDatabase } from './postgres.ts'

const initiatePath = '/pg/payment/card/initiate'

interface Timed extends Answer {
  readonly ms: number
}

async function timed(answer: Promise<Response>): Promise<Timed> {
  const began = performance.now()
  const { status, headers, text } = await answerOf(answer)
  return { status, headers, text, ms: performance.now() - began }
}

describe('when the database takes no orders for a while', () => {
  let gateway: TestGateway
  let blocker: Client
  const open = () =>
    timed(
      gateway.fetch(initiatePath, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(seedSample(freshOrderId())),
      }),
    )
  let taken: Promise<Timed>[] = []

  let own: TestDatabase
  const load = new Load(200)

  before(async () => {
    own = await testDatabase()
    gateway = await testGateway({}, { connection: own.connection, load })
    blocker = new Client(own.connection)
    blocker.on('error', () => undefined)
    await blocker.connect()
  })
  after(async () => {
    await blocker.end()
    await gateway.close()
    await own.drop()
  })

  test('the excess is refused at once, in the contract’s form, and told when to come again', async () => {
    await blocker.query('begin; lock table payment_order in exclusive mode')
    // Orders may fill eight tenths of the limit.
    taken = Array.from({ length: 160 }, open)
    await until('them to be at work', () => load.inWork === 160)
    const refused = await Promise.all(Array.from({ length: 100 }, open))
    for (const answer of refused) {
      assertProblem(answer, '5030000')
      assert.equal(answer.headers.get('retry-after'), '1')
    }
    // At once: nothing that was taken is done yet.
    assert.equal(load.inWork, 160)
  })

  test('questions, pages and the signs of life go on', async () => {
    const check = await timed(gateway.fetch('/pg/payment/card/check/nothing'))
    assert.equal(check.status, 404)
    const page = await timed(fetch(`${gateway.url}/pg/payment/card/access/${'0'.repeat(64)}`))
    assert.equal(page.status, 404)
    for (const path of ['/healthz', '/readyz']) {
      const answer = await timed(fetch(gateway.url + path))
      assert.equal(answer.status, 200, path)
    }
    assert.equal(load.inWork, 160)
  })

  test('what was taken is done when it is back, and new orders are taken again', async () => {
    await blocker.query('commit')
    const answers = await Promise.all(taken)
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.equal((await open()).status, 200)
    assert.equal(load.inWork, 0)
  })
})

describe('ten thousand connections that say nothing', () => {
  let gateway: ServingProcess
  const folder = openFolder()
  const idle: Socket[] = []
  before(async () => {
    gateway = await serve({ GERBANG_DATA_DIR: `${folder.path}/data` })
  })
  after(async () => {
    for (const socket of idle) socket.destroy()
    await gateway.stop()
    folder.remove()
  })

  test('hurt nobody', { timeout: 60_000 }, async (context) => {
    // As many as this process may open; what it needs for itself stays free.
    const count = Math.min(10_000, openFiles() - 500)
    context.diagnostic(`${count} connections`)
    const before = residentMb(gateway)
    const { hostname, port } = new URL(gateway.url)
    let connected = 0
    for (let n = 0; n < count; n += 1) {
      const socket = connect(Number(port), hostname, () => (connected += 1))
      socket.on('error', () => undefined)
      idle.push(socket)
      // The kernel keeps 511 waiting for us to take them; a test of more would be one of its.
      if (n % 400 === 399) await until('connections', () => connected > n - 100)
    }
    const slowest = await slowestOf(gateway, 20)
    const grownMb = residentMb(gateway) - before
    context.diagnostic(`${grownMb.toFixed(0)} MB, the slowest order in ${slowest.toFixed(0)} ms`)
    assert.ok(grownMb < 200, `${grownMb} MB`)
    assert.ok(slowest < 2_000, `${slowest} ms`)
  })
})

describe('more connections than are allowed', () => {
  let gateway: TestGateway
  const idle: Socket[] = []
  before(async () => {
    gateway = await testGateway({}, { bounds: { connections: 100 } })
  })
  after(async () => {
    for (const socket of idle) socket.destroy()
    await gateway.close()
  })

  test('cost those who have said nothing longest theirs, and nobody else anything', async () => {
    const { hostname, port } = new URL(gateway.url)
    const closed: number[] = []
    for (let n = 0; n < 250; n += 1) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.on('close', () => closed.push(n))
      idle.push(socket)
    }
    await until('the excess to be closed', () => closed.length >= 150)
    for (let n = 0; n < 20; n += 1) assert.equal((await gateway.initiate()).status, 200)
    await sleep(100)
    // The connection of the orders took one more place.
    assert.deepEqual(
      closed.toSorted((a, b) => a - b),
      Array.from({ length: closed.length }, (_, n) => n),
    )
    assert.ok(closed.length <= 160, String(closed.length))
  })

  test('also when every one of them has spoken: the idle ones leave', async () => {
    for (const socket of idle) socket.destroy()
    const alive = 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n'
    const { hostname, port } = new URL(gateway.url)
    let closed = 0
    for (let n = 0; n < 105; n += 1) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.on('close', () => (closed += 1))
      idle.push(socket)
      socket.write(`${alive}\r\n`)
      await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => undefined)
    }
    assert.ok(closed > 90, `${closed} left`)
    assert.equal((await sendRaw(gateway.url, `${alive}connection: close\r\n\r\n`)).status, 200)
  })
})

function openFiles(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  } catch {
    return 10_240
  }
}

function residentMb({ child }: ServingProcess): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
  return Number(kb) / 1_024
}

/** The slowest of so many orders, one after the other, in milliseconds. */
async function slowestOf(gateway: ServingProcess, count: number): Promise<number> {
  let slowest = 0
  for (let n = 0; n < count; n += 1) {
    const answer = await timed(
      fetch(gateway.url + initiatePath, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from('FINPAY770:SoSecret123').toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(seedSample(freshOrderId())),
      }),
    )
    assert.equal(answer.status, 200, answer.text)
    slowest = Math.max(slowest, answer.ms)
  }
  return slowest
}
