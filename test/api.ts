import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Secret } from '../src/base/secret.ts'
import { freeRoute, insert, rotateKey } from '../src/merchant/store.ts'
import { Cipher } from '../src/vault/cipher.ts'
import { type TestGateway, testMasterKey } from './gateway.ts'

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export async function answerOf(response: Response | Promise<Response>): Promise<Answer> {
  const { status, headers, ...rest } = await take(await response)
  return { status, headers, ...rest }
}

async function take(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export function bodyOf({ text }: Pick<Answer, 'text'>): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>
}

/**
 * Asserts that an answer is the contract's error (design 4.2): the status that the code says, JSON, and
 * exactly the four members in their order. Answers the message.
 */
export function assertProblem(answer: Answer, code: string, about?: string): string {
  const { status, headers, text } = answer
  const said = `${about ?? ''} ${status} ${text.slice(0, 300)}`
  assert.match(headers.get('content-type') ?? '', /^application\/json/, said)
  const body = bodyOf(answer)
  assert.deepEqual(Object.keys(body), ['responseCode', 'responseMessage', 'processingTime', 'traceId'], said)
  assert.equal(body['responseCode'], code, said)
  assert.equal(status, Number(code.slice(0, 3)), said)
  assert.ok(typeof body['processingTime'] === 'number' && body['processingTime'] >= 0, said)
  assert.match(String(body['traceId']), uuid, said)
  const message = body['responseMessage']
  assert.ok(typeof message === 'string' && message.length > 0, said)
  return message
}

/** Sends bytes as they are to the gateway and reads the answer until the connection ends. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A server that has answered may reset what is still being sent; the answer is what counts.
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Headers(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
  return { status: Number(first.split(' ')[1]), headers, text: rest.join('\r\n\r\n') }
}

const cipher = new Cipher(new Secret(Buffer.from(testMasterKey, 'hex')))

export function basic(merchantId: string, key: string): string {
  return `Basic ${Buffer.from(`${merchantId}:${key}`).toString('base64')}`
}

/** Makes another merchant; answers the `authorization` of its requests. */
export async function addMerchant(
  { database }: Pick<TestGateway, 'database'>,
  merchantId: string,
  key: string,
  name = merchantId,
): Promise<string> {
  const route = await freeRoute(database)
  assert.ok(await insert(database, cipher, { merchantId, route, name, key: new Secret(key) }, new Date()))
  return basic(merchantId, key)
}

/** Gives a merchant a new key; the old one stays valid for a day. */
export async function giveNewKey(
  { database }: Pick<TestGateway, 'database'>,
  merchantId: string,
  key: string,
): Promise<void> {
  assert.ok(await rotateKey(database, cipher, merchantId, new Secret(key), new Date(Date.now() + 86_400_000)))
}

/** Status and code of a refusal that the client throws; `200` where there is none. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return '200'
  } catch (error) {
    const { status, responseCode } = error as { status?: number; responseCode?: string }
    if (status === undefined) throw error
    return `${status} ${responseCode}`
  }
}
