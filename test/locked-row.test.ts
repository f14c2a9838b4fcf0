import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { statement } from '../src/postgres/database.ts'
import { answerOf, assertProblem } from './api.ts'
import { freshOrderId, type TestGateway, testGateway } from './gateway.ts'
import { until } from './process.ts'

suite('an order that another session holds locked', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway()
  })
  after(() => gateway.close())

  test('holds up nobody else who pays, and is 503 itself', async () => {
    const held = freshOrderId()
    await gateway.initiate({ order: { id: held } })
    let release = () => undefined as void
    const released = new Promise<void>((resolve) => (release = resolve))
    const holding = gateway.database.transaction(async (sql) => {
      await sql.query(statement('test.hold', 'select from payment_order where order_id = $1 for update'), [held])
      await released
    })
    await until('the lock', async () => {
      const free = statement('test.free', 'select from payment_order where order_id = $1 for update skip locked')
      return (await gateway.database.query(free, [held])).length === 0
    })
    const cancelled = answerOf(gateway.fetch(`/pg/payment/card/cancel/${held}`))
    await sleep(50)
    const began = performance.now()
    const paid = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const id = freshOrderId()
        await gateway.initiate({ order: { id } })
        return gateway.client.pay(id)
      }),
    )
    const tookMs = performance.now() - began
    for (const { status } of paid) assert.equal(status, 'CAPTURED')
    // It waits for two seconds, and would have let all wait for five.
    assertProblem(await cancelled, '5030000')
    assert.ok(tookMs < 3_000, `${tookMs} ms`)
    release()
    await holding
    assert.equal((await gateway.fetch(`/pg/payment/card/cancel/${held}`)).status, 200)
    assert.deepEqual(
      gateway.logged.filter((line) => line.includes('"bug"')),
      [],
    )
  })
})
