import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { outcome } from './api.ts'
import { findingsOn } from './audit.ts'
import { freshOrderId, type MerchantServer, merchantServer, type TestGateway, testGateway } from './gateway.ts'

let gateway: TestGateway
let shop: MerchantServer

before(async () => {
  gateway = await testGateway()
  shop = await merchantServer()
})
after(async () => {
  await gateway.close()
  await shop.close()
})

/** How the order is paid before a test. */
type Paid = 'authorized' | 'captured' | 'open'

async function anOrder(paid: Paid, amount = 1_000): Promise<string> {
  const id = freshOrderId()
  const { status } = await gateway.initiate({
    order: { id, amount },
    url: { callbackUrl: `${shop.url}/${id}` },
    ...(paid === 'authorized' && { transaction: { mode: 'AUTHORIZE' } }),
  })
  assert.equal(status, 200)
  if (paid !== 'open') {
    const result = await gateway.client.pay(id, { card: { number: '4111111111111111' } })
    assert.equal(result.status, paid === 'authorized' ? 'AUTHORIZED' : 'CAPTURED')
  }
  return id
}

async function standing(id: string): Promise<string> {
  const { data } = (await gateway.client.check(id)) as {
    data: { result: { payment: { status: string; amount: number } } }
  }
  return `${data.result.payment.status} ${data.result.payment.amount}`
}

async function typesOf(id: string): Promise<string[]> {
  return (await gateway.client.events(id)).map(({ type }) => type)
}

/** What the merchant was told, in order. */
async function told(id: string, count: number): Promise<string[]> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const own = shop.received.filter(({ path }) => path === `/${id}`)
    if (own.length >= count || Date.now() > deadline) {
      return own.map(({ body }) => {
        const { payment } = (JSON.parse(body) as { result: { payment: { status: string; amount: number } } }).result
        return `${payment.status} ${payment.amount}`
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('after payment', () => {
  test('an authorization is captured in parts until it is used up, and its merchant is told when it is whole', async () => {
    const id = await anOrder('authorized')
    assert.equal(await standing(id), 'AUTHORIZED 1000')
    assert.equal(await outcome(gateway.client.capture(id, 300)), '200')
    assert.equal(await standing(id), 'PARTIALLY_CAPTURED 300')
    assert.equal(await outcome(gateway.client.capture(id, 701)), '404 4040013')
    assert.equal(await outcome(gateway.client.capture(id, '700.00')), '200')
    assert.equal(await standing(id), 'CAPTURED 1000')
    assert.equal(await outcome(gateway.client.capture(id, 1)), '403 4030015')
    assert.deepEqual(await told(id, 2), ['AUTHORIZED 1000', 'CAPTURED 1000'])
  })

  test('a refund gives back a part, then the rest, and not more', async () => {
    const id = await anOrder('captured')
    assert.equal(await outcome(gateway.client.refund(id, 400)), '200')
    assert.equal(await standing(id), 'PARTIALLY_REFUNDED 600')
    assert.equal(await outcome(gateway.client.refund(id, 601)), '404 4040013')
    assert.equal(await outcome(gateway.client.refund(id, 600)), '200')
    assert.equal(await standing(id), 'REFUNDED 0')
    assert.equal(await outcome(gateway.client.refund(id, 1)), '403 4030015')
    assert.deepEqual(await told(id, 3), ['CAPTURED 1000', 'PARTIALLY_REFUNDED 600', 'REFUNDED 0'])
  })

  test('a void gives up an authorization, or what was captured today, and may be repeated', async () => {
    for (const paid of ['authorized', 'captured'] as const) {
      const id = await anOrder(paid)
      assert.equal(await outcome(gateway.client.void(id)), '200')
      assert.equal(await standing(id), 'CANCELLED 0')
      assert.equal(await outcome(gateway.client.void(id)), '200')
      assert.equal((await typesOf(id)).filter((type) => type === 'order.voided').length, 1)
      assert.deepEqual((await told(id, 2)).at(-1), 'CANCELLED 0')
    }
  })

  test('the observed refusals: void of what is not paid, refund of what was never captured, an order of nobody', async () => {
    const open = await anOrder('open')
    assert.equal(await outcome(gateway.client.void(open)), '403 4030015')
    assert.equal(await outcome(gateway.client.refund(open, 1)), '404 4040001')
    assert.equal(await outcome(gateway.client.capture(open, 1)), '403 4030015')
    const authorized = await anOrder('authorized')
    assert.equal(await outcome(gateway.client.refund(authorized, 1)), '404 4040001')
    for (const work of [
      gateway.client.void('nobody'),
      gateway.client.refund('nobody', 1),
      gateway.client.capture('nobody', 1),
    ])
      assert.equal(await outcome(work), '404 4040001')
  })

  test('a refund by GET with a body is a refund', async () => {
    const id = await anOrder('captured')
    const { request } = await import('node:http')
    const body = JSON.stringify({ order: { id, amount: '250' } })
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { merchant } = gateway.gateway
      const sent = request(
        `${gateway.url}/pg/payment/card/refund`,
        {
          method: 'GET',
          auth: `${merchant?.merchantId}:${merchant?.key.reveal()}`,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode))
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
    assert.equal(status, 200)
    assert.equal(await standing(id), 'PARTIALLY_REFUNDED 750')
  })

  test('twenty at once never exceed the amount (invariant 5)', async () => {
    for (const kind of ['capture', 'refund'] as const) {
      const id = await anOrder(kind === 'capture' ? 'authorized' : 'captured')
      const done = await Promise.all(Array.from({ length: 20 }, () => outcome(gateway.client[kind](id, 70))))
      assert.equal(done.filter((each) => each === '200').length, 14)
      assert.ok(
        done.every((each) => each === '200' || each === '404 4040013'),
        done.join(', '),
      )
      assert.equal(await standing(id), kind === 'capture' ? 'PARTIALLY_CAPTURED 980' : 'PARTIALLY_REFUNDED 20')
    }
  })

  test('twenty with one key are one, and another amount under it is refused', async () => {
    const id = await anOrder('captured')
    const done = await Promise.all(
      Array.from({ length: 20 }, () => outcome(gateway.client.refund(id, 300, 'return-1'))),
    )
    assert.ok(done.includes('200'))
    assert.ok(
      done.every((each) => each === '200' || each === '409 4090000'),
      done.join(', '),
    )
    assert.equal(await outcome(gateway.client.refund(id, 300, 'return-1')), '200')
    assert.equal(await standing(id), 'PARTIALLY_REFUNDED 700')
    assert.equal(await outcome(gateway.client.refund(id, 200, 'return-1')), '409 4090000')
    assert.equal(await outcome(gateway.client.refund(id, 300, 'return 2')), '400 4000001')
  })

  test('operations of two kinds at once: one waits for the other, and the sums hold (invariant 5)', async () => {
    const id = await anOrder('captured')
    await Promise.all([
      ...Array.from({ length: 5 }, () => outcome(gateway.client.refund(id, 200))),
      ...Array.from({ length: 5 }, () => outcome(gateway.client.void(id))),
    ])
    assert.match(await standing(id), /^(REFUNDED|PARTIALLY_REFUNDED|CANCELLED) /)
  })

  test('money that was captured yesterday is refunded and not voided', async () => {
    const id = await anOrder('captured')
    await gateway.client.clock.advance('PT25H')
    assert.equal(await outcome(gateway.client.void(id)), '403 4030015')
    assert.equal(await outcome(gateway.client.refund(id, 1_000)), '200')
    await gateway.client.clock.reset()
  })

  test('an authorization lapses after seven days, and what was captured of it stays', async () => {
    const [whole, part] = [await anOrder('authorized'), await anOrder('authorized')]
    assert.equal(await outcome(gateway.client.capture(part, 400)), '200')
    await gateway.client.clock.advance('PT167H')
    assert.equal(await standing(whole), 'AUTHORIZED 1000')
    await gateway.client.clock.advance('PT2H')
    assert.equal(await standing(whole), 'EXPIRED 0')
    assert.equal(await standing(part), 'PARTIALLY_CAPTURED 400')
    for (const id of [whole, part]) assert.equal(await outcome(gateway.client.capture(id, 100)), '403 4030015')
    assert.equal(await outcome(gateway.client.refund(part, 400)), '200')
    assert.equal(await standing(part), 'REFUNDED 0')
    assert.deepEqual(await told(whole, 2), ['AUTHORIZED 1000', 'EXPIRED 0'])
    await gateway.client.clock.reset()
  })
})

describe('an acquirer that fails', () => {
  const kinds = [
    ['capture', 'authorized', 'PARTIALLY_CAPTURED 400', 'AUTHORIZED 1000'],
    ['refund', 'captured', 'PARTIALLY_REFUNDED 600', 'CAPTURED 1000'],
    ['void', 'captured', 'CANCELLED 0', 'CAPTURED 1000'],
  ] as const
  const ask = (kind: 'capture' | 'refund' | 'void', id: string) =>
    outcome(kind === 'void' ? gateway.client.void(id) : gateway.client[kind](id, 400))

  for (const [kind, paid, done, undone] of kinds) {
    test(`a ${kind} that is declined changes nothing`, async () => {
      const id = await anOrder(paid)
      await gateway.client.fault(id, kind, 'declined')
      assert.equal(await ask(kind, id), '403 4030005')
      assert.equal(await standing(id), undone)
      assert.equal(await ask(kind, id), '200')
      assert.equal(await standing(id), done)
    })

    for (const fault of ['lost_after', 'lost_during', 'late', 'reordered'] as const) {
      test(`a ${kind} whose answer is ${fault} is unknown, and then found (invariant 4)`, async () => {
        const id = await anOrder(paid)
        await gateway.client.fault(id, kind, fault)
        assert.equal(await ask(kind, id), '504 5040000')
        if (fault === 'lost_after') assert.equal(await standing(id), undone)
        await gateway.client.clock.advance('PT2M')
        assert.equal(await standing(id), done)
        await gateway.client.clock.reset()
      })
    }

    test(`a ${kind} that never arrived is found out, and may be asked for again`, async () => {
      const id = await anOrder(paid)
      await gateway.client.fault(id, kind, 'lost_before')
      assert.equal(await ask(kind, id), '504 5040000')
      await gateway.client.clock.advance('PT2M')
      assert.equal(await standing(id), undone)
      assert.equal(await ask(kind, id), '200')
      assert.equal(await standing(id), done)
      await gateway.client.clock.reset()
    })

    test(`a ${kind} that is answered twice counts once`, async () => {
      const id = await anOrder(paid)
      await gateway.client.fault(id, kind, 'twice')
      assert.equal(await ask(kind, id), '200')
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal(await standing(id), done)
    })

    test(`a ${kind} that is never answered is settled by its deadline, also where the reversal is lost`, async () => {
      const id = await anOrder(paid)
      await gateway.client.fault(id, kind, 'silent')
      await gateway.client.fault(id, 'reversal', 'lost_before', 2)
      assert.equal(await ask(kind, id), '504 5040000')
      await gateway.client.clock.advance('PT14M')
      assert.ok(!(await typesOf(id)).includes('operation.reversing'))
      await gateway.client.clock.advance('PT10M')
      assert.ok((await typesOf(id)).includes('operation.reversed'))
      // A void that is given up is done by reversing what it was to void.
      assert.equal(await standing(id), kind === 'void' ? done : undone)
      await gateway.client.clock.reset()
    })
  }

  test('a repeat of what is unknown is the same operation', async () => {
    const id = await anOrder('captured')
    await gateway.client.fault(id, 'refund', 'lost_after')
    assert.equal(await outcome(gateway.client.refund(id, 400)), '504 5040000')
    assert.equal(await outcome(gateway.client.refund(id, 400)), '200')
    assert.equal(await standing(id), 'PARTIALLY_REFUNDED 600')
    assert.equal((await typesOf(id)).filter((type) => type === 'operation.asked').length, 1)
    assert.equal(await outcome(gateway.client.refund(id, 400)), '200')
    assert.equal(await standing(id), 'PARTIALLY_REFUNDED 200')
  })

  test('while something is unknown, nothing of another kind begins', async () => {
    const id = await anOrder('captured')
    await gateway.client.fault(id, 'refund', 'silent')
    assert.equal(await outcome(gateway.client.refund(id, 400)), '504 5040000')
    assert.equal(await outcome(gateway.client.void(id)), '409 4090000')
    assert.equal(await outcome(gateway.client.refund(id, 601)), '404 4040013')
    assert.equal(await outcome(gateway.client.refund(id, 600)), '200')
    await gateway.client.clock.advance('PT1H')
    assert.equal(await standing(id), 'PARTIALLY_REFUNDED 400')
    await gateway.client.clock.reset()
  })

  test('an authorization that is unknown is found, or reversed and not resurrected', async () => {
    const find = freshOrderId()
    await gateway.initiate({ order: { id: find }, transaction: { mode: 'AUTHORIZE' } })
    await gateway.client.fault(find, 'authorize', 'lost_after')
    assert.equal((await gateway.client.pay(find, { card: { number: '4111111111111111' } })).status, 'PENDING')
    await gateway.client.clock.advance('PT2M')
    assert.equal(await standing(find), 'AUTHORIZED 1000')
    await gateway.client.clock.reset()
  })

  test('an authorization that is captured while its lapse is due is captured', async () => {
    const id = await anOrder('authorized')
    await gateway.client.clock.advance('PT167H59M')
    await gateway.client.fault(id, 'capture', 'lost_after')
    assert.equal(await outcome(gateway.client.capture(id, 1_000)), '504 5040000')
    await gateway.client.clock.advance('PT10M')
    assert.equal(await standing(id), 'CAPTURED 1000')
    await gateway.client.clock.reset()
  })
})

test('after all of that, the auditor finds nothing', async () => {
  assert.deepEqual(await findingsOn(gateway.database), [])
  assert.deepEqual(
    gateway.logged.filter((line) => line.includes('"msg":"bug"') || line.includes('failed')),
    [],
  )
})
