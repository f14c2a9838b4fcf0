import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { addMerchant, type Answer, answerOf, assertProblem, basic, giveNewKey } from './api.ts'
import { freshOrderId, seedSample, type TestGateway, testGateway } from './gateway.ts'

const initiatePath = '/pg/payment/card/initiate'
const json = { 'content-type': 'application/json' }
const checkPath = '/pg/payment/card/check/nothing'

/** Asserts the contract's 429 and answers the seconds to wait. */
function assertTooMany(answer: Answer, about?: string): number {
  assertProblem(answer, '4290000', about)
  const seconds = answer.headers.get('retry-after') ?? ''
  assert.match(seconds, /^[1-9]\d*$/, about)
  return Number(seconds)
}

/** So many answers, one after the other. */
async function inRow(count: number, send: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let n = 0; n < count; n += 1) answers.push(await send())
  return answers
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status)

describe('a limit by merchant', () => {
  let gateway: TestGateway
  let shop = ''
  let other = ''
  before(async () => {
    gateway = await testGateway({ GERBANG_RATE_LIMIT_MERCHANT: '1:3' })
    shop = await addMerchant(gateway, 'SHOP1', 'ShopKey-123')
    other = await addMerchant(gateway, 'SHOP2', 'ShopKey-456')
  })
  after(() => gateway.close())

  const check = (authorization: string) => answerOf(fetch(gateway.url + checkPath, { headers: { authorization } }))

  test('answers 429 with the seconds to wait, before the body is read, and nobody else notices', async () => {
    assert.deepEqual(statuses(await inRow(3, () => check(shop))), [404, 404, 404])
    assert.equal(assertTooMany(await check(shop)), 1)
    const garbled = { method: 'POST', headers: { authorization: shop, ...json }, body: '{' }
    assertTooMany(await answerOf(fetch(gateway.url + initiatePath, garbled)))
    assert.equal((await check(other)).status, 404)
    assertProblem(await check(basic('SHOP1', 'wrong-key')), '4010000')
    assert.equal((await fetch(`${gateway.url}/readyz`)).status, 200)
  })

  test('lets the merchant in again after that time', async () => {
    const again = await addMerchant(gateway, 'SHOP3', 'ShopKey-789')
    await inRow(3, () => check(again))
    const seconds = assertTooMany(await check(again))
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
    assert.equal((await check(again)).status, 404)
  })

  test('holds for orders that exist as it does for others: a refused one was not opened', async () => {
    const authorization = await addMerchant(gateway, 'SHOP4', 'ShopKey-000')
    const ids = Array.from({ length: 8 }, freshOrderId)
    const answers = await Promise.all(
      ids.map((id) =>
        answerOf(
          fetch(gateway.url + initiatePath, {
            method: 'POST',
            headers: { authorization, ...json },
            body: JSON.stringify(seedSample(id)),
          }),
        ),
      ),
    )
    for (const answer of answers) if (answer.status !== 200) assertTooMany(answer)
    assert.deepEqual(
      statuses(answers).toSorted((a, b) => a - b),
      [200, 200, 200, 429, 429, 429, 429, 429],
    )
  })
})

describe('a limit by address', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway({ GERBANG_RATE_LIMIT_ADDRESS: '1:3', GERBANG_TRUSTED_PROXIES: '127.0.0.1' })
  })
  after(() => gateway.close())

  const from = (address: string, path = checkPath) =>
    answerOf(gateway.fetch(path, { headers: { 'x-forwarded-for': address } }))

  test('answers 429 with the seconds to wait', async () => {
    assert.deepEqual(statuses(await inRow(3, () => from('203.0.113.1'))), [404, 404, 404])
    assert.equal(assertTooMany(await from('203.0.113.1')), 1)
    assert.equal((await from('203.0.113.2')).status, 404)
  })

  test('counts the address that a trusted proxy says, not what the client said before it', async () => {
    for (const told of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) await from(`${told}, 203.0.113.3`)
    assertTooMany(await from('198.51.100.4, 203.0.113.3'))
  })

  test('counts a whole IPv6 network as one address', async () => {
    for (const last of ['1', '2', 'dead:beef']) await from(`2001:db8:1:2::${last}`)
    assertTooMany(await from('2001:DB8:1:2:ffff::1'))
    assert.equal((await from('2001:db8:1:3::1')).status, 404)
  })

  test('comes before the credentials', async () => {
    const send = () => answerOf(fetch(gateway.url + checkPath, { headers: { 'x-forwarded-for': '203.0.113.4' } }))
    assert.deepEqual(statuses(await inRow(4, send)), [401, 401, 401, 429])
  })

  test("counts the payer's pages apart from the API, and answers a payer with a page", async () => {
    const path = `/pg/payment/card/access/${'0'.repeat(64)}`
    await inRow(4, () => from('203.0.113.5'))
    const pages = await inRow(4, () => from('203.0.113.5', path))
    assert.deepEqual(statuses(pages), [404, 404, 404, 429])
    const last = pages.at(-1)
    assert.match(last?.headers.get('content-type') ?? '', /^text\/html/)
    assert.equal(last?.headers.get('retry-after'), '1')
  })
})

describe('an address that a stranger claims', () => {
  test('is not believed: without a trusted proxy the connection counts', async () => {
    const gateway = await testGateway({ GERBANG_RATE_LIMIT_ADDRESS: '1:3', GERBANG_TRUSTED_PROXIES: '10.0.0.0/8' })
    try {
      let told = 0
      const send = () => {
        told += 1
        const headers = {
          'x-forwarded-for': `203.0.113.${told}`,
          'x-real-ip': `203.0.113.${told}`,
          forwarded: `for=${told}`,
        }
        return answerOf(gateway.fetch(checkPath, { headers }))
      }
      assert.deepEqual(statuses(await inRow(4, send)), [404, 404, 404, 429])
    } finally {
      await gateway.close()
    }
  })
})

describe('guessing', () => {
  let gateway: TestGateway
  let shop = ''
  before(async () => {
    gateway = await testGateway({ GERBANG_RATE_LIMIT_ADDRESS: '1000', GERBANG_TRUSTED_PROXIES: '127.0.0.1' })
    shop = await addMerchant(gateway, 'SHOP1', 'ShopKey-123')
  })
  after(() => gateway.close())

  const from = (address: string, authorization: string, path = checkPath) =>
    answerOf(fetch(gateway.url + path, { headers: { 'x-forwarded-for': address, authorization } }))
  const guessed = async (address: string, id: string) =>
    statuses(await inRow(12, () => from(address, basic(id, 'a-wrong-key'))))
  const tenThenRefused = [...Array.from({ length: 10 }, () => 401), 429, 429]

  test('at a key ends in 429 that asks to wait, also for the right key from there', async () => {
    assert.deepEqual(await guessed('203.0.113.1', 'SHOP1'), tenThenRefused)
    assert.equal(assertTooMany(await from('203.0.113.1', basic('SHOP1', 'another'))), 10)
    assertTooMany(await from('203.0.113.1', shop))
    assertTooMany(await from('203.0.113.1', shop, '/sandbox/clock'))
  })

  test('does not lock the merchant out: its key works from any other address', async () => {
    assert.equal((await from('203.0.113.2', shop)).status, 404)
  })

  test('does not lock out who used the right key at that address before', async () => {
    assert.equal((await from('203.0.113.3', shop)).status, 404)
    assert.deepEqual(await guessed('203.0.113.3', 'SHOP1'), tenThenRefused)
    assert.equal((await from('203.0.113.3', shop)).status, 404)
  })

  test('ends alike for an id that nobody has', async () => {
    assert.deepEqual(await guessed('203.0.113.4', 'NOBODY'), tenThenRefused)
  })

  test("at the links of payers' pages ends in 429, while a link that leads somewhere still opens", async () => {
    const { body } = await gateway.initiate()
    const page = new URL(body['redirecturl'] ?? '').pathname
    const wrong = (n: number) => page.slice(0, -4) + String(n).padStart(4, '0')
    const open = (path: string) =>
      answerOf(fetch(gateway.url + path, { headers: { 'x-forwarded-for': '203.0.113.5' } }))
    const answers: Answer[] = []
    for (let n = 0; n < 62; n += 1) answers.push(await open(wrong(n)))
    assert.deepEqual(new Set(statuses(answers.slice(0, 60))), new Set([404]))
    const refused = answers.at(-1)
    assert.equal(refused?.status, 429)
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
    assert.equal((await open(page)).status, 200)
  })
})

describe('live mode', () => {
  const live = { GERBANG_MODE: 'live', GERBANG_PUBLIC_URL: 'https://pay.example' }

  test('says so when it cannot tell addresses apart', async () => {
    for (const [proxies, isSaid] of [
      ['', true],
      ['10.0.0.1', false],
    ] as const) {
      const gateway = await testGateway({ ...live, GERBANG_TRUSTED_PROXIES: proxies })
      await gateway.close()
      assert.equal(
        gateway.logged.some((line) => line.startsWith('GERBANG_TRUSTED_PROXIES is not set')),
        isSaid,
      )
    }
  })

  test('limits guesses at keys by itself', async () => {
    const gateway = await testGateway({ ...live, GERBANG_TRUSTED_PROXIES: '127.0.0.1' })
    try {
      const headers = { authorization: basic('NOBODY', 'x'), 'x-forwarded-for': '203.0.113.1' }
      const answers = await inRow(11, () => answerOf(fetch(gateway.url + checkPath, { headers })))
      assert.equal(answers.at(9)?.status, 401)
      assert.equal(assertTooMany(answers[10] as Answer), 10)
    } finally {
      await gateway.close()
    }
  })
})

describe('credentials', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await testGateway()
  })
  after(() => gateway.close())

  test('may be wrong a thousand times in a sandbox that was not told to limit', async () => {
    const send = () => answerOf(fetch(gateway.url + checkPath, { headers: { authorization: basic('FINPAY770', 'x') } }))
    for (let rounds = 0; rounds < 20; rounds += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, send))
      assert.deepEqual(new Set(statuses(answers)), new Set([401]))
    }
  })

  test('that are new are honoured at once, although the old ones were remembered', async () => {
    const old = await addMerchant(gateway, 'ROTATES', 'OldKey-12345')
    const check = (authorization: string) => answerOf(fetch(gateway.url + checkPath, { headers: { authorization } }))
    assert.equal((await check(old)).status, 404)
    await giveNewKey(gateway, 'ROTATES', 'NewKey-12345')
    assert.equal((await check(basic('ROTATES', 'NewKey-12345'))).status, 404)
  })
})
