import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { systemClock } from '../base/clock.ts'
import { rupiah } from '../base/money.ts'
import { seededRandom, systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { parseExpiry } from '../card/expiry.ts'
import { Pan } from '../card/pan.ts'
import { Database, statement } from '../postgres/database.ts'
import { fixedKeys } from '../vault/fixture.ts'
import { CvvKeeper } from '../vault/cvv.ts'
import { Vault } from '../vault/vault.ts'
import type { AuthorizeRequest, UnaskedAnswer } from './acquirer.ts'
import { testAcquirer } from './contract.ts'
import type { Fault, FaultyMessage } from './faults.ts'
import { testOperations } from './operation-contract.ts'
import { simulated } from './simulated.ts'
import { AcquirerSimulator } from './simulator.ts'
import { find } from './simulator-store.ts'

const vault = new Vault(fixedKeys(new Secret(randomBytes(32))), systemRandom)
const cvvs = new CvvKeeper(systemClock)
let opened: Awaited<ReturnType<typeof testDatabase>>
let acquirer: AcquirerSimulator

function aSimulator(database: Database, random = systemRandom): AcquirerSimulator {
  return new AcquirerSimulator({ database, vault, cvvs, clock: systemClock, random, silenceMs: 1 })
}

before(async () => {
  opened = await testDatabase()
  acquirer = aSimulator(opened.database)
})
after(async () => {
  cvvs.clear()
  await opened.drop()
})

interface Typed {
  number?: string
  expiry?: string
  cvv?: string | null
}

/** A request whose card lies in the vault and whose CVV is held, as the payer's page leaves them. */
async function aRequest({
  number = '5123450000000008',
  expiry = '01/39',
  cvv = '100',
}: Typed = {}): Promise<AuthorizeRequest> {
  const [pan, parsed] = [Pan.parse(number), parseExpiry(expiry)]
  assert.ok(pan && parsed)
  const orderId = `INV-${randomUUID()}`
  const card = { pan, expiry: parsed, nameOnCard: 'Budi Santoso' }
  const held = await vault.hold(card, { merchantId: 'FINPAY770', orderId, n: 1 })
  await vault.store(opened.database, [{ merchantId: 'FINPAY770', held, at: new Date('2026-11-23T12:00:00Z') }])
  if (cvv) cvvs.hold(held.token, new Secret(cvv))
  return {
    merchantId: 'FINPAY770',
    orderId,
    reference: randomUUID(),
    amount: rupiah(1_000n),
    attemptToken: held.token,
    authentication: null,
    points: null,
  }
}

/** So many of the order's next messages have this fault. */
function planned({ orderId }: { orderId: string }, message: FaultyMessage, fault: Fault, times = 1) {
  return { orderId, message, fault, times, share: 1, seed: 'seed', delayMs: null }
}

testAcquirer('simulator', () => ({
  acquirer,
  approvable: () => aRequest(),
  declinable: () => aRequest({ expiry: '05/39' }),
  answeredLate: () => aRequest({ expiry: '05/37' }),
}))

testOperations('simulator', () => ({ acquirer, approvable: () => aRequest() }))

const second = () =>
  new AcquirerSimulator(
    { database: opened.database, vault, cvvs, clock: systemClock, random: systemRandom, silenceMs: 1 },
    { ...simulated[1], beside: acquirer },
  )

testAcquirer('simulator2', () => ({
  acquirer: second(),
  approvable: () => aRequest(),
  declinable: () => aRequest({ expiry: '05/39' }),
  answeredLate: () => aRequest({ expiry: '05/37' }),
}))

testOperations('simulator2', () => ({ acquirer: second(), approvable: () => aRequest() }))

test('each simulated acquirer has its bank code, and knows nothing of what another was told', async () => {
  const request = await aRequest()
  const other = second()
  const reply = await other.authorizeAndCapture(request)
  assert.equal(reply.outcome === 'approved' && reply.channel, '009')
  const found = await acquirer.inquire(request)
  assert.equal(found.outcome === 'declined' && found.reason, 'NOT_FOUND')
  await acquirer.reverse(request)
  const about = { ...request, kind: 'refund', authorization: request.reference, reference: randomUUID() } as const
  assert.equal((await acquirer.operate(about)).outcome, 'declined')
  assert.equal((await other.operate({ ...about, reference: randomUUID() })).outcome, 'approved')
  assert.deepEqual(await other.inquire(request), reply)
})

test('what cannot be reached was not sent: nothing is remembered, and the CVV is there for another', async () => {
  const request = await aRequest({ cvv: '102' })
  acquirer.faults.plan(request.merchantId, planned(request, 'authorize', 'unreachable', 2))
  const other = second()
  for (const each of [acquirer, other])
    assert.deepEqual(await each.authorizeAndCapture(request), { outcome: 'not_sent', reason: 'UNREACHABLE' })
  assert.equal(cvvs.has(request.attemptToken), true)
  const reply = await other.authorizeAndCapture({ ...request, reference: randomUUID() })
  assert.equal(reply.outcome === 'declined' && reply.reason, 'INVALID_CSC')
  assert.equal(cvvs.has(request.attemptToken), false)
  assert.equal((await acquirer.inquire(request)).outcome, 'declined')
})

test('a reordered answer is unknown, and told once the next message of its order has its answer', async () => {
  const own = aSimulator(opened.database)
  const heard: UnaskedAnswer[] = []
  own.listen((answer) => heard.push(answer))
  const request = await aRequest()
  const { merchantId } = request
  own.faults.plan(merchantId, planned(request, 'authorize', 'reordered'))
  assert.deepEqual(await own.authorizeAndCapture(request), { outcome: 'unknown', reason: 'TIMED_OUT' })
  await own.inquire(await aRequest())
  await own.quiet()
  assert.deepEqual(heard, [], 'neither by itself nor behind the answer to another order')
  const found = await own.inquire(request)
  assert.equal(found.outcome, 'approved')
  assert.deepEqual(heard, [], 'the later message has its answer first')
  await own.quiet()
  assert.deepEqual(
    heard.map(({ about, reference, reply }) => ({ about, reference, reply })),
    [{ about: 'authorization', reference: request.reference, reply: found }],
  )
})

test('points are kept with the whole amount, through a repeat and an inquiry; a reference redeems them once', async () => {
  const points = { count: 60n, worth: rupiah(300n) }
  const request = { ...(await aRequest()), points }
  const { merchantId, reference } = request
  const kept = async () => {
    const authorization = await find(opened.database, merchantId, reference)
    return { points: authorization?.points, amountMinor: authorization?.amountMinor }
  }
  const reply = await acquirer.authorizeAndCapture(request)
  const whole = { points: { count: 60n, worthMinor: 300n }, amountMinor: 1_000n }
  assert.deepEqual(await kept(), whole)
  assert.deepEqual(await acquirer.authorizeAndCapture(request), reply)
  assert.deepEqual(await acquirer.inquire(request), reply)
  assert.deepEqual(await kept(), whole)
  const more = { count: 61n, worth: rupiah(305n) }
  await assert.rejects(acquirer.authorizeAndCapture({ ...request, points: more }), /redeems the same points/)
  await assert.rejects(acquirer.authorizeAndCapture({ ...request, points: null }), /redeems the same points/)
  await acquirer.reverse(request)
  assert.deepEqual(await kept(), whole)
})

test('a time-out stays unknown for every inquiry and repeat, until it is reversed', async () => {
  const request = await aRequest({ expiry: '08/28' })
  const unknown = { outcome: 'unknown', reason: 'TIMED_OUT' }
  assert.deepEqual(await acquirer.authorizeAndCapture(request), unknown)
  assert.deepEqual(await acquirer.authorizeAndCapture(request), unknown)
  assert.deepEqual(await acquirer.inquire(request), unknown)
  assert.deepEqual(await acquirer.inquire(request), unknown)
  assert.deepEqual(await acquirer.reverse(request), { outcome: 'reversed' })
  assert.equal((await acquirer.inquire(request)).outcome, 'declined')
})

test('a CVV that does not match is declined, and none at all is not processed', async () => {
  const reply = await acquirer.authorizeAndCapture(await aRequest({ cvv: '102' }))
  assert.deepEqual(reply, { outcome: 'declined', responseCode: '05', reason: 'INVALID_CSC' })
  assert.equal((await acquirer.authorizeAndCapture(await aRequest({ cvv: null }))).outcome, 'approved')
})

test('repeats at once agree on a CVV that does not match, although it is there only once', async () => {
  const request = await aRequest({ cvv: '102' })
  const replies = await Promise.all(Array.from({ length: 8 }, () => acquirer.authorizeAndCapture(request)))
  for (const reply of replies)
    assert.deepEqual(reply, { outcome: 'declined', responseCode: '05', reason: 'INVALID_CSC' })
})

test('the CVV is gone once the acquirer has been asked, whatever it said (invariant 8)', async () => {
  for (const expiry of ['01/39', '05/39', '08/28', '05/37']) {
    const request = await aRequest({ expiry })
    await acquirer.authorizeAndCapture(request)
    assert.equal(cvvs.has(request.attemptToken), false, expiry)
  }
  const closed = await aRequest()
  await acquirer.reverse(closed)
  await acquirer.authorizeAndCapture(closed)
  assert.equal(cvvs.has(closed.attemptToken), false)
})

test('a repeat is answered although its card has been erased', async () => {
  const request = await aRequest()
  const reply = await acquirer.authorizeAndCapture(request)
  await vault.erase(opened.database, [{ merchantId: request.merchantId, token: request.attemptToken }])
  assert.deepEqual(await acquirer.authorizeAndCapture(request), reply)
})

test("a script decides the order's next authorization, whatever its card, and only that one", async () => {
  const outcomes = [
    // script, first reply, inquiry
    ['approved', 'approved', 'approved'],
    ['declined', 'declined', 'declined'],
    ['timeout', 'unknown', 'unknown'],
    ['late', 'unknown', 'approved'],
  ] as const
  for (const [script, first, inquired] of outcomes) {
    const request = await aRequest({ expiry: script === 'approved' ? '05/39' : '01/39' })
    acquirer.script('OTHER', request.orderId, 'declined')
    acquirer.script(request.merchantId, request.orderId, script)
    assert.equal((await acquirer.authorizeAndCapture(request)).outcome, first, script)
    assert.equal((await acquirer.inquire(request)).outcome, inquired, script)
    const next = await aRequest()
    const reply = await acquirer.authorizeAndCapture({ ...next, orderId: request.orderId })
    assert.equal(reply.outcome, 'approved', `after ${script}`)
  }
})

test('a script can be taken back', async () => {
  const request = await aRequest()
  acquirer.script(request.merchantId, request.orderId, 'declined')
  acquirer.script(request.merchantId, request.orderId, undefined)
  assert.equal((await acquirer.authorizeAndCapture(request)).outcome, 'approved')
})

test('what was answered is remembered by a simulator that starts anew', async () => {
  const request = await aRequest()
  const reply = await acquirer.authorizeAndCapture(request)
  assert.deepEqual(await aSimulator(opened.database).inquire(request), reply)
})

test('an acquirer that cannot be reached is unknown, never a decline (invariant 4)', async () => {
  const nowhere = new Database({ host: '/nonexistent', user: 'nobody', database: 'none' })
  const away = aSimulator(nowhere)
  const request = await aRequest()
  const unknown = { outcome: 'unknown', reason: 'UNREACHABLE' }
  assert.deepEqual(await away.authorizeAndCapture(request), unknown)
  assert.deepEqual(await away.inquire(request), unknown)
  assert.deepEqual(await away.reverse(request), unknown)
  await nowhere.close()
  assert.equal((await acquirer.inquire(request)).outcome, 'declined')
})

test('a reference that comes with two amounts is a bug of ours', async () => {
  const request = await aRequest()
  await acquirer.authorizeAndCapture(request)
  await assert.rejects(
    acquirer.authorizeAndCapture({ ...request, amount: rupiah(1_001n) }),
    /a reference has one amount/,
  )
})

test('a seed gives a reference the same approval code in each run', async () => {
  const request = await aRequest()
  const codes: unknown[] = []
  for (const seed of ['a', 'a', 'b']) {
    await opened.database.query(statement('test.forget', 'delete from simulated_authorization'))
    const reply = await aSimulator(opened.database, seededRandom(seed)).authorizeAndCapture(request)
    assert.equal(reply.outcome, 'approved')
    codes.push(reply.approvalCode)
  }
  assert.equal(codes[0], codes[1])
  assert.notEqual(codes[0], codes[2])
})

test('the simulator keeps no card number and no CVV', async () => {
  await acquirer.authorizeAndCapture(await aRequest({ number: '4111111111111111', cvv: '8642' }))
  const rows = await opened.database.query<{ row: string }>(
    statement('test.authorizations', 'select a::text as row from simulated_authorization a'),
  )
  assert.ok(rows.length > 0)
  for (const { row } of rows) assert.doesNotMatch(row, /4111111111111111|,8642,/)
})
