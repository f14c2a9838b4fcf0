import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Load, type LoadClass } from './load.ts'

/**
 * A server of so many workers that take `serviceMs` each, in front of which requests wait in line, for so
 * long. Answers what became of the requests.
 */
function simulate(
  load: Load,
  {
    perSecond,
    workers,
    serviceMs,
    forMs,
    from = 0,
  }: Record<'perSecond' | 'workers' | 'serviceMs' | 'forMs', number> & { from?: number },
  kind: LoadClass = 'order',
): { taken: number; refused: number; latencies: number[] } {
  const freeAt = Array.from({ length: workers }, () => from)
  const ends: { began: number; at: number }[] = []
  const latencies: number[] = []
  let taken = 0
  let refused = 0
  const finish = (until: number) => {
    while (ends[0] && ends[0].at <= until) {
      const [{ began, at }] = ends.splice(0, 1) as [{ began: number; at: number }]
      load.end(kind, began, at)
      latencies.push(at - began)
    }
  }
  for (let n = 0; n < (perSecond * forMs) / 1_000; n += 1) {
    const now = from + (n * 1_000) / perSecond
    finish(now)
    if (!load.admits(kind)) {
      refused += 1
      continue
    }
    load.begin(kind, now)
    taken += 1
    const worker = freeAt.indexOf(Math.min(...freeAt))
    const at = Math.max(now, freeAt[worker] ?? 0) + serviceMs
    freeAt[worker] = at
    ends.push({ began: now, at })
  }
  finish(Infinity)
  return { taken, refused, latencies }
}

const percentile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0

suite('under load', () => {
  const capacity = { workers: 4, serviceMs: 1, forMs: 3_000 }

  test('nothing is refused below capacity', () => {
    const load = new Load()
    const { refused } = simulate(load, { ...capacity, perSecond: 3_600 })
    assert.equal(refused, 0)
    assert.equal(load.limit, 1_024)
  })

  for (const times of [1.5, 3, 10])
    test(`at ${times} times the capacity the excess is refused, and what is taken is answered soon`, () => {
      const load = new Load()
      simulate(load, { ...capacity, perSecond: 4_000 * times, forMs: 1_000 })
      const { taken, refused, latencies } = simulate(load, { ...capacity, perSecond: 4_000 * times, from: 20_000 })
      assert.ok(percentile(latencies, 0.99) < 100, `p99 is ${percentile(latencies, 0.99)} ms`)
      assert.ok(taken > 0.9 * 12_000, `${taken} were taken`)
      assert.ok(refused > 0.8 * (12_000 * times - 12_000))
    })

  test('it recovers by itself when the load or what slowed it is gone', () => {
    const load = new Load()
    simulate(load, { workers: 1, serviceMs: 5, perSecond: 4_000, forMs: 10_000 })
    assert.equal(load.limit, 96, 'no lower, however slow')
    simulate(load, { ...capacity, workers: 40, perSecond: 60_000, from: 20_000 })
    assert.ok(load.limit > 500, String(load.limit))
    assert.equal(load.inWork, 0)
  })

  test('an overload that is over refuses nobody below capacity, pauses of 40 ms or not', () => {
    const load = new Load()
    simulate(load, { ...capacity, perSecond: 12_000, forMs: 10_000 })
    const low = load.limit
    assert.ok(low < 150, String(low))
    simulate(load, { ...capacity, perSecond: 3_000, from: 20_000, forMs: 3_000 })
    let refused = 0
    for (let n = 0; n < 5; n += 1) {
      const from = 30_000 + n * 1_500
      refused += simulate(load, { ...capacity, perSecond: 3_000, from, forMs: 1_400 }).refused
      // In a pause all that come wait for its end.
      refused += simulate(load, {
        workers: 120,
        serviceMs: 40,
        perSecond: 3_000,
        from: from + 1_400,
        forMs: 40,
      }).refused
    }
    assert.equal(refused, 0)
  })

  test('a burst after a rest is no overload, however slowly the bursts before it were answered', () => {
    const load = new Load()
    for (let n = 0; n < 20; n += 1) {
      const { refused } = simulate(load, { workers: 8, serviceMs: 20, perSecond: 100_000, from: n * 2_000, forMs: 2 })
      assert.equal(refused, 0, `burst ${n} with ${load.limit}`)
    }
  })

  test('a burst that comes in drops is one burst, however slowly it is answered', () => {
    const load = new Load()
    simulate(load, { workers: 1, serviceMs: 5, perSecond: 4_000, forMs: 10_000 })
    assert.equal(load.limit, 96)
    const { refused } = simulate(load, { workers: 8, serviceMs: 30, perSecond: 480, from: 60_000, forMs: 500 })
    assert.equal(refused, 0)
  })

  test('what hangs holds no more than the limit, and what comes later is refused at once', () => {
    const load = new Load()
    for (let n = 0; n < 10_000; n += 1) if (load.admits('order')) load.begin('order', 0)
    assert.equal(load.inWork, Math.ceil(1_024 * 0.8))
  })

  test('new orders are refused first, then questions, then pages, and forms of payers who wait for nobody last', () => {
    const load = new Load()
    const admitted = () => (['order', 'question', 'page', 'form'] as const).filter((kind) => load.admits(kind))
    assert.deepEqual(admitted(), ['order', 'question', 'page', 'form'])
    for (let n = 0; n < 820; n += 1) load.begin('page', 0)
    assert.deepEqual(admitted(), ['question', 'page', 'form'])
    for (let n = 0; n < 110; n += 1) load.begin('page', 0)
    assert.deepEqual(admitted(), ['page', 'form'])
    for (let n = 0; n < 100; n += 1) load.begin('page', 0)
    assert.deepEqual(admitted(), ['form'])
    for (let n = 0; n < 2_000; n += 1) load.begin('form', 0)
    assert.deepEqual(admitted(), [])
  })

  test('forms that wait for a bank take nothing from orders, nor tell that we are slow', () => {
    const load = new Load()
    for (let n = 0; n < 1_000; n += 1) load.begin('form', 0)
    for (let n = 0; n < 1_000; n += 1) load.end('form', 0, 3_000)
    assert.equal(load.limit, 1_024)
    assert.equal(load.forms, 0)
  })
})
