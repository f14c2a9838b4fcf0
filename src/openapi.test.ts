import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { jsonRoutes, openApiText } from './openapi.ts'
import { packageRoot } from './postgres/package-root.ts'

interface Described {
  readonly openapi: string
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Answer>> }>>>
  >
}
interface Answer {
  readonly content: { readonly 'application/json': { readonly schema: Schema } }
}
interface Schema {
  readonly properties: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const document = JSON.parse(await openApiText()) as Described

function answerOf(path: string, method: string): Schema {
  const answer = document.paths[path]?.[method]?.responses['200']
  assert.ok(answer, `${method} ${path} is described`)
  return answer.content['application/json'].schema
}

test('openapi.json is what the routes say; `npm run openapi` writes it anew', async () => {
  assert.equal(await openApiText(), readFileSync(join(packageRoot(), 'openapi.json'), 'utf8'))
})

test('the document names the calls that are there, and no others', () => {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual(calls.toSorted(), [
    'DELETE /sandbox/faults',
    'GET /gerbang/accounts',
    'GET /gerbang/plans',
    'GET /gerbang/plans/{planId}',
    'GET /pg/payment/card/cancel/{orderId}',
    'GET /pg/payment/card/check/{orderId}',
    'GET /pg/payment/card/customer/delete/{cardToken}',
    'GET /pg/payment/card/openpayment/check/{sofId}/{paymentCode}',
    'GET /pg/payment/card/openpayment/delete/{sofId}/{paymentCode}',
    'GET /pg/payment/card/void/{orderId}',
    'GET /sandbox/callbacks',
    'GET /sandbox/clock',
    'GET /sandbox/faults',
    'GET /sandbox/orders/{orderId}/events',
    'POST /gerbang/plans/{planId}/cancel',
    'POST /gerbang/plans/{planId}/pause',
    'POST /gerbang/plans/{planId}/resume',
    'POST /pg/payment/card/capture',
    'POST /pg/payment/card/customer',
    'POST /pg/payment/card/directdebit/bind',
    'POST /pg/payment/card/directdebit/limit',
    'POST /pg/payment/card/directdebit/limit/otp',
    'POST /pg/payment/card/directdebit/purchase',
    'POST /pg/payment/card/directdebit/purchase/otp',
    'POST /pg/payment/card/directdebit/unbind',
    'POST /pg/payment/card/initiate',
    'POST /pg/payment/card/openpayment/register',
    'POST /pg/payment/card/openpayment/update',
    'POST /pg/payment/card/payment',
    'POST /pg/payment/card/refund',
    'POST /pg/payment/card/threeds/auth/payer',
    'POST /pg/payment/card/threeds/auth/payment',
    'POST /pg/payment/card/threeds/initiate',
    'POST /sandbox/callbacks/{id}/resend',
    'POST /sandbox/clock',
    'POST /sandbox/directdebit/{token}/complete',
    'POST /sandbox/faults',
    'POST /sandbox/numbers/{sofId}/{paymentCode}/pay',
    'POST /sandbox/orders/{orderId}/pay',
  ])
})

test('an answer lists every member that is always sent as required, also behind an optional one', () => {
  const initiate = answerOf('/pg/payment/card/initiate', 'post')
  assert.deepEqual(initiate.required, ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
  const check = answerOf('/pg/payment/card/check/{orderId}', 'get')
  const data = check.properties['data']
  assert.deepEqual(data?.required, ['merchant', 'customer', 'order', 'meta', 'result'])
  assert.deepEqual(data?.properties['result']?.properties['payment']?.required, [
    'status',
    'statusDesc',
    'userDesc',
    'amount',
  ])
})

test('every route of the JSON doors has a schema for its answer, so that nothing unlisted is sent', async () => {
  const routes = await jsonRoutes()
  const without = routes
    // A handler that answers 405 or 403 and nothing else has only the errors to describe.
    .filter(({ schema }) => !schema.hide)
    .filter(({ schema }) => {
      const response = (schema.response ?? {}) as Readonly<Record<string, unknown>>
      return !['200', '4xx', '5xx'].every((status) => status in response)
    })
    .map(({ method, url }) => `${method} ${url}`)
  assert.deepEqual(without, [])
  assert.ok(
    routes.some(({ schema }) => schema.hide),
    'the hidden ones were seen too',
  )
})

test('an error is described with the four members that it always has', () => {
  const answer = document.paths['/pg/payment/card/initiate']?.['post']?.responses['4XX']
  const schema = answer?.content['application/json'].schema
  assert.deepEqual(schema?.required, ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
})
