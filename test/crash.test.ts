import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { join } from 'node:path'
import { findingsIn } from './audit.ts'
import { merchantServer, seedSample } from './gateway.ts'
import { freePort, look, openFolder, processesNaming, type ServingProcess, serve, until } from './process.ts'
import { killAt, type Standstill } from './standstill.ts'

let folder: ReturnType<typeof openFolder>
let settings: Readonly<Record<string, string>>
let dataDir = ''
beforeEach(async () => {
  folder = openFolder()
  dataDir = join(folder.path, 'data')
  // The same port after a restart, so that the payer's links stay.
  settings = { GERBANG_DATA_DIR: dataDir, TMPDIR: folder.path, GERBANG_PORT: String(await freePort()) }
})
afterEach(async () => {
  await until('nothing to be left', () => processesNaming(folder.path).length === 0)
  folder.remove()
})

async function initiate({ client }: ServingProcess, id: string, changes = {}): Promise<string> {
  const { redirecturl } = await client.call<{ redirecturl: string }>(
    'POST',
    '/pg/payment/card/initiate',
    seedSample(id, changes),
  )
  return redirecturl
}

/** Sends a form of a payer's page and follows it to the page that comes. */
async function submit(url: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
  return response.text()
}

const cardOf = (number: string, expiry = '09/33') => ({ formNo: '1', number, expiry, cvv: '100', name: 'Budi Santoso' })

async function stateOf({ client }: ServingProcess, id: string): Promise<string> {
  const { data } = (await client.check(id)) as { data: { result: { payment: { status: string } } } }
  return data.result.payment.status
}

const typesOf = async ({ client }: ServingProcess, id: string) => (await client.events(id)).map(({ type }) => type)

/** Before the acquirer hears of it, or after it has acted and before the order says so. */
const whereAsked = (id: string, isHeard: boolean, done: string): Standstill => ({
  table: 'simulated_authorization',
  row: isHeard ? `select from payment_order where order_id = '${id}' for update` : null,
  done: [done],
})

suite('a gateway that is killed', () => {
  test('right after it acknowledged an order has it after the restart', async () => {
    let gateway = await serve(settings)
    await initiate(gateway, 'at-once')
    await gateway.kill()
    gateway = await serve(settings)
    assert.equal((await gateway.client.pay('at-once')).status, 'CAPTURED')
    await gateway.stop()
  })

  test('while a merchant is being told tells it again after the restart, in the same bytes', async () => {
    const shop = await merchantServer((_, count) => (count === 1 ? new Promise<number>(() => undefined) : 200))
    try {
      let gateway = await serve(settings)
      await initiate(gateway, 'told', { url: { callbackUrl: shop.url } })
      await gateway.client.pay('told')
      await until('the callback', () => shop.received.length === 1)
      await gateway.kill()
      gateway = await serve(settings)
      const [first, again] = await until('it again', () => shop.received.length > 1 && shop.received)
      assert.equal(again?.body, first?.body)
      const delivered = await until('its end', async () => {
        const [callback] = await gateway.client.callbacks('told')
        return callback?.state === 'delivered' && callback
      })
      assert.deepEqual(
        delivered.attempts.map(({ status }) => status),
        [200],
      )
      assert.deepEqual(await findingsIn(dataDir), [])
      await gateway.stop()
      assert.equal(shop.received.length, 2)
    } finally {
      await shop.close()
    }
  })

  test('between challenge and authorization asks for the CVV again, and no money has moved', async () => {
    let gateway = await serve(settings)
    const url = await initiate(gateway, 'challenged')
    await gateway.client.pay('challenged', { authentication: 'abandon' })
    const challenged = await typesOf(gateway, 'challenged')
    assert.equal(challenged.at(-1), 'attempt.challenged')
    const database = await look(dataDir)
    const { rows } = await database.query<{ authentication_id: string; acs_trans_id: string; creq: string }>(
      `select a.authentication_id, a.authentication_step as creq, s.acs_trans_id
       from attempt a join simulated_authentication s on s.authentication_id::text = a.authentication_id`,
    )
    const step = JSON.parse(rows[0]?.creq ?? '{}') as { acsUrl: string; creq: string }
    await database.end()
    await gateway.kill()

    gateway = await serve(settings)
    // The payer finishes at the bank and comes back.
    const form = await submit(step.acsUrl, { creq: step.creq })
    const [, action = ''] = /<form[^>]*action="([^"]*)"/.exec(form) ?? []
    const fields = Object.fromEntries(
      [...form.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [
        name ?? '',
        value ?? '',
      ]),
    )
    await submit(new URL(action || step.acsUrl, step.acsUrl).href, { creq: step.creq, ...fields, otp: '112233' })
    const back = await submit(`${url}/return`, { cres: 'whatever' })
    assert.match(back, /name="cvv"/)
    assert.doesNotMatch(back, /name="number"/)
    assert.equal(await stateOf(gateway, 'challenged'), 'AUTHENTICATED')
    assert.ok(!(await typesOf(gateway, 'challenged')).includes('attempt.authorizing'))

    const [, formNo = ''] = /name="formNo"[^>]*value="(\d+)"/.exec(back) ?? []
    await submit(`${url}/cvv`, { formNo, cvv: '100' })
    assert.equal(await until('the payment', async () => (await stateOf(gateway, 'challenged')) === 'CAPTURED'), true)
    await gateway.stop()
  })

  for (const [name, isHeard] of [
    ['before the acquirer has heard of it', false],
    ['after the acquirer has taken the money', true],
  ] as const)
    test(`while it asks for the money, ${name}, finds out by inquiry`, async () => {
      let gateway = await serve(settings)
      const url = await initiate(gateway, 'asked')
      const isAsked = async () => {
        await stateOf(gateway, 'asked')
        return (await typesOf(gateway, 'asked')).includes('attempt.authorizing')
      }
      const taken = `select from simulated_authorization where state = 'approved'`
      await killAt(gateway, dataDir, { ...whereAsked('asked', isHeard, taken), atTable: isAsked }, () =>
        submit(url, cardOf('5111111111111118')),
      )

      gateway = await serve(settings)
      assert.equal((await typesOf(gateway, 'asked')).at(-1), 'attempt.authorizing')
      assert.notEqual(await stateOf(gateway, 'asked'), 'CAPTURED')
      await gateway.client.clock.advance('PT2M')
      if (isHeard) assert.equal(await stateOf(gateway, 'asked'), 'CAPTURED')
      else {
        await gateway.client.clock.advance('PT20M')
        const last = (await typesOf(gateway, 'asked')).at(-1) ?? ''
        assert.ok(['attempt.declined', 'attempt.reversed'].includes(last), last)
        assert.equal((await gateway.client.pay('asked')).status, 'CAPTURED')
      }
      assert.deepEqual(await findingsIn(dataDir), [])
      await gateway.stop()
    })

  for (const kind of ['capture', 'refund'] as const)
    for (const [name, isHeard] of [
      ['before the acquirer has heard of it', false],
      ['after the acquirer has done it', true],
    ] as const)
      test(`while it asks for a ${kind}, ${name}, finds out by inquiry`, async () => {
        let gateway = await serve(settings)
        await initiate(gateway, 'money', kind === 'capture' ? { transaction: { mode: 'AUTHORIZE' } } : {})
        await gateway.client.pay('money', { card: { number: '4111111111111111' } })
        const isAsked = async () => (await typesOf(gateway, 'money')).includes('operation.asked')
        const done = `select from simulated_operation where state = 'approved'`
        await killAt(gateway, dataDir, { ...whereAsked('money', isHeard, done), atTable: isAsked }, () =>
          gateway.client[kind]('money', 400),
        )

        gateway = await serve(settings)
        assert.equal((await typesOf(gateway, 'money')).at(-1), 'operation.asked')
        await gateway.client.clock.advance('PT2M')
        const status = kind === 'capture' ? 'PARTIALLY_CAPTURED' : 'PARTIALLY_REFUNDED'
        if (!isHeard) {
          assert.equal(await stateOf(gateway, 'money'), kind === 'capture' ? 'AUTHORIZED' : 'CAPTURED')
          await gateway.client[kind]('money', 400)
        }
        assert.equal(await stateOf(gateway, 'money'), status)
        assert.deepEqual(await findingsIn(dataDir), [])
        await gateway.stop()
      })
})
