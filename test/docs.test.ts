import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { problems } from '../src/base/problem.ts'
import { systemClock } from '../src/base/clock.ts'
import { testCards, testOtp } from '../src/card/deck.ts'
import { catalogue, refusalReasons } from '../src/metrics/catalogue.ts'
import { Metrics } from '../src/metrics/metrics.ts'
import { timerKinds } from '../src/timer/timer.ts'
import { isFinal, wireStatuses } from '../src/wire/status.ts'
import { freshOrderId, merchantServer, type MerchantServer, testGateway, type TestGateway } from './gateway.ts'
import { shippedDependencies } from './dependencies.ts'
import { fileText, manual, root } from './manual.ts'

/*
 * The manual is true: its tables are those of the code, what it names exists, and what it shows runs.
 * Where a table is out of date, the failure prints the one to paste.
 */

const pages = ['', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file)),
)
const allPages = pages.map(fileText).join('\n')
const openapi = fileText('openapi.json')

interface Table {
  readonly heading: string
  readonly head: readonly string[]
  readonly rows: readonly Readonly<Record<string, string>>[]
}

/** Every table of a page, with the heading that it stands under. */
function tablesOf(page: string): Table[] {
  const tables: Table[] = []
  let heading = ''
  let head: readonly string[] | undefined
  let rows: Record<string, string>[] = []
  for (const line of [...fileText(page).split('\n'), '']) {
    const cells = /^\|(.*)\|$/
      .exec(line)?.[1]
      ?.split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'))
    if (!cells) {
      if (head) tables.push({ heading, head, rows })
      head = undefined
      rows = []
      heading = /^#+ (.*)/.exec(line)?.[1] ?? heading
    } else if (!head) head = cells
    else if (!cells.every((cell) => /^-+$/.test(cell))) {
      const row: Record<string, string> = {}
      for (const [column, name] of head.entries()) row[name] = cells[column] ?? ''
      rows.push(row)
    }
  }
  return tables
}

function tableUnder(page: string, heading: string): Table {
  const table = tablesOf(page).find((each) => each.heading === heading)
  assert.ok(table, `${page} has a table under "${heading}"`)
  return table
}

function cell(row: Readonly<Record<string, string>>, column: string): string {
  return row[column] ?? ''
}

/** What stands between backticks. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner)
}

for (const { page, name, text } of manual) {
  test(`${page} holds ${name} as the code has it`, () => {
    const held = fileText(page)
    const at = held.indexOf(text)
    assert.ok(at >= 0, `${page} must hold:\n\n${text}\n`)
    // A row more than the code has would stand right behind it.
    if (/^(\||stateDiagram)/.test(text)) assert.match(held.slice(at + text.length), /^\n(\n|```|$)/)
  })
}

test('COMPATIBILITY.md lists every error code and message, and no other', () => {
  const listed = tableUnder('COMPATIBILITY.md', 'Error codes').rows.map(
    (row) => `${cell(row, 'HTTP')} ${cell(row, 'Code')} ${cell(row, 'Message')}`,
  )
  const known = Object.values(problems).map(({ code, message }) => `${code.slice(0, 3)} \`${code}\` ${message}`)
  assert.deepEqual(listed.toSorted(), known.toSorted())
})

test('COMPATIBILITY.md lists every status, whether it is final, and no other', () => {
  const { rows } = tableUnder('COMPATIBILITY.md', 'Statuses')
  assert.deepEqual(
    rows.map((row) => `${cell(row, 'Status')} ${cell(row, 'Final')}`),
    wireStatuses.map((status) => `\`${status}\` ${isFinal(status) ? 'yes' : 'no'}`),
  )
})

test('the tree in ARCHITECTURE.md is the tree', () => {
  const listed = tableUnder('ARCHITECTURE.md', 'The tree').rows.map((row) => cell(row, 'Folder').replaceAll('`', ''))
  const made = new Set(['node_modules', 'dist', '.git', '.gerbang'])
  const folders = (path: string) =>
    readdirSync(join(root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !made.has(entry.name) && !entry.name.startsWith('dist.'))
      .map(({ name }) => `${path}${name}/`)
  const real = [...folders('src/'), ...folders('').filter((folder) => folder !== 'src/')]
  assert.deepEqual(listed.toSorted(), real.toSorted())
})

test('ARCHITECTURE.md has the twelve invariants', () => {
  const numbers = tableUnder('ARCHITECTURE.md', 'Invariants').rows.map((row) => cell(row, 'No.'))
  assert.deepEqual(
    numbers,
    Array.from({ length: 12 }, (_, index) => String(index + 1)),
  )
})

test('every source file that the manual names exists', () => {
  const named = codesIn(allPages).filter((text) => /^[\w./-]+\.(ts|tsx|sql|mjs|php|json)$/.test(text))
  assert.ok(named.length > 50)
  const kept = new Set(['connection.json'])
  const missing = named.filter(
    (path) => !kept.has(path) && !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)),
  )
  assert.deepEqual([...new Set(missing.filter((path) => path.includes('/') || path.includes('.test.')))], [])
})

test('every behaviour in the manual cites a test', () => {
  const bare = pages
    .flatMap(tablesOf)
    .filter(({ head }) => head.includes('Tested in'))
    .flatMap(({ rows }) => rows)
    .filter((row) => !codesIn(cell(row, 'Tested in')).some((path) => path.endsWith('.test.ts')))
  assert.deepEqual(bare, [])
})

/** The tests that the threats name: file and name, as `file`: “name”, “name”. */
function citedTests(): { file: string; name: string }[] {
  return tableUnder('SECURITY.md', 'Security').rows.flatMap((row) =>
    [...cell(row, 'Tested in').matchAll(/`([^`]+\.test\.ts)`: (“[^”]+”(?:, “[^”]+”)*)/g)].flatMap(
      ([, file = '', names = '']) => [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ file, name })),
    ),
  )
}

test('every threat names its tests, and they are there', () => {
  const rows = tableUnder('SECURITY.md', 'Security').rows
  assert.ok(rows.length > 20)
  for (const row of rows) {
    // Nothing in the cell but what the pattern reads.
    const form = /^`[^`]+\.test\.ts`: “[^”]+”(, “[^”]+”)*(; `[^`]+\.test\.ts`: “[^”]+”(, “[^”]+”)*)*$/
    assert.match(cell(row, 'Tested in'), form, cell(row, 'Threat'))
  }
  const missing = citedTests().filter(({ file, name }) => !testNames(file).some((known) => known.includes(name)))
  assert.deepEqual(missing, [])
})

test('every test of an attack stands in the list of threats', () => {
  const cited = citedTests()
  const files = readdirSync(join(root, 'test')).filter((file) => file.startsWith('attack-'))
  assert.ok(files.length > 2)
  const unlisted = files
    .map((file) => `test/${file}`)
    .flatMap((file) =>
      testNames(file).filter((known) => !cited.some((each) => each.file === file && known.includes(each.name))),
    )
  assert.deepEqual(unlisted, [])
})

/** The names of a file's tests as they are written, without those of suites. */
function testNames(file: string): string[] {
  const literal = /^ *(?:await )?(?:t\.)?test\((['"`])((?:\\.|(?!\1).)*)\1/gm
  return [...fileText(file).matchAll(literal)].map(([, , name = '']) => name.replace(/\\(['"`])/g, '$1'))
}

test('every dependency that is shipped has a licence of the list', () => {
  const allowed = new Set(['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', '0BSD'])
  const shipped = shippedDependencies()
  assert.ok(shipped.length > 60)
  assert.deepEqual(
    shipped.filter(({ licence }) => !allowed.has(licence)),
    [],
  )
  // What is installed is what the lock file says; other systems' binaries are not here.
  for (const { path, version, licence, isOptional } of shipped) {
    if (isOptional && !existsSync(join(root, path))) continue
    const installed = JSON.parse(fileText(`${path}/package.json`)) as { version: string; license: string }
    assert.deepEqual([installed.version, installed.license], [version, licence], path)
  }
  // The advisories' table speaks of the versions that are there.
  for (const row of tableUnder('SECURITY.md', 'Dependencies').rows) {
    const [name = ''] = codesIn(cell(row, 'Package'))
    const major = / (\d+)$/.exec(cell(row, 'Package'))?.[1]
    if (!name || name.includes('…')) continue
    const versions = shipped.filter((each) => each.name === name).map(({ version }) => version)
    const meant = versions.filter((version) => major === undefined || version.startsWith(`${major}.`))
    assert.deepEqual([...new Set(meant)], [cell(row, 'Here')], cell(row, 'Package'))
  }
})

test('every behaviour on the wire carries marks of evidence that are explained', () => {
  const marks = new Set(tableUnder('COMPATIBILITY.md', 'Compatibility').rows.map((row) => cell(row, 'Mark')))
  const rows = tablesOf('COMPATIBILITY.md')
    .filter(({ head }) => head.includes('Evidence'))
    .flatMap((table) => table.rows)
  assert.ok(rows.length > 80)
  const wrong = rows.filter(
    (row) =>
      !cell(row, 'Evidence')
        .split(', ')
        .every((mark) => marks.has(mark)),
  )
  assert.deepEqual(wrong, [])
})

test('every link to a file or a heading leads there', () => {
  const broken = pages.flatMap((page) => {
    return [...fileText(page).matchAll(/(?:\]\(|src=")([^)"]+)[)"]/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target) && !leads(page, target))
      .map((target) => `${page}: ${target}`)
  })
  assert.deepEqual(broken, [])
})

function leads(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path ? join(dirname(page), path) : page
  if (!existsSync(join(root, file))) return false
  const anchors = [...fileText(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
  return anchor === undefined || anchors.includes(anchor)
}

describe('the alert rules', () => {
  const rules = fileText('docs/alerts.yml')
  const rows = Object.values(catalogue)

  test('are those that the manual explains', () => {
    const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name = '']) => `\`${name}\``)
    assert.ok(alerts.length > 10)
    const told = tableUnder('docs/operations.md', 'Alarms').rows.map((row) => cell(row, 'Alarm'))
    assert.deepEqual(told, alerts)
  })

  test('name metrics, labels and values that there are', async () => {
    const metrics = new Metrics({
      clock: systemClock,
      build: { version: '', mode: '' },
      timerKinds: [],
      moved: () => [],
      held: () => Promise.reject(new Error('not asked')),
      waiting: () => Promise.reject(new Error('not asked')),
      failed: () => undefined,
    })
    const named = [...rules.matchAll(/\b((?:gerbang|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)]
    assert.ok(named.length > 15)
    for (const [, name = '', selectors = ''] of named) {
      const row = rows.find((each) => [each.name, `${each.name}_bucket`].includes(name))
      if (!name.startsWith('gerbang_')) {
        assert.ok(metrics.names.includes(name), name)
        continue
      }
      assert.ok(row, name)
      assert.equal(name.endsWith('_bucket'), row.kind === 'histogram', name)
      for (const [, label = ''] of selectors.matchAll(/(\w+)(?:=~|!=|=)"/g))
        assert.ok((row.labels as readonly string[]).includes(label), `${name} ${label}`)
    }
    for (const [, route = ''] of rules.matchAll(/route="([^"]+)"/g)) assert.ok(openapi.includes(`"${route}"`), route)
    // Of every other label, each value that a rule selects is one that the program gives.
    const values: Readonly<Record<string, readonly string[]>> = {
      reason: refusalReasons,
      kind: timerKinds,
      breaker: ['closed', 'open', 'probing'],
      outcome: ['unknown', 'abandoned'],
      status: ['5..'],
      route: Object.keys((JSON.parse(openapi) as { paths: object }).paths),
    }
    for (const [, label = '', text = ''] of rules.matchAll(/[{,] *(\w+)(?:=~|!=|=)"([^"]+)"/g))
      for (const value of text.split('|')) assert.ok(values[label]?.includes(value), `${label} ${value}`)
  })
})

test('the manual is plain, and claims no more than compatibility', () => {
  const words = allPages.match(/\b(just|simply|easy|easily|obviously|official|officially)\b/gi)
  assert.equal(words, null)
})

test("the README's first screen has the two commands", () => {
  const first = fileText('README.md').split('\n').slice(0, 12).join('\n')
  assert.match(first, /^npm ci && npm start\b/m)
  assert.match(first, /^npm ci && npm test\b/m)
})

test("the README's cards are on the deck, and its password is the deck's", () => {
  const numbers = new Set(testCards.map(({ number }) => number))
  const rows = tableUnder('README.md', 'Test cards').rows
  assert.ok(rows.length > 3)
  for (const row of rows) assert.ok(numbers.has(cell(row, 'Card').replaceAll('`', '')), cell(row, 'Card'))
  assert.ok(fileText('README.md').includes(`The OTP is \`${testOtp}\``))
})

test('the tests that the README shows run, and print what it shows', () => {
  const { NODE_TEST_CONTEXT: _inside, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=spec', 'docs/examples/shop.test.mjs'],
    { cwd: root, env, encoding: 'utf8', timeout: 60_000 },
  )
  assert.equal(status, 0, stdout + stderr)
  const passed = (text: string) => text.match(/^✔ .*(?= \([\d.]+ms\)$)/gm)
  assert.ok((passed(stdout)?.length ?? 0) > 1, stdout)
  assert.deepEqual(passed(fileText('README.md')), passed(stdout))
})

describe('the README shows how to verify a callback, and', () => {
  let sandbox: TestGateway
  let merchant: MerchantServer
  let body = ''
  let key = ''

  before(async () => {
    sandbox = await testGateway()
    merchant = await merchantServer()
    key = sandbox.gateway.merchant?.key.reveal() ?? ''
    const id = freshOrderId()
    // What encoders disagree about: slashes, other scripts, emoji, empty objects, large and broken numbers.
    const data = { text: 'Kopi é/😀 "\\ <&>\u2028', empty: {}, list: [], big: 12_345_678_901_234_567_890n, part: 0.1 }
    const json = JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
    await sandbox.initiate({ order: { id }, url: { callbackUrl: merchant.url }, meta: { data: JSON.parse(json) } })
    await sandbox.client.pay(id)
    const [received] = await merchant.wait(1)
    body = received?.body ?? ''
  })

  after(async () => {
    await merchant.close()
    await sandbox.close()
  })

  /** Answers whether a body is genuine, as the example of a language says. */
  const verifiers = {
    'Node.js': (text: string, secret: string) =>
      spawnSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `import { readFileSync } from 'node:fs'
           import { isGenuine } from './docs/examples/verify.mjs'
           process.stdout.write(isGenuine(readFileSync(0, 'utf8'), process.argv[1]) ? 'yes' : 'no')`,
          secret,
        ],
        { cwd: root, input: text, encoding: 'utf8' },
      ),
    PHP: (text: string, secret: string) =>
      spawnSync(
        'php',
        [
          '-r',
          `require 'docs/examples/verify.php'; echo is_genuine(stream_get_contents(STDIN), $argv[1]) ? 'yes' : 'no';`,
          '--',
          secret,
        ],
        { cwd: root, input: text, encoding: 'utf8' },
      ),
  }

  for (const [language, verify] of Object.entries(verifiers)) {
    if (language === 'PHP' && spawnSync('php', ['-v']).error) {
      process.stderr.write('There is no php, so the example in PHP is not run.\n')
      continue
    }
    test(`the example in ${language} takes what is genuine and refuses what is not`, () => {
      const cases: readonly (readonly [name: string, text: string, secret: string, expected: string])[] = [
        ['as sent', body, key, 'yes'],
        ['another key', body, `${key}x`, 'no'],
        ['another status', body.replace('CAPTURED', 'FAILURE'), key, 'no'],
        ['another signature', body.replace(/"signature":"./, '"signature":"g'), key, 'no'],
        ['no signature', body.replace(/,"signature".*$/, '}'), key, 'no'],
        ['no JSON', 'signature', key, 'no'],
        ['a text', '"signature"', key, 'no'],
        ['a number', '5', key, 'no'],
        ['a list', '[]', key, 'no'],
        ['null', 'null', key, 'no'],
        ['nothing', '', key, 'no'],
      ]
      for (const [name, text, secret, expected] of cases) {
        const { stdout, stderr } = verify(text, secret)
        assert.equal(stdout, expected, `${name}: ${stderr}`)
      }
    })
  }

  test('its receiver tells of a paid order', { timeout: 30_000 }, async () => {
    const receiver = spawn(process.execPath, ['docs/examples/receiver.mjs'], {
      cwd: root,
      env: { ...process.env, PORT: '0', GERBANG_MERCHANT_KEY: key },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]()
      const first = String((await lines.next()).value)
      const id = freshOrderId()
      await sandbox.initiate({ order: { id }, url: { callbackUrl: first.replace('listening on ', '') } })
      await sandbox.client.pay(id)
      assert.equal((await lines.next()).value, `order ${id} is CAPTURED`)
    } finally {
      const ended = once(receiver, 'exit')
      receiver.kill()
      await ended
    }
  })
})
