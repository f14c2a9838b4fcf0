import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decode, encode } from './message.ts'
import { merchantOf, routedId } from './route.ts'

const ids = {
  threeDSServerTransID: '00000007-1111-4222-8333-444455556666',
  acsTransID: 'aaaaaaaa-1111-4222-8333-444455556666',
}

test('a message gives back the ids that it was made with', () => {
  const fixed = { messageVersion: '2.2.0', messageType: 'CReq', challengeWindowSize: '05' } as const
  const creq = encode({ ...ids, ...fixed })
  assert.match(creq, /^[A-Za-z0-9_-]+$/)
  assert.deepEqual(decode(creq), ids)
})

test('what a browser makes up is no message or names nothing, and never throws', () => {
  const made = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc
      .record({ threeDSServerTransID: fc.anything(), acsTransID: fc.anything() })
      .map((it) =>
        Buffer.from(JSON.stringify(it, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value))).toString(
          'base64url',
        ),
      ),
  )
  fc.assert(
    fc.property(made, (text) => {
      const named = decode(text)
      assert.equal(named?.threeDSServerTransID, undefined)
      assert.equal(named?.acsTransID, undefined)
    }),
  )
  assert.equal(decode('A'.repeat(1_000_000)), undefined)
})

test('an id of another form is not passed on', () => {
  for (const id of [
    '',
    '../../etc',
    ids.acsTransID.toUpperCase(),
    `${ids.acsTransID}0`,
    7,
    null,
    ['x'],
    { toString: 'x' },
  ]) {
    const text = Buffer.from(JSON.stringify({ threeDSServerTransID: id })).toString('base64url')
    assert.deepEqual(decode(text), { threeDSServerTransID: undefined, acsTransID: undefined })
  }
})

test('an id leads to the merchant whose route it begins with', async () => {
  const routes = {
    routeOf: () => 0,
    merchantOfRoute: (route: number) => (route === 0xfffffffe ? 'FINPAY770' : undefined),
  }
  const id = routedId(0xfffffffe, Buffer.alloc(12, 0xab))
  assert.equal(id, 'fffffffe-abab-4bab-abab-abababababab')
  assert.equal(await merchantOf(routes, id), 'FINPAY770')
  assert.equal(await merchantOf(routes, routedId(7, Buffer.alloc(12))), undefined)
  assert.equal(await merchantOf(routes, 'fffffffe'), undefined)
})
