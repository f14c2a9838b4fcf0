import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SandboxClient } from '../src/client.ts'
import { statement } from '../src/postgres/database.ts'
import { addMerchant, answerOf, assertProblem, bodyOf } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'

/*
 * Who would be paid by a plan: another merchant who knows its name, a merchant who names the card of somebody
 * else, and whoever has a copy of the database, or could write into it.
 */

let gateway: TestGateway
let neighbour: { client: SandboxClient; headers: { authorization: string } }
before(async () => {
  gateway = await testGateway()
  const authorization = await addMerchant(gateway, 'TETANGGA', 'another-key')
  const client = new SandboxClient({ url: gateway.url, merchantId: 'TETANGGA', merchantKey: 'another-key' })
  neighbour = { client, headers: { authorization } }
})
after(() => gateway.close())

const name = 'BUDI SANTOSO'
const number = '5123450000000008'
let plans = 0

/** A plan of a merchant's customer, begun by its payer; answers its card. */
async function begin(client: SandboxClient, customerId: string): Promise<{ planId: string; token: string }> {
  plans += 1
  const planId = `sasaran-${plans}`
  const first = freshOrderId()
  const customer = { id: customerId, mobilePhone: '+6281286288800' }
  await client.call('POST', '/pg/payment/card/initiate', seedSample(first, { customer, recurring: monthly(planId) }))
  const card = { number, expiryDate: '3309', cvv: '100', nameOnCard: name }
  assert.equal((await client.pay(first, { card })).status, 'CAPTURED')
  const [stored] = await client.cards(customerId)
  assert.ok(stored)
  return { planId, token: stored.token }
}

const monthly = (id: string) => ({ type: 'PURCHASE', id, amount: '25000', intervalUnit: 'monthly' })

const run = (text: string, values: readonly unknown[] = []) =>
  gateway.database.query<Record<string, unknown>>(statement(`test.${text.length}.${text.slice(0, 40)}`, text), values)

/** How often the bank was asked to take money from a customer of the plan's orders. */
async function takenBy(planId: string): Promise<number> {
  const rows = await run(`select order_id from simulated_authorization where order_id like $1`, [`${planId}-%`])
  return rows.length
}

suite('a plan', () => {
  test('of another merchant is not found, in the bytes of one that is missing, and goes on untouched (invariant 9)', async () => {
    const { planId } = await begin(gateway.client, 'budi')
    const before = await gateway.client.plan(planId)
    const ask = async (path: string, method: string) => {
      const answer = await answerOf(gateway.fetch(path, { method, headers: neighbour.headers }))
      assertProblem(answer, '4040001')
      return answer.text.replace(/"processingTime":[\d.]+|"traceId":"[^"]+"/g, '')
    }
    for (const [wish, method] of [
      ['', 'GET'],
      ['/pause', 'POST'],
      ['/resume', 'POST'],
      ['/cancel', 'POST'],
    ] as const) {
      const theirs = await ask(`/gerbang/plans/${planId}${wish}`, method)
      assert.equal(theirs, await ask(`/gerbang/plans/none-of-it${wish}`, method))
    }
    for (const query of ['', '?customerId=budi', '?after=a', '?state=active']) {
      const listed = bodyOf(await answerOf(gateway.fetch(`/gerbang/plans${query}`, { headers: neighbour.headers })))
      assert.deepEqual(listed['data'], { plans: [], more: false }, query)
    }
    assert.deepEqual(await gateway.client.plan(planId), before)
    // The name is free at the other merchant, whose plan is another.
    const own = freshOrderId()
    const customer = { id: 'budi', mobilePhone: '+6281286288800' }
    const body = seedSample(own, { customer, recurring: monthly(planId) })
    await neighbour.client.call('POST', '/pg/payment/card/initiate', body)
    assert.equal((await neighbour.client.pay(own)).status, 'CAPTURED')
    await neighbour.client.managePlan(planId, 'cancel')
    assert.equal((await gateway.client.plan(planId)).state, 'active')
  })

  test('begins with no card but one of its own customer and merchant', async () => {
    const { token } = await begin(gateway.client, 'sari')
    const { token: elsewhere } = await begin(neighbour.client, 'sari')
    const initiate = (customerId: string, card: string) =>
      answerOf(
        gateway.fetch('/pg/payment/card/initiate', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(
            seedSample(freshOrderId(), {
              customer: { id: customerId, mobilePhone: '+6281286288800' },
              recurring: monthly(`rampasan-${customerId}`),
              card: { token: card, storedOnFile: 'STORED' },
            }),
          ),
        }),
      )
    for (const [customerId, card] of [
      ['budi', token],
      ['sari', elsewhere],
      ['sari', 'ab'.repeat(32)],
    ] as const)
      assert.match(assertProblem(await initiate(customerId, card), '4000001'), /card\.token/)
    assert.equal((await initiate('sari', token)).status, 200)
  })

  test('that was made to name the card of another customer or merchant stops, and the bank is asked for nothing', async () => {
    const { token } = await begin(gateway.client, 'dewi')
    const { token: elsewhere } = await begin(neighbour.client, 'agus')
    for (const card of [token, elsewhere]) {
      const { planId } = await begin(gateway.client, 'agus')
      await run('update plan set card_token = $2 where plan_id = $1', [planId, card])
      await gateway.client.clock.advance('P31D')
      const { state, events } = await gateway.client.plan(planId)
      assert.deepEqual([state, events.at(-1)?.data], ['stopped', { reason: 'card_deleted', no: 1 }])
      assert.equal(await takenBy(planId), 0)
    }
  })
})

suite('a copy of the database', () => {
  test('holds of a plan whose it is, how much and when, and neither number nor name of its card (invariant 8)', async () => {
    const { planId } = await begin(gateway.client, 'wati')
    await gateway.client.clock.advance('P31D')
    assert.equal((await gateway.client.plan(planId)).charged, 1)
    const rows = await Promise.all(
      ['plan', 'plan_event', 'timer'].map(async (table) =>
        (await run(`select to_jsonb(t) #>> '{}' as text from ${table} as t`)).map(({ text }) => text),
      ),
    )
    const orders = await run(`select to_jsonb(o) #>> '{}' as text from payment_order as o where order_id like $1`, [
      `${planId}%`,
    ])
    const text = [...rows.flat(), ...orders.map((row) => row['text'])].join('\n')
    assert.match(text, /wati/)
    assert.ok(orders.length === 1 && text.includes(planId))
    // As text, and as PostgreSQL writes bytes.
    for (const secret of [number, name])
      for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
        assert.ok(!text.includes(form.replace(/=+$/, '')), 'it holds what was typed')
    assert.doesNotMatch(text, /cvv/i)
  })

  test('holds tokens that charge nothing without the key of their merchant, nor for another customer', async () => {
    const { token } = await begin(gateway.client, 'joko')
    const charge = (headers: Record<string, string>, customerId: string) =>
      answerOf(
        gateway.fetch('/pg/payment/card/payment', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({
            customer: { id: customerId },
            order: { id: freshOrderId(), amount: '1000' },
            card: { token, storedOnFile: 'STORED' },
          }),
        }),
      )
    const wrongKey = { authorization: `Basic ${Buffer.from('FINPAY770:wrong').toString('base64')}` }
    assertProblem(await charge(wrongKey, 'joko'), '4010000')
    for (const [headers, customerId] of [
      [neighbour.headers, 'joko'],
      [{}, 'wati'],
    ] as const)
      assert.match(assertProblem(await charge(headers, customerId), '4000001'), /card\.token/)
    assert.equal((await charge({}, 'joko')).status, 200)
  })
})
