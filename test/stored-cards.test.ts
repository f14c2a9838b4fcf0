import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { statement } from '../src/postgres/database.ts'
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

const raw = { number: '4111111111111111', expiryDate: '3309', cvv: '100', nameOnCard: 'BUDI SANTOSO' }

/** A request with a card that is sent. */
function withCard(card: object = {}, changes: object = {}): Record<string, unknown> {
  return {
    customer: { id: freshCustomer() },
    order: { id: freshOrderId(), amount: '1000', currency: 'IDR', description: 'Testing' },
    card: { ...raw, ...card },
    ...changes,
  }
}

const typesOf = async (orderId: string) => (await gateway.client.events(orderId)).map(({ type }) => type)

async function countRows(table: 'vault_entry' | 'stored_card'): Promise<number> {
  const [row] = await gateway.database.query<{ count: number }>(
    statement(`test.count_${table}`, `select count(*)::int as count from ${table}`),
  )
  return row?.count ?? 0
}

/** Sends a form of the payer's page; answers the page that it leads to. */
async function submit(
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ status: number; page: string }> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ lang: 'en', ...fields }) })
  return { status: response.status, page: await response.text() }
}

async function open(changes: Parameters<TestGateway['initiate']>[0]): Promise<{ id: string; url: string }> {
  const id = freshOrderId()
  const { status, body } = await gateway.initiate({ ...changes, order: { id } })
  assert.equal(status, 200, JSON.stringify(body))
  return { id, url: body['redirecturl'] ?? '' }
}

/** A card that takes no part in 3-D Secure, so that one form pays. */
const typed = { number: '5111 1111 1111 1118', expiry: '09/33', cvv: '100', name: 'Budi Santoso' }

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

  test('one that was declined, refused by its bank or given up is not stored, and leaves nothing', async () => {
    const customer = freshCustomer()
    const before = await countRows('vault_entry')
    for (const card of [{ expiryDate: '3905' }, { number: '4000000000002925' }])
      assert.deepEqual(await storeCard(customer, card), [])
    const { id } = await open({ ...customerOf(customer), card: { storedOnFile: 'TO_BE_STORED' } })
    await gateway.client.pay(id, { authentication: 'abandon' })
    await gateway.fetch(`/pg/payment/card/cancel/${id}`)
    assert.deepEqual(await cardsOf(customer), [])
    assert.equal(await countRows('vault_entry'), before)
  })

  test('a card that is stored again keeps its token and takes the new expiry', async () => {
    const customer = freshCustomer()
    const [first] = await storeCard(customer)
    const cards = await storeCard(customer, { expiryDate: '3412' })
    assert.deepEqual(
      cards.map(({ token, expiryDate }) => [token, expiryDate]),
      [[first?.token, '3412']],
    )
    const paid = await post('payment', oneClick(customer, first?.token ?? ''))
    assert.equal(paid.status, 200, paid.text)
  })

  test('a card that twenty payments store at once is one token, and another customer’s is another', async () => {
    const customer = freshCustomer()
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { id } = await open({ ...customerOf(customer), card: { storedOnFile: 'TO_BE_STORED' } })
        return id
      }),
    )
    const results = await Promise.all(ids.map((id) => gateway.client.pay(id, { card: { number: '4111111111111111' } })))
    assert.ok(results.every(({ status }) => status === 'CAPTURED'))
    const cards = await cardsOf(customer)
    assert.equal(cards.length, 1)
    assert.equal((await post('payment', oneClick(customer, cards[0]?.token ?? ''))).status, 200)
    const [other] = await storeCard(freshCustomer(), { number: '4111111111111111' })
    assert.notEqual(other?.token, cards[0]?.token)
  })

  test('a card that is deleted while payments are to store it again comes back under another token', async () => {
    const deletions = {
      call: (_customer: string, token: string) => gateway.client.deleteCard(token),
      'a last use': async (customer: string, token: string) => {
        const { url } = await open({ ...customerOf(customer), card: { token, storedOnFile: 'NOT_STORED' } })
        assert.match((await submit(`${url}/stored`, { formNo: '1', cvv: '100' })).page, /Payment successful/)
      },
    }
    for (const [by, remove] of Object.entries(deletions)) {
      const customer = freshCustomer()
      const [card] = await storeCard(customer, { number: '5111111111111118' })
      const token = card?.token ?? ''
      const { id } = await open({ ...customerOf(customer), card: { storedOnFile: 'TO_BE_STORED' } })
      await gateway.client.fault(id, 'authorize', 'lost_after')
      await gateway.client.pay(id, { card: { number: '5111111111111118' }, attempts: 1 })
      await remove(customer, token)
      assert.deepEqual(await cardsOf(customer), [], by)
      await gateway.client.clock.advance('PT2M')
      const [again, ...others] = await cardsOf(customer)
      assert.deepEqual(others, [])
      assert.equal(again?.mask, card?.mask)
      assert.notEqual(again?.token, token, `a token that was deleted by ${by} is for good`)
      assertProblem(await post('payment', oneClick(customer, token)), '4000001')
      assert.equal((await post('payment', oneClick(customer, again?.token ?? ''))).status, 200)
    }
  })

  test('the page stores a card for whoever ticks the box, and says so where the merchant asks for it', async () => {
    const customer = freshCustomer()
    const offered = await open(customerOf(customer))
    const page = await (await fetch(`${offered.url}?lang=en`)).text()
    assert.match(page, /<input type="checkbox" id="save" name="save" value="1" aria-describedby="save-hint"\/?>/)
    await submit(offered.url, { formNo: '1', ...typed })
    assert.deepEqual(await cardsOf(customer), [])
    const ticked = await open(customerOf(customer))
    await submit(ticked.url, { formNo: '1', save: '1', ...typed })
    assert.deepEqual(
      (await cardsOf(customer)).map(({ mask }) => mask),
      ['511111xxxxxx1118'],
    )
    const kept = await open({ ...customerOf(customer), card: { storedOnFile: 'TO_BE_STORED' } })
    const notice = await (await fetch(`${kept.url}?lang=en`)).text()
    assert.match(notice, /will save this card/)
    assert.doesNotMatch(notice, /type="checkbox"/)
  })

  test('a refused form comes back with the tick that it had', async () => {
    const { url } = await open(customerOf(freshCustomer()))
    const { status, page } = await submit(url, { formNo: '1', save: '1', ...typed, cvv: '' })
    assert.equal(status, 422)
    assert.match(page, /id="save" name="save" value="1" checked/)
  })

  test('nothing is stored or offered for nobody, or where the merchant forbids it, whatever the form says', async () => {
    const customer = freshCustomer()
    for (const changes of [
      { customer: { mobilePhone: '+6281286288800' } },
      { ...customerOf(customer), card: { storedOnFile: 'NOT_STORED' } },
    ]) {
      const before = await countRows('stored_card')
      const { url } = await open(changes)
      assert.doesNotMatch(await (await fetch(url)).text(), /name="save"/)
      await submit(url, { formNo: '1', save: '1', ...typed })
      assert.equal(await countRows('stored_card'), before)
    }
  })
})

suite('two clicks', () => {
  async function stored() {
    const customer = freshCustomer()
    const [card] = await storeCard(customer, { number: '5111111111111118' })
    assert.ok(card)
    return { customer, ...card }
  }

  test('the page asks for the CVV of the stored card alone, and pays', async () => {
    const { customer, token } = await stored()
    const { id, url } = await open({ ...customerOf(customer), card: { token, storedOnFile: 'STORED' } })
    const page = await (await fetch(`${url}?lang=en`)).text()
    assert.match(page, /Mastercard ending in 1118/)
    assert.match(page, /name="cvv"/)
    assert.doesNotMatch(page, /name="number"|name="expiry"|name="name"/)
    assert.doesNotMatch(page, new RegExp(token))
    assert.equal((await submit(`${url}/stored`, { formNo: '1', cvv: '' })).status, 422)
    assert.match((await submit(`${url}/stored`, { formNo: '1', cvv: '1' })).page, /has 3 digits/)
    assert.match((await submit(`${url}/stored`, { formNo: '1', cvv: '100' })).page, /Payment successful/)
    const started = (await gateway.client.events(id)).find(({ type }) => type === 'attempt.started')
    assert.deepEqual(started?.data['token'], `${token.slice(0, 8)}…`)
    // A second click changes nothing.
    assert.match((await submit(`${url}/stored`, { formNo: '1', cvv: '100' })).page, /already paid/)
  })

  test('who pays again what is only authorized is told that it is approved, as who pays again what is captured', async () => {
    const { customer, token } = await stored()
    const { id, url } = await open({
      ...customerOf(customer),
      card: { token, storedOnFile: 'STORED' },
      transaction: { mode: 'AUTHORIZE' },
    })
    assert.match((await submit(`${url}/stored`, { formNo: '1', cvv: '100' })).page, /Payment approved/)
    for (const formNo of ['1', '2'])
      assert.match((await submit(`${url}/stored`, { formNo, cvv: '100' })).page, /This payment is already approved/)
    assert.deepEqual((await typesOf(id)).filter((type) => type === 'attempt.started').length, 1)
  })

  test('another card can be used, and a declined one is told above the same form', async () => {
    const { customer, token } = await stored()
    const { url } = await open({ ...customerOf(customer), card: { token, storedOnFile: 'STORED' } })
    const declined = await submit(`${url}/stored`, { formNo: '1', cvv: '102' })
    assert.match(declined.page, /CVV does not match/)
    assert.match(declined.page, /Mastercard ending in 1118/)
    assert.match(await (await fetch(`${url}?lang=en&card=1`)).text(), /name="number"/)
    assert.match((await submit(url, { formNo: '2', ...typed })).page, /Payment successful/)
  })

  test('the scripted payer uses the stored card, unless it is given another', async () => {
    const { customer, token, mask } = await stored()
    for (const [card, shown] of [
      [{}, mask],
      [{ number: '4111111111111111' }, '411111xxxxxx1111'],
    ] as const) {
      const { id } = await open({ ...customerOf(customer), card: { token, storedOnFile: 'STORED' } })
      assert.equal((await gateway.client.pay(id, { card })).status, 'CAPTURED')
      const started = (await gateway.client.events(id)).find(({ type }) => type === 'attempt.started')
      assert.equal(started?.data['card'], shown)
    }
  })

  test('a card that was deleted meanwhile is asked for anew; one that is being paid with is paid', async () => {
    const { customer, token } = await stored()
    const { url } = await open({ ...customerOf(customer), card: { token, storedOnFile: 'STORED' } })
    await gateway.client.deleteCard(token)
    assert.match(await (await fetch(url)).text(), /name="number"/)
    const { page } = await submit(`${url}/stored`, { formNo: '1', cvv: '100' })
    assert.match(page, /name="number"/)
    const [challenged] = await storeCard(customer)
    const other = await open({ ...customerOf(customer), card: { token: challenged?.token, storedOnFile: 'STORED' } })
    await submit(`${other.url}/stored`, { formNo: '1', cvv: '100' })
    await gateway.client.deleteCard(challenged?.token ?? '')
    const { page: later } = await submit(`${other.url}/authenticate`, { methodCompleted: 'Y' })
    assert.match(later, /One more step at your bank/)
  })

  test('NOT_STORED uses the card once more, and it is gone after the success alone', async () => {
    const { customer, token } = await stored()
    const { id, url } = await open({ ...customerOf(customer), card: { token, storedOnFile: 'NOT_STORED' } })
    await submit(`${url}/stored`, { formNo: '1', cvv: '102' })
    assert.equal((await cardsOf(customer)).length, 1)
    assert.match((await submit(`${url}/stored`, { formNo: '2', cvv: '100' })).page, /Payment successful/)
    assert.deepEqual(await cardsOf(customer), [])
    assert.ok((await typesOf(id)).includes('card.removed'))
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
    assert.deepEqual(data['acquirer'], { id: 'simulator' })
    assert.equal((data['result'] as { payment: { status: string } }).payment.status, 'CAPTURED')
    const told = (await shop.wait(1)).find(({ path }) => path === '/one-click')
    assert.match(told?.body ?? '', /"status":"CAPTURED"/)
    assert.ok(told?.body.includes(String(data['reference'])))
  })

  test('twenty equal requests at once, and one after the card is gone, pay once and are answered alike', async () => {
    const customer = freshCustomer()
    const [card] = await storeCard(customer)
    const body = oneClick(customer, card?.token ?? '')
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('payment', body)))
    await gateway.client.deleteCard(card?.token ?? '')
    answers.push(await post('payment', body))
    const [first] = answers
    assert.equal(first?.status, 200, first?.text)
    for (const answer of answers) assert.deepEqual(bodyOf(answer)['data'], bodyOf(first)['data'], answer.text)
    const types = await typesOf(orderIdOf(body))
    assert.equal(types.filter((type) => type === 'attempt.started').length, 1)
    assert.equal(types.filter((type) => type === 'order.captured').length, 1)
    assertProblem(await post('payment', oneClick(customer, card?.token ?? '')), '4000001')
  })

  test('other content under the same order id is refused, whichever door it came by', async () => {
    const customer = freshCustomer()
    const [card] = await storeCard(customer)
    const body = oneClick(customer, card?.token ?? '')
    assert.equal((await post('payment', body)).status, 200)
    const order = body['order'] as object
    assertProblem(await post('payment', { ...body, order: { ...order, amount: '2000' } }), '4090001')
    assertProblem(await post('payment', withCard({}, { customer: body['customer'], order })), '4090001')
    assertProblem(
      await post('initiate', { ...body, customer: { id: customer, mobilePhone: '+6281286288800' } }),
      '4090001',
    )
  })

  test("a token of another customer's, another merchant's or nobody's is one and the same fault (invariant 9)", async () => {
    const customer = freshCustomer()
    const [card] = await storeCard(customer)
    const token = card?.token ?? ''
    const asked = (of: string, given: string) => ({
      ...customerOf(of),
      order: { id: freshOrderId(), amount: '1000' },
      card: { token: given, storedOnFile: 'STORED' },
    })
    const before = await countRows('vault_entry')
    for (const path of ['payment', 'initiate'])
      for (const [body, headers] of [
        [asked(freshCustomer(), token), {}],
        [asked(customer, 'f'.repeat(64)), {}],
        [asked(customer, token), { authorization: neighbour }],
      ] as const) {
        const answer = await post(path, body, headers)
        assert.equal(assertProblem(answer, '4000001'), 'Invalid Field Format. The card.token format is invalid')
        assertProblem(
          await answerOf(gateway.fetch(`/pg/payment/card/check/${body.order.id}`, { headers })),
          '4040001',
          'no order is left behind',
        )
      }
    assert.equal(await countRows('vault_entry'), before)
    assert.deepEqual(await cardsOf(customer, { authorization: neighbour }), [])
    const other = answerOf(
      gateway.fetch(`/pg/payment/card/customer/delete/${token}`, { headers: { authorization: neighbour } }),
    )
    assertProblem(await other, '4040001')
    assert.equal((await cardsOf(customer)).length, 1)
  })

  test('the same card of two merchants has two tokens, and fingerprints that do not match', async () => {
    const customer = freshCustomer()
    await storeCard(customer)
    const body = {
      ...withCard({ number: '5123450000000008', storedOnFile: 'TO_BE_STORED' }),
      customer: { id: customer },
    }
    assert.equal((await post('payment', body, { authorization: neighbour })).status, 200)
    const rows = await gateway.database.query<{ card_token: string; fingerprint: Buffer }>(
      statement('test.tokens', 'select card_token, fingerprint from stored_card where customer_id = $1'),
      [customer],
    )
    assert.equal(rows.length, 2)
    assert.notEqual(rows[0]?.card_token, rows[1]?.card_token)
    assert.ok(rows[0] && rows[1] && !rows[0].fingerprint.equals(rows[1].fingerprint))
  })
})

suite('a card that is sent', () => {
  test('is charged without 3-D Secure, and leaves nothing in the vault', async () => {
    const before = await countRows('vault_entry')
    // Its issuer would ask for a challenge.
    const body = withCard({ number: '5123450000000008' })
    const answer = await post('payment', body)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(await typesOf(orderIdOf(body)), [
      'order.initiated',
      'attempt.started',
      'attempt.authenticated',
      'attempt.authorizing',
      'order.captured',
    ])
    assert.equal(await countRows('vault_entry'), before)
  })

  test('is stored where the merchant asks for it', async () => {
    const body = withCard({ storedOnFile: 'TO_BE_STORED' })
    assert.equal((await post('payment', body)).status, 200)
    const { id } = body['customer'] as { id: string }
    const [card] = await cardsOf(id)
    assert.equal(card?.mask, '411111xxxxxx1111')
    assert.equal((await post('payment', oneClick(id, card?.token ?? ''))).status, 200)
  })

  test('whose CVV does not match is declined: once, told, and never tried again', async () => {
    const body = withCard({ cvv: '102' }, { url: { callbackUrl: `${shop.url}/declined` } })
    assert.equal(assertProblem(await post('payment', body), '4030005'), 'Do Not Honor')
    assertProblem(await post('payment', body), '4030005')
    const types = await typesOf(orderIdOf(body))
    assert.equal(types.filter((type) => type === 'attempt.declined').length, 1)
    assert.equal(types.at(-1), 'order.failed')
    assertProblem(await post('payment', { ...body, card: { ...raw, cvv: '100', expiryDate: '3410' } }), '4090001')
    for (;;) {
      const told = shop.received.find(({ path }) => path === '/declined')
      if (told) {
        assert.match(told.body, /"status":"FAILURE"/)
        break
      }
      await shop.wait(shop.received.length + 1)
    }
  })

  test('about which the acquirer says nothing is 504, settles by itself, and is then answered', async () => {
    for (const [expiryDate, code] of [
      ['2808', '4030005'],
      ['3705', undefined],
    ] as const) {
      const body = withCard({ expiryDate })
      assertProblem(await post('payment', body), '5040000')
      assertProblem(await post('payment', body), '5040000')
      while ((await gateway.client.clock.advance('PT20M')).more);
      const settled = await post('payment', body)
      if (code) assertProblem(settled, code)
      else assert.equal(settled.status, 200, settled.text)
    }
    await gateway.client.clock.reset()
  })

  test('that cannot be taken is refused by the name of its member, and no order is left behind', async () => {
    const rows = [
      [{ number: '4556737586899855' }, 'card.number'],
      [{ number: '4111111111111112' }, 'card.number'],
      [{ expiryDate: '2001' }, 'card.expiry date'],
      [{ expiryDate: '3313' }, 'card.expiry date'],
      [{ cvv: '1000' }, 'card.cvv'],
      [{ nameOnCard: 'B' }, 'card.name on card'],
      [{ nameOnCard: '4111 1111 1111 1111' }, 'card.name on card'],
    ] as const
    for (const [card, field] of rows) {
      const body = withCard(card)
      const message = assertProblem(await post('payment', body), '4000001', JSON.stringify(card))
      assert.equal(message, `Invalid Field Format. The ${field} format is invalid`)
      assertProblem(await answerOf(gateway.fetch(`/pg/payment/card/check/${orderIdOf(body)}`)), '4040001')
    }
  })
})

suite('the list and its deletion', () => {
  test('the card that was used last comes first', async () => {
    const customer = freshCustomer()
    await storeCard(customer)
    const [newest, oldest] = await storeCard(customer, { number: '4111111111111111' })
    assert.equal(newest?.mask, '411111xxxxxx1111')
    assert.equal((await post('payment', oneClick(customer, oldest?.token ?? ''))).status, 200)
    assert.deepEqual(
      (await cardsOf(customer)).map(({ token }) => token),
      [oldest?.token, newest.token],
    )
  })

  test('a deleted card is gone at once, and deleting it again is 404', async () => {
    const customer = freshCustomer()
    const [card] = await storeCard(customer)
    const remove = (token: string) => answerOf(gateway.fetch(`/pg/payment/card/customer/delete/${token}`))
    const answer = await remove((card?.token ?? '').toUpperCase())
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(Object.keys(bodyOf(answer)), ['responseCode', 'responseMessage', 'processingTime', 'traceId'])
    assert.deepEqual(await cardsOf(customer), [])
    for (const token of [card?.token ?? '', 'f'.repeat(64), 'abc']) assertProblem(await remove(token), '4040001', token)
  })

  test('whose cards are asked for must be said', async () => {
    for (const body of [{}, { customer: {} }, { customer: { id: '' } }])
      assertProblem(await post('customer', body), '4000001', JSON.stringify(body))
  })

  test('another verb is 405, and nobody without a key gets anything', async () => {
    for (const [method, path] of [
      ['GET', 'payment'],
      ['GET', 'customer'],
      ['POST', `customer/delete/${'f'.repeat(64)}`],
    ] as const)
      assertProblem(await answerOf(gateway.fetch(`/pg/payment/card/${path}`, { method })), '4050001', path)
    for (const path of ['payment', 'customer'])
      assertProblem(await post(path, withCard(), { authorization: 'Basic eDp5' }), '4010000', path)
  })
})
