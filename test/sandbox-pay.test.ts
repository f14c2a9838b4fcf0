import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { testCards, type ThreeDs } from '../src/card/deck.ts'
import { fold } from '../src/payment/history.ts'
import type { PayOptions, PayResult } from '../src/client.ts'
import { answerOf, assertProblem, bodyOf } from './api.ts'
import { freshOrderId, type InitiateChanges, merchantServer, type TestGateway, testGateway } from './gateway.ts'

/** After so many refused attempts an order fails, unless the merchant's setting says otherwise. */
const attemptsPerOrder = 5

describe('the scripted payer', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway({}, { startAt: new Date('2026-05-05T05:00:00.000Z') })
    await gateway.client.clock.freeze()
  })
  after(() => gateway.close())

  async function open(changes: InitiateChanges = {}): Promise<string> {
    const id = freshOrderId()
    const { status, body } = await gateway.initiate({ ...changes, order: { ...changes.order, id } })
    assert.equal(status, 200, JSON.stringify(body))
    return id
  }
  const statusOf = async (id: string) =>
    ((await gateway.client.check(id)) as { data: { result: { payment: { status: string } } } }).data.result.payment
      .status
  const typesOf = async (id: string) => (await gateway.client.events(id)).map(({ type }) => type)
  const vaulted = async () =>
    Number(
      (
        await gateway.database.query<{ n: bigint }>({
          name: 'test.vaulted',
          text: 'select count(*) as n from vault_entry',
        })
      )[0]?.n,
    )
  const told = ({ steps }: PayResult) => steps.map(({ step, result }) => `${step} ${result}`)
  const repeat = (steps: readonly string[]) => Array.from({ length: attemptsPerOrder }, () => steps).flat()

  const challenged = ['card accepted', 'challenge passed', 'authentication Y']
  const refused = ['card accepted', 'challenge failed', 'authentication N']
  const rows: readonly (readonly [PayOptions, string, readonly string[]])[] = [
    // script, status, steps
    [{}, 'CAPTURED', [...challenged, 'authorization approved']],
    [{ outcome: 'approved' }, 'CAPTURED', [...challenged, 'authorization approved']],
    [{ outcome: 'declined' }, 'FAILURE', repeat([...challenged, 'authorization DECLINED'])],
    [{ outcome: 'timeout' }, 'PENDING', [...challenged, 'authorization unknown']],
    [{ outcome: 'late' }, 'CAPTURED', [...challenged, 'authorization unknown', 'inquiry captured']],
    ...(['approved', 'declined', 'timeout', 'late', undefined] as const).flatMap((outcome) => [
      [{ authentication: 'fail', ...(outcome && { outcome }) }, 'FAILURE', repeat(refused)] as const,
      [
        { authentication: 'abandon', ...(outcome && { outcome }) },
        'AUTHENTICATION_INITIATED',
        ['card accepted', 'challenge abandoned'],
      ] as const,
    ]),
    [{ outcome: 'declined', attempts: 1 }, 'REQUEST_INITIATED', [...challenged, 'authorization DECLINED']],
    [{ authentication: 'fail', attempts: 1 }, 'REQUEST_INITIATED', refused],
    [{ authentication: 'fail', attempts: 2 }, 'REQUEST_INITIATED', [...refused, ...refused]],
    [{ method: 'cc', amount: 1000 }, 'CAPTURED', [...challenged, 'authorization approved']],
    [{ amount: '1000' }, 'CAPTURED', [...challenged, 'authorization approved']],
  ]
  for (const [script, status, steps] of rows) {
    test(`told ${JSON.stringify(script)} it ends ${status}`, async () => {
      const id = await open()
      const result = await gateway.client.pay(id, script)
      assert.equal(result.status, status)
      assert.deepEqual(told(result), steps)
      assert.equal(await statusOf(id), status, '`check` agrees')
      const numbers = result.steps.map(({ attempt }) => attempt)
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      )
      assert.equal(numbers.at(-1), (await typesOf(id)).filter((type) => type === 'attempt.started').length)
    })
  }

  test('answers exactly what is documented', async () => {
    const path = `/sandbox/orders/${await open()}/pay`
    const answer = await answerOf(gateway.fetch(path, { method: 'POST' }))
    assert.equal(answer.status, 200)
    assert.equal(
      answer.text,
      '{"status":"CAPTURED","steps":[{"step":"card","attempt":1,"result":"accepted"},' +
        '{"step":"challenge","attempt":1,"result":"passed"},{"step":"authentication","attempt":1,"result":"Y"},' +
        '{"step":"authorization","attempt":1,"result":"approved"}]}',
    )
  })

  /** How a payment with each kind of card goes, where the issuer has nothing against it. */
  const courses: Record<ThreeDs, readonly string[]> = {
    challenge: challenged,
    challenge_fails: ['card accepted', 'challenge failed', 'authentication N'],
    challenge_unavailable: ['card accepted', 'challenge failed', 'authentication U'],
    challenge_errs: ['card accepted', 'challenge failed', 'authentication U'],
    frictionless: ['card accepted', 'authentication Y'],
    attempted: ['card accepted', 'authentication A'],
    not_authenticated: ['card accepted', 'authentication N'],
    unavailable: ['card accepted', 'authentication U'],
    rejected: ['card accepted', 'authentication R'],
    not_enrolled: ['card accepted'],
  }
  for (const { number, deck, threeDs, issuer } of testCards) {
    test(`the ${deck} card ${number} does what its deck says`, async () => {
      const id = await open()
      const result = await gateway.client.pay(id, { card: { number }, attempts: 1 })
      const stops = ['challenge_fails', 'not_authenticated', 'rejected'].includes(threeDs)
      const asked = issuer === 'approves' ? 'approved' : issuer.reason
      assert.deepEqual(told(result), [...courses[threeDs], ...(stops ? [] : [`authorization ${asked}`])])
      assert.equal(result.status, !stops && issuer === 'approves' ? 'CAPTURED' : 'REQUEST_INITIATED')
    })
  }

  test('expiry and CVV decide as the deck says', async () => {
    const rows = [
      // card, last step, status
      [{ expiryDate: '3901' }, 'authorization approved', 'CAPTURED'],
      [{ expiryDate: '3309' }, 'authorization approved', 'CAPTURED'],
      [{ expiryDate: '3905' }, 'authorization DECLINED', 'REQUEST_INITIATED'],
      [{ expiryDate: '2704' }, 'authorization EXPIRED_CARD', 'REQUEST_INITIATED'],
      [{ expiryDate: '3701' }, 'authorization ACQUIRER_SYSTEM_ERROR', 'REQUEST_INITIATED'],
      [{ expiryDate: '3702' }, 'authorization UNSPECIFIED_FAILURE', 'REQUEST_INITIATED'],
      [{ expiryDate: '2808' }, 'authorization unknown', 'PENDING'],
      [{ expiryDate: '3705' }, 'authorization unknown', 'PENDING'],
      [{ cvv: '100' }, 'authorization approved', 'CAPTURED'],
      [{ cvv: '101' }, 'authorization approved', 'CAPTURED'],
      [{ cvv: '102' }, 'authorization INVALID_CSC', 'REQUEST_INITIATED'],
      [{ cvv: '999' }, 'authorization approved', 'CAPTURED'],
    ] as const
    for (const [card, last, status] of rows) {
      const id = await open()
      const result = await gateway.client.pay(id, { card, attempts: 1 })
      assert.equal(told(result).at(-1), last, JSON.stringify(card))
      assert.equal(result.status, status, JSON.stringify(card))
    }
  })

  test('a script is for the call that brought it: the next payer pays with the card alone', async () => {
    for (const left of [
      { authentication: 'abandon', outcome: 'declined' },
      { authentication: 'fail', outcome: 'timeout', attempts: 1 },
    ] as const) {
      const id = await open()
      await gateway.client.pay(id, left)
      assert.equal((await gateway.client.pay(id, { attempts: 1 })).status, 'CAPTURED')
    }
  })

  test('what no payer could do is refused and leaves the order as it was', async () => {
    const id = await open()
    const rows: readonly (readonly [unknown, string, RegExp])[] = [
      [{ card: { number: '4000000000000002' } }, '4000001', /card\.number/],
      [{ card: { number: '5123450000000009' } }, '4000001', /card\.number/],
      [{ card: { number: '' } }, '4000001', /card\.number/],
      [{ card: { number: 5_123_450_000_000_008 } }, '4000001', /card\.number/],
      [{ card: { expiryDate: '2001' } }, '4000001', /card\.expiry date/],
      [{ card: { expiryDate: '3313' } }, '4000001', /card\.expiry date/],
      [{ card: { cvv: '12' } }, '4000001', /card\.cvv/],
      [{ card: { cvv: '1234' } }, '4000001', /card\.cvv/],
      [{ card: { nameOnCard: '5123450000000008' } }, '4000001', /card\.name on card/],
      [{ card: { pin: '1234' } }, '4000001', /card\.pin/],
      [{ amount: 999 }, '4000001', /amount/],
      [{ amount: 0 }, '4000001', /amount/],
      [{ authentication: 'maybe' }, '4000001', /authentication/],
      [{ outcome: 'stolen' }, '4000001', /outcome/],
      [{ attempts: 0 }, '4000001', /attempts/],
      [{ attempts: 101 }, '4000001', /attempts/],
      [{ unknown: 1 }, '4000001', /unknown/],
      [{ method: 'qris' }, '4030001', /method/],
      ['[]', '4000000', /object/],
      ['{"outcome":"late","outcome":"approved"}', '4000000', /./],
    ]
    for (const [body, code, message] of rows) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const headers = { 'content-type': 'application/json' }
      const answer = await answerOf(gateway.fetch(`/sandbox/orders/${id}/pay`, { method: 'POST', headers, body: text }))
      assert.match(assertProblem(answer, code, text), message)
      // A trace id may happen to be all digits.
      const told = answer.text.replace(/"traceId":"[^"]+"/, '')
      assert.doesNotMatch(told, /\d{12}/, 'no card number comes back')
    }
    assert.deepEqual(await typesOf(id), ['order.initiated'])
    const unknown = await answerOf(gateway.fetch('/sandbox/orders/unknown/pay', { method: 'POST' }))
    assertProblem(unknown, '4040001')
  })

  test('an order that is finished cannot be paid again', async () => {
    const id = await open()
    await gateway.client.pay(id)
    await assert.rejects(gateway.client.pay(id), { status: 404, responseCode: '4040100' })
    assert.equal((await typesOf(id)).filter((type) => type === 'order.captured').length, 1)
  })

  test("an order's log has every event in order, and its fold is the state (invariant 6)", async () => {
    const id = await open()
    await gateway.client.pay(id)
    const answer = await answerOf(gateway.fetch(`/sandbox/orders/${id}/events`))
    assert.deepEqual(Object.keys(bodyOf(answer)), ['events'])
    const events = await gateway.client.events(id)
    assert.deepEqual(
      events.map(({ seq, type }) => `${seq} ${type}`),
      [
        '1 order.initiated',
        '2 attempt.started',
        '3 attempt.challenged',
        '4 attempt.authenticated',
        '5 attempt.authorizing',
        '6 order.captured',
      ],
    )
    for (const event of events) {
      assert.deepEqual(Object.keys(event), ['seq', 'at', 'type', 'data'])
      assert.match(event.at, /\+07:00$/)
    }
    assert.equal(fold(events.map(({ type }) => type)), 'captured')
    assert.doesNotMatch(answer.text, /5123450000000008/)
    assertProblem(await answerOf(gateway.fetch('/sandbox/orders/unknown/events')), '4040001')
  })

  test('the list of callbacks is closed, newest first, and can be for one order', async () => {
    const shop = await merchantServer()
    try {
      const ids = [await open({ url: { callbackUrl: shop.url } }), await open({ url: { callbackUrl: shop.url } })]
      for (const id of ids) {
        await gateway.client.clock.advance('PT1S')
        await gateway.client.pay(id)
      }
      await shop.wait(2)
      await gateway.client.clock.advance('PT0S')
      const all = await gateway.client.callbacks()
      assert.deepEqual(
        all.slice(0, 2).map(({ orderId }) => orderId),
        ids.toReversed(),
      )
      const [only, ...others] = await gateway.client.callbacks(ids[0])
      assert.deepEqual(others, [])
      assert.ok(only)
      assert.deepEqual(Object.keys(only), ['id', 'orderId', 'url', 'body', 'state', 'attempts'])
      assert.deepEqual(Object.keys(only.attempts[0] ?? {}), ['at', 'status', 'ms', 'error', 'answer'])
      assert.equal(only.url, `${shop.url}/`.replace(/\/$/, ''))
      assert.deepEqual(await gateway.client.callbacks('unknown'), [])
      assertProblem(await answerOf(gateway.fetch('/sandbox/callbacks?order=1')), '4000001')
      const headers = { 'content-type': 'application/json' }
      const resend = await answerOf(
        gateway.fetch(`/sandbox/callbacks/${only.id}/resend`, { method: 'POST', headers, body: '{"now":true}' }),
      )
      assertProblem(resend, '4000001')
    } finally {
      await shop.close()
    }
  })

  describe('later,', () => {
    test('a payer who left the challenge is given up after 15 minutes, and the card leaves the vault', async () => {
      await gateway.client.clock.advance('P1D')
      const before = await vaulted()
      const id = await open()
      await gateway.client.pay(id, { authentication: 'abandon' })
      assert.equal(await vaulted(), before + 1)
      await gateway.client.clock.advance('PT14M59S')
      assert.equal(await statusOf(id), 'AUTHENTICATION_INITIATED')
      await gateway.client.clock.advance('PT1S')
      assert.equal(await statusOf(id), 'REQUEST_INITIATED')
      assert.equal(await vaulted(), before, 'invariant 8')
      assert.equal((await typesOf(id)).at(-1), 'attempt.abandoned')
      assert.equal((await gateway.client.pay(id)).status, 'CAPTURED')
      assert.equal(await vaulted(), before)
    })

    test('an answer that never came is asked for, then reversed, and the order can be paid again', async () => {
      const id = await open()
      const { now } = await gateway.client.clock.get()
      await gateway.client.pay(id, { outcome: 'timeout' })
      await gateway.client.clock.advance('PT14M59S')
      assert.equal(await statusOf(id), 'PENDING')
      await assert.rejects(gateway.client.pay(id), { responseCode: '4040100' })
      await gateway.client.clock.advance('PT1S')
      assert.equal(await statusOf(id), 'REQUEST_INITIATED')
      const events = await gateway.client.events(id)
      assert.deepEqual(
        events.slice(-4).map(({ type }) => type),
        ['attempt.authorizing', 'attempt.unknown', 'attempt.reversing', 'attempt.reversed'],
      )
      assert.equal(Date.parse(events.at(-1)?.at ?? '') - Date.parse(now), 15 * 60_000)
      assert.equal((await gateway.client.pay(id)).status, 'CAPTURED')
      const captures = (await typesOf(id)).filter((type) => type === 'order.captured')
      assert.equal(captures.length, 1, 'invariant 2')
    })

    test('with the last attempt, it fails', async () => {
      const id = await open()
      await gateway.client.pay(id, { outcome: 'declined', attempts: attemptsPerOrder - 1 })
      assert.equal((await gateway.client.pay(id, { outcome: 'timeout' })).status, 'PENDING')
      await gateway.client.clock.advance('PT15M')
      assert.equal(await statusOf(id), 'FAILURE')
      assert.deepEqual((await typesOf(id)).slice(-2), ['attempt.reversed', 'order.failed'])
    })

    test('with no time left, it expires', async () => {
      const id = await open({ order: { timeout: 10 } })
      await gateway.client.pay(id, { outcome: 'timeout' })
      await gateway.client.clock.advance('PT14M')
      assert.equal(await statusOf(id), 'PENDING', 'the clock alone refuses no money that is on its way')
      await gateway.client.clock.advance('PT1M')
      assert.equal(await statusOf(id), 'EXPIRED')
      assert.deepEqual((await typesOf(id)).slice(-2), ['attempt.reversed', 'order.expired'])
    })

    test('an answer that was lost on its way is found by the first inquiry', async () => {
      const before = await vaulted()
      const id = await open({ order: { timeout: 1 } })
      assert.equal((await gateway.client.pay(id, { card: { expiryDate: '3705' } })).status, 'PENDING')
      await gateway.client.clock.advance('PT1M')
      assert.equal(await statusOf(id), 'CAPTURED', 'though the time for paying is over')
      assert.equal(await vaulted(), before)
    })
  })
})

describe('GERBANG_SEED', () => {
  /** One script on a gateway of its own: what a test suite of a merchant would do. */
  async function run(seed: string, callbackUrl: string) {
    const gateway = await testGateway({ GERBANG_SEED: seed })
    try {
      const { client } = gateway
      const { now, frozen } = await client.clock.get()
      const links: unknown[] = []
      for (const [id, script] of [
        ['one', {}],
        ['two', { outcome: 'declined' }],
        ['three', { outcome: 'late' }],
        ['four', { authentication: 'fail', attempts: 2 }],
        ['five', { outcome: 'timeout' }],
        ['six', { card: { number: '4111111111111111' } }],
      ] as const) {
        const { body } = await gateway.initiate({ order: { id }, url: { callbackUrl } })
        links.push(body['redirecturl']?.replace(gateway.url, ''), body['expiryLink'])
        await client.pay(id, script)
        await client.clock.advance('PT10M')
      }
      const moved = await client.clock.advance('P2D')
      const orders: unknown[] = []
      for (const id of ['one', 'two', 'three', 'four', 'five', 'six']) {
        const callbacks = (await client.callbacks(id)).map(({ attempts, ...callback }) => ({
          ...callback,
          attempts: attempts.map(({ ms: _took, ...attempt }) => attempt),
        }))
        const { data } = (await client.check(id)) as { data: unknown }
        orders.push({ id, data, events: await client.events(id), callbacks })
      }
      return { now, frozen, links, moved: { ...moved, offsetSeconds: 0 }, orders }
    } finally {
      await gateway.close()
    }
  }

  test('two gateways with one seed and one script tell the same, byte for byte', async () => {
    const shop = await merchantServer((_, count) => (count % 3 === 1 ? 500 : 200))
    try {
      const first = await run('seed of the test', shop.url)
      const count = shop.received.length
      assert.equal(count % 3, 0, `the second run meets the same answers (${count} callbacks)`)
      const second = await run('seed of the test', shop.url)
      assert.deepEqual(second, first)
      assert.equal(first.now, '2026-01-01T00:00:00.000+07:00')
      assert.equal(first.frozen, true)
      assert.deepEqual(
        shop.received.slice(count).map(({ body }) => body),
        shop.received.slice(0, count).map(({ body }) => body),
      )
      const other = await run('another seed', shop.url)
      assert.notDeepEqual(other.links, first.links)
      assert.notDeepEqual(other.orders, first.orders)
    } finally {
      await shop.close()
    }
  })
})
