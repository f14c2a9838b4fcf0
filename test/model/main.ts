import { parseArgs } from 'node:util'
import { testDatabase } from '../postgres.ts'
import { prove, summary } from './proof.ts'

/**
 * The long form of the model's proof: `npm run test:model -- --sequences=500`. Without a number it goes on
 * for the given minutes (five). What a failure prints repeats it: the commands, their arguments and where
 * the database is cut are the same again; how requests sent at once meet is up to the machine, so a
 * failure among those may need `--times`.
 */
const { values } = parseArgs({
  options: {
    sequences: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    groups: { type: 'string', default: '14' },
    seed: { type: 'string' },
    path: { type: 'string' },
    replay: { type: 'string' },
    times: { type: 'string', default: '1' },
    'as-it-is': { type: 'boolean', default: false },
  },
})

// The temporary server goes with its last database: this one keeps it.
const kept = await testDatabase()
const began = performance.now()
for (let times = Number(values.times); times > 0; times -= 1) {
  const proof = await prove({
    sequences: values.path === undefined ? Number(values.sequences ?? 1_000_000) : 1,
    ...(values.sequences === undefined && { withinMs: Number(values.minutes) * 60_000 }),
    groups: Number(values.groups),
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
    ...(values.path !== undefined && { path: values.path }),
    ...(values.replay !== undefined && { replayPath: values.replay }),
    asItIs: values['as-it-is'],
    progress: ({ sequences }) => {
      if (sequences % 50 === 0) process.stdout.write(`${sequences} sequences\n`)
    },
  })
  if (proof.failure !== null) process.stdout.write(`${proof.failure}\n`)
  process.stdout.write(`${summary(proof, performance.now() - began)}\n`)
  if (proof.failure !== null) {
    process.exitCode = 1
    break
  }
}
await kept.drop()
