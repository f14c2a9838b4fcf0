import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { measureCallbacks } from './callbacks.ts'
import { measureCards } from './cards.ts'
import { measureChannels, measureExpiry } from './channels.ts'
import { measureCheck } from './check.ts'
import { startDatabase } from './database.ts'
import { measureInitiate } from './initiate.ts'
import { measureLarge } from './large.ts'
import { machineOf } from './machine.ts'
import type { Bench, Line } from './measure.ts'
import { measurePayment } from './payment.ts'
import { measureRecurring } from './recurring.ts'
import { type Report, tableOf } from './report.ts'
import { measureStart } from './start.ts'

/*
 * `npm run bench`: every measure of the design's table, beside its floor and its limit, in one run. The
 * method and the latest figures are in bench/README.md.
 */

const measures: Readonly<Record<string, (bench: Bench) => Promise<Line[]>>> = {
  start: measureStart,
  initiate: measureInitiate,
  check: measureCheck,
  payment: measurePayment,
  cards: measureCards,
  recurring: measureRecurring,
  channels: measureChannels,
  expiry: measureExpiry,
  callbacks: measureCallbacks,
  large: measureLarge,
}

const usage = `npm run bench -- [measure …] [--rounds 5] [--seconds 3] [--connections 64] [--orders 1000000]
                  [--callbacks 10000] [--plans 10000] [--json FILE]

measures: ${Object.keys(measures).join(' ')}; all of them where none is named`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    orders: { type: 'string', default: '1000000' },
    callbacks: { type: 'string', default: '10000' },
    plans: { type: 'string', default: '10000' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const numbers = [values.rounds, values.seconds, values.connections, values.orders, values.callbacks, values.plans].map(
  Number,
)
const unknown = positionals.filter((name) => !(name in measures))
if (values.help || unknown.length > 0 || !numbers.every((number) => number > 0 && number <= 10_000_000)) {
  process.stderr.write(`${usage}\n`)
  process.exit(values.help ? 0 : 2)
}
const [rounds = 5, seconds = 3, connections = 64, orders = 1_000_000, callbacks = 10_000, plans = 10_000] = numbers

const startedAt = performance.now()
const isTerminal = process.stderr.isTTY
const progress = (what: string) => {
  const text = `${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s  ${what}`
  process.stderr.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`)
}

const server = await startDatabase()
try {
  const bench: Bench = { server, rounds, ms: seconds * 1_000, connections, orders, callbacks, plans, progress }
  const found: Record<string, Line[]> = {}
  const machine = await machineOf(server)
  for (const [name, measure] of Object.entries(measures)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    try {
      found[name] = await measure(bench)
    } catch (error) {
      // The others have taken minutes, and are told all the same.
      process.exitCode = 1
      process.stderr.write(`\n${name} failed: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  if (isTerminal) process.stderr.write('\r\x1b[K')
  const report: Report = { machine, rounds, turnMs: bench.ms, connections, measures: found }
  process.stdout.write(`${tableOf(report)}\n`)
  if (values.json) {
    mkdirSync(dirname(values.json), { recursive: true })
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  }
} finally {
  await server.stop()
}
