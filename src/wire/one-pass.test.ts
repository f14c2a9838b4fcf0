import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { customerIdOf, readExactly, readStored, readUsual } from './initiate.ts'
import { plainUrl } from './members.ts'

/** A request in pieces: members as JSON text, so that order, blanks and spelling are those of the case. */
type Tree = { readonly [name: string]: string | Tree | readonly Tree[] }

const usual: Tree = {
  customer: { email: '"b@example.com"', firstName: '"Budi"', lastName: '"S"', mobilePhone: '"+62812 8628 8800"' },
  order: {
    id: '"A-1"',
    amount: '"150000"',
    description: '"Two tickets"',
    item: [
      { name: '"Ticket"', quantity: '"2"', unitPrice: '"75000"' },
      { name: '"Fee"', quantity: '1' },
    ],
  },
  url: { callbackUrl: '"http://127.0.0.1:9/callback"', successUrl: '"https:\\/\\/shop.example.com/ok"' },
  billing: { address: { city: '"Jakarta"', street: '"Jalan 1"' } },
  sourceOfFunds: { type: '"cc"' },
  meta: { data: '{"cart":"A-1","source":"web"}' },
}

/** JSON text that a member may hold, right and wrong, usual and not. */
const values = [
  '"cc"',
  '"CC"',
  '"A-1"',
  '"b@example.com"',
  '"https://shop.example.com/"',
  '"http://x y"',
  '"+6281286288800"',
  '"x"',
  '""',
  'null',
  '[]',
  '{}',
  '[ ]',
  '{"x":1}',
  '[{}]',
  '[{"name":"a"},{"name":"b","x":[1,{"y":null}]}]',
  '[1]',
  'true',
  '0',
  '1',
  '-1',
  '1.0',
  '1e3',
  '01',
  '150000',
  '99999999999999',
  '999999999999999999',
  '"2.50"',
  '"007"',
  '"0"',
  '"60"',
  '"060"',
  '"a\\/b"',
  '"\\u0041"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\ud83d\\ude00"',
  '"\u00e9\ud83d\ude00"',
  '"\\x"',
  '"a\u0001"',
  '"',
  '{"a":1,"a":2}',
  '{"b":1,"a":[ 1 ]}',
  '{"0":1}',
  '{"a":{"b":{"c":"\\u00e9/"}}}',
  `${'['.repeat(40)}${']'.repeat(40)}`,
  '"' + 'x'.repeat(128) + '"',
  '"IDR"',
  '"USD"',
  '"TO_BE_STORED"',
]

const names = [
  'id',
  'email',
  'mobilePhone',
  'order',
  'item',
  'amount',
  'currency',
  'timeout',
  'card',
  'meta',
  'data',
  'unknown',
  '__proto__',
  'url',
  'callbackUrl',
  'sourceOfFunds',
  'type',
  'surchargeAmount',
  'itemAmount',
  'recurring',
  'transaction',
  'shipping',
  'device',
  'subMerchantId',
  'otp',
  'description',
  'a\\u0062c',
  'account',
  'quantity',
]

/** Writes a tree and, where chance says so, not as usual: another order, blanks, a member more, less, twice or other. */
function textOf(tree: Tree | readonly Tree[] | string, chance: (most: number) => number): string {
  const blank = () => (chance(40) === 0 ? ' \n' : '')
  if (typeof tree === 'string') return chance(30) === 0 ? pick(values, chance) : tree
  if (Array.isArray(tree)) return `[${blank()}${tree.map((each: Tree) => textOf(each, chance)).join(`,${blank()}`)}]`
  const members = Object.entries(tree as Tree).flatMap(([name, value]) => {
    if (chance(40) === 0) return []
    const text = `"${name}"${blank()}:${blank()}${textOf(value, chance)}`
    return chance(100) === 0 ? [text, text] : [text]
  })
  if (chance(12) === 0) members.push(`"${pick(names, chance)}":${pick(values, chance)}`)
  if (chance(8) === 0) members.sort(() => chance(3) - 1)
  return `{${blank()}${members.join(`${blank()},`)}${blank()}}`
}

function pick<Value>(of: readonly Value[], chance: (most: number) => number): Value {
  return of[chance(of.length)] as Value
}

function outcomeOf(text: string): { usual?: unknown; exact?: unknown; usualError?: string; exactError?: string } {
  const bytes = Buffer.from(text)
  const found: ReturnType<typeof outcomeOf> = {}
  try {
    found.usual = readUsual(bytes)
  } catch (error) {
    found.usualError = JSON.stringify(
      error,
      Object.getOwnPropertyNames(error).filter((name) => name !== 'stack'),
    )
  }
  try {
    found.exact = readExactly(bytes)
  } catch (error) {
    found.exactError = JSON.stringify(
      error,
      Object.getOwnPropertyNames(error).filter((name) => name !== 'stack'),
    )
  }
  return found
}

test('what is read in one pass is what the exact reading gives, and nothing that it refuses', () => {
  let read = 0
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(0xffff_ffff)), (numbers) => {
      const chance = (most: number) => (numbers.next().value as number) % most
      const text = textOf(usual, chance)
      const { usual: quick, exact, usualError, exactError } = outcomeOf(text)
      if (usualError !== undefined) assert.equal(usualError, exactError, text)
      if (quick === undefined) return
      read += 1
      assert.deepEqual(quick, exact, text)
    }),
    { numRuns: 4_000 },
  )
  // Else the property would say nothing.
  assert.ok(read > 500, `${read} of 4000 were read in one pass`)
})

test('every value in every place is read alike', () => {
  const places: (readonly string[])[] = [
    [],
    ['customer'],
    ['order'],
    ['url'],
    ['sourceOfFunds'],
    ['meta'],
    ['billing', 'address'],
    ['order', 'item', '0'],
  ]
  for (const place of places)
    for (const name of names)
      for (const value of values) {
        const set = (tree: Tree, [first, ...rest]: readonly string[]): Tree => {
          if (first === undefined) return { ...tree, [name]: value }
          const inner = tree[first]
          if (Array.isArray(inner)) return { ...tree, [first]: [set(inner[0] as Tree, rest.slice(1))] }
          return { ...tree, [first]: set(inner as Tree, rest) }
        }
        const text = textOf(set(usual, place), () => 1)
        const { usual: quick, exact, usualError, exactError } = outcomeOf(text)
        if (usualError !== undefined) assert.equal(usualError, exactError, text)
        if (quick !== undefined) assert.deepEqual(quick, exact, text)
      }
})

test('the usual request is read in one pass, from PHP and with numbers as well', () => {
  const text = textOf(usual, () => 1)
  for (const each of [
    text,
    text.replaceAll(/(?<!\\)\//g, '\\/'),
    text.replace('"150000"', '150000'),
    text.replace('Budi', 'Bud\u00e9'),
  ])
    assert.ok(readUsual(Buffer.from(each)), each)
  assert.ok(readUsual(Buffer.from(JSON.stringify(JSON.parse(text), null, 2))))
})

test('whatever passes for a plain URL, the parser takes', () => {
  const parts = [
    'http://',
    'https://',
    'a',
    'shop',
    '-',
    '.',
    '..',
    'xn--',
    '1',
    '08',
    '255',
    '256',
    '127.0.0.1',
    ':',
    '80',
    '65536',
    '59999',
    '/',
    '?',
    '#',
    '@',
    '%',
    '[',
    'com',
    'x-n',
    '0x7f',
    '\\',
    '|',
    '^',
    '"',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 9 }), (chosen) => {
      const url = `https://${chosen.join('')}`
      assert.ok(!plainUrl.test(url) || URL.canParse(url), url)
    }),
    { numRuns: 20_000 },
  )
  for (const url of ['https://shop.example.com/ok?a=b', 'http://127.0.0.1:9/callback', 'http://localhost:3000'])
    assert.ok(plainUrl.test(url))
  for (const url of ['https://xn--a.com', 'https://1.2.3', 'https://256.1.1.1', 'https://a:65536/'])
    assert.ok(!plainUrl.test(url))
})

test('the id of a customer is found in what is stored as by reading all of it', () => {
  const label = ',"customer":{"id":"x"}'
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.constantFrom('"', '\\', label, `foo${label}`),
  )
  const members = fc.record({ id: text, firstName: text, description: text }, { requiredKeys: [] })
  fc.assert(
    fc.property(members, ({ id, firstName, description }) => {
      const body = {
        order: { id: 'A-1', amount: '1', description, item: [{ name: description }] },
        customer: { id, firstName, mobilePhone: '+62812860000' },
      }
      // What is refused is not stored.
      if (/[\0\ud800-\udfff]/u.test(JSON.stringify(body)) || JSON.stringify(body).includes('\\u')) return
      const { stored } = readExactly(Buffer.from(JSON.stringify(body)))
      assert.equal(customerIdOf(stored), readStored(stored).customer.id ?? '')
    }),
  )
})
