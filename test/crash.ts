import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/*
 * The long form of the crash test: `npm run test:crash -- --rounds 50 --seed 7`. Without a seed one is drawn and
 * printed; it repeats whom each round kills, when, and what the callers try. The exit code is the test's.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string' } } })
const whole = /^[1-9]\d{0,8}$/
if (!whole.test(values.rounds) || (values.seed !== undefined && !whole.test(values.seed))) {
  process.stderr.write('usage: npm run test:crash -- [--rounds N] [--seed N]\n')
  process.exitCode = 2
} else {
  const file = join(import.meta.dirname, 'crash-load.test.js')
  // Run as a file and not through `node --test`, so that each round's line is seen when it is over.
  const test = spawn(process.execPath, ['--enable-source-maps', '--test-reporter=spec', file], {
    stdio: 'inherit',
    env: {
      ...process.env,
      GERBANG_CRASH_ROUNDS: values.rounds,
      ...(values.seed !== undefined && { GERBANG_CRASH_SEED: values.seed }),
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => test.kill(signal))
  const [code] = (await once(test, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
