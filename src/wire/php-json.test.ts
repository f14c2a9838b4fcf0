import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseBody } from './json.ts'
import { type PhpValue, phpEncode, phpReencode, sortedReencode } from './php-json.ts'

/** `php` is what PHP 8.2 wrote, null where it failed. The differential test below keeps the file honest. */
interface Vector {
  readonly json: string
  readonly php: string | null
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/golden/php-json.json'), 'utf8'),
) as readonly Vector[]

test('every committed vector is re-encoded as PHP did', () => {
  assert.ok(vectors.length > 100)
  for (const { json, php } of vectors) assert.equal(phpReencode(json) ?? null, php, json)
})

test('our own values are written as PHP writes them', () => {
  const value: PhpValue = {
    text: 'Kopi é / "😀" \\ <&\'> \u007f\u2028\b\f\n\r\t\u0001',
    'kéy/': [1, -1, 0, 9_007_199_254_740_991, 9_223_372_036_854_775_807n, true, false, null, []],
    b: { a: { c: '' } },
  }
  const expected =
    '{"text":"Kopi \\u00e9 \\/ \\"\\ud83d\\ude00\\" \\\\ <&\'> \u007f\\u2028\\b\\f\\n\\r\\t\\u0001",' +
    '"k\\u00e9y\\/":[1,-1,0,9007199254740991,9223372036854775807,true,false,null,[]],"b":{"a":{"c":""}}}'
  assert.equal(phpEncode(value), expected)
})

const refusedValues: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['an undefined member', { a: undefined }],
  ['a fraction', 0.5],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['an unsafe integer', 2 ** 53],
  ['an integer of more than 64 bits', 2n ** 63n],
  ['a lone surrogate', 'a\ud800'],
  ['a lone surrogate in a key', { '\udc00': 1 }],
  ['an empty object', { a: {} }],
  ['a key that is an index', { a: 1, 0: 2 }],
  ['a function', () => 1],
]
for (const [name, value] of refusedValues) {
  test(`${name} in our own JSON is a broken invariant`, () => {
    assert.throws(() => phpEncode(value as PhpValue), /Invariant broken/)
  })
}

test('texts that say the same in another order of keys are equal when sorted', () => {
  assert.equal(sortedReencode('{"b":1,"a":{"d":2,"c":[3,1]}}'), '{"a":{"c":[3,1],"d":2},"b":1}')
  assert.equal(sortedReencode('{"1":"b","0":"a"}'), '{"0":"a","1":"b"}')
  assert.notEqual(sortedReencode('[9007199254740993]'), sortedReencode('[9007199254740992]'))
})

/** A text of any shape that the scanner lets through, blanks and odd numbers included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => !text.includes('\u0000')),
  fc.constantFrom('0', '1', '2', '-0', '01', '-1', 'a', '/', 'é', '😀', '__proto__', '\u007f\u2028'),
)
const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
  fc.tuple(fc.integer(), fc.nat(), fc.integer({ min: -330, max: 330 })).map(([a, b, e]) => `${a}.${b}e${e}`),
  fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: -8, max: 24 })).map(([a, e]) => `${a}E${e}`),
  fc.constantFrom('0', '-0', '0.0', '-0.0', '1.0', '1000.00'),
)
const blank = fc.constantFrom('', '', '', ' ', '\n\t')
const { json: anyJson } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    anyNumber,
    anyText.map((text) => JSON.stringify(text)),
    fc
      .tuple(blank, fc.array(tie('json'), { maxLength: 4 }))
      .map(([b, items]) => `[${b}${items.join(`${b},${b}`)}${b}]`),
    fc
      .tuple(blank, fc.uniqueArray(fc.tuple(anyText, tie('json')), { maxLength: 4, selector: ([key]) => key }))
      .map(([b, members]) => `{${members.map(([k, v]) => `${b}${JSON.stringify(k)}${b}:${b}${v}${b}`).join(',')}${b}}`),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `{${items.map((v, n) => `"${n}":${v}`).join(',')}}`),
  ),
}))

test('re-encoding gives what the scanner and JSON.parse read, and again the same', () => {
  fc.assert(
    fc.property(anyJson, (json) => {
      parseBody(Buffer.from(`{"a":${json}}`), [])
      const once = phpReencode(json)
      if (once === undefined) return
      assert.match(once, /^[\x20-\x7f]*$/)
      JSON.parse(once)
      // Floats that PHP writes without a fraction are integers to the second reader; all else is stable.
      if (!/[.eE]|\d{17}/.test(json)) assert.equal(phpReencode(once), once)
    }),
    { numRuns: 1_000 },
  )
})

/** What `php` makes of each text, in one process; null where it fails, undefined without PHP. */
function realPhp(texts: readonly string[]): (string | null)[] | undefined {
  const program = `while (($line = fgets(STDIN)) !== false) {
    $value = json_decode(base64_decode($line), true);
    if (json_last_error()) { echo "unread\\n"; continue; }
    $text = json_encode($value);
    echo $text === false ? "failed" : $text, "\\n";
  }`
  const input = texts.map((text) => `${Buffer.from(text).toString('base64')}\n`).join('')
  const run = spawnSync('php', ['-n', '-d', 'serialize_precision=-1', '-r', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (run.error) return undefined
  assert.equal(run.status, 0, run.stderr)
  return run.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => (line === 'failed' ? null : line))
}

function agreesWithPhp(texts: readonly string[], encode: (text: string) => string | null): void {
  const written = realPhp(texts)
  assert.equal(written?.length, texts.length)
  for (const [n, text] of texts.entries()) assert.equal(encode(text), written?.[n], text)
}

if (realPhp([])) {
  test('real PHP writes the committed vectors', () => {
    const written = realPhp(vectors.map(({ json }) => json))
    for (const [n, { json, php }] of vectors.entries()) assert.equal(written?.[n], php, json)
  })

  test('real PHP re-encodes thousands of texts as we do', () => {
    const fixed = fc.sample(anyJson, { seed: 770, numRuns: 4_000 })
    const fresh = fc.sample(anyJson, 2_000)
    agreesWithPhp([...fixed, ...fresh], (text) => phpReencode(text) ?? null)
  })

  test('real PHP writes doubles of every size as we do', () => {
    const sizes = Array.from({ length: 640 }, (_, n) => `1.2345678901234567e${n - 330}`)
    const powers = Array.from({ length: 640 }, (_, n) => `1e${n - 330}`)
    const halves = Array.from({ length: 1_100 }, (_, n) => String(2 ** -n))
    const doubles = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { seed: 770, numRuns: 4_000 })
    const texts = [...sizes, ...powers, ...halves, ...doubles.map(String)]
    agreesWithPhp(texts, (text) => phpReencode(text) ?? null)
  })

  test('real PHP writes our own values as we do', () => {
    const key = fc
      .string({ unit: 'grapheme', maxLength: 8 })
      .filter((text) => !/^\d+$/.test(text) && text !== '__proto__')
    const { value } = fc.letrec<{ value: PhpValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    const values = [...fc.sample(value, { seed: 770, numRuns: 2_000 }), ...fc.sample(value, 1_000)]
    const texts = values.map((each) => JSON.stringify(each))
    agreesWithPhp(texts, (text) => phpEncode(JSON.parse(text) as PhpValue))
  })
} else {
  process.stdout.write('# php is not installed: the differential test of the JSON writer is left out\n')
}
