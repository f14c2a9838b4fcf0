import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '../base/problem.ts'
import { parseBody } from './json.ts'

const parse = (text: string, capture: readonly string[] = []) => parseBody(Buffer.from(text), capture)

function nested(levels: number): string {
  return `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`
}

const refusedBodies: readonly (readonly [name: string, body: string | Buffer, reason: RegExp])[] = [
  ['nothing', '', /empty/],
  ['blanks only', ' \n\t', /empty/],
  ['a byte order mark', '\ufeff{}', /byte order mark/],
  ['a byte that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8/],
  ['a surrogate written in UTF-8', Buffer.from('7b2261223a22eda080227d', 'hex'), /UTF-8/],
  ['an overlong slash', Buffer.from('7b2261223a22c0af227d', 'hex'), /UTF-8/],
  ['UTF-16', Buffer.from('{}', 'utf16le'), /not valid at character 2/],
  ['an array', '[]', /not a JSON object/],
  ['a text', '"a"', /not a JSON object/],
  ['null', 'null', /not a JSON object/],
  ['a form', 'a=1', /not a JSON object/],
  ['trailing text', '{} x', /at character 4/],
  ['two objects', '{}{}', /at character 3/],
  ['an open object', '{', /ends too early/],
  ['an open text', '{"a":"b', /ends too early/],
  ['a text that ends in an escape', '{"a":"\\', /ends too early|not valid/],
  ['a value that is missing', '{"a":}', /at character 6/],
  ['a comma at the end of an object', '{"a":1,}', /at character 8/],
  ['a comma at the end of an array', '{"a":[1,]}', /at character 9/],
  ['a comma that is missing', '{"a":1 "b":2}', /at character 8/],
  ['a colon that is missing', '{"a" 1}', /at character 6/],
  ['a key without quotes', '{a:1}', /at character 2/],
  ['single quotes', "{'a':1}", /at character 2/],
  ['a comment', '{/**/}', /at character 2/],
  ['a leading zero', '{"a":01}', /at character 7/],
  ['a leading plus', '{"a":+1}', /at character 6/],
  ['a bare minus', '{"a":-}', /at character 7/],
  ['a dot without digits', '{"a":1.}', /at character 8/],
  ['a dot first', '{"a":.5}', /at character 6/],
  ['an exponent without digits', '{"a":1e}', /at character 8/],
  ['NaN', '{"a":NaN}', /at character 6/],
  ['a misspelt word', '{"a":nul}', /at character 6/],
  ['a capital word', '{"a":True}', /at character 6/],
  ['a raw line feed in a text', '{"a":"b\nc"}', /at character 8/],
  ['a raw U+0000', '{"a":"b\u0000"}', /at character 8/],
  ['a raw U+0000 in a key', '{"\u0000":1}', /at character 3/],
  ['an escaped U+0000', '{"a":"\\u0000"}', /U\+0000/],
  ['an escaped U+0000 in a key', '{"\\u0000":1}', /U\+0000/],
  ['an unknown escape', '{"a":"\\x41"}', /at character 7/],
  ['a short escape', '{"a":"\\u12"}', /not valid/],
  ['a lone high surrogate', '{"a":"\\ud83d"}', /surrogate/],
  ['a lone low surrogate', '{"a":"\\ude00"}', /surrogate/],
  ['two high surrogates', '{"a":"\\ud83d\\ud83d"}', /surrogate/],
  ['a high surrogate before a letter', '{"a":"\\ud83dx"}', /surrogate/],
  ['a lone surrogate in a key', '{"\\udc00":1}', /surrogate/],
  ['a key twice', '{"a":1,"a":1}', /twice at character 8/],
  ['a key twice, once escaped', '{"a":1,"\\u0061":1}', /twice/],
  ['a key twice within an object', '{"o":{"a":1,"b":2,"a":3}}', /twice/],
  ['a key twice within an array', '{"o":[{"a":1,"a":3}]}', /twice/],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', /twice/],
  ['an empty key twice', '{"":1,"":2}', /twice/],
  ['a key twice among many', `{${Array.from({ length: 100 }, (_, n) => `"k${n}":${n}`).join()},"k50":1}`, /twice/],
  ['33 levels', nested(33), /deeper than 32/],
  ['33 levels of arrays', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`, /deeper than 32/],
  ['a million levels', `{"a":${'['.repeat(1_000_000)}`, /deeper than 32/],
]

for (const [name, body, reason] of refusedBodies) {
  test(`a body with ${name} is refused`, () => {
    assert.throws(
      () => parseBody(typeof body === 'string' ? Buffer.from(body) : body, []),
      (error) => error instanceof Problem && error.problem === 'malformed_body' && reason.test(error.message),
    )
  })
}

test('32 levels are read', () => {
  assert.deepEqual(parse(nested(32)).value, JSON.parse(nested(32)))
})

test('the same key in different objects is no repetition', () => {
  assert.deepEqual(parse('{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}}').value, {
    a: { a: [{ a: 1 }, { a: 2 }] },
    b: { a: 1 },
  })
})

test('a pair of escaped surrogates is one character', () => {
  assert.deepEqual(parse('{"a":"\\ud83d\\ude00"}').value, { a: '😀' })
})

test('a key named __proto__ is a member like any other and changes no prototype', () => {
  const { value, raw } = parse('{"__proto__":{"order":{"id":"1"}},"constructor":1}', ['order.id'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(value['order'], undefined)
  assert.equal(raw.size, 0)
})

test('captured members come as they are written', () => {
  const body = '{"order" : {"id": 9007199254740993 , "x":{"id":1}}, "meta":{"data": {"b":1.0, "1":[ ] }}, "id":5}'
  const { raw } = parse(body, ['meta.data', 'order.id', 'order.missing'])
  assert.deepEqual(
    [...raw],
    [
      ['order.id', '9007199254740993'],
      ['meta.data', '{"b":1.0, "1":[ ] }'],
    ],
  )
})

test('a captured path leads through objects by its exact names, not through arrays or a dotted key', () => {
  const capture = ['order.id']
  assert.equal(parse('{"order":[{"id":1}]}', capture).raw.size, 0)
  assert.equal(parse('{"order.id":1,"o":{"order":{"id":2}}}', capture).raw.size, 0)
  assert.equal(parse('{"\\u006frder":{"id":3}}', capture).raw.get('order.id'), '3')
})

test('every JSON object without U+0000 and lone surrogates reads as JSON.parse reads it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((s) => !s.includes('\u0000'))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(null, true, false),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.integer(),
      text,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 20 }),
    ),
  }))
  fc.assert(
    fc.property(
      fc.dictionary(text, value, { maxKeys: 20 }),
      fc.constantFrom('', ' ', '\t', '\r\n'),
      (object, blanks) => {
        const json = JSON.stringify(object, null, blanks)
        assert.deepEqual(parse(json).value, JSON.parse(json))
        const escaped = json.replace(/[^\x20-\x7e\s]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        assert.deepEqual(parse(escaped).value, JSON.parse(json))
      },
    ),
    { numRuns: 500 },
  )
})

/** What the scanner lets through, JSON.parse can read: otherwise a SyntaxError would reach the caller. */
function readsOrRefuses(bytes: Buffer): void {
  try {
    assert.deepEqual(parseBody(bytes, []).value, JSON.parse(bytes.toString()))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    assert.equal(error.problem, 'malformed_body')
  }
}

test('noise is refused with a Problem and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => readsOrRefuses(Buffer.from(bytes))),
    { numRuns: 1_000 },
  )
})

test('a body with one byte changed is read as JSON.parse reads it or refused with a Problem', () => {
  const body = Buffer.from('{"a":[1,-2.5e+3,true,false,null],"b":{"c":"d\\n\\u00e9\\ud83d\\ude00é"},"":""}')
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(...body)), (place, byte) => {
      const changed = Buffer.from(body)
      changed[place] = byte
      readsOrRefuses(changed)
    }),
    { numRuns: 3_000 },
  )
})

test('a body that JSON.parse refuses is refused', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"b"',
    '1',
    '-',
    '.',
    'e',
    '0',
    'null',
    ' ',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => readsOrRefuses(Buffer.from(`{${pieces.join('')}`))),
    { numRuns: 3_000 },
  )
})
