import assert from 'node:assert/strict'
import { type KeyObject, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { localAddressesToo } from './address.ts'
import { httpSender } from './send.ts'

const dayMs = 86_400_000
const name = 'merchant.example'

/** One element of DER (ITU-T X.690). */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...contents: readonly Buffer[]) => der(0x30, ...contents)
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const commonName = (text: string) => sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(text)))))
const utcTime = (ms: number) => der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/\D/g, '')}Z`))

/** A self-signed X.509 certificate for a host (RFC 5280), so that no key has to lie in the tree. */
function selfSigned({ host = name, untilMs = dayMs } = {}): { key: KeyObject; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = systemClock.machine().getTime()
  const algorithm = sequence(objectId('2a8648ce3d040302')) // ecdsa-with-SHA256
  const alternativeNames = sequence(objectId('551d11'), der(0x04, sequence(der(0x82, Buffer.from(host)))))
  const certificate = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    commonName('self-signed'),
    sequence(utcTime(now - 2 * dayMs), utcTime(now + untilMs)),
    commonName('self-signed'),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeNames)),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', certificate, privateKey))
  const base64 = sequence(certificate, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return { key: privateKey, cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n` }
}

/** Sends to an HTTPS server with a certificate; `trusted` is given to the sender as an authority. */
async function sendTo(t: TestContext, { key, cert }: { key: KeyObject; cert: string }, trusted?: string) {
  let requests = 0
  const server = createServer({ key: key.export({ type: 'pkcs8', format: 'pem' }), cert }, (_, response) => {
    requests += 1
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sender = httpSender({
    clock: systemClock,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    allows: localAddressesToo,
    timeoutMs: 5_000,
    ...(trusted !== undefined && { ca: trusted }),
  })
  t.after(() => {
    sender.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `https://${name}:${(server.address() as AddressInfo).port}/`
  const result = await sender.send({ url, headers: { 'content-length': '2' }, body: Buffer.from('{}') })
  return { result: { ...result, ms: 0 }, requests }
}

const refused = { result: { kind: 'failed', error: 'tls', ms: 0 }, requests: 0 }

test('a certificate of a trusted authority and the right name is accepted', async (t) => {
  const own = selfSigned()
  const expected = { result: { kind: 'answered', status: 200, answer: 'ok', ms: 0 }, requests: 1 }
  assert.deepEqual(await sendTo(t, own, own.cert), expected)
})

test('a self-signed certificate is refused before anything is sent', async (t) => {
  assert.deepEqual(await sendTo(t, selfSigned()), refused)
})

test('a certificate of another name is refused', async (t) => {
  const other = selfSigned({ host: 'other.example' })
  assert.deepEqual(await sendTo(t, other, other.cert), refused)
})

test('a certificate whose time is over is refused', async (t) => {
  const past = selfSigned({ untilMs: -dayMs })
  assert.deepEqual(await sendTo(t, past, past.cert), refused)
})

test('no environment variable turns verification off', async (t) => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
  assert.deepEqual(await sendTo(t, selfSigned()), refused)
})

test('a server that does not speak TLS is refused', async (t) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sender = httpSender({
    clock: systemClock,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    allows: localAddressesToo,
  })
  t.after(() => {
    sender.close()
    server.close()
  })
  const url = `https://${name}:${(server.address() as AddressInfo).port}/`
  const result = await sender.send({ url, headers: {}, body: Buffer.from('{}') })
  assert.deepEqual({ ...result, ms: 0 }, refused.result)
})
