import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Secret } from '../base/secret.ts'
import { signatureOf, signedBody, verifies } from './signature.ts'

const key = new Secret('test-merchant-key')

/** finpay-api.md 6.4, computed with PHP. */
const vectors: readonly (readonly [text: string, signature: string])[] = [
  [
    '{"customer":{"id":"buyer@example.com"},"order":{"id":"1664255905824","reference":"16642559058241000000000","amount":1000,"currency":"IDR"},"card":{"mask":"512345xxxxxx0008","info":{"brand":"MASTERCARD","issuing":"BANCO DEL PICHINCHA CA","type":"CREDIT","subType":"STANDARD","country":"ECUADOR"}},"meta":{"data":null},"result":{"payment":{"amount":1000,"status":"CAPTURED","statusDesc":null}}}',
    '06cc5b6ba0c7746d94db1fe8f8aaf32f4601f0f12905e0ec5c0e2be3de2aabef145f2298810440c1eeb5430da32546d779c827fb805f3e4ff0aefcfe9c88fca9',
  ],
  [
    '{"order":{"id":"INV\\/1","amount":1000},"meta":{"data":"Kopi \\u00e9"}}',
    '96b6902b0714c0a21fd130dc73fff55b735a1b03c43ff74ec43f40e7937b5ac665a7d4953f4f731e734d9828c26d4f8af6c8f2de321d23806c183f6f8be55b07',
  ],
  [
    '{"order":{"id":"INV/1","amount":1000},"meta":{"data":"Kopi \\u00e9"}}',
    '42ca20fbce1c94c2be3896cfbe8ab2496ede575fe4e6aa6392e130dc603a3a965c567275f73802f5d43561943a62c3d819e390989c3003c8a4b4863dd075a722',
  ],
  [
    '{"order":{"id":"INV/1","amount":1000},"meta":{"data":"Kopi é"}}',
    'd54ba51e6dcd611fed0702c4fb9f54c51fa8e0f8c18a8cac25d8300e60e87d4097e88bbaccb88f5c02a3cf87d0167755fbfe0b163d0113881b9fdf8fde8f9396',
  ],
]

for (const [text, signature] of vectors) {
  test(`the documented vector ${text.slice(0, 30)}… (${signature.slice(0, 8)}) is met`, () => {
    assert.equal(signatureOf(text, key), signature)
    assert.equal(signedBody(text, key), `${text.slice(0, -1)},"signature":"${signature}"}`)
    assert.ok(verifies(signedBody(text, key), key))
  })
}

const signed = signedBody('{"a":"b"}', key)

const forgeries: readonly (readonly [name: string, body: string])[] = [
  ['another value', signed.replace('"b"', '"c"')],
  ['a member added', signed.replace('"b"', '"b","c":1')],
  ['a blank added', signed.replace(':', ': ')],
  ['one digit changed', signed.replace(/.(?="}$)/, (digit) => (digit === '0' ? '1' : '0'))],
  ['upper-case digits', signed.replace(/[0-9a-f]{128}/, (hex) => hex.toUpperCase())],
  ['a short signature', signed.replace(/.(?="}$)/, '')],
  ['the signature first', `{${signed.slice(9, -1)},"a":"b"}`],
  ['no signature', '{"a":"b"}'],
  ['nothing', ''],
]
for (const [name, body] of forgeries) {
  test(`a body with ${name} does not verify`, () => {
    assert.equal(verifies(body, key), false)
  })
}

test('a body does not verify under another key', () => {
  assert.equal(verifies(signed, new Secret('test-merchant-kez')), false)
})

test('an empty object and what is no object cannot be signed', () => {
  for (const text of ['', '{}', '[1]', '"a"']) assert.throws(() => signedBody(text, key), /Invariant broken/)
})

test('every object with members verifies when it is signed, and reads as before but for the signature', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.string(), (object, secret) => {
      const unsigned = JSON.stringify(object)
      const body = signedBody(unsigned, new Secret(secret))
      assert.ok(verifies(body, new Secret(secret)))
      const { signature, ...rest } = JSON.parse(body) as Record<string, unknown>
      const { signature: _replaced, ...before } = JSON.parse(unsigned) as Record<string, unknown>
      assert.deepEqual(rest, before)
      assert.match(String(signature), /^[0-9a-f]{128}$/)
    }),
  )
})
