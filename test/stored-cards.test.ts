import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { addMerchant, answerOf, assertProblem, bodyOf } from './api.ts'
import { freshOrderId, merchantServer, type MerchantServer, type TestGateway, testGateway } from './gateway.ts'

let gateway: TestGateway
let shop: MerchantServer
/** The `authorization` of another merchant. */
let neighbour: string
before(async () => {
  gateway = await testGateway()
  shop = await merchantServer()
  neighbour = await addMerchant(gateway, 'TETANGGA', 'another-key')
})
after(async () => {
  await gateway.close()
  await shop.close()
})

interface Listed {
  readonly token: string
  readonly mask: string
  readonly expiryDate: string
  readonly info: { readonly brand: string | null }
}

let customers = 0
function freshCustomer(): string {
  customers += 1
  return `customer-${customers}`
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  answerOf(
    gateway.fetch(`/pg/payment/card/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  )

async function cardsOf(customerId: string, headers: Record<string, string> = {}): Promise<readonly Listed[]> {
  const answer = await post('customer', { customer: { id: customerId } }, headers)
  assert.equal(answer.status, 200, answer.text)
  return (bodyOf(answer)['data'] as { cards: Listed[] }).cards
}

const customerOf = (id: string) => ({ customer: { id, mobilePhone: '+6281286288800' } })

/** Pays an order whose card is to be stored, and answers the customer's cards. */
async function storeCard(customerId: string, card: object = {}, orderId = freshOrderId()): Promise<readonly Listed[]> {
  const opened = await gateway.initiate({
    ...customerOf(customerId),
    order: { id: orderId },
    card: { storedOnFile: 'TO_BE_STORED' },
  })
  assert.equal(opened.status, 200, JSON.stringify(opened.body))
  await gateway.client.pay(orderId, { card, attempts: 1 })
  return cardsOf(customerId)
}

/** A one-click request. */
function oneClick(customerId: string, token: string, changes: object = {}): Record<string, unknown> {
  return {
    customer: { id: customerId },
    order: { id: freshOrderId(), amount: '1000', currency: 'IDR', description: 'Testing' },
    card: { token, storedOnFile: 'STORED' },
    ...changes,
  }
}

const orderIdOf = (body: Record<string, unknown>) => (body['order'] as { id: string }).id

suite('storing a card', () => {
  test('a card that is to be stored is listed once its payment has succeeded', async () => {
    const customer = freshCustomer()
    assert.deepEqual(await cardsOf(customer), [])
    const [card, ...others] = await storeCard(customer)
    assert.deepEqual(others, [])
    assert.match(card?.token ?? '', /^[0-9a-f]{64}$/)
    assert.equal(card?.mask, '512345xxxxxx0008')
    assert.equal(card.expiryDate, '3309')
    assert.equal(card.info.brand, 'MASTERCARD')
  })

  test('the order says so, with the mask and without the token', async () => {
    const id = freshOrderId()
    const [card] = await storeCard(freshCustomer(), {}, id)
    const events = await gateway.client.events(id)
    const stored = events.find(({ type }) => type === 'card.stored')
    assert.deepEqual(stored?.data, { attemptNo: 1, card: '512345xxxxxx0008' })
    assert.ok(!JSON.stringify(events).includes(card?.token ?? 'none'))
  })

  test('one that was declined is not stored, and leaves nothing', async () => {
    assert.deepEqual(await storeCard(freshCustomer(), { expiryDate: '3905' }), [])
  })
})

suite('one click', () => {
  test('a stored card is charged by its token: answered at once, captured, told', async () => {
    const customer = freshCustomer()
    const [card] = await storeCard(customer)
    const body = oneClick(customer, card?.token ?? '', { url: { callbackUrl: `${shop.url}/one-click` } })
    const answer = await post('payment', body)
    assert.equal(answer.status, 200, answer.text)
    const { responseCode, data } = bodyOf(answer) as { responseCode: string; data: Record<string, unknown> }
    assert.equal(responseCode, '2000000')
    assert.match(String(data['authorizationCode']), /^\d{6}$/)
    assert.equal(data['amount'], 1000)
    assert.equal(data['source'], 'INTERNET')
    assert.equal(data['type'], 'PAYMENT')
    const told = (await shop.wait(1)).find(({ path }) => path === '/one-click')
    assert.match(told?.body ?? '', /"status":"CAPTURED"/)
    const again = await post('payment', body)
    assert.equal(again.status, 200)
    assert.deepEqual(bodyOf(again)['data'], data)
    assert.equal(
      (await gateway.client.events(orderIdOf(body))).filter(({ type }) => type === 'order.captured').length,
      1,
    )
  })

  test("a token of another customer's, another merchant's or nobody's is one and the same fault (invariant 9)", async () => {
    const customer = freshCustomer()
    const [card] = await storeCard(customer)
    const token = card?.token ?? ''
    const refused = [
      await post('payment', oneClick(freshCustomer(), token)),
      await post('payment', oneClick(customer, 'f'.repeat(64))),
      await post('payment', oneClick(customer, token), { authorization: neighbour }),
    ]
    for (const answer of refused)
      assert.equal(assertProblem(answer, '4000001'), 'Invalid Field Format. The card.token format is invalid')
    assert.deepEqual(await cardsOf(customer, { authorization: neighbour }), [])
  })
})
