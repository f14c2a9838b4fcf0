import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import jsQr from 'jsqr'
import { PNG } from 'pngjs'
import { rupiah } from '../base/money.ts'
import { qrPng, qrSvg } from './qr-picture.ts'
import { type QrisCode, writeQris } from './qris.ts'

const codes: readonly (readonly [string, QrisCode])[] = (() => {
  const merchant = {
    route: 7,
    class: 'UMI',
    mcc: '5499',
    name: 'Toko Contoh',
    city: 'Jakarta',
    postcode: '12190',
  } as const
  const order = { amount: rupiah(150_000n), orderNo: Buffer.from('69270bf4a9c0000000cdef0a', 'hex') }
  const long = { ...merchant, route: 2 ** 32 - 1, name: 'Warung Makan Sederhana Bu', city: 'Kab. Purwakarta' }
  return [
    ['a dynamic code', { merchant, order }],
    ['a static code', { merchant, order: null }],
    ['a code in capitals', { merchant: { ...merchant, name: 'TOKO CONTOH', city: 'JAKARTA' }, order }],
    [
      'a code with everything in it',
      {
        merchant: long,
        order: { ...order, amount: rupiah(9_999_999_999_999n), billNumber: '~'.repeat(25) },
        tip: { kind: 'fixed', amount: rupiah(9_999_999_999_999n) },
        terminal: '#'.repeat(25),
      },
    ],
  ]
})()

/** Grey values of a square picture, a byte a pixel. */
interface Grey {
  readonly size: number
  readonly values: readonly number[]
}

/** A picture of an SVG, so many pixels to a module; it knows the strokes of ours and the white ground, no more. */
function drawn(svg: string, scale: number): Grey {
  const form =
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 (\d+) \1" width="\d+" height="\d+" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h\1v\1H0z"\/><path stroke="#000" d="((?:M\d+ \d+\.5h\d+)+)"\/><\/svg>$/
  const [, modules = '', strokes = ''] = form.exec(svg) ?? assert.fail('the SVG has another form')
  const size = Number(modules) * scale
  const values = Array.from({ length: size * size }, () => 255)
  for (const [, x, y, length] of strokes.matchAll(/M(\d+) (\d+)\.5h(\d+)/g))
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1)
      values.fill(0, row * size + Number(x) * scale, row * size + (Number(x) + Number(length)) * scale)
  return { size, values }
}

/** A picture of a PNG, by another library; all that it decodes is black or white and opaque. */
function decoded(png: Buffer): Grey {
  const { width, height, data } = PNG.sync.read(png)
  assert.equal(width, height)
  const values = Array.from({ length: width * height }, (_, n) => data[4 * n] ?? -1)
  data.forEach((value, n) => assert.ok(n % 4 === 3 ? value === 255 : value === values[n >> 2]))
  assert.ok(values.every((value) => value === 0 || value === 255))
  return { size: width, values }
}

/** What a reader that others wrote sees in a picture. */
function seen({ size, values }: Grey): string | undefined {
  const pixels = Uint8ClampedArray.from(values.flatMap((value) => [value, value, value, 255]))
  return jsQr.default(pixels, size, size, { inversionAttempts: 'dontInvert' })?.data
}

/** The modules around a code and the level of its error correction, as they stand in the picture itself. */
function formOf({ size, values }: Grey): { quietZone: number; level: number } {
  const isDark = (x: number, y: number) => values[y * size + x] === 0
  const quietZone = Math.floor(values.indexOf(0) / size)
  for (let n = 0; n < size; n += 1)
    for (let edge = 0; edge < quietZone; edge += 1)
      for (const [x, y] of [
        [n, edge],
        [edge, n],
        [n, size - 1 - edge],
        [size - 1 - edge, n],
      ] as const)
        assert.equal(isDark(x, y), false, `${x}, ${y} is light`)
  // The first two bits of the format lie left in row 8, masked by 10 (ISO/IEC 18004, 7.9).
  const bits = (Number(isDark(quietZone, quietZone + 8)) << 1) | Number(isDark(quietZone + 1, quietZone + 8))
  return { quietZone, level: bits ^ 0b10 }
}

for (const [what, code] of codes) {
  suite(`${what} as a picture`, () => {
    const text = writeQris(code)

    for (const scale of [3, 4, 8]) {
      test(`is read from its PNG at ${scale} pixels a module`, () => {
        assert.equal(seen(decoded(qrPng(text, scale))), text)
      })
    }

    test('is read from its SVG, whose modules are those of the PNG', () => {
      assert.equal(seen(drawn(qrSvg(text), 5)), text)
      for (const scale of [1, 3]) assert.deepEqual(drawn(qrSvg(text), scale), decoded(qrPng(text, scale)))
    })

    test('has four light modules around it and error correction M', () => {
      assert.deepEqual(formOf(decoded(qrPng(text, 1))), { quietZone: 4, level: 0b00 })
    })
  })
}

test('codes of all sorts of text are read as they were written', () => {
  const texts = fc.string({
    unit: fc.constantFrom(...Array.from('0123456789ABC abc.-~')),
    minLength: 1,
    maxLength: 400,
  })
  fc.assert(
    fc.property(texts, (text) => assert.equal(seen(decoded(qrPng(text, 4))), text)),
    { numRuns: 40 },
  )
})

test('an SVG holds nothing that a content security policy would stop, and nothing of the text', () => {
  const svg = qrSvg(`"><script>alert(1)</script><style onload='x'>`)
  assert.doesNotMatch(svg, /script|style|href|on\w+=|url\(|alert/)
  assert.deepEqual(drawn(svg, 1), decoded(qrPng(`"><script>alert(1)</script><style onload='x'>`, 1)))
})

for (const pixels of [0, -1, 1.5, 33, Number.NaN]) {
  test(`${pixels} pixels a module are a mistake of ours`, () => {
    assert.throws(() => qrPng('A', pixels), /Invariant broken/)
  })
}
