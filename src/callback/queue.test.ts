import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HostQueues, type QueueOptions } from './queue.ts'
import type { SendResult } from './send.ts'

const url = 'https://shop.example/cb'
const ok: SendResult = { kind: 'answered', status: 200, ms: 5, answer: '' }
const refused: SendResult = { kind: 'failed', error: 'refused', ms: 5 }

/** Queues under a clock that the test moves, and sends that the test ends. */
function aBench(options?: QueueOptions) {
  const clock = { ms: 1_000, monotonicMs: () => clock.ms }
  const queues = new HostQueues(clock, options)
  const open: ((result: SendResult) => void)[] = []
  const send = () => new Promise<SendResult>((resolve) => open.push(resolve))
  return { clock, queues, open, send }
}

/** Lets everything run that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

async function openBreaker(queues: HostQueues, merchantId = 'A', to = url): Promise<void> {
  for (let n = 0; n < 5; n += 1) await queues.run(merchantId, to, async () => refused)
}

test('a merchant’s host gets so many at once, and the next when one has ended', async () => {
  const { queues, open, send } = aBench({ atOnce: 2 })
  const all = Array.from({ length: 5 }, () => queues.run('A', url, send))
  await settled()
  assert.equal(open.length, 2)
  open[0]?.(ok)
  await settled()
  assert.equal(open.length, 3)
  for (let n = 1; n < 5; n += 1) {
    open[n]?.(ok)
    await settled()
  }
  assert.deepEqual(await Promise.all(all), Array(5).fill(ok))
})

test('another merchant, and another host of the same, wait for nobody', async () => {
  const { queues, open, send } = aBench({ atOnce: 1 })
  const cases = [
    ['A', 'https://shop.example/cb'],
    ['B', 'https://shop.example/cb'],
    ['A', 'http://shop.example/cb'],
    ['A', 'https://shop.example:8443/cb'],
    ['A', 'https://other.example/cb'],
  ] as const
  const all = cases.map(([merchant, to]) => queues.run(merchant, to, send))
  const same = queues.run('A', 'https://shop.example/another/path', send)
  await settled()
  assert.equal(open.length, cases.length)
  for (const end of open) end(ok)
  await settled()
  open.at(-1)?.(ok)
  await Promise.all([...all, same])
})

test('more than may wait is handed back at once, each to come back behind the one before', async () => {
  const { queues, open, send } = aBench({ atOnce: 1, waiting: 2 })
  const taken = Array.from({ length: 3 }, () => queues.run('A', url, send))
  const postponed = await Promise.all(Array.from({ length: 3 }, () => queues.run('A', url, send)))
  assert.deepEqual(
    postponed,
    [10, 20, 30].map((ms) => ({ kind: 'postponed', ms })),
  )
  for (let n = 0; n < 3; n += 1) {
    open[n]?.(ok)
    await settled()
  }
  assert.deepEqual(await Promise.all(taken), [ok, ok, ok])
})

test('those who have waited too long are handed back', async () => {
  const { queues, open, send } = aBench({ atOnce: 1, waitMs: 20 })
  const first = queues.run('A', url, send)
  const second = queues.run('A', url, send)
  assert.deepEqual(await second, { kind: 'postponed', ms: 10 })
  open[0]?.(ok)
  assert.deepEqual(await first, ok)
  assert.equal(open.length, 1)
})

test('a dead host is not sent to during the pause, and those who wait are told at once', async () => {
  const { clock, queues, open, send } = aBench({ atOnce: 5 })
  const sent = Array.from({ length: 5 }, () => queues.run('A', url, send))
  const waiting = Array.from({ length: 3 }, () => queues.run('A', url, send))
  await settled()
  for (const end of open) end(refused)
  await Promise.all(sent)
  const told = await Promise.all(waiting)
  assert.ok(told.every(({ kind }) => kind === 'postponed'))
  assert.equal(open.length, 5)

  const during = await queues.run('A', url, send)
  assert.equal(during.kind, 'postponed')
  assert.ok(during.ms > 10_000 && during.ms < 10_100, `${during.ms} ms`)
  clock.ms += 10_000
  const probe = queues.run('A', url, send)
  const beside = await queues.run('A', url, send)
  assert.equal(beside.kind, 'postponed')
  open[5]?.(ok)
  assert.deepEqual(await probe, ok)
  assert.deepEqual(await queues.run('A', url, async () => ok), ok)
})

test('a host that one merchant’s deliveries find dead is not dead for another', async () => {
  const { queues } = aBench()
  await openBreaker(queues)
  assert.equal((await queues.run('A', url, async () => ok)).kind, 'postponed')
  assert.deepEqual(await queues.run('B', url, async () => ok), ok)
})

test('what is urgent goes past the queue and an open breaker, and its answer closes it', async () => {
  const { queues } = aBench()
  await openBreaker(queues)
  assert.deepEqual(await queues.runAtOnce('A', url, async () => refused), refused)
  assert.equal((await queues.run('A', url, async () => ok)).kind, 'postponed')
  assert.deepEqual(await queues.runAtOnce('A', url, async () => ok), ok)
  assert.deepEqual(await queues.run('A', url, async () => ok), ok)
})

test('a probe that throws on our side gives back its place and the next one probes', async () => {
  const { clock, queues } = aBench({ atOnce: 1 })
  await openBreaker(queues)
  clock.ms += 10_000
  await assert.rejects(
    queues.run('A', url, () => Promise.reject(new Error('the keys cannot be read'))),
    /keys/,
  )
  assert.deepEqual(await queues.run('A', url, async () => ok), ok)
})

test('a thousand that are postponed come back one after another, at most a minute late', async () => {
  const { queues } = aBench()
  await openBreaker(queues)
  const times: number[] = []
  for (let n = 0; n < 8_000; n += 1) times.push((await queues.run('A', url, async () => ok)).ms)
  assert.equal(new Set(times.slice(0, 1_000)).size, 1_000)
  assert.equal(Math.max(...times), 70_000)
})

test('an invalid URL has a queue as well', async () => {
  const { queues } = aBench()
  const invalid: SendResult = { kind: 'failed', error: 'invalid_url', ms: 0 }
  assert.deepEqual(await queues.run('A', 'nonsense', async () => invalid), invalid)
})

test('who wants to know is told of a host that is down, when a delivery to it has to wait', async () => {
  const told: unknown[] = []
  const { clock, queues, send, open } = aBench({ away: (...known) => told.push(known) })
  await openBreaker(queues)
  assert.deepEqual(told, [])
  await queues.run('A', url, send)
  assert.deepEqual(told, [['A', 'https://shop.example', 10_000]])
  clock.ms += 10_000
  const probe = queues.run('A', url, send)
  await settled()
  open[0]?.(ok)
  assert.deepEqual(await probe, ok)
  assert.equal(told.length, 1)
})
