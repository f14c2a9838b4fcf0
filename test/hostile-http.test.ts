import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { answerOf, assertProblem, basic, sendRaw } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'
import { until } from './process.ts'

const initiatePath = '/pg/payment/card/initiate'
const credentials = `host: 127.0.0.1\r\nauthorization: ${basic('FINPAY770', 'SoSecret123')}\r\n`
const post = (headers: string, body = '') => `POST ${initiatePath} HTTP/1.1\r\n${credentials}${headers}\r\n\r\n${body}`
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`
const json = 'content-type: application/json'
const closing = 'connection: close\r\n'

/*
 * Raw bytes of clients that are broken or hostile. The times that a peer may take are short here, so that
 * nobody waits for them; how they are counted is the same.
 */
const bounds = { headersMs: 400, requestMs: 800, checkMs: 50, silenceMs: 1_500, keepAliveMs: 1_000, connections: 300 }

/** A connection that says what a test lets it say. */
class Peer {
  readonly socket: Socket
  received = ''
  closed = false

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.socket = connect(Number(port), hostname)
    this.socket.setEncoding('latin1').on('data', (text: string) => (this.received += text))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => (this.closed = true))
  }

  async say(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(text, () => resolve()))
  }

  /** Says one byte every 50 ms until the connection ends; answers how long that took. */
  async drip(text: string): Promise<number> {
    const began = performance.now()
    for (const letter of text) {
      if (this.closed || this.socket.destroyed) break
      this.socket.write(letter)
      await sleep(50)
    }
    await until('the connection to end', () => this.closed)
    return performance.now() - began
  }

  get statuses(): string[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status ?? '')
  }
}

describe('a hostile client', () => {
  let gateway: TestGateway
  const peers: Peer[] = []
  const peer = () => {
    const made = new Peer(gateway.url)
    peers.push(made)
    return made
  }
  before(async () => {
    gateway = await testGateway({}, { bounds })
  })
  after(async () => {
    for (const { socket } of peers) socket.destroy()
    await gateway.close()
  })

  describe('that is slow', () => {
    test('with its headers is told so and cut off', async () => {
      const slow = peer()
      const ms = await slow.drip(get('/healthz', `x: ${'y'.repeat(200)}\r\n`))
      assert.ok(ms < 2_000, `${ms} ms`)
      assert.match(slow.received, /^HTTP\/1\.1 400 [\s\S]*"responseCode":"4000000"[\s\S]*did not arrive in time/)
    })

    test('with its body is told so and cut off', async () => {
      const slow = peer()
      await slow.say(post(`${json}\r\ncontent-length: 1000`))
      const ms = await slow.drip('x'.repeat(200))
      assert.ok(ms < 2_500, `${ms} ms`)
      assert.match(slow.received, /^HTTP\/1\.1 400 [\s\S]*"4000000"/)
    })

    test('with the chunks of a body without end is cut off', async () => {
      const slow = peer()
      await slow.say(post(`${json}\r\ntransfer-encoding: chunked`))
      const ms = await slow.drip('1\r\nx\r\n'.repeat(40))
      assert.ok(ms < 2_500, `${ms} ms`)
    })

    test('and says nothing at all is closed without a word', async () => {
      const silent = peer()
      await until('the connection to end', () => silent.closed)
      assert.equal(silent.received, '')
    })

    test('and stays after its answer is closed when it has been idle', async () => {
      const idle = peer()
      await idle.say(get('/healthz'))
      await until('the answer', () => idle.statuses.length === 1)
      const began = performance.now()
      await until('the connection to end', () => idle.closed)
      assert.ok(performance.now() - began < 4_000)
    })

    test('and hangs up half-way leaves nothing at work', async () => {
      for (let n = 0; n < 50; n += 1) {
        const gone = peer()
        const body = JSON.stringify(seedSample(freshOrderId()))
        await gone.say(post(`${json}\r\ncontent-length: ${body.length}`, n % 2 ? body : body.slice(0, 50)))
        gone.socket.resetAndDestroy()
      }
      assert.equal((await gateway.initiate()).status, 200)
    })

    test('and closes its half of the connection still gets its answer', async () => {
      const body = JSON.stringify(seedSample(freshOrderId()))
      for (const request of [
        get('/healthz'),
        // These are answered after the database.
        get('/readyz'),
        post(`${json}\r\ncontent-length: ${body.length}`, body),
        get('/healthz') + get('/readyz') + get('/healthz'),
      ]) {
        const half = peer()
        half.socket.end(request)
        await until('the connection to end', () => half.closed)
        assert.deepEqual(
          half.statuses,
          request.match(/ HTTP\/1.1\r/g)?.map(() => '200'),
          request,
        )
      }
      const silent = peer()
      silent.socket.end()
      await until('the connection to end', () => silent.closed)
    })
  })

  test('that asks without end and reads nothing is cut off, and fills no memory', async () => {
    const greedy = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    greedy.on('error', () => undefined)
    greedy.pause()
    const page = get('/sandbox/cards').repeat(100)
    const before = process.memoryUsage().rss
    // It writes as fast as it is let, up to 4 MB that wait at its own end.
    const asking = setInterval(() => {
      while (greedy.writable && greedy.writableLength < 4 * 1024 * 1024) greedy.write(page)
    }, 10)
    await until('the connection to end', () => greedy.destroyed)
    clearInterval(asking)
    const grown = (process.memoryUsage().rss - before) / 1024 / 1024
    // Both ends are in this process: what it did not send is in this figure too.
    assert.ok(grown < 100, `${grown} MB`)
    assert.equal((await fetch(`${gateway.url}/healthz`)).status, 200)
  })

  test('that sends a few requests at once on one connection gets every answer in their order', async () => {
    const piper = peer()
    const paths = Array.from({ length: 15 }, (_, n) => (n % 2 ? '/healthz' : '/nothing'))
    await piper.say(paths.map((path) => get(path)).join('') + get('/healthz', closing))
    await until('the connection to end', () => piper.closed)
    assert.deepEqual(piper.statuses, [...paths.map((path) => (path === '/healthz' ? '200' : '404')), '200'])
  })

  test('that sends a flood of them is cut off', async () => {
    const flood = peer()
    flood.socket.write(get('/sandbox/cards').repeat(10_000))
    await until('the connection to end', () => flood.closed)
    assert.ok(flood.statuses.length <= 17, String(flood.statuses.length))
  })

  describe('that sends a bomb is refused:', () => {
    const rows: readonly (readonly [name: string, bytes: string | Buffer, code: string])[] = [
      ['headers of 1 MB', get('/healthz', `x: ${'y'.repeat(1_000_000)}\r\n`), '4130000'],
      [
        'ten thousand headers',
        get('/healthz', Array.from({ length: 10_000 }, (_, n) => `x${n}: y\r\n`).join('')),
        '4130000',
      ],
      ['a path of 1 MB', get(`/${'x'.repeat(1_000_000)}`), '4130000'],
      ['a query of 15 kB', get(`/nothing?${'x=y&'.repeat(3_800)}`, closing), '4040002'],
      ['a length of a terabyte', post(`${closing}${json}\r\ncontent-length: 1000000000000`, '{'), '4130000'],
      [
        'a length that no number holds',
        post(`${closing}${json}\r\ncontent-length: 99999999999999999999999`, '{'),
        '4000000',
      ],
      [
        'a chunk of a terabyte',
        post(`${closing}${json}\r\ntransfer-encoding: chunked`, `ffffffffff\r\n${'x'.repeat(300_000)}`),
        '4130000',
      ],
      [
        'a chunk with extensions without end',
        post(`${closing}${json}\r\ntransfer-encoding: chunked`, `1;${'x'.repeat(100_000)}\r\n`),
        '4000000',
      ],
      [
        'a hundred thousand members',
        body(`{${Array.from({ length: 20_000 }, (_, n) => `"m${n}":1`).join(',')}}`),
        '4000001',
      ],
      ['nesting of a hundred thousand levels', body('['.repeat(100_000)), '4000000'],
      ['a packed body', packed('gzip'), '4150000'],
      ['a body packed in another way', packed('br'), '4150000'],
      ['a body packed twice', packed('identity, gzip'), '4150000'],
    ]
    for (const [name, bytes, code] of rows)
      test(name, async () => {
        const began = performance.now()
        assertProblem(await sendRaw(gateway.url, bytes), code, name)
        assert.ok(performance.now() - began < 2_000)
      })

    test('and a body that does declare that it is not packed is taken', async () => {
      const text = JSON.stringify(seedSample(freshOrderId()))
      const bytes = post(`${closing}${json}\r\ncontent-encoding: identity\r\ncontent-length: ${text.length}`, text)
      assert.equal((await sendRaw(gateway.url, bytes)).status, 200)
    })

    function body(text: string): string {
      return post(`${closing}${json}\r\ncontent-length: ${Buffer.byteLength(text)}`, text)
    }

    function packed(encoding: string): Buffer {
      const bytes = gzipSync(Buffer.alloc(10_000_000, ' '))
      const head = post(`${closing}${json}\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${bytes.length}`)
      return Buffer.concat([Buffer.from(head), bytes])
    }
  })

  describe('that smuggles a second request in a first finds nobody who reads it as two:', () => {
    const smuggled = get('/healthz')
    const rows: readonly (readonly [name: string, bytes: string])[] = [
      ['a length and chunks', post(`content-length: 5\r\ntransfer-encoding: chunked`, `0\r\n\r\n${smuggled}`)],
      ['chunks and a length', post(`transfer-encoding: chunked\r\ncontent-length: 5`, `0\r\n\r\n${smuggled}`)],
      ['two lengths', post(`content-length: 0\r\ncontent-length: 40`, smuggled)],
      ['a length in a list', post(`content-length: 0, 40`, smuggled)],
      ['a length with a sign', post(`content-length: +0`, smuggled)],
      ['a length in hex', post(`content-length: 0x0`, smuggled)],
      ['a coding that ends in chunks', post(`transfer-encoding: xchunked`, `0\r\n\r\n${smuggled}`)],
      ['chunks before another coding', post(`transfer-encoding: chunked, identity`, `0\r\n\r\n${smuggled}`)],
      ['chunks twice', post(`transfer-encoding: chunked\r\ntransfer-encoding: identity`, `0\r\n\r\n${smuggled}`)],
      ['a blank before the colon', post(`content-length : 0`, smuggled)],
      ['a folded header', post(`x: y\r\n content-length: 0`, smuggled)],
      ['lines that end in a bare feed', `GET /healthz HTTP/1.1\nhost: 127.0.0.1\n\n${smuggled}`],
      ['a bare return in a value', get('/healthz', `x: a\rb: c\r\n`) + smuggled],
      ['a chunk size with a sign', post(`transfer-encoding: chunked`, `-1\r\nx\r\n0\r\n\r\n${smuggled}`)],
      ['a chunk that is longer than it says', post(`transfer-encoding: chunked`, `1\r\nxyz\r\n0\r\n\r\n${smuggled}`)],
    ]
    for (const [name, bytes] of rows)
      test(name, async () => {
        const smuggler = peer()
        await smuggler.say(bytes)
        await until('the connection to end', () => smuggler.closed)
        assert.equal(smuggler.statuses.at(-1), '400', smuggler.received)
        assert.ok(!smuggler.received.includes('"alive"'), smuggler.received)
        assert.match(smuggler.received, /"responseCode":"4000000"/)
      })
  })

  describe('that speaks in an unusual way is understood or refused in our words:', () => {
    const text = () => JSON.stringify(seedSample(freshOrderId()))

    test('it waits to be told to go on with its body', async () => {
      const careful = peer()
      const body = text()
      await careful.say(post(`${closing}${json}\r\nexpect: 100-continue\r\ncontent-length: ${body.length}`))
      await until('the word to go on', () => careful.received.startsWith('HTTP/1.1 100 Continue'))
      await careful.say(body)
      await until('the connection to end', () => careful.closed)
      assert.deepEqual(careful.statuses, ['100', '200'])
    })

    test('it expects what nobody knows', async () => {
      const answer = await sendRaw(gateway.url, get('/healthz', `${closing}expect: a-miracle\r\n`))
      assert.equal(answer.status, 200)
    })

    test('it asks for another protocol', async () => {
      for (const wish of [
        'connection: upgrade\r\nupgrade: websocket',
        'connection: upgrade, http2-settings\r\nupgrade: h2c',
      ]) {
        const other = peer()
        const body = text()
        await other.say(post(`${wish}\r\n${json}\r\ncontent-length: ${body.length}`, body))
        await until('the answer', () => other.statuses.length === 1)
        await other.say(get('/healthz', closing))
        await until('the connection to end', () => other.closed)
        assert.deepEqual(other.statuses, ['200', '200'], wish)
      }
    })

    test('it speaks HTTP/2, or wants a tunnel', async () => {
      assertProblem(await sendRaw(gateway.url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), '4000000')
      const tunnel = peer()
      await tunnel.say('CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
      await until('the connection to end', () => tunnel.closed)
      assert.equal(tunnel.received, '')
    })

    test('it speaks HTTP/1.0', async () => {
      const old = await sendRaw(gateway.url, 'GET /healthz HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n')
      assert.equal(old.status, 200)
      assert.equal(old.headers.get('connection'), 'close')
    })

    test('it names no host', async () => {
      assertProblem(await sendRaw(gateway.url, `GET /healthz HTTP/1.1\r\n${closing}\r\n`), '4000000')
    })

    test('it names an absolute address, or none', async () => {
      assertProblem(await sendRaw(gateway.url, get('http://evil.example/nothing', closing)), '4040002')
      assertProblem(await sendRaw(gateway.url, `OPTIONS * HTTP/1.1\r\nhost: 127.0.0.1\r\n${closing}\r\n`), '4040002')
    })
  })

  test('leaves the gateway well, and no bug in its log', async () => {
    assert.equal((await gateway.initiate()).status, 200)
    assert.equal((await answerOf(fetch(`${gateway.url}/readyz`))).status, 200)
    assert.deepEqual(
      gateway.logged.filter((line) => line.includes('"bug"')),
      [],
    )
  })
})
