import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checksumOf, readEmvCode, readObjects, writeEmvCode, writeObjects } from './emv-code.ts'

test('the checksum of 123456789 is 29B1, the check value of CRC-16 with these parameters', () => {
  assert.equal(checksumOf('123456789'), '29B1')
})

/** The sample of EMVCo's specification: its lengths count characters, its checksum is of bytes. */
const sample =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT' +
  '6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME' +
  '91320016A0112233449988770708123456786304A13A'

test('the sample of the specification is read, a name in another script included', () => {
  const objects = readEmvCode(sample)
  assert.ok(typeof objects !== 'string')
  assert.equal(objects.get('59'), 'BEST TRANSPORT')
  assert.deepEqual(
    [...(readObjects(objects.get('64') ?? '') ?? [])],
    [
      ['00', 'ZH'],
      ['01', '最佳运输'],
      ['02', '北京'],
    ],
  )
})

/** So many characters of data objects. */
function objectsOf(length: number): string {
  const whole = ['80', '81', '82', '83'].map((id) => `${id}99${'a'.repeat(99)}`).join('')
  return `${whole}85${(length - whole.length - 4).toString().padStart(2, '0')}${'a'.repeat(length - whole.length - 4)}`
}

/** Everything behind its version and before its checksum, with a checksum that is right. */
const sealed = (text: string) => `${text}6304${checksumOf(`${text}6304`)}`

for (const [what, text] of [
  ['nothing', ''],
  ['a word', 'hello'],
  ['an address', 'https://example.com/00020101'],
  ['a length that goes beyond the end', sealed('00020152995814')],
  ['a length that ends in the middle of the next object', '000201520358146304ABCD'],
  ['a length of nothing', sealed('0002015200')],
  ['a length that is no number', sealed('0002015x045814')],
  ['a length in other digits', sealed('00020152٠٤5814')],
  ['an object twice', sealed('0002015204581452045814')],
  ['another version', sealed('000202')],
  ['no version', sealed('52045814')],
  ['a version that is not first', sealed('52045814000201')],
  ['no checksum', '00020152045814'],
  ['something behind the checksum', `${sealed('00020152045814')}5802ID`],
  ['a checksum of three digits', '000201520458146303ABC'],
  ['a blank before it', ` ${sealed('00020152045814')}`],
  ['a line break behind it', `${sealed('00020152045814')}\n`],
  ['a name of two bytes a character', sealed('0002015902éé')],
  ['a control character', sealed('0002015904A\u0000BC')],
  ['half a surrogate pair', sealed('0002015904A\ud800BC')],
  ['a control character in another script', sealed('0002016404A\u0000BC')],
  ['half a surrogate pair in another script', sealed('0002016404A\ud800BC')],
  ['more than 512 characters that are otherwise right', sealed(`000201${objectsOf(499)}`)],
  ['10 kB of objects', sealed(`000201${'5203ABC'.repeat(1_430)}`)],
  ['10 kB of digits', '0'.repeat(10_240)],
] as const) {
  test(`${what} is no code`, () => {
    assert.equal(readEmvCode(text), 'not_a_qr')
  })
}

test('512 characters are a code', () => {
  const text = sealed(`000201${objectsOf(498)}`)
  assert.equal(text.length, 512)
  assert.equal(typeof readEmvCode(text), 'object')
})

for (const [what, text] of [
  ['a length beyond the end', '5299ab'],
  ['a length of nothing', '5200'],
  ['an object twice', '5201a5201a'],
  ['half a head', '5201a52'],
  ['a control character', '5201\u0007'],
] as const) {
  test(`${what} is in no list of data objects`, () => {
    assert.equal(readObjects(text), undefined)
  })
}

for (const checksum of ['0000', 'ed25', 'ED 5', '    ']) {
  test(`the checksum "${checksum}" is wrong`, () => {
    const text = sealed('00020152045814').slice(0, -4)
    assert.notEqual(checksumOf(text), checksum)
    assert.equal(readEmvCode(text + checksum), 'wrong_checksum')
  })
}

const anObject = fc.tuple(
  fc.integer({ min: 2, max: 62 }).map((id) => id.toString().padStart(2, '0')),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 99 }),
)
const someObjects = fc.uniqueArray(anObject, { selector: ([id]) => id, maxLength: 4 })

test('what is written is read back, and no character of it can be another unnoticed', () => {
  fc.assert(
    fc.property(
      someObjects,
      fc.nat(),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      (objects, n, other) => {
        const text = writeEmvCode(objects)
        const read = readEmvCode(text)
        assert.ok(typeof read !== 'string')
        assert.deepEqual([...read].slice(1, -1), objects)
        const at = n % text.length
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        if (changed !== text) assert.equal(typeof readEmvCode(changed), 'string')
      },
    ),
    { numRuns: 1_000 },
  )
})

test('no text makes it throw', () => {
  const someText = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^000201(\d{4}\w{0,9}){0,9}$/))
  fc.assert(
    fc.property(someText, (text) => assert.match(JSON.stringify(readEmvCode(text)), /^"(not_a_qr|wrong_checksum)"$/)),
  )
})

for (const [what, objects] of [
  ['an id of one digit', [['5', 'a']]],
  ['an empty value', [['52', '']]],
  ['a value of 100 characters', [['52', 'a'.repeat(100)]]],
  ['a character of two bytes', [['59', 'é']]],
  ['a line break', [['59', 'a\nb']]],
] as const) {
  test(`${what} is not written`, () => {
    assert.throws(() => writeObjects(objects), /Invariant broken/)
  })
}

test('more than 512 characters are not written', () => {
  const objects = ['80', '81', '82', '83', '84'].map((id) => [id, 'a'.repeat(99)] as const)
  assert.throws(() => writeEmvCode(objects), /at most 512/)
})
