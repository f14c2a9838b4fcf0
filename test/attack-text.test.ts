import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { packageRoot } from '../src/postgres/package-root.ts'
import { answerOf, basic, bodyOf } from './api.ts'
import { freshOrderId, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { answerTo, carriers, sampleWith, textMembers } from './initiate-members.ts'

/*
 * Texts that are made to hurt, in every member of a request that can hold one; the rule that each breaks on stands in
 * SECURITY.md.
 */

const good = basic('FINPAY770', 'SoSecret123')
const json = { 'content-type': 'application/json' }

let gateway: TestGateway
before(async () => {
  gateway = await testGateway()
})
after(() => gateway.close())

const send = (path: string, init: RequestInit = {}) => answerOf(fetch(gateway.url + path, init))

describe('a hostile text in any member of an order', () => {
  const sql = `'; drop table payment_order; --`
  const lines = 'x\n{"level":"error","msg":"forged"}\r\u001b[2Jx'
  const header = 'x\r\nx-injected: yes\r\n\r\nHTTP/1.1 200 OK'
  const plain = { sql: `'||pg_sleep(9)--@x.id`, url: `http://127.0.0.1:9/';drop%20table%20payment_order;--?'"\\` }

  test('is stored as text, and never read as SQL', async () => {
    const rows = async () => {
      const tables = await gateway.database.query<{ name: string }>({
        name: 'attack.tables',
        text: `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
      })
      return tables.map(({ name }) => name)
    }
    const before = await rows()
    const carried = await carriers(gateway, () => [sql, plain.sql, plain.url, `'--`, `'`, String.raw`\\'`])
    assert.ok(carried.length > 40, `${carried.length} members hold it`)
    const id = freshOrderId()
    const { code, ms } = await answerTo(gateway, sampleWith(id, new Map(carried.map(({ path, text }) => [path, text]))))
    assert.equal(code, '2000000')
    assert.ok(ms < 5_000, 'nobody sleeps')
    for (const path of [
      `/pg/payment/card/check/${sql}`,
      `/sandbox/callbacks?orderId=${sql}`,
      `/sandbox/orders/${sql}/events`,
    ])
      assert.ok((await send(encodeURI(path), { headers: { authorization: good } })).status < 500, path)
    assert.ok((await send('/', { headers: { authorization: basic(sql, sql) } })).status < 500)
    assert.deepEqual(await rows(), before)
    const check = await send(`/pg/payment/card/check/${id}`, { headers: { authorization: good } })
    assert.equal(check.status, 200, check.text)
  })

  test('adds no line to the log, and no header to a callback or an answer', async () => {
    const merchant = await merchantServer()
    const carried = await carriers(gateway, (path) =>
      path.at(-1) === 'callbackUrl'
        ? []
        : [lines, header, `${merchant.url}/%0d%0ax-injected:yes`, 'x\u001b[2J', '\u001b'],
    )
    assert.ok(carried.length > 30, `${carried.length} members hold it`)
    const id = freshOrderId()
    const url = `${merchant.url}/callback?%0d%0ax-injected:%20yes`
    const changes = new Map<readonly string[], unknown>(carried.map(({ path, text }) => [path, text]))
    const { code, text } = await answerTo(gateway, sampleWith(id, changes.set(['url', 'callbackUrl'], url)))
    assert.equal(code, '2000000', text)
    await gateway.client.pay(id)
    const [received] = await merchant.wait(1)
    assert.equal(received?.headers['x-injected'], undefined)
    assert.equal(received?.path, '/callback?%0d%0ax-injected:%20yes')
    assert.deepEqual(JSON.parse(received?.body ?? '').order.id, id)
    await merchant.close()

    const link = new URL(String(bodyOf({ text })['redirecturl'])).pathname
    for (const path of [link, `/pg/payment/card/check/${id}`, `/${encodeURIComponent(header)}`]) {
      const answer = await send(path, { headers: { authorization: good, 'user-agent': 'x\u0009y' } })
      assert.equal(answer.headers.get('x-injected'), null, path)
    }
    for (const line of gateway.logged) {
      assert.doesNotMatch(line.trimEnd(), /\p{Cc}/u)
      assert.doesNotMatch(line, /forged/, 'nor is the text in it')
    }
    assert.deepEqual(
      gateway.logged.filter((line) => line.includes('"bug"')),
      [],
    )
  })
})

describe('a pattern', () => {
  /** Regular expressions of the program, with where they stand. The page's script runs in the payer's own browser. */
  function patterns(): Map<string, string> {
    const src = join(packageRoot(), 'src')
    const found = new Map<string, string>()
    for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
      if (!/(?<!\.test|fixture)\.tsx?$/.test(file) || ['pages/script.ts', 'pages/stylesheet.ts'].includes(file))
        continue
      const code = readFileSync(join(src, file), 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/(^|\s)\/\/.*$/gm, '')
      const literal =
        /(?<=(?:[=(,:!&|?{};[>]|\breturn)\s*)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/g
      for (const [, pattern = '', flags = ''] of code.matchAll(literal)) found.set(`/${pattern}/${flags}`, file)
      for (const [, pattern = ''] of code.matchAll(/String\.raw`([^`]+)`/g)) found.set(`/${pattern}/`, file)
      for (const [, pattern = ''] of code.matchAll(/(?:\bcode\(|pattern: )'([^']+)'/g)) found.set(`/${pattern}/`, file)
    }
    return found
  }

  /** Those that take time in the square of the length, and why nobody can make them do so. */
  const bounded: Readonly<Record<string, string>> = {
    'base/money.ts': 'amounts have at most 14 digits',
    'postgres/cluster.ts': 'the text is our own',
    'wire/php-json.ts': 'the scanner lets through only texts that end',
  }

  const pumps = [' ', '1', '0', 'a', '.', '-', '/', '"', '\\', '%', '@', ',', 'é', '1 ', 'a.', '\\"', '\t ']
  const starts = ['', '1', 'a', '+1', 'http://', 'P', '"', '-', 'a@']
  const ends = ['', 'x', '!', '\n', '1']

  const timeOf = (pattern: RegExp, text: string) => {
    const startedAt = performance.now()
    pattern.test(text)
    return performance.now() - startedAt
  }

  /** How long a pattern is held up by the first text of 16 kB that holds it up; 0 where there is none. */
  function slowest(pattern: RegExp): number {
    for (const pump of pumps)
      for (const start of starts)
        for (const last of ends) {
          const text = (length: number) => start + pump.repeat(length / pump.length) + last
          if (timeOf(pattern, text(2_000)) < 0.4) continue
          const best = Math.min(...[1, 2, 3].map(() => timeOf(pattern, text(16_000))))
          if (best > 20) return best
        }
    return 0
  }

  test('takes time linear in the text, so that no text of 16 kB holds anybody up', () => {
    const all = patterns()
    assert.ok(all.size > 80, `${all.size} patterns`)
    const slow = new Set<string>()
    for (const [source, file] of all) {
      const end = source.lastIndexOf('/')
      let pattern: RegExp
      try {
        pattern = new RegExp(source.slice(1, end), source.slice(end + 1).replace(/[gy]/g, ''))
      } catch {
        continue // A division, or a path in a text.
      }
      const worst = slowest(pattern)
      if (worst > 0) slow.add(`${file} ${source}: ${Math.round(worst)} ms`)
    }
    const unexplained = [...slow].filter((each) => !bounded[each.split(' ')[0] ?? ''])
    assert.deepEqual(unexplained, [])
  })

  test('holds up no request, whatever is sent in a header, a form or a member', async () => {
    const { body } = await gateway.initiate()
    const link = new URL(body['redirecturl'] ?? '').pathname
    const blank = '\t'.repeat(15_000)
    const within50 = async (what: string, ask: () => Promise<unknown>) => {
      const times: number[] = []
      for (let n = 0; n < 20; n += 1) {
        const startedAt = performance.now()
        await ask()
        times.push(performance.now() - startedAt)
        if (Math.min(...times) < 50) return
      }
      assert.fail(`${what}: ${Math.min(...times)} ms`)
    }
    await within50('accept-language', () => send(link, { headers: { 'accept-language': `id${blank}x` } }))
    await within50('authorization', () => send('/sandbox/clock', { headers: { authorization: `Basic ${blank}x` } }))
    for (const field of ['expiry', 'number', 'cvv', 'name', 'formNo', 'lang']) {
      const fields = new URLSearchParams({ formNo: '1', [field]: `1${' '.repeat(15_000)}x` })
      await within50(field, () => send(link, { method: 'POST', body: fields }))
    }
    for (const path of textMembers()) {
      for (const pump of ['1', ' ', 'a@', '+1 ', '\\'])
        await within50(`${path.join('.')} ${pump}`, () =>
          answerTo(gateway, sampleWith(freshOrderId(), new Map([[path, `${pump.repeat(40_000 / pump.length)}!`]]))),
        )
    }
    for (const member of ['advance', 'to'])
      await within50(member, () =>
        send('/sandbox/clock', {
          method: 'POST',
          headers: { authorization: good, ...json },
          body: JSON.stringify({ [member]: `P${'1'.repeat(100_000)}T1` }),
        }),
      )
  })
})
