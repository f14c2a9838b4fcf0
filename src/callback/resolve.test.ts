import assert from 'node:assert/strict'
import { type Socket, createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { type TestContext, test } from 'node:test'
import { dnsResolve, systemResolve } from './resolve.ts'

const records: Readonly<Record<string, { readonly 1?: readonly number[][]; readonly 28?: readonly number[][] }>> = {
  'both.example': {
    1: [
      [192, 0, 2, 1],
      [192, 0, 2, 2],
    ],
    28: [[0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1]],
  },
  'four.example': { 1: [[192, 0, 2, 3]] },
  'empty.example': {},
}

/** A name server (RFC 1035) for `records` on loopback, and a look-up that asks it. */
async function aNameServer(t: TestContext) {
  const server: Socket = createSocket('udp4', (query, { port, address }) => {
    let end = 12
    const labels: string[] = []
    for (let size = query[end] ?? 0; size > 0; size = query[end] ?? 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + size))
      end += 1 + size
    }
    const type = query.readUInt16BE(end + 1)
    const host = records[labels.join('.')]
    const answers = (type === 1 && host?.[1]) || (type === 28 && host?.[28]) || []
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(host ? 0x8180 : 0x8183, 2)
    header.writeUInt16BE(answers.length, 6)
    header.fill(0, 8)
    const question = query.subarray(12, end + 5)
    const rows = answers.map((bytes) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]))
    server.send(Buffer.concat([header, question, ...rows]), port, address)
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const resolver = new Resolver({ timeout: 1_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  return dnsResolve(resolver)
}

test('DNS gives all addresses of both families', async (t) => {
  const resolve = await aNameServer(t)
  assert.deepEqual(await resolve('both.example'), [
    { address: '192.0.2.1', family: 4 },
    { address: '192.0.2.2', family: 4 },
    { address: '2001:db8::1', family: 6 },
  ])
  assert.deepEqual(await resolve('four.example'), [{ address: '192.0.2.3', family: 4 }])
})

test('a name that is not there, or has no address, is an error', async (t) => {
  const resolve = await aNameServer(t)
  await assert.rejects(resolve('none.example'), { code: 'ENOTFOUND' })
  await assert.rejects(resolve('empty.example'), { code: 'ENODATA' })
})

test('the machine’s own look-up knows its hosts file', async () => {
  const addresses = await systemResolve('localhost')
  assert.ok(addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'))
  for (const { address, family } of addresses) assert.equal(family, address.includes(':') ? 6 : 4)
})
