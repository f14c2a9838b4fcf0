// Compiles the tree into dist/ when a source is newer than the last build, so that `npm start` costs nothing otherwise.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const stamp = join(dist, '.built')
const sources = ['src', 'test', 'bench', 'scripts', 'package-lock.json', 'tsconfig.json']
/** Our door to the schema library, which is some 700 small files: half of a start would be spent reading them. */
const schemaLibrary = join('src', 'base', 'schema.js')

/** The newest modification under a path; folders count too, so that a deleted file is a change. */
function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/**
 * Compiles into a folder of this build's own, which takes the name only when it is complete: two builds
 * at once do not mix, and one that fails leaves the last good one.
 */
async function build() {
  const startedAt = new Date()
  const made = `${dist}.tmp-${process.pid}`
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', root, '--outDir', made], { stdio: 'inherit' })
  if (status !== 0 || !(await gathered(join(made, schemaLibrary)))) {
    rmSync(made, { recursive: true, force: true })
    process.exit(status || 1)
  }
  writeFileSync(join(made, '.built'), '')
  // The time of the start: a source that changed meanwhile is newer, and is compiled the next time.
  utimesSync(join(made, '.built'), startedAt, startedAt)
  putInPlace(made)
}

/** Makes one file of a compiled one and the library behind it, whose licence asks to come along; what is wrong is printed. */
async function gathered(file) {
  const { build } = await import('esbuild')
  const licence = readFileSync(join(root, 'node_modules', 'typebox', 'license'), 'utf8')
  return build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    banner: { js: `/*! Holds typebox.\n\n${licence}*/` },
  }).then(
    () => true,
    () => false,
  )
}

function putInPlace(made) {
  for (let tries = 1; ; tries += 1) {
    const old = `${dist}.old-${process.pid}-${tries}`
    if (existsSync(dist)) {
      try {
        renameSync(dist, old)
      } catch (error) {
        // Another build has moved it away in this moment.
        if (error.code !== 'ENOENT') throw error
      }
    }
    try {
      renameSync(made, dist)
      rmSync(old, { recursive: true, force: true })
      return
    } catch (error) {
      // Another build has put its own there in this moment.
      rmSync(old, { recursive: true, force: true })
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code) || tries === 20) throw error
    }
  }
}

const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
if (process.argv.includes('--force') || Math.max(...sources.map((path) => newest(join(root, path)))) >= builtAt) {
  await build()
}
