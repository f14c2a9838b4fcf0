import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { catalogue } from './catalogue.ts'
import { Metrics, type MetricsDeps } from './metrics.ts'
import type { Waiting } from './store.ts'

const nothing: Waiting = {
  timers: [],
  callbacks: { count: 0, oldest: null },
  unknownAttempts: { count: 0, oldest: null },
}

function metricsWith(changes: Partial<MetricsDeps> = {}): Metrics {
  return new Metrics({
    clock: systemClock,
    build: { version: '1.2.3', mode: 'sandbox' },
    timerKinds: ['expire', 'callback'],
    moved: () => [],
    held: async () => ({
      pool: { total: 5, idle: 2, waiting: 7 },
      queues: { closed: 1, open: 2, probing: 0, sending: 3, waiting: 4 },
      connections: 9,
    }),
    waiting: async () => nothing,
    failed: () => undefined,
    ...changes,
  })
}

/** The samples of a scrape: name with labels, and value. */
function samplesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

suite('the metrics', () => {
  test('every row of the catalogue is a metric of that kind, and there is no other of ours', async () => {
    const text = await metricsWith().render()
    const told = [...text.matchAll(/^# TYPE (gerbang_\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`)
    const rows = Object.values(catalogue).map(({ name, kind }) => `${name} ${kind}`)
    assert.deepEqual(told.toSorted(), rows.toSorted())
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
      assert.match(text, new RegExp(`^${name} `, 'm'))
  })

  test('tell what was told to them', async () => {
    const metrics = metricsWith()
    metrics.refused('overload')
    for (const type of ['order.captured', 'attempt.declined', 'attempt.unknown', 'order.initiated', 'order.expired'])
      metrics.recorded(type)
    metrics.callback({ kind: 'delivered', attempt: { status: 201, error: null, ms: 40 } })
    metrics.callback({ kind: 'retry', attempt: { status: 503, error: null, ms: 40 } })
    metrics.callback({ kind: 'abandoned', attempt: { status: null, error: 'timeout', ms: 30_000 } })
    metrics.callback({ kind: 'postponed' })
    metrics.batch('opened')({ rows: 3, waitedMs: 2, wroteMs: 4, failed: true })
    metrics.timerFailed('expire')
    const samples = samplesOf(await metrics.render())
    const expected: Readonly<Record<string, number>> = {
      'gerbang_http_refusals_total{reason="overload"}': 1,
      'gerbang_orders_total{state="captured"}': 1,
      'gerbang_orders_total{state="expired"}': 1,
      'gerbang_attempts_total{outcome="captured"}': 1,
      'gerbang_attempts_total{outcome="declined"}': 1,
      'gerbang_attempts_total{outcome="unknown"}': 1,
      'gerbang_callback_attempts_total{outcome="delivered"}': 1,
      'gerbang_callback_attempts_total{outcome="retry"}': 1,
      'gerbang_callback_attempts_total{outcome="abandoned"}': 1,
      'gerbang_callback_attempts_total{outcome="postponed"}': 1,
      'gerbang_callback_failures_total{reason="status_5xx"}': 1,
      'gerbang_callback_failures_total{reason="timeout"}': 1,
      gerbang_callback_seconds_count: 3,
      'gerbang_batch_rows_bucket{le="2",batch="opened"}': 0,
      'gerbang_batch_rows_bucket{le="4",batch="opened"}': 1,
      'gerbang_batch_failures_total{batch="opened"}': 1,
      'gerbang_timer_failures_total{kind="expire"}': 1,
      'gerbang_database_connections{state="busy"}': 3,
      'gerbang_database_connections{state="idle"}': 2,
      gerbang_database_waiting: 7,
      'gerbang_callback_hosts{breaker="open"}': 2,
      'gerbang_callback_queue{place="waiting"}': 4,
      gerbang_http_connections: 9,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
  })

  test('ages count from the scrape, and are 0 where nothing waits', async () => {
    const machine = new Date('2026-03-01T00:00:00Z')
    const at = (seconds: number) => new Date(machine.getTime() - seconds * 1_000)
    const metrics = metricsWith({
      clock: { ...systemClock, machine: () => machine },
      waiting: async () => ({
        timers: [{ kind: 'callback', due: 12, oldest: at(90) }],
        callbacks: { count: 3, oldest: at(3_600) },
        unknownAttempts: { count: 1, oldest: at(-5) },
      }),
    })
    const samples = samplesOf(await metrics.render())
    const expected: Readonly<Record<string, number>> = {
      'gerbang_timers_due{kind="callback"}': 12,
      'gerbang_timer_lag_seconds{kind="callback"}': 90,
      'gerbang_timers_due{kind="expire"}': 0,
      'gerbang_timer_lag_seconds{kind="expire"}': 0,
      gerbang_callbacks_pending: 3,
      gerbang_callback_oldest_pending_seconds: 3_600,
      gerbang_attempts_unknown: 1,
      gerbang_attempt_oldest_unknown_seconds: 0,
      gerbang_database_up: 1,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
  })

  test('a database that hangs or fails holds no scrape up, and its numbers are left out', async () => {
    let answer: ((found: Waiting) => void) | undefined
    let asked = 0
    const failures: unknown[] = []
    const metrics = metricsWith({
      waiting: async () => {
        asked += 1
        if (asked === 1) return nothing
        if (asked === 3) throw new Error('gone')
        return new Promise((resolve) => (answer = resolve))
      },
      failed: (error) => failures.push(error),
    })
    const fromDatabase = /gerbang_(timer|callbacks_pending|callback_oldest|attempts_unknown|attempt_oldest)\S* \d/
    assert.match(await metrics.render(), fromDatabase)

    const began = performance.now()
    const texts = await Promise.all([metrics.render(), metrics.render()])
    assert.ok(performance.now() - began < 3_000)
    // One reading is under way for both, and the next scrape waits for the same one.
    texts.push(await metrics.render())
    assert.equal(asked, 2)
    answer?.(nothing)
    await new Promise(setImmediate)
    texts.push(await metrics.render())
    assert.equal(asked, 3)
    assert.equal(failures.length, 1)
    for (const text of texts) {
      assert.match(text, /^gerbang_database_up 0$/m)
      assert.match(text, /^gerbang_build_info\{version="1\.2\.3",mode="sandbox",node="v[\d.]+"\} 1$/m)
      assert.doesNotMatch(text.replaceAll(/^#.*$/gm, ''), fromDatabase)
    }
  })
})
