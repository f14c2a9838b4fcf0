import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Secret } from '../base/secret.ts'
import type { Callback } from './callback.ts'
import { headersOf } from './headers.ts'

const callback: Callback = {
  merchantId: 'FINPAY770',
  callbackId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  orderId: 'A1',
  eventSeq: 3,
  url: 'https://merchant.example/cb',
  headers: { 'content-type': 'application/json', 'channel-id': 'FINPAY' },
  body: Buffer.from('{"test": 2432232314}'),
  state: 'pending',
  attemptCount: 0,
  createdAt: new Date('2021-02-25T21:47:09Z'),
}

/** Verifies as a Standard Webhooks library does: the secret's base64 decoded is the key. */
function verifies(secret: string, headers: Record<string, string>, body: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return headers['webhook-signature']?.split(' ').includes(expected) ?? false
}

test('a Standard Webhooks library verifies with whsec_ and the base64 of the merchant key', () => {
  const headers = headersOf(callback, [new Secret('SoSecret123')], new Date('2021-02-25T15:02:10Z'))
  assert.ok(verifies('whsec_U29TZWNyZXQxMjM=', headers, '{"test": 2432232314}'))
  assert.ok(!verifies('whsec_U29TZWNyZXQxMjM=', headers, '{"test": 2432232315}'))
  assert.ok(!verifies('whsec_U29TZWNyZXQxMjQ=', headers, '{"test": 2432232314}'))
})

test('each attempt carries its own headers and those of the notification', () => {
  const key = 'SoSecret123'
  const now = new Date('2021-02-25T15:02:10.999Z')
  const signature = createHmac('sha256', key).update(`${callback.callbackId}.1614265330.{"test": 2432232314}`)
  assert.deepEqual(headersOf(callback, [new Secret(key)], now), {
    'content-type': 'application/json',
    'channel-id': 'FINPAY',
    'content-length': '20',
    'user-agent': 'Gerbang',
    'x-timestamp': '2021-02-25T22:02:10+07:00',
    'webhook-id': callback.callbackId,
    'webhook-timestamp': '1614265330',
    'webhook-signature': `v1,${signature.digest('base64')}`,
  })
})

test('a time near midnight belongs to the next day in Western Indonesia', () => {
  const headers = headersOf(callback, [new Secret('k')], new Date('2026-12-31T17:00:00Z'))
  assert.equal(headers['x-timestamp'], '2027-01-01T00:00:00+07:00')
})

test('two valid keys give two signatures', () => {
  const now = new Date('2021-02-25T15:02:10Z')
  const of = (...keys: string[]) =>
    headersOf(
      callback,
      keys.map((key) => new Secret(key)),
      now,
    )['webhook-signature']
  assert.equal(of('old', 'new'), `${of('old')} ${of('new')}`)
  assert.notEqual(of('old'), of('new'))
})
