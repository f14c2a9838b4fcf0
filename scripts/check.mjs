// Everything that must hold before a change is shared, in the order of what fails soonest: `npm run check`.
// Stops at the first step that fails, with that step's own output.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const program = (name) => join(root, 'node_modules', '.bin', name)
const node = process.execPath

/** Each golden file is written by a program of ours, which with --check compares instead. */
const goldens = [
  ['schema.sql', 'dist/src/postgres/write-schema.js'],
  ['openapi.json', 'dist/src/write-openapi.js'],
]

const steps = [
  ['types', node, ['scripts/build.mjs', '--force']],
  ['lint', program('oxlint'), ['--type-aware', '--deny-warnings']],
  ['format', program('biome'), ['format', '.']],
  ...goldens.map(([file, writer]) => [`golden ${file}`, node, [writer, '--check']]),
  ['tests', node, ['dist/test/run.js']],
]

for (const [name, command, args] of steps) {
  const before = performance.now()
  // The tests' own report is worth reading while they run; the others have nothing to say when all is well.
  const stdio = name === 'tests' ? 'inherit' : 'pipe'
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, stdio, encoding: 'utf8' })
  const seconds = ((performance.now() - before) / 1000).toFixed(1)
  if (status !== 0) process.stderr.write([stdout, stderr, error?.message, ''].filter((text) => text != null).join('\n'))
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`)
  if (status !== 0) process.exit(1)
}
