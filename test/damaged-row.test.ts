import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { GatewayRefusal } from '../src/client.ts'
import { statement } from '../src/postgres/database.ts'
import { answerOf, assertProblem } from './api.ts'
import { freshOrderId, type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { until } from './process.ts'

/*
 * Rows of many requests are read and written together. One that somebody damaged, by hand or by a disk, must
 * not be felt by those who meet it in a batch.
 */
suite('a row that is damaged harms nobody who is read or written with it:', () => {
  let gateway: TestGateway
  let shop: MerchantServer
  let isDeaf = true
  before(async () => {
    gateway = await testGateway()
    shop = await merchantServer(() => (isDeaf ? 500 : 200))
  })
  after(async () => {
    await gateway.close()
    await shop.close()
  })

  async function open(): Promise<string> {
    const id = freshOrderId()
    const { status } = await gateway.initiate({ order: { id }, url: { callbackUrl: shop.url } })
    assert.equal(status, 200)
    return id
  }

  test("an order's", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, open))
    const [damaged, ...others] = ids
    await gateway.database.query(
      statement('test.damage', `update payment_order set request = '{' where order_id = $1`),
      [damaged],
    )
    const paid = await Promise.allSettled(ids.map((id) => gateway.client.pay(id)))
    for (const [index, result] of paid.entries())
      if (index > 0) assert.ok(result.status === 'fulfilled' && result.value.status === 'CAPTURED', ids[index])
      else assert.ok(result.status === 'rejected' && result.reason instanceof GatewayRefusal)
    const answers = await Promise.all(others.map((id) => answerOf(gateway.fetch(`/pg/payment/card/cancel/${id}`))))
    for (const answer of answers) assertProblem(answer, '4040100')
  })

  test("a callback's", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, open))
    await Promise.all(ids.map((id) => gateway.client.pay(id)))
    const countOf = (id: string) => shop.received.filter(({ body }) => body.includes(`"id":"${id}"`)).length
    await until('the first tries', () => ids.every((id) => countOf(id) === 1))
    const [damaged, ...others] = ids
    isDeaf = false
    await until('their results', async () => {
      const [row] = await gateway.database.query<{ open: number }>(
        statement(
          'test.tried',
          `select count(*)::int as open from callback where attempt_count = 0 and order_id = any($1)`,
        ),
        [ids],
      )
      return row?.open === 0
    })
    await gateway.database.query(statement('test.damage_2', `update callback set headers = '{' where order_id = $1`), [
      damaged,
    ])
    await gateway.database.query(
      statement(
        'test.due',
        `update timer set due_at = date_trunc('second', now()), leased_until = null where kind = 'callback'`,
      ),
    )
    await until('the second tries', () => others.every((id) => countOf(id) > 1))
    // One that fell with the damaged one would be sent again two seconds later.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    assert.deepEqual(
      others.map((id) => countOf(id)),
      others.map(() => 2),
    )
  })
})
