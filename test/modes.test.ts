import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { StartProblem } from '../src/base/start-problem.ts'
import { statement } from '../src/postgres/database.ts'
import { answerOf, assertProblem, basic } from './api.ts'
import { findingsOn } from './audit.ts'
import { becomeLive, freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'
import { until } from './process.ts'

const live = { mode: 'live', publicUrl: 'https://pay.example.com' } as const
const sentCard = { number: '4111111111111111', expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }
const authorization = basic('FINPAY770', 'SoSecret123')

suite('a database has one of the two lives:', () => {
  test('that of a sandbox, with the key that everybody knows, is refused by live mode', async () => {
    const sandbox = await testGateway()
    await sandbox.gateway.close()
    const { connection } = sandbox
    const refused = new StartProblem('This database is a sandbox’s: live mode needs one of its own.')
    await assert.rejects(testGateway({}, { connection, config: live }), refused)
    const again = await testGateway({}, { connection })
    await again.close()
    await sandbox.close()
  })

  test('that of a live gateway is refused by a sandbox, and gets neither its merchant nor its acquirer', async () => {
    const first = await testGateway({}, { config: live })
    const { connection } = first
    await assert.rejects(testGateway({}, { connection }), (error) => error instanceof StartProblem)
    const known = { headers: { authorization } }
    assertProblem(await answerOf(fetch(`${first.url}/pg/payment/card/check/1`, known)), '4010000')
    const second = await testGateway({}, { connection, config: live })
    await second.close()
    await first.close()
  })
})

suite('two live gateways on one database', () => {
  let own: TestGateway
  let both: readonly TestGateway[] = []
  const due: string[] = []
  const open: string[] = []
  before(async () => {
    // Live mode opens no order without an acquirer. Two hours ago, so that what ends within one is due by now.
    own = await testGateway({}, { startAt: new Date(Date.now() - 7_200_000) })
    for (const [ids, timeout] of [
      [due, 60],
      [open, 1_440],
    ] as const)
      for (let n = 0; n < 100; n += 1) {
        const id = freshOrderId()
        const url = { callbackUrl: 'http://127.0.0.1:9/callback' }
        assert.equal((await own.initiate({ order: { id, timeout }, url })).status, 200)
        ids.push(id)
      }
    await own.gateway.close()
    await becomeLive(own.database)
    // Some were taken by a gateway that is gone.
    await own.database.query(
      statement('test.taken', `update timer set leased_until = now() + interval '2 seconds' where subject like '%7'`),
    )
    both = await Promise.all(
      [1, 2].map(() => testGateway({}, { connection: own.connection, config: { ...live, metrics: null } })),
    )
  })
  after(async () => {
    for (const each of both) await each.close()
    await own.close()
  })

  const ends = async (ids: readonly string[]) =>
    own.database.query<{ order_id: string; state: string; ended: number; told: number; tries: number }>(
      statement(
        'test.ends',
        `select order_id, state,
           (select count(*)::int from event e where e.order_id = o.order_id
              and type in ('order.expired', 'order.cancelled')) as ended,
           (select count(*)::int from callback c where c.order_id = o.order_id) as told,
           (select count(*)::int from callback c join callback_attempt t using (merchant_id, callback_id)
              where c.order_id = o.order_id) as tries
         from payment_order o where order_id = any($1)`,
      ),
      [ids],
    )

  test('end each order once and tell its merchant once', async () => {
    await until('all to be told', async () => (await ends(due)).every(({ tries }) => tries > 0))
    for (const { order_id, ...rest } of await ends(due))
      assert.deepEqual(rest, { state: 'expired', ended: 1, told: 1, tries: 1 }, order_id)
  })

  test('asked at once to cancel one order, do it once', async () => {
    const asked = open.map(async (id) => {
      const answers = await Promise.all(
        both.map(({ url }) => answerOf(fetch(`${url}/pg/payment/card/cancel/${id}`, { headers: { authorization } }))),
      )
      const refused = answers.filter(({ status }) => status !== 200)
      assert.equal(refused.length, 1, id)
      for (const answer of refused) assertProblem(answer, '4040100', id)
    })
    await Promise.all(asked)
    await until('all to be told', async () => (await ends(open)).every(({ tries }) => tries > 0))
    for (const { order_id, ...rest } of await ends(open))
      assert.deepEqual(rest, { state: 'cancelled', ended: 1, told: 1, tries: 1 }, order_id)
  })

  test('open no order for cards of a type, which nobody there knows of a card', async () => {
    const refused = async (named: string, transactionFiltering: object) => {
      const order = { ...(seedSample(freshOrderId())['order'] as object), transactionFiltering }
      const [live] = both
      const init = { method: 'POST', headers: { authorization, 'content-type': 'application/json' } }
      for (const route of ['initiate', 'payment']) {
        const body = { ...seedSample(''), order, ...(route === 'payment' && { card: sentCard }) }
        const answer = await answerOf(
          fetch(`${live?.url}/pg/payment/card/${route}`, { ...init, body: JSON.stringify(body) }),
        )
        assert.equal(assertProblem(answer, '4030001', route), `Feature Not Allowed ${named}`, route)
      }
    }
    await refused('order.transaction filtering.card type', { cardType: ['CREDIT'], cardBin: ['512345'] })
    // Nor is there an acquirer, which is told of an order that could be paid with one.
    await refused('source of funds.type', { cardBin: ['512345'] })
  })

  test('leave nothing that the auditor finds, and no bug in a log', async () => {
    assert.deepEqual(await findingsOn(own.database), [])
    for (const { logged } of both)
      assert.deepEqual(
        logged.filter((line) => line.includes('"bug"')),
        [],
      )
  })
})
