import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { MovableClock } from '../src/base/clock.ts'
import { statement } from '../src/postgres/database.ts'
import { addMerchant, type Answer, answerOf, assertProblem, bodyOf } from './api.ts'
import { freshOrderId, merchantServer, type MerchantServer, type TestGateway, testGateway } from './gateway.ts'
import { sampleDevice as device } from './sample-device.ts'

/*
 * Direct 3-D Secure: a merchant's server takes the three steps itself. What each published card does stands in
 * COMPATIBILITY.md.
 */

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

const cards = {
  challenge: '5123450000000008',
  frictionless: '4111111111111111',
  challengeFails: '4000000000001091',
  attempted: '4411111111111118',
  notEnrolled: '5111111111111118',
  refused: '4000000000002925',
  rejected: '4611111111111116',
  unavailable: '4000000000002313',
  challengeUnavailable: '4000000000002420',
} as const

const sessionForm = /^[0-9a-f]{64}$/
const transactionForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const post = (step: string, body: unknown, headers: Record<string, string> = {}) =>
  answerOf(
    gateway.fetch(`/pg/payment/card/threeds/${step}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  )

/** The documented sample of the first step. */
function opening(number: string, changes: { readonly order?: object; readonly [member: string]: unknown } = {}) {
  const { order, ...others } = changes
  return {
    customer: {
      id: 'budi',
      email: 'budi@example.com',
      firstName: 'Budi',
      lastName: 'S',
      mobilePhone: '+6281286288800',
    },
    order: { id: freshOrderId(), amount: '285000', currency: 'IDR', description: 'Testing', ...order },
    url: { threeDsResponseUrl: `${shop.url}/back?from=bank#top`, callbackUrl: `${shop.url}/callback` },
    card: { number },
    device,
    ...others,
  }
}

const wholeCard = (number: string, changes: object = {}) => ({
  number,
  expiryDate: '3309',
  cvv: '100',
  nameOnCard: 'BUDI SANTOSO',
  ...changes,
})

async function open(number: string, changes: Parameters<typeof opening>[1] = {}) {
  const body = opening(number, changes)
  const answer = await post('initiate', body)
  assert.equal(answer.status, 200, answer.text)
  return { body, id: (body.order as unknown as { id: string }).id, sessionId: String(bodyOf(answer)['sessionId']) }
}

const authenticate = (sessionId: string, number: string, changes: object = {}) =>
  post('auth/payer', { card: wholeCard(number, changes), transaction: { sessionId } })

interface Names {
  readonly mpgsOrderId: string
  readonly mpgsTransactionId: string
}

const namesOf = (answer: Answer): Names => {
  assert.equal(answer.status, 200, answer.text)
  const { mpgsOrderId, mpgsTransactionId } = bodyOf(answer) as unknown as Names
  return { mpgsOrderId, mpgsTransactionId }
}

async function statusOf(id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

const typesOf = async (orderId: string) => (await gateway.client.events(orderId)).map(({ type }) => type)

/** The forms and the link of a snippet, as a browser would read them. */
function formsOf(html: string) {
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]
  const action = (id: string) => new RegExp(`<form id="${id}" method="post" action="([^"]*)"`).exec(html)?.[1]
  return {
    creq: field('creq') ?? '',
    methodData: field('threeDSMethodData') ?? '',
    acsUrl: action('threeDsChallenge') ?? '',
    methodUrl: action('threeDsMethod') ?? '',
    link: (/<a id="threeDsReturn" href="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&'),
  }
}

const form = (url: string, fields: Record<string, string>, init: RequestInit = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ lang: 'en', ...fields }), ...init })

/** Answers the bank's page; gives the form that leads the browser back. */
async function atBank(html: string, otp: string): Promise<{ url: string; cres: string }> {
  const { acsUrl, creq } = formsOf(html)
  let page = await (await form(acsUrl, { creq })).text()
  for (let tries = 0; tries < 3 && !page.includes('name="cres"'); tries += 1)
    page = await (await form(`${acsUrl}/answer`, { creq, otp })).text()
  const url = /<form method="post" action="([^"]*)"/.exec(page)?.[1] ?? ''
  return { url, cres: /name="cres" value="([^"]*)"/.exec(page)?.[1] ?? '' }
}

/** Follows the browser back from the bank; gives the address of the merchant that the page leads to. */
async function comeBack({ url, cres }: { url: string; cres: string }): Promise<URL> {
  const response = await form(url, { cres })
  assert.equal(response.status, 200)
  const page = await response.text()
  return new URL((/<a class="button full" href="([^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&'))
}

const namesIn = ({ searchParams }: URL): Names => ({
  mpgsOrderId: searchParams.get('mpgsOrderId') ?? '',
  mpgsTransactionId: searchParams.get('mpgsTransactionId') ?? '',
})

async function callbacksOf(orderId: string): Promise<readonly { status: string; amount: number }[]> {
  while ((await gateway.client.clock.advance('PT1S')).more);
  return (await gateway.client.callbacks(orderId)).map(
    ({ body }) => (JSON.parse(body) as { result: { payment: { status: string; amount: number } } }).result.payment,
  )
}

suite('the three steps', () => {
  test('a card that its bank lets through pays, and each step says so in `check`', async () => {
    const { id, sessionId } = await open(cards.frictionless)
    assert.match(sessionId, sessionForm)
    assert.equal(await statusOf(id), 'INITIATED')
    const payer = await authenticate(sessionId, cards.frictionless)
    const body = bodyOf(payer)
    assert.deepEqual(Object.keys(body), [
      'responseCode',
      'responseMessage',
      'redirectHtml',
      'threeDsInteraction',
      'mpgsOrderId',
      'mpgsTransactionId',
      'processingTime',
      'traceId',
    ])
    assert.equal(body['threeDsInteraction'], 'frictionlessmode')
    assert.equal(await statusOf(id), 'AUTHENTICATED')
    const names = namesOf(payer)
    assert.match(names.mpgsOrderId, /^\d{23}$/)
    assert.match(names.mpgsTransactionId, transactionForm)
    const link = new URL(formsOf(String(body['redirectHtml'])).link)
    assert.equal(link.origin + link.pathname, `${shop.url}/back`)
    assert.equal(link.hash, '#top')
    assert.equal(link.searchParams.get('from'), 'bank')
    assert.equal(link.searchParams.get('result'), 'SUCCESS')
    assert.deepEqual(namesIn(link), names)
    const paid = await post('auth/payment', names)
    assert.equal(paid.status, 200, paid.text)
    const data = bodyOf(paid)['data'] as Record<string, unknown>
    assert.equal(data['amount'], 285_000)
    assert.equal(data['type'], 'PAYMENT')
    assert.equal((data['result'] as { payment: { status: string } }).payment.status, 'CAPTURED')
    assert.equal(await statusOf(id), 'CAPTURED')
    assert.deepEqual(await typesOf(id), [
      'order.initiated',
      'attempt.started',
      'attempt.authenticated',
      'attempt.authorizing',
      'order.captured',
    ])
  })

  test('a card that takes part in no 3-D Secure, or whose bank was only asked, pays as well', async () => {
    for (const number of [cards.notEnrolled, cards.attempted]) {
      const { id, sessionId } = await open(number)
      const payer = await authenticate(sessionId, number)
      assert.equal(bodyOf(payer)['threeDsInteraction'], 'frictionlessmode')
      assert.equal((await post('auth/payment', namesOf(payer))).status, 200)
      assert.equal(await statusOf(id), 'CAPTURED')
    }
  })

  test('a payer who is asked by the bank comes back to the merchant, whose server then pays', async () => {
    const { id, sessionId } = await open(cards.challenge)
    const payer = bodyOf(await authenticate(sessionId, cards.challenge))
    assert.equal(payer['threeDsInteraction'], 'challengemode')
    assert.deepEqual([payer['mpgsOrderId'], payer['mpgsTransactionId']], ['', ''])
    assert.equal(await statusOf(id), 'AUTHENTICATION_INITIATED')
    const html = String(payer['redirectHtml'])
    const { methodUrl, methodData } = formsOf(html)
    assert.equal((await form(methodUrl, { threeDSMethodData: methodData })).status, 200)
    const back = await comeBack(await atBank(html, '112233'))
    assert.equal(back.searchParams.get('result'), 'SUCCESS')
    assert.equal(await statusOf(id), 'AUTHENTICATED')
    assert.ok(!(await typesOf(id)).includes('attempt.authorizing'), 'nobody has asked for the money yet')
    const paid = await post('auth/payment', namesIn(back))
    assert.equal(paid.status, 200, paid.text)
    assert.deepEqual(
      (await callbacksOf(id)).map(({ status, amount }) => [status, amount]),
      [['CAPTURED', 285_000]],
    )
  })

  test('a payment that is only authorized is captured later', async () => {
    const { id, sessionId } = await open(cards.frictionless, { transaction: { mode: 'AUTHORIZE' } })
    const paid = await post('auth/payment', namesOf(await authenticate(sessionId, cards.frictionless)))
    assert.equal((bodyOf(paid)['data'] as { type: string }).type, 'AUTHORIZATION')
    assert.equal(await statusOf(id), 'AUTHORIZED')
    const captured = await answerOf(
      gateway.fetch('/pg/payment/card/capture', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ order: { id, amount: '285000' } }),
      }),
    )
    assert.equal(captured.status, 200, captured.text)
  })

  test('a card that is to be stored is, once it has paid', async () => {
    const { sessionId } = await open(cards.frictionless, {
      customer: { id: 'keeps' },
      card: { number: cards.frictionless, storedOnFile: 'TO_BE_STORED' },
    })
    const names = namesOf(await authenticate(sessionId, cards.frictionless))
    assert.deepEqual(await gateway.client.cards('keeps'), [])
    assert.equal((await post('auth/payment', names)).status, 200)
    assert.equal((await gateway.client.cards('keeps')).length, 1)
  })

  test('a bank that cannot authenticate (U) leaves it to the issuer: the merchant may go on, and is paid or is not', async () => {
    const ways = [
      [cards.unavailable, '3309', 'CAPTURED', null],
      [cards.unavailable, '3905', 'FAILURE', '4030005'],
      [cards.challengeUnavailable, '3309', 'CAPTURED', null],
    ] as const
    for (const [number, expiryDate, status, refusal] of ways) {
      const { id, sessionId } = await open(number)
      const payer = await authenticate(sessionId, number, { expiryDate })
      const { redirectHtml, threeDsInteraction } = bodyOf(payer)
      const isAsked = number === cards.challengeUnavailable
      assert.equal(threeDsInteraction, isAsked ? 'challengemode' : 'frictionlessmode')
      const html = String(redirectHtml)
      const back = isAsked ? await comeBack(await atBank(html, '112233')) : new URL(formsOf(html).link)
      assert.equal(back.searchParams.get('result'), 'SUCCESS')
      assert.equal(await statusOf(id), 'AUTHENTICATED')
      const authenticated = (await gateway.client.events(id)).find(({ type }) => type === 'attempt.authenticated')
      assert.deepEqual(authenticated?.data, { attemptNo: 1, transStatus: 'U', eci: '07' })
      assert.deepEqual(await callbacksOf(id), [], 'nothing has been charged yet')
      const paid = await post('auth/payment', namesIn(back))
      if (refusal === null) assert.equal(paid.status, 200, paid.text)
      else assertProblem(paid, refusal)
      assert.equal(await statusOf(id), status)
      const told = (await callbacksOf(id)).map(({ status: each, amount }) => `${each} ${amount}`)
      assert.deepEqual(told, [`${status} ${refusal === null ? 285_000 : 0}`])
    }
  })

  test('`mpgsOrderId` of an id in digits is as documented', async () => {
    const id = `${Date.now()}`
    const { sessionId } = await open(cards.frictionless, { order: { id } })
    const { mpgsOrderId } = namesOf(await authenticate(sessionId, cards.frictionless))
    assert.equal(mpgsOrderId, `${id}1000000000`)
  })
})

suite('what does not pay', () => {
  test('a card that its bank refuses, without asking or after it, ends the order', async () => {
    for (const number of [cards.refused, cards.rejected]) {
      const { id, sessionId, body } = await open(number)
      for (let times = 0; times < 2; times += 1) assertProblem(await authenticate(sessionId, number), '4030005', number)
      assert.equal(await statusOf(id), 'FAILURE')
      assert.deepEqual(
        (await callbacksOf(id)).map(({ status }) => status),
        ['FAILURE'],
      )
      assert.equal(bodyOf(await post('initiate', body))['sessionId'], sessionId, 'its first step is answered as before')
    }
  })

  test('a payer whose passwords are wrong comes back with FAILURE, and nothing can be paid', async () => {
    const { id, sessionId } = await open(cards.challenge)
    const html = String(bodyOf(await authenticate(sessionId, cards.challenge))['redirectHtml'])
    const back = await comeBack(await atBank(html, '000000'))
    assert.equal(back.searchParams.get('result'), 'FAILURE')
    assertProblem(await post('auth/payment', namesIn(back)), '4030005')
    assertProblem(await authenticate(sessionId, cards.challenge), '4030005')
    assert.equal(await statusOf(id), 'FAILURE')
  })

  test('a browser that comes back without the bank, or with a made-up answer, changes nothing', async () => {
    const { id, sessionId } = await open(cards.challenge)
    const html = String(bodyOf(await authenticate(sessionId, cards.challenge))['redirectHtml'])
    const way = await wayBackOf(id)
    const forged = Buffer.from('{"transStatus":"Y","messageType":"CRes"}').toString('base64url')
    const back = await comeBack({ url: way, cres: forged })
    assert.equal(back.searchParams.get('result'), 'PENDING')
    assert.equal(await statusOf(id), 'AUTHENTICATION_INITIATED')
    assertProblem(await post('auth/payment', namesIn(back)), '4030015')
    // The bank has not been told either: its payer can still pass.
    await atBank(html, '112233')
    assert.equal((await post('auth/payment', namesIn(back))).status, 200, 'the result is asked of the bank')
  })

  test('a card that is declined, and one whose bank does not answer', async () => {
    const declined = await open(cards.frictionless)
    const names = namesOf(await authenticate(declined.sessionId, cards.frictionless, { expiryDate: '3905' }))
    for (let times = 0; times < 2; times += 1) assertProblem(await post('auth/payment', names), '4030005')
    assert.equal(await statusOf(declined.id), 'FAILURE')

    const silent = await open(cards.frictionless)
    const unknown = namesOf(await authenticate(silent.sessionId, cards.frictionless, { expiryDate: '2808' }))
    for (let times = 0; times < 2; times += 1) assertProblem(await post('auth/payment', unknown), '5040000')
    assert.equal(await statusOf(silent.id), 'PENDING')
  })

  test('an order that is cancelled or has expired meanwhile', async () => {
    const cancelled = await open(cards.frictionless)
    const names = namesOf(await authenticate(cancelled.sessionId, cards.frictionless))
    assert.equal((await gateway.fetch(`/pg/payment/card/cancel/${cancelled.id}`)).status, 200)
    assertProblem(await post('auth/payment', names), '4040100')
    assertProblem(await authenticate(cancelled.sessionId, cards.frictionless), '4040100')
    assertProblem(await post('initiate', cancelled.body), '4090001')

    const late = await open(cards.challenge, { order: { timeout: 5 } })
    const html = String(bodyOf(await authenticate(late.sessionId, cards.challenge))['redirectHtml'])
    await gateway.client.clock.advance('PT6M')
    const back = await comeBack(await atBank(html, '112233'))
    assertProblem(await post('auth/payment', namesIn(back)), '4040100')
    assertProblem(await authenticate(late.sessionId, cards.challenge), '4040100')
    assert.equal(await statusOf(late.id), 'EXPIRED')
  })
})

suite('the scripted payer', () => {
  test('answers the bank, and leaves the paying to the merchant', async () => {
    for (const [authentication, steps, status] of [
      ['success', ['challenge passed', 'authentication Y'], 'AUTHENTICATED'],
      ['fail', ['challenge failed', 'authentication N'], 'FAILURE'],
      ['abandon', ['challenge abandoned'], 'AUTHENTICATION_INITIATED'],
    ] as const) {
      const { id, sessionId } = await open(cards.challenge)
      await authenticate(sessionId, cards.challenge)
      const result = await gateway.client.pay(id, { authentication })
      assert.deepEqual(
        result.steps.map(({ step, result: became }) => `${step} ${became}`),
        steps,
      )
      assert.equal(result.status, status)
      if (status !== 'AUTHENTICATED') continue
      const names = namesOf(await authenticate(sessionId, cards.challenge))
      assert.equal((await post('auth/payment', names)).status, 200)
    }
  })

  test('has nothing to do where the bank has not asked', async () => {
    const { id } = await open(cards.challenge)
    const answer = await answerOf(gateway.fetch(`/sandbox/orders/${id}/pay`, { method: 'POST' }))
    assertProblem(answer, '4040100')
  })
})

suite('an attempt that nobody finishes', () => {
  test('is abandoned, its card leaves the vault, and the second step begins another', async () => {
    const { id, sessionId } = await open(cards.challenge)
    const first = String(bodyOf(await authenticate(sessionId, cards.challenge))['redirectHtml'])
    assert.equal(await inVault(id), 1)
    await gateway.client.clock.advance('PT16M')
    assert.equal(await inVault(id), 0)
    assert.equal(await statusOf(id), 'INITIATED')
    const second = String(bodyOf(await authenticate(sessionId, cards.challenge))['redirectHtml'])
    assert.notEqual(formsOf(first).creq, formsOf(second).creq)
    const back = await comeBack(await atBank(second, '112233'))
    const stale = { ...namesIn(back), mpgsTransactionId: namesIn(back).mpgsTransactionId.replace('-8002-', '-8001-') }
    assertProblem(await post('auth/payment', stale), '4040100')
    assert.equal((await post('auth/payment', namesIn(back))).status, 200)
    assert.equal(await statusOf(id), 'CAPTURED')
    assert.equal(await inVault(id), 0)
  })

  test('is abandoned also where it has passed and is not paid', async () => {
    const { id, sessionId } = await open(cards.frictionless)
    const names = namesOf(await authenticate(sessionId, cards.frictionless))
    await gateway.client.clock.advance('PT16M')
    assertProblem(await post('auth/payment', names), '4040100')
    assert.equal(await statusOf(id), 'INITIATED')
  })
})

test('the money is asked for without the CVV where its process has ended, or with the one that comes again', async () => {
  const own = await testGateway()
  const calls = (of: TestGateway) => (step: string, body: unknown) =>
    answerOf(
      of.fetch(`/pg/payment/card/threeds/${step}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  const before = calls(own)
  /** Wrong: whoever hears it declines. */
  const card = wholeCard(cards.frictionless, { cvv: '102' })
  const begun = []
  for (let times = 0; times < 2; times += 1) {
    const { sessionId } = bodyOf(await before('initiate', opening(cards.frictionless)))
    const payer = { card, transaction: { sessionId } }
    begun.push({ payer, names: namesOf(await before('auth/payer', payer)) })
  }
  await own.gateway.close()
  const next = await testGateway({}, { connection: own.connection })
  const after = calls(next)
  const [without, again] = begun
  assert.equal((await after('auth/payment', without?.names)).status, 200)
  assert.deepEqual(namesOf(await after('auth/payer', again?.payer)), again?.names)
  assertProblem(await after('auth/payment', again?.names), '4030005')
  await next.close()
  await own.close()
})

test('a CVV is kept for ten minutes after the second step, and the third then pays without it', async (t) => {
  const own = await testGateway()
  const call = (step: string, body: unknown) =>
    answerOf(
      own.fetch(`/pg/payment/card/threeds/${step}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  let aheadMs = 0
  t.mock.method(MovableClock.prototype, 'monotonicMs', () => performance.now() + aheadMs)
  // The CVV is wrong: an issuer that hears it declines.
  const paid = async (afterMs: number) => {
    const { sessionId } = bodyOf(await call('initiate', opening(cards.frictionless)))
    const card = wholeCard(cards.frictionless, { cvv: '102' })
    const names = namesOf(await call('auth/payer', { card, transaction: { sessionId } }))
    aheadMs += afterMs
    return call('auth/payment', names)
  }
  assertProblem(await paid(9.9 * 60_000), '4030005')
  assert.equal((await paid(10 * 60_000)).status, 200)
  await own.close()
})

suite('a step that comes again', () => {
  test('the first gives the same session for the same card, and is refused for another', async () => {
    const { body, sessionId } = await open(cards.challenge)
    assert.equal(bodyOf(await post('initiate', body))['sessionId'], sessionId)
    const spaced = { ...body, card: { number: '5123 4500 0000 0008' } }
    assert.equal(bodyOf(await post('initiate', spaced))['sessionId'], sessionId)
    assertProblem(await post('initiate', { ...body, card: { number: cards.frictionless } }), '4090001')
    assertProblem(await post('initiate', { ...body, order: { ...(body.order as object), amount: '1' } }), '4090001')
    const asCharge = await answerOf(
      gateway.fetch('/pg/payment/card/initiate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
    assertProblem(asCharge, '4090001')
  })

  test('the second gives the same challenge, and nobody is asked twice', async () => {
    const { id, sessionId } = await open(cards.challenge)
    const answers = await Promise.all(Array.from({ length: 8 }, () => authenticate(sessionId, cards.challenge)))
    answers.push(await authenticate(sessionId, cards.challenge))
    const snippets = new Set(answers.map((answer) => bodyOf(answer)['redirectHtml']))
    assert.equal(snippets.size, 1, [...snippets].join('\n'))
    assert.deepEqual(await typesOf(id), ['order.initiated', 'attempt.started', 'attempt.challenged'])
  })

  test('the third pays once', async () => {
    const { id, sessionId } = await open(cards.frictionless)
    const names = namesOf(await authenticate(sessionId, cards.frictionless))
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('auth/payment', names)))
    answers.push(await post('auth/payment', names))
    const paid = answers.map((answer) => (bodyOf(answer)['data'] as { id: string }).id)
    assert.equal(new Set(paid).size, 1)
    assert.equal((await typesOf(id)).filter((type) => type === 'attempt.authorizing').length, 1)
    assert.deepEqual(namesOf(await authenticate(sessionId, cards.frictionless)), names)
  })
})

suite('what is refused', () => {
  test('a request names the member that is missing or malformed', async () => {
    const whole = opening(cards.challenge)
    const without = (name: string) => Object.fromEntries(Object.entries(whole).filter(([each]) => each !== name))
    for (const [body, field] of [
      [without('customer'), 'customer'],
      [without('order'), 'order'],
      [without('url'), 'url'],
      [{ ...whole, url: {} }, 'url.three ds response url'],
      [{ ...whole, url: { threeDsResponseUrl: 'javascript:alert(1)' } }, 'url.three ds response url'],
      [without('card'), 'card'],
      [{ ...whole, card: {} }, 'card.number'],
      [{ ...whole, card: { number: '5123450000000009' } }, 'card.number'],
      [{ ...whole, card: { number: '4556737586899855' } }, 'card.number'],
      [{ ...whole, card: { number: [] } }, 'card.number'],
      [without('device'), 'device'],
    ] as const) {
      const message = assertProblem(await post('initiate', body), '4000001', JSON.stringify(body))
      assert.ok(humanEnds(message, field), `${message} for ${field}`)
    }
    for (const [card, field] of [
      [{ token: 'a'.repeat(64), number: cards.challenge }, 'card.token'],
      [{ storedOnFile: 'STORED', number: cards.challenge }, 'card.stored on file'],
    ] as const)
      assert.match(assertProblem(await post('initiate', { ...whole, card }), '4030001'), new RegExp(`${field}$`))

    const { sessionId } = await open(cards.challenge)
    const transaction = { sessionId }
    for (const [body, field] of [
      [{ transaction }, 'card'],
      [{ card: wholeCard(cards.challenge, { number: '' }), transaction }, 'card.number'],
      [{ card: wholeCard(cards.challenge, { expiryDate: '' }), transaction }, 'card.expiry date'],
      [{ card: wholeCard(cards.challenge, { expiryDate: '3313' }), transaction }, 'card.expiry date'],
      [{ card: wholeCard(cards.challenge, { cvv: '1' }), transaction }, 'card.cvv'],
      [{ card: wholeCard(cards.challenge, { cvv: '1000' }), transaction }, 'card.cvv'],
      [{ card: wholeCard(cards.challenge, { nameOnCard: cards.challenge }), transaction }, 'card.name on card'],
      [{ card: wholeCard(cards.challenge) }, 'transaction'],
      [{ card: wholeCard(cards.challenge), transaction: { sessionId: 'x' } }, 'transaction.session id'],
      [{ card: wholeCard(cards.frictionless), transaction }, 'card.number'],
    ] as const) {
      const message = assertProblem(await post('auth/payer', body), '4000001', JSON.stringify(body))
      assert.ok(humanEnds(message, field), `${message} for ${field}`)
    }
    for (const [body, field] of [
      [{}, 'mpgs order id'],
      [{ mpgsOrderId: '1', mpgsTransactionId: 'x' }, 'mpgs order id'],
      [{ mpgsOrderId: '1'.repeat(23) }, 'mpgs transaction id'],
      [{ mpgsOrderId: '1'.repeat(23), mpgsTransactionId: 'x' }, 'mpgs transaction id'],
    ] as const) {
      const message = assertProblem(await post('auth/payment', body), '4000001', JSON.stringify(body))
      assert.ok(humanEnds(message, field), `${message} for ${field}`)
    }
  })

  test('a card that the order does not want is refused in the first step', async () => {
    const order = { transactionFiltering: { cardBin: ['411111'] } }
    const { sessionId } = await open(cards.frictionless, { order })
    assert.equal((await authenticate(sessionId, cards.frictionless)).status, 200)
    assertProblem(await post('initiate', opening(cards.challenge, { order })), '4000001')
  })

  test("another merchant's session and names, and made-up ones, are not found", async () => {
    const { sessionId } = await open(cards.frictionless)
    const card = wholeCard(cards.frictionless)
    const last = sessionId.endsWith('0') ? '1' : '0'
    for (const [session, headers] of [
      [sessionId, { authorization: neighbour }],
      [sessionId.slice(0, -1) + last, {}],
      ['z'.repeat(64), {}],
      ['0'.repeat(64), {}],
    ] as const)
      assertProblem(await post('auth/payer', { card, transaction: { sessionId: session } }, headers), '4040001')
    const names = namesOf(await authenticate(sessionId, cards.frictionless))
    assertProblem(await post('auth/payment', names, { authorization: neighbour }), '4040001')
    for (const wrong of [
      { ...names, mpgsOrderId: '1'.repeat(23) },
      { ...names, mpgsTransactionId: names.mpgsTransactionId.replace('-8001-', '-8002-') },
      { ...names, mpgsTransactionId: names.mpgsTransactionId.replace('-8001-', '-8000-') },
      { ...names, mpgsTransactionId: '00000000-0000-4000-8001-000000000000' },
    ])
      assertProblem(await post('auth/payment', wrong), '4040001', JSON.stringify(wrong))
    // An order of the page is none of these.
    const id = freshOrderId()
    const { body } = await gateway.initiate({ order: { id } })
    const token = /[0-9a-f]{64}/.exec(body['redirecturl'] ?? '')?.[0] ?? ''
    assertProblem(await authenticate(token, cards.frictionless), '4040001')
    assert.equal((await fetch(`${gateway.url}/pg/payment/card/threeds/return/${token}`)).status, 404)
  })

  test('the payer has no page of ours, and what its browser learns opens no session', async () => {
    const { id, sessionId } = await open(cards.challenge)
    assert.equal((await fetch(`${gateway.url}/pg/payment/card/access/${sessionId}`)).status, 404)
    assert.equal((await fetch(`${gateway.url}/pg/payment/card/threeds/return/${sessionId}`)).status, 404)
    await authenticate(sessionId, cards.challenge)
    const token = /[0-9a-f]{64}$/.exec(await wayBackOf(id))?.[0] ?? ''
    assert.notEqual(token, sessionId)
    assertProblem(await authenticate(token, cards.challenge), '4040001')
    assert.equal((await fetch(`${gateway.url}/pg/payment/card/access/${token}`)).status, 404)
  })

  test('only POST is taken', async () => {
    for (const step of ['initiate', 'auth/payer', 'auth/payment'])
      assertProblem(await answerOf(gateway.fetch(`/pg/payment/card/threeds/${step}`)), '4050001')
  })
})

test('what a merchant sends cannot break out of the snippet', async () => {
  const { sessionId } = await open(cards.frictionless, {
    url: { threeDsResponseUrl: `${shop.url}/"><script>alert(1)</script>?a='&b=<b>` },
  })
  const html = String(bodyOf(await authenticate(sessionId, cards.frictionless))['redirectHtml'])
  assert.equal((html.match(/<script>/g) ?? []).length, 1)
  assert.doesNotMatch(html, /alert\(1\)<\/script>|<b>/)
  assert.match(html, /href="[^"<>']*"/)
})

test('nothing that was sent of a card is logged, and nothing is a bug', () => {
  const text = gateway.logged.join('\n')
  for (const number of Object.values(cards)) assert.ok(!text.includes(number))
  assert.deepEqual(
    gateway.logged.filter((line) => line.includes('"bug"')),
    [],
  )
})

function humanEnds(message: string, field: string): boolean {
  return (
    message === `Invalid Mandatory Field ${field}` || message === `Invalid Field Format. The ${field} format is invalid`
  )
}

async function inVault(orderId: string): Promise<number> {
  const [row] = await gateway.database.query<{ count: number }>(
    statement(
      'test.in_vault',
      `select count(*)::int as count from vault_entry join attempt on attempt_token = token where order_id = $1`,
    ),
    [orderId],
  )
  return row?.count ?? 0
}

/** Where the bank was told to send the browser. */
async function wayBackOf(orderId: string): Promise<string> {
  const [row] = await gateway.database.query<{ url: string }>(
    statement(
      'test.way_back',
      `select notification_url as url from simulated_authentication where order_id = $1 order by ordinal desc limit 1`,
    ),
    [orderId],
  )
  return row?.url ?? ''
}
