// Compiles the tree into dist/ when a source is newer than the last build, so that `npm start` costs nothing otherwise.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'dist', '.built')
const sources = ['src', 'test', 'bench', 'package-lock.json', 'tsconfig.json']

/** The newest modification under a path; folders count too, so that a deleted file is a change. */
function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
if (process.argv.includes('--force') || Math.max(...sources.map((path) => newest(join(root, path)))) > builtAt) {
  const startedAt = new Date()
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${startedAt.toISOString()}\n`)
}
