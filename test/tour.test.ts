import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { merchantServer, type MerchantServer, type TestGateway, testGateway } from './gateway.ts'
import { fileText } from './manual.ts'
import { run } from './process.ts'

/*
 * The README's tour, command by command as it stands there, against a gateway of its own: what it shows is what comes,
 * but for ids, times and links. A command under which nothing is shown has to succeed.
 */

let gateway: TestGateway
let receiver: MerchantServer
before(async () => {
  gateway = await testGateway()
  receiver = await merchantServer()
})
after(async () => {
  await gateway.close()
  await receiver.close()
})

interface Shown {
  readonly command: string
  readonly output: string
}

/** The commands of the tour from its third step on; before it gateway and receiver are started. */
function tour(): Shown[] {
  const [, text = ''] = /\*\*3\. Open an order\.\*\*(.*?)\n## /s.exec(fileText('README.md')) ?? []
  const blocks = [...text.matchAll(/```console\n(.*?)```/gs)].map(([, block = '']) => block)
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter(Boolean)
      .map((each) => {
        const [, command = '', output = ''] = /^((?:[^\n]*\\\n)*[^\n]*)\n(.*)$/s.exec(each) ?? []
        return { command, output: output.trimEnd() }
      }),
  )
}

/** What differs on each machine, by name. */
const differing: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'uuid'],
  [/\b[0-9a-f]{64}\b/g, 'token'],
  [/\bcb_[0-9a-f]{32}\b/g, 'callback'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3})?(Z|\+07:00)?/g, 'time'],
  [/(?<=(approvalCode|authorizationCode|reference)":")\d{6}/g, 'code'],
  [/(?<=processingTime":)[\d.e-]+/g, 'seconds'],
  [/\b\d+ ms$/gm, 'ms'],
]

function plain(text: string): string {
  const here = text
    .trimEnd()
    .replaceAll(gateway.url, 'http://127.0.0.1:8080')
    .replaceAll(receiver.url, 'http://127.0.0.1:9000')
  return differing.reduce((told, [pattern, name]) => told.replace(pattern, `<${name}>`), here)
}

/** The card's token, which a reader copies from what was printed before. */
let token = ''

async function perform(command: string): Promise<string> {
  const [, words] = /^npx gerbang (.*)$/.exec(command) ?? []
  if (words !== undefined) {
    const { code, stdout, stderr } = await run(words.split(' '), { environment: { GERBANG_URL: gateway.url } }).ended
    // A payment that is not made ends with 1, as the tour says.
    assert.deepEqual({ code, stderr }, { code: stdout.startsWith('PENDING') ? 1 : 0, stderr: '' }, command)
    token = /\b[0-9a-f]{64}\b/.exec(stdout)?.[0] ?? token
    return stdout
  }
  const curl =
    /^curl -u '([^']+)' -H 'content-type: application\/json' \\\n {2}-d '([^']+)' \\\n {2}http:\/\/127\.0\.0\.1:8080(\S+)$/
  const [, , body, path] = curl.exec(command) ?? []
  assert.ok(body && path, `the tour has commands of two kinds: ${command}`)
  return post(path, body)
}

async function post(path: string, body: string): Promise<string> {
  const answer = await gateway.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body
      .replace(/"token":"[0-9a-f]{64}"/, `"token":"${token}"`)
      .replaceAll('http://127.0.0.1:9000', receiver.url),
  })
  assert.equal(answer.status, 200, body)
  return answer.text()
}

test('every command of the tour does what it shows', async () => {
  const shown = tour()
  const opened = new Set<string>()
  const first = /-d '([^']+)'/.exec(shown[0]?.command ?? '')?.[1] ?? ''
  assert.ok(shown.length >= 24)
  for (const { command, output } of shown) {
    // The others are opened as in the third step, or with the mode that the tour says.
    const [id = ''] = /\b(INV-\d+|T2)\b/.exec(command) ?? []
    if (id && !opened.has(id) && command.startsWith('npx')) {
      const mode = id === 'INV-1004' ? { transaction: { mode: 'AUTHORIZE' } } : {}
      const body = { ...(JSON.parse(first) as object), ...mode }
      await post('/pg/payment/card/initiate', JSON.stringify(body).replace('INV-1001', id))
    }
    if (command.startsWith('npx gerbang clock advance') && !opened.has('INV-1002')) {
      await post('/pg/payment/card/initiate', first.replace('INV-1001', 'INV-1002'))
      opened.add('INV-1002')
    }
    if (id) opened.add(id)
    // The receiver's answer is awaited, as a reader would.
    if (command.startsWith('npx gerbang callbacks')) await receiver.wait(1)
    const printed = await perform(command)
    if (output) assert.equal(plain(printed), plain(output), command)
  }
})
