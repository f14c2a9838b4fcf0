import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { parse } from 'promptparse'
import { rupiah } from '../base/money.ts'
import { checksumOf } from './emv-code.ts'
import { type QrisCode, type QrisMerchant, qrisText, readQris, writeQris } from './qris.ts'

/** A vector that was verified elsewhere (reference-facts.md 5.3); its merchant is another acquirer's. */
const vector =
  '00020101021226660014ID.EXAMPLE.WWW011893600999000000001202150000000000123450303UMI51440014ID.CO.QRIS.WWW0215ID102' +
  '00000000120303UMI520454995303360540410005802ID5911TOKO CONTOH6007JAKARTA61051219062200116INV16867161011516304ED25'

const merchant: QrisMerchant = {
  route: 12_345,
  class: 'UMI',
  mcc: '5499',
  name: 'Toko Contoh',
  city: 'Jakarta',
  postcode: '12190',
}
const orderNo = Buffer.from('69270bf4a9c0000000cdef0a', 'hex')
const dynamicCode: QrisCode = { merchant, order: { amount: rupiah(150_000n), orderNo } }
const staticCode: QrisCode = { merchant, order: null }

/** A code with something else wherever a part stands, and a checksum that is right again. */
function forged(text: string, part: string, other: string): string {
  assert.ok(text.includes(part), part)
  const body = text.replaceAll(part, other).slice(0, -4)
  return body + checksumOf(body)
}

suite('a code of QRIS', () => {
  test('is these bytes where it is dynamic', () => {
    assert.equal(
      writeQris(dynamicCode),
      '00020101021226660014ID.GERBANG.WWW01189360099900000123450215000000000012345' +
        '0303UMI51440014ID.CO.QRIS.WWW0215ID99900000123450303UMI5204549953033605406150000' +
        '5802ID5911Toko Contoh6007Jakarta61051219062280524' +
        '69270BF4A9C0000000CDEF0A63049B4A',
    )
  })

  test('says neither amount nor order where it is static', () => {
    const objects = parse(writeQris(staticCode), true)
    assert.equal(objects?.getTagValue('01'), '11')
    for (const id of ['54', '62']) assert.equal(objects.getTagValue(id), undefined)
    const read = readQris(writeQris(staticCode))
    assert.ok(typeof read !== 'string')
    assert.deepEqual([read.amount, read.orderNo], [null, null])
  })
})

const routes = fc.nat(2 ** 32 - 1)
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`))
const label = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 25 })
const amounts = fc.bigInt({ min: 1n, max: 10n ** 13n - 1n }).map(rupiah)

/** Any code that can be asked for. */
const codes: fc.Arbitrary<QrisCode> = fc.record(
  {
    merchant: fc.record({
      route: routes,
      class: fc.constantFrom('UMI', 'UKE', 'UME', 'UBE', 'URE'),
      mcc: digits(4),
      name: fc.string({ unit: 'binary', maxLength: 40 }),
      city: fc.string({ unit: 'grapheme', maxLength: 20 }),
      postcode: digits(5),
    }),
    order: fc.option(
      fc.record(
        {
          amount: amounts,
          orderNo: fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
          billNumber: label,
        },
        { requiredKeys: ['amount', 'orderNo'], noNullPrototype: true },
      ),
    ),
    tip: fc.oneof(
      fc.constant({ kind: 'asked' } as const),
      fc.record({ kind: fc.constant('fixed' as const), amount: amounts }, { noNullPrototype: true }),
      fc.record(
        { kind: fc.constant('share' as const), basisPoints: fc.integer({ min: 1, max: 9_999 }) },
        { noNullPrototype: true },
      ),
    ),
    terminal: label,
  },
  { requiredKeys: ['merchant', 'order'], noNullPrototype: true },
)

test('what is written is read back', () => {
  fc.assert(
    fc.property(codes, (code) => {
      const { route, name, city } = code.merchant
      const nmid = `ID999${route.toString().padStart(10, '0')}`
      assert.deepEqual(readQris(writeQris(code)), {
        amount: code.order?.amount ?? null,
        tip: code.tip ?? null,
        merchantName: qrisText(name, 25) || nmid,
        merchantCity: qrisText(city, 15) || 'INDONESIA',
        nmid,
        route,
        orderNo: code.order?.orderNo ?? null,
        billNumber: code.order?.billNumber ?? null,
        terminal: code.terminal ?? null,
      })
    }),
    { numRuns: 1_000 },
  )
})

/** What each kind of tip is in objects 55 to 57. */
function tipTexts({ tip }: QrisCode): (string | undefined)[] {
  if (!tip) return [undefined, undefined, undefined]
  if (tip.kind === 'asked') return ['01', undefined, undefined]
  if (tip.kind === 'fixed') return ['02', tip.amount.minor.toString(), undefined]
  return ['03', undefined, (tip.basisPoints / 100).toFixed(2).replace(/\.?0+$/, '')]
}

test('a decoder that others wrote finds every object where the standard has it', () => {
  fc.assert(
    fc.property(codes, (code) => {
      const text = writeQris(code)
      const read = parse(text, true)
      assert.ok(read, 'its checksum is right to others')
      const of = (id: string, inner?: string) => read.getTagValue(id, inner)
      const number = code.merchant.route.toString()
      const nmid = `ID999${number.padStart(10, '0')}`
      assert.deepEqual([of('00'), of('01')], ['01', code.order ? '12' : '11'])
      assert.deepEqual(
        ['00', '01', '02', '03'].map((id) => of('26', id)),
        ['ID.GERBANG.WWW', `93600999${number.padStart(10, '0')}`, number.padStart(15, '0'), code.merchant.class],
      )
      assert.deepEqual(
        ['00', '01', '02', '03'].map((id) => of('51', id)),
        ['ID.CO.QRIS.WWW', undefined, nmid, code.merchant.class],
      )
      assert.deepEqual(
        [of('52'), of('53'), of('58'), of('61')],
        [code.merchant.mcc, '360', 'ID', code.merchant.postcode],
      )
      assert.equal(of('54'), code.order?.amount.minor.toString())
      assert.deepEqual(
        ['55', '56', '57'].map((id) => of(id)),
        tipTexts(code),
      )
      assert.equal(of('59'), qrisText(code.merchant.name, 25) || nmid)
      assert.equal(of('60'), qrisText(code.merchant.city, 15) || 'INDONESIA')
      assert.deepEqual(
        ['01', '05', '07'].map((id) => of('62', id)),
        [code.order?.billNumber, code.order?.orderNo.toString('hex').toUpperCase(), code.terminal],
      )
      assert.deepEqual(
        read
          .getTags()
          .map(({ id }) => id)
          .toSorted(),
        read.getTags().map(({ id }) => id),
      )
      assert.equal(of('63'), text.slice(-4))
    }),
    { numRuns: 500 },
  )
})

test('no single character can be another unnoticed', () => {
  const text = writeQris({ ...dynamicCode, tip: { kind: 'share', basisPoints: 250 }, terminal: 'A1' })
  const others = [
    ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
    'é',
    '٣',
    '３',
    '😀',
    '\udc00',
  ]
  let tried = 0
  for (let at = 0; at < text.length; at += 1)
    for (const other of others) {
      if (text[at] === other) continue
      const read = readQris(text.slice(0, at) + other + text.slice(at + 1))
      assert.ok(read === 'not_a_qr' || read === 'wrong_checksum', `${other} at ${at}`)
      tried += 1
    }
  assert.equal(tried, text.length * (others.length - 1))
})

test('a character that is left out, put in or changes places with the next does not pass', () => {
  const text = writeQris(dynamicCode)
  for (let at = 0; at < text.length; at += 1) {
    const [before, here, next, behind] = [text.slice(0, at), text[at], text[at + 1], text.slice(at + 2)]
    assert.equal(typeof readQris(before + text.slice(at + 1)), 'string')
    assert.equal(typeof readQris(`${before}0${text.slice(at)}`), 'string')
    if (next !== undefined && here !== next) assert.equal(typeof readQris(before + next + here + behind), 'string')
  }
})

suite('what is no code of ours has a name', () => {
  const text = writeQris(dynamicCode)
  const last = writeQris({ ...dynamicCode, merchant: { ...merchant, route: 2 ** 32 - 1 } })
  const tipped = writeQris({ ...staticCode, tip: { kind: 'fixed', amount: rupiah(1_000n) } })

  test('another acquirer’s merchant', () => {
    assert.equal(readQris(vector), 'other_acquirer')
    assert.equal(readQris(forged(text, 'ID.GERBANG.WWW', 'ID.GERBONG.WWW')), 'other_acquirer')
  })

  test('a checksum that does not fit', () => {
    assert.equal(readQris(vector.slice(0, -1) + '6'), 'wrong_checksum')
    assert.equal(readQris(text.replace('5406150000', '5406150001')), 'wrong_checksum')
    assert.equal(readQris(text.slice(0, -4) + text.slice(-4).toLowerCase()), 'wrong_checksum')
  })

  for (const [what, part, other, from] of [
    ['another scheme', 'ID.CO.QRIS.WWW', 'SG.COM.NETSWWW', text],
    ['another currency', '5303360', '5303702', text],
    ['another country', '5802ID', '5802SG', text],
    ['a template whose inner length lies', '0014ID.CO.QRIS.WWW', '0015ID.CO.QRIS.WWW', text],
    ['an amount of nothing', '5406150000', '5406000000', text],
    ['an amount below a rupiah', '5406150000', '54060.5000', text],
    ['an amount with cents', '5406150000', '54061500.5', text],
    ['a negative amount', '5406150000', '5406-15000', text],
    ['an amount in another notation', '5406150000', '5406150e03', text],
    ['a dynamic code without an amount', '5406150000', '', text],
    ['a dynamic code without its order', '6228052469270BF4A9C0000000CDEF0A', '', text],
    ['a static code of an order', '010212', '010211', text],
    ['a code that is neither', '010212', '010213', text],
    ['a reference in small letters', '69270BF4', '69270bf4', text],
    ['a reference of one digit less', '6228052469270BF4A', '6227052369270BF4', text],
    ['a class that is none', '0303UMI51', '0303UMX51', text],
    ['a class that is none in both templates', '0303UMI', '0303UMX', text],
    ['an amount of 14 digits', '5406150000', '541415000000000000', text],
    ['a bill number of 26 characters', '62280524', `62580126${'x'.repeat(26)}0524`, text],
    ['labels whose inner length lies', '62280524', '62280525', text],
    ['a merchant of 33 bits', '4294967295', '4294967296', last],
    ['two classes', '0303UMI52', '0303UBE52', text],
    ['two merchants', 'ID9990000012345', 'ID9990000012346', text],
    ['a merchant of the repository’s', 'ID9990000012345', 'ID1020000012345', text],
    ['another acquirer’s numbering under our domain', '93600999', '93600014', text],
    ['a merchant of too many digits', '000000000012345', '999999999912345', text],
    ['a name that is too long', '5911Toko Contoh', `5926${'x'.repeat(26)}`, text],
    ['a city that is too long', '6007Jakarta', `6016${'x'.repeat(16)}`, text],
    ['no name', '5911Toko Contoh', '', text],
    ['no category', '52045499', '', text],
    ['a postcode of letters', '610512190', '6105ABCDE', text],
    ['a fixed tip without its amount', '56041000', '', tipped],
    ['a tip without its kind', '550202', '', tipped],
    ['a tip of two kinds', '56041000', '5604100057015', tipped],
    ['a tip of no kind', '550202', '550204', tipped],
    ['a share of nothing', '55020256041000', '55020357010', tipped],
    ['a share of a hundred per cent', '55020256041000', '5502035703100', tipped],
  ] as const) {
    test(`${what} is not QRIS`, () => {
      assert.equal(readQris(forged(from, part, other)), 'not_qris')
    })
  }

  for (const amount of ['150000.', '150000.0', '150000.00']) {
    test(`the amount ${amount} is read as whole rupiah (invariant 11)`, () => {
      const read = readQris(forged(text, '5406150000', `54${amount.length.toString().padStart(2, '0')}${amount}`))
      assert.ok(typeof read !== 'string')
      assert.deepEqual(read.amount, rupiah(150_000n))
    })
  }

  test('10 kB, and anything at all, quickly and without throwing', () => {
    const before = performance.now()
    for (const text of ['0'.repeat(10_240), '\ud800'.repeat(10_240), '99'.repeat(5_120), '5201'.repeat(2_560)])
      assert.equal(readQris(text), 'not_a_qr')
    assert.ok(performance.now() - before < 100)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => assert.equal(readQris(text), 'not_a_qr')),
    )
  })
})

suite('what the standard does not take', () => {
  for (const [text, length, written] of [
    ['Toko Contoh', 25, 'Toko Contoh'],
    ['  Café\t“Ñandú”  &\n Søn  ', 25, 'Cafe "Nandu" & Son'],
    ['Straße №5 – Ærø', 25, 'Strasse No5 - AEro'],
    ['Kopi ½ Kilo…', 25, 'Kopi 1/2 Kilo...'],
    ['ＷＡＲＵＮＧ　ＡＢＣ', 25, 'WARUNG ABC'],
    ['Warung 🍜 Bu Sri 北京', 25, 'Warung Bu Sri'],
    ['北京', 25, ''],
    ['a\u0000b\ud800c', 25, 'abc'],
    ['Toko Serba Ada Sejahtera Abadi', 25, 'Toko Serba Ada Sejahtera'],
    ['Kabupaten Bandung Barat', 15, 'Kabupaten Bandu'],
  ] as const) {
    test(`${JSON.stringify(text)} is written ${JSON.stringify(written)}`, () => {
      assert.equal(qrisText(text, length), written)
    })
  }

  test('a merchant of whose name nothing is left is named by its NMID', () => {
    const read = readQris(writeQris({ ...dynamicCode, merchant: { ...merchant, name: '北京', city: '上海' } }))
    assert.ok(typeof read !== 'string')
    assert.deepEqual([read.merchantName, read.merchantCity], ['ID9990000012345', 'INDONESIA'])
  })
})

const order = { amount: rupiah(1n), orderNo }
for (const [what, code] of [
  ['a number of more than 32 bits', { merchant: { ...merchant, route: 2 ** 32 }, order: null }],
  ['a negative number', { merchant: { ...merchant, route: -1 }, order: null }],
  ['a category of three digits', { merchant: { ...merchant, mcc: '549' }, order: null }],
  ['a postcode of six digits', { merchant: { ...merchant, postcode: '121900' }, order: null }],
  ['an amount of nothing', { merchant, order: { ...order, amount: rupiah(0n) } }],
  ['an amount of 14 digits', { merchant, order: { ...order, amount: rupiah(10n ** 13n) } }],
  ['an order number of 13 bytes', { merchant, order: { ...order, orderNo: Buffer.alloc(13) } }],
  ['a bill number of 26 characters', { merchant, order: { ...order, billNumber: 'x'.repeat(26) } }],
  ['an empty bill number', { merchant, order: { ...order, billNumber: '' } }],
  ['a terminal in another script', { merchant, order: null, terminal: 'kasir①' }],
  ['a tip of nothing', { merchant, order: null, tip: { kind: 'fixed', amount: rupiah(0n) } }],
  ['a tip of a hundred per cent', { merchant, order: null, tip: { kind: 'share', basisPoints: 10_000 } }],
  ['half a basis point', { merchant, order: null, tip: { kind: 'share', basisPoints: 0.5 } }],
] as const satisfies readonly (readonly [string, QrisCode])[]) {
  test(`${what} is a mistake of ours`, () => {
    assert.throws(() => writeQris(code), /Invariant broken/)
  })
}
