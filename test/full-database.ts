import assert from 'node:assert/strict'
import { remember } from '../src/acquirer/simulator-store.ts'
import { type Clock, systemClock } from '../src/base/clock.ts'
import { Secret } from '../src/base/secret.ts'
import { SandboxClient } from '../src/client.ts'
import { freeRoute, insert } from '../src/merchant/store.ts'
import { inquire } from '../src/payment/inquire.ts'
import { settle } from '../src/payment/settle.ts'
import { settleOperation } from '../src/payment/settle-operation.ts'
import { schedule } from '../src/timer/store.ts'
import { timerOf } from '../src/timer/timer.ts'
import { cardSeals } from '../src/vault/card-seals.ts'
import { Cipher } from '../src/vault/cipher.ts'
import { merchantServer, seedSample, type TestGateway, testMasterKey } from './gateway.ts'
import { paymentDepsOn } from './payment-deps.ts'
import { until } from './process.ts'

const masterKey = new Secret(Buffer.from(testMasterKey, 'hex'))

/** The cipher of a test gateway's database. */
export const testCipher = new Cipher(masterKey)

/** What opens all that is sealed in it. */
export const testKeys = { cipher: testCipher, openSeals: cardSeals(masterKey), unknownMinutes: 15 }

/** A second merchant, so that there is somebody else's to point to. */
export const neighbour = 'TETANGGA'

/** What a provider took and has not told of. */
const untold = '7d0f0c1e-5a0b-4d5e-9a3b-5f1c2e4d6a7b'

const hour = 3_600_000

/**
 * Takes orders through the gateway to every state that an order, an attempt and a callback can be in. Each
 * is named for what became of it.
 */
export async function fillDatabase(gateway: TestGateway): Promise<void> {
  const { client } = gateway
  const good = await merchantServer()
  const bad = await merchantServer(() => 500)
  const initiate = async (id: string, changes: Parameters<typeof seedSample>[1] = {}) => {
    const { status, body } = await gateway.initiate({ ...changes, order: { ...changes?.order, id } })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const told = { url: { callbackUrl: `${good.url}/callback` } }
  const deaf = { url: { callbackUrl: `${bad.url}/callback` } }

  await initiate('paid', told)
  await client.pay('paid')
  await initiate('paid-untold')
  await client.pay('paid-untold', { card: { number: '4111111111111111' } })
  await initiate('subscribed', {
    recurring: { type: 'PURCHASE', id: 'langganan', amount: '2000', intervalUnit: 'daily' },
  })
  await client.pay('subscribed', { card: { number: '4111111111111111' } })
  await initiate('paid-late', told)
  await client.pay('paid-late', { outcome: 'late' })
  await initiate('paid-second', told)
  await client.pay('paid-second', { card: { number: '4000000000002370' }, attempts: 1 })
  await client.pay('paid-second')
  await initiate('failed', deaf)
  await client.pay('failed', { outcome: 'declined', card: { number: '4911111111111113' } })
  await initiate('expired', { ...told, order: { timeout: '5' } })
  await initiate('reversed', { order: { timeout: '5760' } })
  await client.pay('reversed', { outcome: 'timeout' })
  while ((await client.clock.advance('P3D')).more);
  await initiate('cancelled', deaf)
  assert.equal((await gateway.fetch('/pg/payment/card/cancel/cancelled')).status, 200)
  await bad.wait(11)
  await initiate('open', told)
  await initiate('refused', told)
  await client.pay('refused', { authentication: 'fail', attempts: 1 })
  await initiate('challenged', told)
  await client.pay('challenged', { authentication: 'abandon' })
  for (const id of ['asked', 'reversing', 'late']) {
    await initiate(id, told)
    await client.pay(id, { outcome: 'timeout' })
  }
  for (const id of ['authorized', 'captured-part', 'voided', 'refunded-part', 'refunded', 'operating', 'undoing']) {
    const isHeld = id === 'authorized' || id === 'captured-part'
    await initiate(id, { ...told, ...(isHeld && { transaction: { mode: 'AUTHORIZE' } }) })
    await client.pay(id, { card: { number: '4111111111111111' } })
  }
  await client.capture('captured-part', 300)
  await client.void('voided')
  await client.refund('refunded-part', 300)
  await client.refund('refunded', 1_000)
  const refused = (work: Promise<unknown>, status: number) => assert.rejects(work, { status })
  await client.fault('operating', 'refund', 'silent')
  await refused(client.refund('operating', 300), 504)
  await client.fault('undoing', 'refund', 'declined')
  await refused(client.refund('undoing', 300), 403)
  const kept = { card: { storedOnFile: 'TO_BE_STORED' } }
  await initiate('stored', kept)
  await client.pay('stored', { card: { number: '4111111111111111' } })
  await initiate('to-be-stored', kept)
  await client.pay('to-be-stored', { authentication: 'abandon' })
  await payElsewhere(gateway, (id, type) => initiate(id, { ...told, sourceOfFunds: type === null ? null : { type } }))
  await playAcquirer(gateway)
  const paymentCode = '8804483313131312'
  await client.call('POST', '/pg/payment/card/openpayment/register', {
    customer: { id: 'budi', mobilePhone: '+6281286288800' },
    ...told,
    sourceOfFunds: { type: 'vabca', paymentCode },
  })
  await client.payNumber('vabca', paymentCode, { amount: 25_000 })

  const key = 'another-key'
  const { database, url } = gateway
  const added = { merchantId: neighbour, name: 'Toko Tetangga', key: new Secret(key), route: await freeRoute(database) }
  await insert(database, testCipher, added, systemClock.machine())
  const other = new SandboxClient({ url, merchantId: neighbour, merchantKey: key })
  await other.call('POST', '/pg/payment/card/initiate', seedSample('theirs'))
  // A callback is recorded after its merchant has answered.
  const settled = async () =>
    (await client.callbacks()).filter(({ state, attempts }) => state === 'pending' && attempts.length === 0)
  while ((await settled()).length > 0);
  await good.close()
  await bad.close()
}

/** Payments that are made elsewhere: kept, given back, on their way back, and one of which nobody has told yet. */
async function payElsewhere(
  { client, database, gateway: { merchant } }: TestGateway,
  initiate: (id: string, type: string | null) => Promise<void>,
): Promise<void> {
  await initiate('va-open', 'vabca')
  await initiate('picked', null)
  await client.pay('picked', { method: 'vabri', amount: 1 })
  await initiate('wallet-opened', 'shopeepay')
  await client.pay('wallet-opened', { outcome: 'timeout' })
  await initiate('va-paid', 'vabca')
  await client.pay('va-paid')
  await initiate('wallet-refunded', 'shopeepay')
  await client.pay('wallet-refunded')
  await client.refund('wallet-refunded', 1_000)
  await initiate('va-returned', 'vabni')
  await client.pay('va-returned')
  await client.pay('va-returned', { outcome: 'late' })
  await initiate('va-returning', 'vabni')
  await client.call('GET', '/pg/payment/card/cancel/va-returning')
  // More often than its timer can run meanwhile.
  await client.fault('va-returning', 'reversal', 'lost_before', 50)
  await client.pay('va-returning', { outcome: 'late' })
  const returned = async () => (await client.events('va-returned')).at(-1)?.type === 'receipt.returned'
  await until('unwanted money to be returned', returned)

  await initiate('va-untold', 'vabni')
  assert.ok(merchant)
  const { merchantId } = merchant
  const at = new Date(Date.parse((await client.clock.get()).now))
  await schedule(database, [timerOf(merchantId, 'notify', `vabni:${untold}`, new Date(at.getTime() + hour))])
  const it = { merchantId, reference: untold, orderId: 'va-untold', amountMinor: 1_000n, currency: 'IDR' } as const
  const taken = { isCapture: true, state: 'approved', approvalCode: `${untold}009`, responseCode: '00' } as const
  await remember(database, [{ it: { ...it, ...taken, points: null, reason: null }, at }])
}

/** What the sandbox's own acquirer never does: it does not answer a reversal, and it approves after a decline. */
async function playAcquirer(gateway: TestGateway): Promise<void> {
  const merchant = gateway.gateway.merchant
  assert.ok(merchant)
  const { now } = await gateway.client.clock.get()
  // So far ahead that what is scheduled now is not due in the gateway.
  const clock: Clock = { ...systemClock, now: () => new Date(Date.parse(now) + hour) }
  const deps = paymentDepsOn(gateway, { clock })
  await settleOperation(deps, merchant, 'undoing', 1, { outcome: 'approved', responseCode: '00' })
  await inquire(deps, merchant, 'reversing', 1)
  await settle(deps, merchant, 'late', 1, { outcome: 'declined', responseCode: '05', reason: 'DECLINED' })
  await settle(deps, merchant, 'late', 1, {
    outcome: 'approved',
    approvalCode: '123456',
    responseCode: '00',
    channel: '008',
  })
}
