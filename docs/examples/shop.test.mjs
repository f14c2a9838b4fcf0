import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGateway } from 'gerbang'

const gateway = await startGateway()
after(() => gateway.close())

async function call(path, body) {
  const { id, key } = gateway.merchant
  const answer = await fetch(`${gateway.url}/pg/payment/card/${path}`, {
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${id}:${key}`)}` },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  return answer.json()
}

const sale = (id) => ({ order: { id, amount: 150_000 }, customer: { mobilePhone: '+6281286288800' } })

test('an order is paid with a card', async () => {
  const { redirecturl } = await call('initiate', sale('INV-1'))
  assert.ok(redirecturl.startsWith(gateway.url))
  const { status } = await gateway.pay('INV-1')
  assert.equal(status, 'CAPTURED')
})

test('an order that nobody pays expires after a day', async () => {
  await call('initiate', sale('INV-2'))
  await gateway.clock.advance('PT24H')
  const { data } = await call('check/INV-2')
  assert.equal(data.result.payment.status, 'EXPIRED')
})
