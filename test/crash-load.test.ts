import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { crashRounds, summaryLines } from './crash-rounds.ts'

/** `npm run test:crash` sets these for its long form. */
const rounds = Number(process.env['GERBANG_CRASH_ROUNDS'] ?? 3)
const seed = Number(process.env['GERBANG_CRASH_SEED'] ?? randomInt(1_000_000_000))

test(`gateway and database are killed in ${rounds} rounds under load, seed ${seed}, and nothing is lost`, async (t) => {
  const isLong = rounds > 3
  const summary = await crashRounds(rounds, seed, (line) => isLong && process.stdout.write(`${line}\n`))
  const lines = summaryLines(summary)
  if (isLong) process.stdout.write(`\n${lines.join('\n')}\n`)
  else for (const line of lines) t.diagnostic(line)
  assert.deepEqual(summary.lost, [])
  assert.deepEqual(summary.findings, [])
  // A load that does nothing would prove nothing.
  assert.ok(summary.acknowledged > 5 * rounds, lines.join('\n'))
  assert.ok(summary.ended > rounds, lines.join('\n'))
  assert.ok(summary.callbacks > rounds, lines.join('\n'))
})
