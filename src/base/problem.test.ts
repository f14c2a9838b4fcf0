import assert from 'node:assert/strict'
import { test } from 'node:test'
import { humanise, Problem, problems } from './problem.ts'

test('the first three digits of each code are an HTTP status', () => {
  for (const { code } of Object.values(problems))
    assert.match(code, /^(400|401|403|404|405|409|413|415|429|500|503|504)\d{4}$/)
})

for (const [field, text] of [
  ['customer.mobilePhone', 'customer.mobile phone'],
  ['order.item.0.category', 'order.item.0.category'],
  ['sourceOfFunds.type', 'source of funds.type'],
  ['order.id', 'order.id'],
] as const) {
  test(`${field} is written ${text} in a message`, () => {
    assert.equal(humanise(field), text)
  })
}

for (const [problem, status, message] of [
  [
    new Problem('missing_field', { field: 'customer.mobilePhone' }),
    400,
    'Invalid Mandatory Field customer.mobile phone',
  ],
  [
    new Problem('malformed_field', { field: 'customer.mobilePhone' }),
    400,
    'Invalid Field Format. The customer.mobile phone format is invalid',
  ],
  [new Problem('unauthorized'), 401, 'Unauthorized'],
  [new Problem('not_permitted'), 403, 'Transaction Not Permitted'],
  [new Problem('wrong_state'), 404, 'Invalid Transaction Status'],
] as const) {
  test(`"${message}" is told with HTTP ${status}`, () => {
    assert.deepEqual([problem.status, problem.message], [status, message])
  })
}
