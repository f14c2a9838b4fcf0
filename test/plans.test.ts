import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { Client } from 'pg'
import { plannerOptions } from '../src/postgres/database.ts'
import { freshOrderId, merchantServer, type TestGateway, testGateway } from './gateway.ts'
import { testDatabase, type TestDatabase } from './postgres.ts'

/*
 * A statement is planned while its tables are empty, and keeps that plan until they have been analysed, a
 * minute and a hundred thousand orders later. So its plan on empty tables is looked at: it must find rows by
 * key, whatever the planner thinks that a scan of nothing costs.
 */

/** Tables that grow with every order. */
const growing = new Set([
  'payment_order',
  'event',
  'attempt',
  'timer',
  'callback',
  'callback_attempt',
  'vault_entry',
  'stored_card',
  'plan',
  'plan_event',
  'simulated_authorization',
  'simulated_authentication',
])

/**
 * Statements that may read on: the newest of a merchant, and the next timer of a merchant, in the order of their
 * index; what runs once; and, when a stored card is deleted, what a merchant's attempts under way are to store, which
 * are those of some minutes.
 */
const exceptions = new Set([
  'callback.list',
  'timer.next',
  'timer.release_all',
  'sandbox.any_order',
  'vault.kept_under',
])

interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Recheck Cond'?: string
  readonly Plans?: readonly Node[]
}

const statements = new Map<string, string>()
let gateway: TestGateway
let empty: TestDatabase

before(async () => {
  const query = Reflect.get(Client.prototype, 'query') as (...given: unknown[]) => unknown
  mock.method(Client.prototype, 'query', function (this: Client, ...given: unknown[]) {
    const [first] = given as [{ name?: string; text?: string } | string]
    if (typeof first === 'object' && first.name && first.text) statements.set(first.name, first.text)
    return query.apply(this, given)
  })
  gateway = await testGateway()
  empty = await testDatabase()
  const shop = await merchantServer((_, count) => (count === 1 ? 500 : 200))
  const open = async () => {
    const id = freshOrderId()
    const { body } = await gateway.initiate({ order: { id }, url: { callbackUrl: shop.url } })
    return { id, link: body['redirecturl'] ?? '' }
  }
  const [paid, declined, cancelled, expired, unknown] = [
    await open(),
    await open(),
    await open(),
    await open(),
    await open(),
  ]
  await fetch(paid.link)
  await driveStoredCards()
  await gateway.client.pay(paid.id)
  await gateway.client.pay(declined.id, { outcome: 'declined' })
  await gateway.client.pay(unknown.id, { outcome: 'timeout' })
  await gateway.fetch(`/pg/payment/card/cancel/${cancelled.id}`)
  await gateway.client.clock.advance('PT25H')
  for (const { id } of [paid, declined, cancelled, expired, unknown]) {
    await gateway.fetch(`/pg/payment/card/check/${id}`)
    await gateway.client.events(id)
    const [callback] = await gateway.client.callbacks(id)
    if (callback) await gateway.fetch(`/sandbox/callbacks/${callback.id}/resend`, { method: 'POST' })
  }
  await drivePlans()
  await shop.close()
})

/** Every statement about plans, but for those of the auditor. */
async function drivePlans(): Promise<void> {
  const begun = freshOrderId()
  await gateway.initiate({ order: { id: begun }, recurring: { type: 'PURCHASE', id: 'kopi', amount: '1000' } })
  await gateway.client.pay(begun)
  await gateway.client.clock.advance('P31D')
  await gateway.client.managePlan('kopi', 'pause')
  await gateway.client.plans({ state: 'paused', customerId: 'C-1' })
}

/** Every statement about stored cards, but for those of the auditor and of a rotation, which read all of them. */
async function driveStoredCards(): Promise<void> {
  const customer = { id: 'C-1', mobilePhone: '+6281286288800' }
  const ask = (path: string, body: object) =>
    gateway.client.call<{ data: { cards: { token: string }[] } }>('POST', `/pg/payment/card/${path}`, body)
  const stored = freshOrderId()
  await gateway.initiate({ order: { id: stored }, customer, card: { storedOnFile: 'TO_BE_STORED' } })
  await gateway.client.pay(stored)
  const { data } = await ask('customer', { customer })
  const token = data.cards[0]?.token ?? ''
  for (const storedOnFile of ['STORED', 'NOT_STORED'])
    await ask('payment', { customer, order: { id: freshOrderId(), amount: 1000 }, card: { token, storedOnFile } })
  await gateway.client.deleteCard(token).catch(() => undefined)
}

after(async () => {
  mock.restoreAll()
  await gateway.close()
  await empty.drop()
})

function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const each of node.Plans ?? []) yield* nodesOf(each)
}

/** What is wrong with a node of a plan, or undefined. */
function faultOf(node: Node): string | undefined {
  const table = node['Relation Name']
  if (!table || !growing.has(table) || ['ModifyTable', 'LockRows'].includes(node['Node Type'])) return undefined
  if (node['Node Type'] === 'Seq Scan') return `reads all of ${table}`
  const condition = node['Index Cond'] ?? node['Recheck Cond'] ?? ''
  const columns = [...condition.matchAll(/\((?:\w+\.)?(\w+) (?:=|<|>)/g)].map(([, column]) => column)
  return columns.some((column) => column !== 'merchant_id') ? undefined : `reads all of a merchant's ${table}`
}

test('every statement finds its rows by key, also when it was planned on empty tables', async () => {
  assert.ok(statements.size > 30, `${statements.size} statements were seen`)
  for (const name of [
    'payment.standings',
    'payment.glances',
    'payment.update_all',
    'callback.move',
    'timer.claim',
    'vault.find',
    'stored_card.promote',
    'plan.start',
    'plan.find',
    'plan.list',
    'plan.update',
    'plan.log',
    'plan.events',
  ])
    assert.ok(statements.has(name), `${name} was seen`)
  const client = new Client({
    ...empty.connection,
    options: `-c plan_cache_mode=force_generic_plan ${plannerOptions}`,
  })
  await client.connect()
  const faults: string[] = []
  for (const [name, text] of statements) {
    if (exceptions.has(name) || !/^\s*(select|insert|update|delete|with)/i.test(text)) continue
    const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
    await client.query(`prepare looked_at as ${text}`)
    const values = parameters > 0 ? `(${Array.from({ length: parameters }, () => 'null').join(', ')})` : ''
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { Plan: Node }[] }>(
      `explain (format json) execute looked_at${values}`,
    )
    await client.query('deallocate looked_at')
    for (const { Plan } of rows[0]?.['QUERY PLAN'] ?? [])
      for (const node of nodesOf(Plan)) {
        const fault = faultOf(node)
        if (fault) faults.push(`${name} ${fault} (${node['Node Type']})`)
      }
  }
  await client.end()
  assert.deepEqual(faults, [])
})
