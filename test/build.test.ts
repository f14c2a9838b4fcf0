import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { packageRoot } from '../src/postgres/package-root.ts'

suite('the build script', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build-test-'))
    for (const part of [
      'scripts',
      'src',
      'node_modules/typescript/bin',
      'node_modules/esbuild',
      'node_modules/typebox',
    ])
      mkdirSync(join(folder, part), { recursive: true })
    cpSync(join(packageRoot(), 'scripts', 'build.mjs'), join(folder, 'scripts', 'build.mjs'))
    writeFileSync(join(folder, 'src', 'a.ts'), 'one')
    writeFileSync(join(folder, 'node_modules/typebox/license'), 'May be copied with this line.')
    const named = { name: 'typebox', version: '1.2.3', license: 'MIT' }
    writeFileSync(join(folder, 'node_modules/typebox/package.json'), JSON.stringify(named))
    bundler('')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Stands in for the compiler: `source` runs with the folders `src` and `out`. */
  function compiler(source: string): void {
    const text = `const { mkdirSync, readFileSync, writeFileSync, appendFileSync } = require('node:fs')
      const src = ${JSON.stringify(join(folder, 'src'))}, out = process.argv[process.argv.indexOf('--outDir') + 1]
      mkdirSync(out, { recursive: true }); ${source}`
    writeFileSync(join(folder, 'node_modules/typescript/bin/tsc'), text)
  }

  /** Stands in for the bundler: `source` runs with its options. */
  function bundler(source: string): void {
    const text = `exports.build = async (options) => {
      const inputs = {}
      ${source}
      return { metafile: { inputs } }
    }`
    writeFileSync(join(folder, 'node_modules/esbuild/index.js'), text)
  }

  async function build(...args: string[]): Promise<number | null> {
    const [code] = (await once(spawn(process.execPath, [join(folder, 'scripts', 'build.mjs'), ...args]), 'exit')) as [
      number | null,
    ]
    return code
  }

  const built = () => readFileSync(join(folder, 'dist', 'a.js'), 'utf8')
  const left = () => readdirSync(folder).filter((name) => name.startsWith('dist'))
  const copy = `writeFileSync(out + '/a.js', readFileSync(src + '/a.ts'));`

  test('compiles only what has changed since the last build began', async () => {
    compiler(`${copy} appendFileSync(src + '/../runs', '.')`)
    assert.equal(await build(), 0)
    assert.equal(await build(), 0)
    assert.equal(readFileSync(join(folder, 'runs'), 'utf8'), '.')
    writeFileSync(join(folder, 'src', 'a.ts'), 'two')
    assert.equal(await build(), 0)
    assert.equal(built(), 'two')
    assert.deepEqual(left(), ['dist'])
  })

  test('a source that changes while it is compiled is compiled by the next build', async () => {
    compiler(`${copy} if (readFileSync(src + '/a.ts', 'utf8') === 'one') writeFileSync(src + '/a.ts', 'two')`)
    assert.equal(await build(), 0)
    assert.equal(built(), 'one')
    assert.equal(await build(), 0)
    assert.equal(built(), 'two')
  })

  test('a build that fails says so and leaves the last good one', async () => {
    compiler(copy)
    assert.equal(await build(), 0)
    compiler('process.exit(2)')
    assert.equal(await build('--force'), 2)
    assert.equal(built(), 'one')
    assert.deepEqual(left(), ['dist'])
  })

  test('program and schema library are gathered, each with the licences of what is in them', async () => {
    compiler(copy)
    bundler(`require('node:fs').appendFileSync(options.absWorkingDir + '/gathered', options.entryPoints + ' ')
      inputs['src/a.js'] = inputs['../node_modules/typebox/build/index.mjs'] = inputs['../node_modules/typebox/b.js'] = {}`)
    assert.equal(await build(), 0)
    assert.equal(readFileSync(join(folder, 'dist/gathered'), 'utf8'), 'src/cli/main.js src/base/schema.js ')
    for (const licences of ['dist/src/cli/main-licences.txt', 'dist/src/base/schema-licences.txt'])
      assert.equal(readFileSync(join(folder, licences), 'utf8'), 'typebox 1.2.3 (MIT)\n\nMay be copied with this line.')
  })

  test('a bundler that fails leaves the last good build', async () => {
    compiler(copy)
    assert.equal(await build(), 0)
    writeFileSync(join(folder, 'src', 'a.ts'), 'two')
    bundler(`throw new Error('no')`)
    assert.equal(await build(), 1)
    assert.equal(built(), 'one')
    assert.deepEqual(left(), ['dist'])
  })

  test('several builds at once leave one whole result', async () => {
    compiler(`for (let n = 0; n < 50; n += 1) writeFileSync(out + '/' + n + '.js', ''); ${copy}`)
    const codes = await Promise.all(Array.from({ length: 6 }, () => build('--force')))
    assert.deepEqual(codes, [0, 0, 0, 0, 0, 0])
    assert.deepEqual(left(), ['dist'])
    assert.equal(readdirSync(join(folder, 'dist')).filter((name) => name.endsWith('.js')).length, 51)
  })
})
