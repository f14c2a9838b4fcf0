import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { type AddressPolicy, localAddressesToo, publicAddressesOnly } from './address.ts'
import type { ResolvedAddress } from './resolve.ts'
import { type SenderOptions, httpSender } from './send.ts'

/** Starts a server on a free loopback port, and ends it and its connections after the test. */
async function listening(t: TestContext, server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A server that is given each connection once its request has come in whole. */
function rawServer(answer: (socket: Socket, nth: number) => void): Server {
  let count = 0
  return createServer((socket) => {
    socket.on('data', (data) => {
      if (data.toString('latin1').endsWith('{"a":1}')) answer(socket, (count += 1))
    })
  })
}

function aSender(t: TestContext, options: Partial<SenderOptions> = {}) {
  const resolve = async () => [{ address: '127.0.0.1', family: 4 } as const]
  const sender = httpSender({ clock: systemClock, resolve, allows: localAddressesToo, timeoutMs: 5_000, ...options })
  t.after(() => sender.close())
  const send = (url: string, body = '{"a":1}') =>
    sender.send({
      url,
      headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
      body: Buffer.from(body),
    })
  return { sender, send }
}

/** What came of it, without the time that it took. */
function outcome(result: object): object {
  return { ...result, ms: undefined }
}

const answered = (status: number, answer: string) => ({ kind: 'answered', status, answer, ms: undefined })
const failed = (error: string) => ({ kind: 'failed', error, ms: undefined })

test('the stored bytes and headers are what arrives', async (t) => {
  let received: { method?: string; url?: string; headers: Record<string, unknown>; body: Buffer } | undefined
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      received = { method, url, headers, body: Buffer.concat(chunks) }
      response.end('ok')
    })
  })
  const port = await listening(t, server)
  const { sender } = aSender(t)
  const body = Buffer.from([0x7b, 0xff, 0x00, 0xc3, 0x28, 0x7d])
  const headers = { 'content-type': 'application/json', 'channel-id': 'FINPAY', 'content-length': '6' }
  const result = await sender.send({ url: `http://127.0.0.1:${port}/cb/a?b=%2F#c`, headers, body })

  assert.deepEqual(outcome(result), answered(200, 'ok'))
  assert.ok(result.ms > 0)
  assert.equal(received?.method, 'POST')
  assert.equal(received?.url, '/cb/a?b=%2F')
  assert.deepEqual(received?.body, body)
  const { host, connection, ...rest } = received?.headers ?? {}
  assert.deepEqual([host, connection], [`127.0.0.1:${port}`, 'keep-alive'])
  assert.deepEqual(rest, headers)
})

/** What real merchants answer (observed-behaviour.md, part 5), and more. */
const answers = [
  [200, '{"responseCode":"2000000"}'],
  [200, '00'],
  [200, '{"success":true}'],
  [200, 'null'],
  [201, '{"responseCode":"2010000"}'],
  [201, '{"statusCode":201}'],
  [204, ''],
  [400, ''],
  [401, '-1'],
  [404, 'not found'],
  [422, '{}'],
  [500, '-1'],
  [503, '<html></html>'],
] as const
for (const [status, body] of answers) {
  test(`${status} ${body} is an answer`, async (t) => {
    const port = await listening(
      t,
      createHttpServer((_, response) => response.writeHead(status).end(body)),
    )
    assert.deepEqual(outcome(await aSender(t).send(`http://127.0.0.1:${port}/`)), answered(status, body))
  })
}

test('a redirect is an answer and is not followed', async (t) => {
  let followed = 0
  const elsewhere = await listening(
    t,
    createHttpServer((_, response) => {
      followed += 1
      response.end()
    }),
  )
  const { send } = aSender(t)
  for (const status of [301, 302, 303, 307, 308]) {
    const location = `http://127.0.0.1:${elsewhere}/`
    const server = createHttpServer((_, response) => response.writeHead(status, { location }).end('gone'))
    const port = await listening(t, server)
    assert.deepEqual(outcome(await send(`http://127.0.0.1:${port}/`)), answered(status, 'gone'))
  }
  assert.equal(followed, 0)
})

/** What a server does with the connection once it has the request, and what we make of it. */
const misbehaviours: readonly [string, (socket: Socket) => void, object][] = [
  ['hangs', () => undefined, failed('timeout')],
  ['resets', (socket) => socket.resetAndDestroy(), failed('reset')],
  ['closes without an answer', (socket) => socket.end(), failed('reset')],
  ['sends half a header', (socket) => socket.end('HTTP/1.1 200 OK\r\nconte'), failed('reset')],
  ['speaks something else', (socket) => socket.end('220 mail.example ESMTP\r\n'), failed('protocol')],
  ['sends a bad length', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n'), failed('protocol')],
  ['sends a huge header', (socket) => socket.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(20_000)}`), failed('too_large')],
  [
    'sends many headers',
    (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(9_000)}`),
    failed('too_large'),
  ],
  ['drips its headers', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'a: b\r\n'), failed('timeout')],
  ['sends 100 Continue for ever', (socket) => drip(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n'), failed('timeout')],
  [
    'switches protocols',
    (socket) => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    answered(101, ''),
  ],
  [
    'resets in the middle of its answer',
    (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhal', () =>
        setTimeout(() => socket.resetAndDestroy(), 50),
      ),
    answered(200, 'hal'),
  ],
  [
    'ends in the middle of its answer',
    (socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nhalf'),
    answered(201, 'half'),
  ],
  [
    'breaks its chunks',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n')
      setTimeout(() => socket.end('zz\r\n'), 50)
    },
    answered(200, 'ok'),
  ],
  [
    'hangs in the middle of its answer',
    (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok'),
    answered(200, 'ok'),
  ],
  ['answers without end', (socket) => pour(socket), answered(200, 'x'.repeat(4_096))],
  ['answers without end and with 500', (socket) => pour(socket, 500), answered(500, 'x'.repeat(4_096))],
]

function drip(socket: Socket, first: string, drop: string): void {
  socket.write(first)
  const timer = setInterval(() => socket.write(drop), 20)
  socket.on('close', () => clearInterval(timer))
}

function pour(socket: Socket, status = 200): void {
  socket.write(`HTTP/1.1 ${status} X\r\n\r\n`)
  const more = () => {
    while (!socket.destroyed && socket.write('x'.repeat(16_384)));
  }
  socket.on('drain', more)
  more()
}

for (const [name, misbehave, expected] of misbehaviours) {
  test(`a server that ${name} ends in ${JSON.stringify(expected).slice(0, 60)}`, async (t) => {
    let closed: (() => void) | undefined
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const server = rawServer((socket) => {
      socket.on('close', () => closed?.())
      misbehave(socket)
    })
    const port = await listening(t, server)
    const { send } = aSender(t, { timeoutMs: 300, bodyTimeoutMs: 200 })
    const result = await send(`http://127.0.0.1:${port}/`)
    assert.deepEqual(outcome(result), expected)
    assert.ok(result.ms < 2_000, `${result.ms} ms`)
    // Nothing is left behind that the other side could keep open.
    await isClosed
  })
}

test('the first bytes of an answer are stored as text without U+0000 and without half a character', async (t) => {
  const cases = [
    ['a\0b', 'ab'],
    ['é'.repeat(3_000), 'é'.repeat(2_048)],
    [`x${'é'.repeat(3_000)}`, `x${'é'.repeat(2_047)}`],
    [Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'],
  ] as const
  const { send } = aSender(t)
  for (const [body, answer] of cases) {
    const port = await listening(
      t,
      createHttpServer((_, response) => response.end(body)),
    )
    assert.deepEqual(outcome(await send(`http://127.0.0.1:${port}/`)), answered(200, answer))
  }
})

test('a port that nobody listens on refuses', async (t) => {
  const server = createServer()
  const port = await listening(t, server)
  await new Promise((resolve) => server.close(resolve))
  assert.deepEqual(outcome(await aSender(t).send(`http://127.0.0.1:${port}/`)), failed('refused'))
})

for (const url of [
  '',
  'merchant.example/cb',
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'http://',
  'http://[::1',
  'http://1.2.3.256/',
]) {
  test(`${url || 'nothing'} is no URL to send to`, async (t) => {
    assert.deepEqual(outcome(await aSender(t).send(url)), failed('invalid_url'))
  })
}

test('a host without an address, and a look-up that fails, end in dns', async (t) => {
  const nowhere = async (): Promise<ResolvedAddress[]> => []
  const broken = () => Promise.reject(new Error('SERVFAIL'))
  for (const resolve of [nowhere, broken]) {
    assert.deepEqual(outcome(await aSender(t, { resolve }).send('http://merchant.example/')), failed('dns'))
  }
})

test('a look-up that hangs is part of the time-out', async (t) => {
  const { send } = aSender(t, { resolve: () => new Promise(() => undefined), timeoutMs: 100 })
  assert.deepEqual(outcome(await send('http://merchant.example/')), failed('timeout'))
})

/** A server that counts its connections, on loopback. */
async function counting(t: TestContext): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const server = createHttpServer((_, response) => response.end('ok'))
  server.on('connection', () => (connections += 1))
  return { port: await listening(t, server), connections: () => connections }
}

for (const host of [
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '017700000001',
  '127.0.0.1.',
  '１２７.0.0.1',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
]) {
  test(`${host} as host is allowed in sandbox and never connected to in live mode`, async (t) => {
    const { port, connections } = await counting(t)
    const live = await aSender(t, { allows: publicAddressesOnly }).send(`http://${host}:${port}/`)
    assert.deepEqual(outcome(live), failed('address_not_allowed'))
    assert.equal(connections(), 0)
    const sandbox = await aSender(t).send(`http://${host}:${port}/`)
    assert.deepEqual(outcome(sandbox), answered(200, 'ok'))
    assert.equal(connections(), 1)
  })
}

/** What a name turns out to be, and whether live and sandbox mode refuse it. */
const names: readonly [string, readonly string[], AddressPolicy][] = [
  ['loopback in live mode', ['127.0.0.1'], publicAddressesOnly],
  ['a private network in live mode', ['10.0.0.1'], publicAddressesOnly],
  ['a mapped loopback in live mode', ['::ffff:127.0.0.1'], publicAddressesOnly],
  ['a public and a private address in live mode', ['8.8.8.8', '127.0.0.1'], publicAddressesOnly],
  ['the metadata service in sandbox mode', ['169.254.169.254'], localAddressesToo],
  ['loopback and the metadata service in sandbox mode', ['127.0.0.1', '169.254.169.254'], localAddressesToo],
  ['something that is no address', ['127.0.0.1:80'], localAddressesToo],
]
for (const [name, addresses, allows] of names) {
  test(`a name that resolves to ${name} is refused before any connection`, async (t) => {
    const { port, connections } = await counting(t)
    const resolve = async () =>
      addresses.map((address) => ({ address, family: address.includes('::') ? 6 : 4 }) as const)
    const { send } = aSender(t, { resolve, allows })
    assert.deepEqual(outcome(await send(`http://merchant.example:${port}/`)), failed('address_not_allowed'))
    assert.equal(connections(), 0)
  })
}

test('a name that turns to another address after it was judged is connected to where it was judged', async (t) => {
  // The same port on two addresses: the judged one, and the one that the name turns to.
  const forbidden = '127.0.0.2'
  const { port, connections } = await counting(t)
  let reachedForbidden = 0
  const trap = createHttpServer((_, response) => response.end('secret'))
  trap.on('connection', () => (reachedForbidden += 1))
  await listening(t, trap, forbidden, port)

  let lookups = 0
  const resolve = async () => {
    lookups += 1
    return [{ address: lookups === 1 ? '127.0.0.1' : forbidden, family: 4 } as const]
  }
  const allows: AddressPolicy = (address) => address !== forbidden && localAddressesToo(address)
  const options = { resolve, allows }
  assert.deepEqual(outcome(await aSender(t, options).send(`http://rebind.example:${port}/`)), answered(200, 'ok'))
  assert.equal(lookups, 1, 'one look-up serves both the judgement and the connection')
  assert.equal(connections(), 1)
  // A new connection is judged anew.
  const second = await aSender(t, options).send(`http://rebind.example:${port}/`)
  assert.deepEqual(outcome(second), failed('address_not_allowed'))
  assert.equal(reachedForbidden, 0)
})

test('of several allowed addresses the next is tried when one refuses', async (t) => {
  const { port } = await counting(t)
  const resolve = async () => [
    { address: '127.0.0.3', family: 4 } as const,
    { address: '127.0.0.1', family: 4 } as const,
  ]
  assert.deepEqual(outcome(await aSender(t, { resolve }).send(`http://merchant.example:${port}/`)), answered(200, 'ok'))
})

test('a connection serves one callback after another', async (t) => {
  const { port, connections } = await counting(t)
  const { send } = aSender(t)
  for (let n = 0; n < 5; n += 1) assert.deepEqual(outcome(await send(`http://127.0.0.1:${port}/`)), answered(200, 'ok'))
  assert.equal(connections(), 1)
})

test('a kept connection that the other side has closed is replaced and not held against it', async (t) => {
  const server = rawServer((socket, nth) => {
    if (nth === 2) socket.destroy()
    else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
  })
  const port = await listening(t, server)
  const { send } = aSender(t)
  assert.deepEqual(outcome(await send(`http://127.0.0.1:${port}/`)), answered(200, 'ok'))
  assert.deepEqual(outcome(await send(`http://127.0.0.1:${port}/`)), answered(200, 'ok'))
})

test('a reset of a new connection is reported after one request', async (t) => {
  let requests = 0
  const server = rawServer((socket) => {
    requests += 1
    socket.destroy()
  })
  const port = await listening(t, server)
  assert.deepEqual(outcome(await aSender(t).send(`http://127.0.0.1:${port}/`)), failed('reset'))
  assert.equal(requests, 1)
})

test('closing ends what is in flight and sends nothing more', async (t) => {
  let arrived: (() => void) | undefined
  const hasArrived = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const port = await listening(
    t,
    rawServer(() => arrived?.()),
  )
  const { sender, send } = aSender(t)
  const pending = send(`http://127.0.0.1:${port}/`)
  await hasArrived
  sender.close()
  assert.deepEqual(outcome(await pending), failed('stopped'))
  assert.deepEqual(outcome(await send(`http://127.0.0.1:${port}/`)), failed('stopped'))
})

test('headers that cannot be sent are a bug of ours and not an outcome', async (t) => {
  const { sender } = aSender(t)
  const request = { url: 'http://127.0.0.1:8081/', headers: { 'x-partner-id': 'a\r\nb' }, body: Buffer.alloc(0) }
  await assert.rejects(sender.send(request), { code: 'ERR_INVALID_CHAR' })
})
