import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { suite, test } from 'node:test'
import { problems } from '../src/base/problem.ts'
import { packageRoot } from '../src/postgres/package-root.ts'

const src = join(packageRoot(), 'src')
const isTest = (file: string) => /\.(test|fixture)\.tsx?$|\/fixture\.ts$/.test(file)
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .toSorted()
const sources = files.filter((file) => !isTest(file))
const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
/** The program without its comments; strings stay. */
const codeOf = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
const folderOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '')

/** The files of this program that a file imports, without `src/`; types count as well. */
function importsOf(file: string): string[] {
  return [...codeOf(file).matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map(([, named, dynamic]) =>
    normalize(join(dirname(file), named ?? dynamic ?? '')),
  )
}

/**
 * Who may import whom: a folder, and the folders that it knows. What is not here is not allowed; a new
 * arrow is a decision, with its reason in ARCHITECTURE.md. Files beside the folders put the program together and
 * may import everything.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  abuse: ['base', 'postgres'],
  acquirer: ['base', 'card', 'postgres', 'vault'],
  api: ['base', 'card', 'channel', 'debit', 'http', 'merchant', 'payment', 'recurring', 'vault', 'wire'],
  audit: [
    'acquirer',
    'base',
    'callback',
    'card',
    'event',
    'merchant',
    'payment',
    'postgres',
    'recurring',
    'timer',
    'wire',
  ],
  authentication: ['base', 'card', 'postgres', 'vault'],
  backup: ['base', 'postgres'],
  callback: ['base', 'postgres', 'wire'],
  card: ['base'],
  channel: ['base'],
  checkout: ['abuse', 'base', 'card', 'channel', 'http', 'merchant', 'pages', 'payment', 'vault'],
  cli: ['audit', 'backup', 'base', 'channel', 'merchant', 'postgres', 'vault', 'wire'],
  debit: ['acquirer', 'base', 'callback', 'card', 'channel', 'merchant', 'payment', 'postgres', 'timer', 'wire'],
  event: ['base', 'postgres'],
  http: ['base', 'merchant', 'postgres'],
  jobs: ['base', 'postgres', 'timer'],
  merchant: ['base', 'postgres'],
  metrics: ['base', 'postgres'],
  payment: [
    'abuse',
    'acquirer',
    'authentication',
    'base',
    'callback',
    'card',
    'channel',
    'event',
    'merchant',
    'postgres',
    'timer',
    'wire',
  ],
  postgres: ['base'],
  sandbox: [
    'abuse',
    'acquirer',
    'authentication',
    'base',
    'callback',
    'card',
    'channel',
    'debit',
    'event',
    'http',
    'merchant',
    'pages',
    'payment',
    'postgres',
    'timer',
    'vault',
    'wire',
  ],
  recurring: ['base', 'card', 'event', 'merchant', 'payment', 'postgres', 'timer', 'wire'],
  timer: ['base', 'postgres'],
  vault: ['base', 'card', 'postgres'],
  wire: ['base', 'channel'],
}

/** The packages that a file reads before it runs, by itself or through other files, as it was built. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const text = readFileSync(join(packageRoot(), 'dist', 'src', file), 'utf8')
  return [...text.matchAll(/^(?:import|export)\b.*?'([^']+)';$/gm)].flatMap(([, imported = '']) =>
    imported.startsWith('.') ? packagesOf(join(dirname(file), imported), seen) : [imported],
  )
}

const doors = ['api', 'checkout', 'dashboard', 'sandbox', 'jobs', 'cli']

/** Files that put the program together or start it; only these import files beside the folders. */
const composition = new Set<string>()

suite('the arrows between folders', () => {
  test('are those of the map, each of them in use', () => {
    const found = new Map<string, Set<string>>()
    for (const file of sources) {
      const folder = folderOf(file)
      if (!folder) continue
      for (const imported of importsOf(file)) {
        const to = folderOf(imported)
        if (!to) assert.ok(folder === 'cli' || composition.has(`${file} -> ${imported}`), `${file} imports ${imported}`)
        else if (to !== folder) found.set(folder, (found.get(folder) ?? new Set()).add(to))
      }
    }
    const map = Object.fromEntries(
      [...found].map(([folder, to]) => [folder, [...to].toSorted()] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
    assert.deepEqual(map, arrows)
  })

  test('base knows nothing of ours, and nobody knows a door but those who put it in', () => {
    assert.equal(arrows['base'], undefined)
    for (const [folder, known] of Object.entries(arrows))
      for (const door of doors)
        assert.ok(!known.includes(door) || folder === 'cli', `${folder} imports the door ${door}`)
  })

  test('payment sees neither a card number nor a CVV', () => {
    assert.ok(!arrows['payment']?.includes('vault'))
    for (const file of sources.filter((each) => folderOf(each) === 'payment'))
      assert.ok(!importsOf(file).some((each) => each === 'card/pan.ts' || each.startsWith('vault/')), file)
  })
})

/** Asserts that a pattern is in no source but in these, each of which has it. */
function only(pattern: RegExp, allowed: readonly string[]): void {
  assert.deepEqual(
    sources.filter((file) => pattern.test(codeOf(file))),
    allowed.toSorted(),
  )
}

test('a command that asks a running gateway reads no package but Node', () => {
  for (const command of ['main', 'pay', 'check', 'events', 'clock', 'callbacks', 'faults']) {
    const packages = packagesOf(`cli/${command}.js`).filter((name) => !name.startsWith('node:'))
    assert.deepEqual(packages, [], command)
  }
  assert.ok(packagesOf('cli/merchant.js').includes('pg'))
})

suite('the rules of the house', () => {
  test('one file reads the time of day', () => {
    // The page's script runs in the payer's browser, which has a clock of its own.
    only(/\bDate\.now\(|\bnew Date\(\)|\bDate\(\)/, ['base/clock.ts', 'pages/script.ts'])
    const inSql = /\bnow\(\)|current_timestamp|current_date|clock_timestamp|localtimestamp/i
    const stores = sources.filter((file) => /\bstatement\(\s*'/.test(codeOf(file)))
    assert.deepEqual(
      stores.filter((file) => inSql.test(codeOf(file))),
      [],
    )
  })

  test('settings are read in one place, the command line hands them over', () => {
    only(/process\.env\b/, [
      'cli/backup.ts',
      'cli/connect.ts',
      'cli/merchant.ts',
      'cli/migrate.ts',
      'cli/restore.ts',
      'cli/serve.ts',
    ])
  })

  test('nobody prints past the log and the command line', () => {
    only(/\bconsole\./, [])
    only(/process\.std(out|err)\b/, [
      'cli/main.ts',
      'cli/print.ts',
      'cli/serve.ts',
      'postgres/write-schema.ts',
      'write-openapi.ts',
    ])
  })

  test('one file reads the schema library, and metrics are read where they are asked for', () => {
    only(/from '(typebox|@fastify\/type-provider-typebox)(\/\w+)?'/, [
      'api/card-routes.ts',
      'api/operation-routes.ts',
      'api/plan-routes.ts',
      'api/routes.ts',
      'base/schema.ts',
      'sandbox/fault-routes.ts',
      'sandbox/number-routes.ts',
      'sandbox/routes.ts',
    ])
    // The routes take a type alone, of which nothing is left when they run.
    const built = (file: string) => readFileSync(join(packageRoot(), 'dist', 'src', file), 'utf8')
    for (const file of [
      'api/card-routes.js',
      'api/operation-routes.js',
      'api/plan-routes.js',
      'api/routes.js',
      'base/schema.js',
      'sandbox/fault-routes.js',
      'sandbox/routes.js',
    ])
      assert.doesNotMatch(built(file), /(from|import) ?\(?["'](typebox|@fastify\/type-provider)/, file)
    assert.match(built('base/schema-licences.txt'), /^typebox [\d.]+ \(MIT\)\n\nTypeBox\n\nThe MIT License/)
    const licences = built('cli/main-licences.txt')
    for (const library of ['fastify', 'pg', 'pino', 'preact', 'prom-client', 'typebox'])
      assert.match(licences, new RegExp(`^${library} [\\d.]+ \\(.+\\)\n\n.{5,}`, 'm'), library)
    only(/^import (?!type).*\bfrom '(prom-client|\.\.?\/(metrics\/)?metrics\.ts)'/m, ['metrics/metrics.ts'])
  })

  test('SQL stands in stores, and in the keeper of the database', () => {
    const statements = sources.filter((file) => /\bstatement\(\s*'/.test(codeOf(file)))
    const elsewhere = statements.filter((file) => !/(^|[/-])store\.ts$/.test(file))
    assert.deepEqual(elsewhere, ['http/operation.ts'])
    const raw = sources.filter(
      (file) =>
        !statements.includes(file) &&
        folderOf(file) !== 'postgres' &&
        /['`]\s*(select|insert into|update|delete from|with)\s+[a-z_*$]+[\s\S]*?(from|set|values)\s/.test(codeOf(file)),
    )
    assert.deepEqual(raw, [])
  })

  test('each statement has a name of its own', () => {
    const names = sources.flatMap((file) =>
      [...codeOf(file).matchAll(/\bstatement\(\s*'([^']+)'/g)].map(([, name]) => [name ?? '', file] as const),
    )
    assert.ok(names.length > 40)
    const seen = new Map<string, string>()
    for (const [name, file] of names) {
      assert.equal(seen.get(name), undefined, `${name} in ${file} and ${seen.get(name)}`)
      seen.set(name, file)
      assert.match(name, /^[A-Za-z_]+\.[A-Za-z_]+$/)
    }
  })

  test('secrets are revealed in these files and nowhere else: this list is the audit', () => {
    const revealing = sources.filter((file) => /\.reveal\(/.test(codeOf(file)))
    assert.deepEqual(revealing, [
      'abuse/card-limits.ts',
      'acquirer/simulator.ts',
      'authentication/simulator.ts',
      'callback/headers.ts',
      'card/brand.ts',
      'card/deck.ts',
      'card/pan.ts',
      'cli/merchant.ts',
      'cli/serve.ts',
      'debit/otp.ts',
      'gateway.ts',
      'index.ts',
      'merchant/directory.ts',
      'merchant/store.ts',
      'open-database.ts',
      'payment/initiate.ts',
      'sandbox-merchant.ts',
      'sandbox/page-routes.ts',
      'vault/cipher.ts',
      'vault/derive-key.ts',
      'vault/key-ring.ts',
      'vault/vault.ts',
      'wire/signature.ts',
    ])
  })

  test('a file has one noun: no more than 500 lines, no folder for what has no name', () => {
    for (const file of [...files, ...readdirSync(join(packageRoot(), 'test')).map((name) => `../test/${name}`)]) {
      if (!/\.tsx?$/.test(file)) continue
      const limit = isTest(file) ? 700 : 500
      assert.ok(textOf(file).split('\n').length <= limit, `${file} is too long`)
      assert.doesNotMatch(file, /(^|\/)(utils?|helpers?|common|misc)(\/|\.)/)
    }
    for (const file of sources)
      assert.doesNotMatch(codeOf(file), /\bexport default\b|\benum\s+[A-Z]|: any\b|\bas any\b/)
  })

  test('published test card numbers stand in the deck and in tests, and nowhere else', () => {
    const numbers = [...textOf('card/deck.ts').matchAll(/'(\d{16})'/g)].map(([, number]) => number ?? '')
    assert.ok(numbers.length > 30)
    const holding = sources.filter((file) => numbers.some((number) => textOf(file).includes(number)))
    assert.deepEqual(holding, ['card/deck.ts'])
  })

  test('every problem has a code of the contract, and its document once there is one', () => {
    const codes = new Set(Object.values(problems).map(({ code }) => code))
    for (const code of codes) assert.match(code, /^[45]\d{6}$/)
    const document = join(packageRoot(), 'COMPATIBILITY.md')
    const text = existsSync(document) ? readFileSync(document, 'utf8') : [...codes].join(' ')
    for (const code of codes) assert.ok(text.includes(code), `COMPATIBILITY.md says what ${code} is`)
  })
})
