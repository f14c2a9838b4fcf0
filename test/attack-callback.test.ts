import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { ResolvedAddress } from '../src/callback/resolve.ts'
import { addMerchant } from './api.ts'
import { becomeLive, freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { until } from './process.ts'

/*
 * A merchant who chooses `callbackUrl` to reach what the gateway can and the merchant cannot (SSRF), tried
 * against a running gateway: the order is opened over HTTP, ended over HTTP, and what counts is whether
 * anybody was connected to.
 */

/** What stands where attackers want to go: it counts connections and says something worth stealing. */
class Trap {
  connections = 0
  readonly #servers: Server[] = []
  port = 0

  /** Listens on the same port of every loopback address that tests name. */
  async open(answer: (socket: Socket) => void): Promise<void> {
    for (const host of ['127.0.0.1', '127.0.0.2', '::1']) {
      const server = createServer((socket) => {
        this.connections += 1
        socket.on('error', () => undefined)
        socket.once('data', () => answer(socket))
      })
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(this.port, host, resolve)
      })
      this.port = (server.address() as AddressInfo).port
      this.#servers.push(server)
    }
  }

  close(): void {
    for (const server of this.#servers) server.close()
  }
}

/** Names of the fake DNS, and what they turn out to be, look-up by look-up; the last one stays. */
const zone: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'loopback.test': [['127.0.0.1']],
  'loopback.test.': [['127.0.0.1']],
  'six.test': [['::1']],
  'mapped.test': [['::ffff:127.0.0.1']],
  'private.test': [['10.0.0.1']],
  'overlay.test': [['100.64.0.1']],
  'metadata.test': [['169.254.169.254']],
  'metadata-six.test': [['fd00:ec2::254']],
  'link-local.test': [['fe80::1']],
  'zone-id.test': [['fe80::1%lo']],
  'multicast.test': [['224.0.0.1']],
  'unspecified.test': [['0.0.0.0']],
  'broadcast.test': [['255.255.255.255']],
  'nat64.test': [['64:ff9b::7f00:1']],
  '6to4.test': [['2002:7f00:1::1']],
  'teredo.test': [['2001:0:7f00:1::1']],
  'several.test': [['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '127.0.0.1']],
  'not-an-address.test': [['127.0.0.1:80']],
  // Judged as loopback, which the sandbox allows; whoever looks a second time is sent to the metadata service.
  'rebinding.test': [['127.0.0.1'], ['169.254.169.254']],
  localhost: [['127.0.0.1', '::1']],
  'localhost.': [['127.0.0.1']],
}

const lookups = new Map<string, number>()

async function resolve(host: string): Promise<readonly ResolvedAddress[]> {
  const turn = lookups.get(host) ?? 0
  lookups.set(host, turn + 1)
  const answers = zone[host] ?? []
  const addresses = answers[Math.min(turn, answers.length - 1)] ?? []
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

/** The error of the first try to deliver an order's callback, or its status. */
async function outcomeOf({ database }: Pick<TestGateway, 'database'>, orderId: string): Promise<string> {
  let found: { status: number | null; error: string | null } | undefined
  await until(`a callback of ${orderId}`, async () => {
    ;[found] = await database.query<{ status: number | null; error: string | null }>(firstAttempt, [orderId])
    return found !== undefined
  })
  return found?.error ?? String(found?.status)
}

const firstAttempt = {
  name: 'attack.first_attempt',
  text: `select status, error from callback_attempt join callback using (merchant_id, callback_id)
         where order_id = $1 order by attempt_no limit 1`,
}

/** Every way to name a place that live mode must not reach; `{port}` is the trap's. */
const insideUrls = [
  'http://127.0.0.1:{port}/',
  'http://127.255.255.254:{port}/',
  'http://localhost:{port}/',
  'http://localhost.:{port}/',
  'http://LOCALHOST:{port}/',
  'http://loopback.test:{port}/',
  'http://loopback.test.:{port}/',
  'http://six.test:{port}/',
  'http://mapped.test:{port}/',
  'http://private.test/',
  'http://overlay.test/',
  'http://several.test:{port}/',
  'http://nat64.test/',
  'http://6to4.test/',
  'http://teredo.test/',
  'http://not-an-address.test/',
  'https://loopback.test:{port}/',
  // Numeric forms of 127.0.0.1.
  'http://2130706433:{port}/',
  'http://0x7f000001:{port}/',
  'http://0x7f.1:{port}/',
  'http://0177.0.0.1:{port}/',
  'http://0177.1:{port}/',
  'http://127.1:{port}/',
  'http://127.0.1:{port}/',
  'http://127.0.0.1.:{port}/',
  'http://017700000001:{port}/',
  'http://１２７.0.0.1:{port}/',
  'http://127。0。0。1:{port}/',
  'http://%31%32%37.0.0.1:{port}/',
  // IPv6 and what it carries.
  'http://[::1]:{port}/',
  'http://[0:0:0:0:0:0:0:1]:{port}/',
  'http://[::ffff:127.0.0.1]:{port}/',
  'http://[::ffff:7f00:1]:{port}/',
  'http://[::127.0.0.1]:{port}/',
  'http://[::ffff:0:127.0.0.1]:{port}/',
  'http://[64:ff9b::127.0.0.1]:{port}/',
  'http://[64:ff9b:1::7f00:1]:{port}/',
  'http://[2002:7f00:1::1]:{port}/',
  'http://[2001:0:7f00:1::1]:{port}/',
  'http://[fd00::1]/',
  'http://[fc00::1]/',
  // Private networks, overlays, documentation, benchmarks.
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://198.18.0.1/',
  'http://192.0.2.1/',
  'http://240.0.0.1/',
]

/** What neither mode may reach. */
const neverUrls = [
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.0.1/',
  'http://2852039166/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fd20:ce::254]/',
  'http://168.63.129.16/',
  'http://100.100.100.200/',
  'http://192.0.0.192/',
  'http://0.0.0.0:{port}/',
  'http://0:{port}/',
  'http://[::]:{port}/',
  'http://224.0.0.1/',
  'http://[ff02::1]/',
  'http://255.255.255.255/',
  'http://metadata.test/',
  'http://metadata-six.test/',
  'http://link-local.test/',
  'http://zone-id.test/',
  'http://multicast.test/',
  'http://unspecified.test:{port}/',
  'http://broadcast.test/',
  'http://[100::1]/',
  // Another protocol's port, where a POST could be taken for a command.
  'http://127.0.0.1:25/',
  'http://loopback.test:6667/',
  'http://127.0.0.1:22/',
]

/** What is no URL to send to: refused when the order is opened. */
const noUrls = [
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'javascript:alert(1)',
  'data:text/html,x',
  '//127.0.0.1/',
  '/callback',
  'http:/127.0.0.1/',
  'http:127.0.0.1',
  'http:///127.0.0.1/',
  'http://',
  'http://user@127.0.0.1/',
  'http://user:secret@127.0.0.1/',
  'http://shop.example@127.0.0.1/',
  'http://shop.example\\@127.0.0.1/',
  'http://127.0.0.1\\.shop.example/',
  'http://[fe80::1%25eth0]/',
  'http://[fe80::1%eth0]/',
  'http://[::1/',
  'http://127.0.0.1:99999/',
  'http://127.0.0.1:-1/',
  'http://1.2.3.256/',
  'http://0x1ffffffff/',
  'http://shop .example/',
  'http://shop.example/\r\nx-injected: 1',
  'http://shop.example/\tx',
  ' http://127.0.0.1/',
  'http://shop%00.example/',
  `http://shop.example/${'x'.repeat(2_048)}`,
]

describe('a callback URL that points inwards', () => {
  const trap = new Trap()
  let sandbox: TestGateway

  before(async () => {
    await trap.open((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret'))
    sandbox = await testGateway({}, { resolve })
  })
  after(async () => {
    await sandbox.close()
    trap.close()
  })

  /** Opens an order with this callback URL and cancels it in the sandbox, which tells the merchant. */
  async function tell(callbackUrl: string, gateway = sandbox): Promise<string> {
    const id = freshOrderId()
    const { status, body } = await gateway.initiate({ order: { id }, url: { callbackUrl } })
    assert.equal(status, 200, `${callbackUrl}: ${JSON.stringify(body)}`)
    await gateway.client.call('GET', `/pg/payment/card/cancel/${id}`)
    return outcomeOf(gateway, id)
  }

  const at = (url: string) => url.replace('{port}', String(trap.port))

  test('is refused in words when it is no http URL of a plain host', async () => {
    const answers: string[] = []
    for (const callbackUrl of noUrls) {
      const { status, body } = await sandbox.initiate({ url: { callbackUrl } })
      answers.push(`${callbackUrl} ${status} ${body['responseCode']}`)
    }
    assert.deepEqual(
      answers,
      noUrls.map((url) => `${url} 400 4000001`),
    )
  })

  test('reaches this machine in the sandbox, which merchants under development need', async () => {
    for (const url of ['http://127.0.0.1:{port}/', 'http://loopback.test:{port}/', 'http://[::1]:{port}/']) {
      const before = trap.connections
      assert.equal(await tell(at(url)), '200', url)
      assert.ok(trap.connections > before, url)
    }
  })

  test('never reaches link-local addresses, metadata services, multicast or other protocols, even in the sandbox', async () => {
    const before = trap.connections
    const outcomes = await Promise.all(neverUrls.map(async (url) => [url, await tell(at(url))]))
    assert.deepEqual(
      outcomes,
      neverUrls.map((url) => [url, 'address_not_allowed']),
    )
    assert.equal(trap.connections, before)
  })

  test('is judged by the address that is connected to, looked up once for both', async () => {
    const before = trap.connections
    assert.equal(await tell(at('http://rebinding.test:{port}/')), '200')
    assert.equal(lookups.get('rebinding.test'), 1)
    assert.equal(trap.connections, before + 1)
  })

  test('never reaches anything inside in live mode, whatever it is called', async () => {
    // Live mode opens no order without an acquirer, so the sandbox opens them and the live gateway ends them.
    const own = await testGateway({}, { resolve })
    const authorization = await addMerchant(own, 'LIVE1', 'LiveKey1234567')
    const urls = [...insideUrls, ...neverUrls]
    const orders = new Map<string, string>()
    for (const url of urls) {
      const id = freshOrderId()
      const response = await fetch(`${own.url}/pg/payment/card/initiate`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          order: { id, amount: '1000' },
          customer: { mobilePhone: '+6281200000000' },
          url: { callbackUrl: at(url) },
          sourceOfFunds: { type: 'cc' },
        }),
      })
      assert.equal(response.status, 200, `${url}: ${await response.text()}`)
      orders.set(url, id)
    }
    await own.gateway.close()
    await becomeLive(own.database)
    const live = await testGateway(
      {},
      {
        resolve,
        connection: own.connection,
        config: { mode: 'live', publicUrl: 'https://pay.example.com' },
      },
    )
    const before = trap.connections
    lookups.clear()
    for (const id of orders.values()) {
      const response = await fetch(`${live.url}/pg/payment/card/cancel/${id}`, { headers: { authorization } })
      assert.equal(response.status, 200, await response.text())
    }
    const outcomes = await Promise.all([...orders].map(async ([url, id]) => [url, await outcomeOf(own, id)]))
    assert.deepEqual(
      outcomes,
      urls.map((url) => [url, 'address_not_allowed']),
    )
    assert.equal(trap.connections, before, 'nobody was connected to')
    await live.close()
    await own.close()
  })
})

describe('a merchant whose server attacks the gateway', () => {
  let sandbox: TestGateway
  before(async () => {
    sandbox = await testGateway({}, { resolve })
  })
  after(() => sandbox.close())

  async function tellServer(answer: (socket: Socket) => void): Promise<{ outcome: string; ms: number; kept: string }> {
    const trap = new Trap()
    await trap.open(answer)
    const id = freshOrderId()
    await sandbox.initiate({ order: { id }, url: { callbackUrl: `http://127.0.0.1:${trap.port}/` } })
    const startedAt = performance.now()
    await sandbox.client.call('GET', `/pg/payment/card/cancel/${id}`)
    const outcome = await outcomeOf(sandbox, id)
    const ms = performance.now() - startedAt
    trap.close()
    const [callback] = await sandbox.client.callbacks(id)
    return { outcome, ms, kept: callback?.attempts[0]?.answer ?? '' }
  }

  test('is not followed by redirects, not even to an address that is allowed', async () => {
    const target = new Trap()
    await target.open((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    for (const status of [301, 302, 303, 307, 308]) {
      for (const place of ['http://169.254.169.254/', `http://127.0.0.1:${target.port}/`, 'file:///etc/passwd']) {
        const head = `HTTP/1.1 ${status} X\r\nlocation: ${place}\r\nrefresh: 0;url=${place}\r\ncontent-length: 0\r\n\r\n`
        assert.equal((await tellServer((socket) => socket.end(head))).outcome, String(status))
      }
    }
    assert.equal(target.connections, 0)
    target.close()
  })

  test('with a huge or endless answer costs 64 kB of reading and 4 kB of storage', async () => {
    let written = 0
    const { outcome, ms, kept } = await tellServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384), () => (written += 16_384)));
      }
      socket.on('drain', more)
      more()
    })
    assert.equal(outcome, '200')
    assert.equal(kept.length, 4_096)
    assert.ok(ms < 5_000, `${ms} ms`)
    // What a kernel buffers on loopback is a few megabytes; without a bound it would be without end.
    const soFar = written
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(written, soFar, 'nothing more is read')
  })

  test('with a bomb of headers, or with headers meant for others, changes nothing of ours', async () => {
    const bomb = `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(9_000)}\r\n`
    assert.equal((await tellServer((socket) => socket.end(bomb))).outcome, 'too_large')
    const hostile =
      'HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nx-injected: 1\r\ncontent-length: 24\r\n\r\n\u001b[2J<script>1</script>\n\n\n'
    const { outcome, kept } = await tellServer((socket) => socket.end(hostile))
    assert.equal(outcome, '200')
    assert.ok(kept.startsWith('\u001b[2J<script>'), 'stored as it came')
    const listed = await sandbox.fetch('/sandbox/callbacks')
    assert.equal(listed.headers.get('set-cookie'), null)
    assert.equal(listed.headers.get('x-injected'), null)
    assert.match(listed.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(listed.headers.get('x-content-type-options'), 'nosniff')
    assert.doesNotMatch(await listed.text(), /\p{Cc}/u)
  })
})
