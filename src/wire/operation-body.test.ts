import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOperation } from './operation-body.ts'

const read = (text: string) => readOperation(Buffer.from(text))
const refuses = (text: string, problem: string, field?: string) =>
  assert.throws(() => read(text), { problem, ...(field && { field }) })

test('an order id and an amount are read in every form that initiate takes', () => {
  const wanted = { orderId: '12', amount: { minor: 1_000n, currency: 'IDR' } }
  for (const body of [
    '{"order":{"id":"12","amount":"1000"}}',
    '{"order":{"id":12,"amount":1000}}',
    '{"order":{"id":12,"amount":1.0E3,"currency":"IDR"},"reason":"ignored"}',
    '{"order":{"id":"12","amount":"1000.00"}}',
  ])
    assert.deepEqual(read(body), wanted)
})

test('the member at fault is named', () => {
  refuses('{}', 'missing_field', 'order')
  refuses('{"order":{"amount":1}}', 'missing_field', 'order.id')
  refuses('{"order":{"id":"A"}}', 'missing_field', 'order.amount')
  refuses('{"order":{"id":"A","amout":1}}', 'missing_field', 'order.amount')
  for (const amount of ['0', '-1', '1.5', '"1.50"', '1e99', '"0"', 'true', '[]', '{}'])
    refuses(`{"order":{"id":"A","amount":${amount}}}`, 'malformed_field', 'order.amount')
  refuses('{"order":{"id":"a/b","amount":1}}', 'malformed_field', 'order.id')
})

test('what is no JSON object is refused before it is looked at', () => {
  for (const body of ['', '[]', '{"order":{"id":"A","id":"B","amount":1}}', '{"order"']) refuses(body, 'malformed_body')
})
