import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { bigintArray, byteaArray, integerArray, textArray, timestampArray, uuidArray } from './binary-array.ts'
import { statement } from './database.ts'

const temporary = await testDatabase()
const { database } = temporary
after(() => temporary.drop())

/** What PostgreSQL makes of one array. */
async function received(type: string, array: Buffer): Promise<unknown[]> {
  const back = statement(
    `test.back_${type}`,
    `select element from unnest($1::${type}[]) with ordinality as given (element, place) order by place`,
  )
  return (await database.query<{ element: unknown }>(back, [array])).map(({ element }) => element)
}

const cases: readonly [type: string, encode: (values: never) => Buffer, values: readonly unknown[]][] = [
  ['text', textArray, ['', 'plain', '{"a":"\\"\\\\"}', 'null', 'é😀', '{a,b}', null, 'x'.repeat(10_000)]],
  ['bytea', byteaArray, [Buffer.alloc(0), Buffer.from([0, 255, 92]), Buffer.alloc(300, 7)]],
  ['integer', integerArray, [0, 1, -1, null, 2 ** 31 - 1, -(2 ** 31)]],
  ['bigint', bigintArray, [0n, 1n, -1n, 99_999_999_999_999n, 2n ** 63n - 1n, -(2n ** 63n)]],
  [
    'timestamptz',
    timestampArray,
    [
      new Date(0),
      new Date('2000-01-01T00:00:00Z'),
      null,
      new Date('2026-11-24T01:02:03.456Z'),
      new Date('1999-12-31T23:59:59.999Z'),
    ],
  ],
  ['uuid', uuidArray, ['00000000-0000-0000-0000-000000000000', 'f47ac10b-58cc-4372-a567-0e02b2c3d479']],
]

for (const [type, encode, values] of cases) {
  test(`PostgreSQL receives an array of ${type} as it was given`, async () => {
    assert.deepEqual(await received(type, encode(values as never)), values)
    assert.deepEqual(await received(type, encode([] as never)), [])
  })
}
