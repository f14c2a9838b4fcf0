import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { testDatabase } from '../../test/postgres.ts'
import { rupiah } from '../base/money.ts'
import { type Random, seededRandom, systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { testCards } from '../card/deck.ts'
import { Pan } from '../card/pan.ts'
import { statement } from '../postgres/database.ts'
import { fixedKeys } from '../vault/fixture.ts'
import { Vault } from '../vault/vault.ts'
import { AccessControlServer } from './access-control-server.ts'
import type { AuthenticationReply } from './authenticator.ts'
import { decode, encode } from './message.ts'
import { AuthenticationSimulator } from './simulator.ts'

const vault = new Vault(fixedKeys(new Secret(randomBytes(32))), systemRandom)
const routes = {
  routeOf: (merchantId: string) => (merchantId === 'FINPAY770' ? 1 : 2),
  merchantOfRoute: (route: number) => [undefined, 'FINPAY770', 'OTHER'][route],
}
const notificationUrl = 'http://127.0.0.1:8080/widgetpg/3ds/abc?lang=id'

let machine = new Date('2026-11-23T12:00:00Z')
const clock = { now: () => new Date('2026-11-23T12:00:00Z'), machine: () => machine }

let opened: Awaited<ReturnType<typeof testDatabase>>
let simulator: AuthenticationSimulator
let server: AccessControlServer

function build(random: Random): { simulator: AuthenticationSimulator; server: AccessControlServer } {
  const deps = { database: opened.database, vault, routes, clock, random, publicUrl: () => 'http://127.0.0.1:8080' }
  return { simulator: new AuthenticationSimulator(deps), server: new AccessControlServer(deps) }
}

before(async () => {
  opened = await testDatabase()
  ;({ simulator, server } = build(systemRandom))
})
beforeEach(() => {
  machine = new Date('2026-11-23T12:00:00Z')
})
after(() => opened.drop())

/** An attempt whose card lies in the vault, as the payer's page leaves it. */
async function anAttempt(number = '5123450000000008', orderId = `INV-${randomUUID()}`) {
  const pan = Pan.parse(number)
  assert.ok(pan)
  const card = { pan, expiry: { month: 1, year: 2039 }, nameOnCard: 'Budi Santoso' }
  const held = await vault.hold(card, { merchantId: 'FINPAY770', orderId, n: 1 })
  await vault.store(opened.database, [{ merchantId: 'FINPAY770', held, at: clock.now() }])
  return { merchantId: 'FINPAY770', orderId, attemptToken: held.token, notificationUrl }
}

function theRequest(authenticationId: string, merchantId = 'FINPAY770') {
  const browser = { userAgent: 'a browser', acceptHeader: 'text/html', language: 'id', ip: '127.0.0.1' }
  const amount = rupiah(150_000n)
  return { merchantId, authenticationId, amount, merchantName: 'Toko Contoh', methodCompleted: 'Y' as const, browser }
}

async function authenticate(number?: string): Promise<{ id: string; reply: AuthenticationReply }> {
  const started = await simulator.start(await anAttempt(number))
  assert.ok(started)
  return { id: started.authenticationId, reply: await simulator.authenticate(theRequest(started.authenticationId)) }
}

/** A payer at the challenge page. */
async function challenge(number?: string): Promise<{ id: string; creq: string }> {
  const { id, reply } = await authenticate(number)
  assert.ok(reply.transStatus === 'C')
  return { id, creq: reply.creq }
}

const resultOf = (authenticationId: string) => simulator.result({ merchantId: 'FINPAY770', authenticationId })

test('every published card takes its course', async () => {
  const found: Record<string, string> = {}
  for (const { number, threeDs } of testCards) {
    const attempt = await anAttempt(number)
    const started = await simulator.start(attempt)
    const reply = started && (await simulator.authenticate(theRequest(started.authenticationId)))
    if (reply && reply.transStatus !== 'C') {
      assert.equal(reply.cavv !== null, reply.transStatus === 'Y' || reply.transStatus === 'A', number)
      assert.deepEqual(await resultOf(started.authenticationId), reply)
    }
    const mastercard = /^[25]/.test(number) ? 'M' : ''
    const told = reply && (reply.transStatus === 'C' ? 'C' : `${reply.transStatus} ${reply.eci} ${reply.reason}`)
    found[threeDs + mastercard] = String(told)
  }
  assert.deepEqual(found, {
    challengeM: 'C',
    challenge: 'C',
    frictionlessM: 'Y 02 null',
    frictionless: 'Y 05 null',
    not_enrolledM: 'null',
    not_enrolled: 'null',
    attempted: 'A 06 null',
    attemptedM: 'A 01 null',
    rejected: 'R 07 11',
    challenge_fails: 'C',
    challenge_failsM: 'C',
    challenge_unavailable: 'C',
    challenge_unavailableM: 'C',
    challenge_errs: 'C',
    challenge_errsM: 'C',
    not_authenticated: 'N 07 01',
    not_authenticatedM: 'N 00 01',
    unavailable: 'U 07 22',
  })
})

test('a start names the method step of the access control server', async () => {
  const started = await simulator.start(await anAttempt())
  assert.ok(started?.methodUrl && started.methodData)
  assert.equal(started.methodUrl, 'http://127.0.0.1:8080/sandbox/acs/method')
  assert.match(started.authenticationId, /^00000001-/, "the merchant's route comes first")
  assert.deepEqual(JSON.parse(Buffer.from(started.methodData, 'base64url').toString()), {
    threeDSServerTransID: started.authenticationId,
    threeDSMethodNotificationURL: notificationUrl,
  })
  assert.deepEqual(await server.methodOf(started.methodData), {
    notificationUrl,
    methodData: encode({ threeDSServerTransID: started.authenticationId }),
  })
})

test('the method step tells nobody but the page that began', async () => {
  const started = await simulator.start(await anAttempt())
  assert.ok(started)
  const forged = {
    threeDSServerTransID: started.authenticationId,
    threeDSMethodNotificationURL: 'https://evil.example/',
  }
  assert.equal((await server.methodOf(encode(forged)))?.notificationUrl, notificationUrl)
  assert.equal(await server.methodOf(encode({ threeDSServerTransID: randomUUID() })), null)
})

test('the right password passes: 05 or 02, a CAVV of 20 bytes, and a way back', async () => {
  const { id, creq } = await challenge()
  assert.equal(await resultOf(id), null)
  assert.equal(await server.cresFor(id), null)
  assert.deepEqual(await server.challengeOf(creq), {
    id,
    merchantName: 'Toko Contoh',
    amount: rupiah(150_000n),
    brand: 'MASTERCARD',
    last4: '0008',
    triesLeft: 3,
    state: 'open',
  })
  assert.equal(await server.answerChallenge(id, ' 112233 '), 'passed')
  const result = await resultOf(id)
  assert.ok(result?.cavv && result.dsTransId)
  assert.equal(result.transStatus, 'Y')
  assert.equal(result.eci, '02')
  assert.equal(result.cavv.length, 28)
  assert.equal(Buffer.from(result.cavv, 'base64').length, 20)
  assert.match(result.dsTransId, /^[0-9a-f-]{36}$/)
  assert.equal((await server.challengeOf(creq))?.state, 'passed')

  const back = await server.cresFor(id)
  assert.equal(back?.notificationUrl, notificationUrl)
  const cres: unknown = JSON.parse(Buffer.from(back.cres, 'base64url').toString())
  assert.deepEqual(cres, {
    threeDSServerTransID: id,
    acsTransID: decode(creq)?.acsTransID,
    messageVersion: '2.2.0',
    messageType: 'CRes',
    challengeCompletionInd: 'Y',
    transStatus: 'Y',
  })
})

test('a wrong password may be tried again twice, and the third ends the challenge', async () => {
  const { id, creq } = await challenge('4000000000001091')
  assert.equal(await server.answerChallenge(id, '000000'), 'wrong')
  assert.equal(await server.answerChallenge(id, ''), 'wrong')
  assert.equal((await server.challengeOf(creq))?.triesLeft, 1)
  assert.equal(await server.answerChallenge(id, '111111'), 'failed')
  assert.equal(await server.answerChallenge(id, '112233'), 'failed', 'the right one comes too late')
  const result = await resultOf(id)
  assert.deepEqual([result?.transStatus, result?.eci, result?.cavv, result?.reason], ['N', '07', null, '19'])
})

test('a password after two wrong ones still passes', async () => {
  const { id } = await challenge()
  await server.answerChallenge(id, '1')
  await server.answerChallenge(id, '2')
  assert.equal(await server.answerChallenge(id, '112233'), 'passed')
})

test('no password passes a challenge that fails, cannot be done or errs', async () => {
  const endings = [
    ['4000000000002370', 'N', '01'],
    ['4000000000002420', 'U', '22'],
    ['4000000000002644', 'U', null],
  ] as const
  for (const [number, transStatus, reason] of endings) {
    const { id } = await challenge(number)
    assert.equal(await server.answerChallenge(id, '112233'), 'failed', number)
    const result = await resultOf(id)
    assert.deepEqual(
      [result?.transStatus, result?.eci, result?.cavv, result?.reason],
      [transStatus, '07', null, reason],
    )
  }
})

test('wrong passwords at once are three tries and no more', async () => {
  const { id } = await challenge()
  const answers = await Promise.all(Array.from({ length: 8 }, () => server.answerChallenge(id, '000000')))
  assert.equal(answers.filter((answer) => answer === 'wrong').length, 2)
  assert.equal(answers.filter((answer) => answer === 'failed').length, 6)
})

test('a right password and a cancellation at once have one end', async () => {
  const { id } = await challenge()
  const ends = await Promise.all([server.answerChallenge(id, '112233'), server.cancelChallenge(id)])
  assert.equal(ends[0], ends[1])
  assert.equal((await resultOf(id))?.transStatus, ends[0] === 'passed' ? 'Y' : 'N')
})

test('a payer who gives up is not authenticated, and one who has passed stays so', async () => {
  const given = await challenge()
  assert.equal(await server.cancelChallenge(given.id), 'failed')
  assert.equal(await server.answerChallenge(given.id, '112233'), 'failed')
  const result = await resultOf(given.id)
  assert.deepEqual([result?.transStatus, result?.reason], ['N', '26'])

  const passed = await challenge()
  await server.answerChallenge(passed.id, '112233')
  const before = await resultOf(passed.id)
  assert.equal(await server.cancelChallenge(passed.id), 'passed')
  assert.equal(await server.answerChallenge(passed.id, '000000'), 'passed')
  assert.deepEqual(await resultOf(passed.id), before)
})

test('a challenge is over after ten minutes of machine time', async () => {
  const { id, creq } = await challenge()
  machine = new Date('2026-11-23T12:09:59.999Z')
  assert.equal(await resultOf(id), null)
  machine = new Date('2026-11-23T12:10:00Z')
  assert.equal(await server.answerChallenge(id, '112233'), 'failed')
  const result = await resultOf(id)
  assert.deepEqual([result?.transStatus, result?.reason], ['N', '14'])
  assert.equal((await server.challengeOf(creq))?.state, 'failed')
})

test('the result of an abandoned challenge is there without anybody opening its page', async () => {
  const { id } = await challenge()
  machine = new Date('2026-11-23T13:00:00Z')
  assert.equal((await resultOf(id))?.transStatus, 'N')
})

test('repeating a step answers the same', async () => {
  const attempt = await anAttempt()
  const starts = await Promise.all(Array.from({ length: 8 }, () => simulator.start(attempt)))
  for (const start of starts) assert.deepEqual(start, starts[0])
  const id = starts[0]?.authenticationId
  assert.ok(id)
  const replies = await Promise.all(Array.from({ length: 8 }, () => simulator.authenticate(theRequest(id))))
  for (const reply of replies) assert.deepEqual(reply, replies[0])
  await server.answerChallenge(id, '112233')
  assert.deepEqual(await simulator.authenticate(theRequest(id)), await resultOf(id))

  const frictionless = await simulator.start(await anAttempt('4440000042200014'))
  assert.ok(frictionless)
  const request = theRequest(frictionless.authenticationId)
  const finals = await Promise.all(Array.from({ length: 8 }, () => simulator.authenticate(request)))
  for (const final of finals) assert.deepEqual(final, finals[0])
})

test('attempts of one order at once have authentications of their own', async () => {
  const attempts = await Promise.all(Array.from({ length: 8 }, () => anAttempt(undefined, 'INV-SHARED')))
  const starts = await Promise.all(attempts.map((attempt) => simulator.start(attempt)))
  assert.equal(new Set(starts.map((start) => start?.authenticationId)).size, 8)
})

test("another merchant's authentication is not found (invariant 9)", async () => {
  const { id, creq } = await challenge()
  await assert.rejects(simulator.authenticate(theRequest(id, 'OTHER')), { code: '4040001' })
  await assert.rejects(simulator.result({ merchantId: 'OTHER', authenticationId: id }), { code: '4040001' })
  await assert.rejects(simulator.result({ merchantId: 'FINPAY770', authenticationId: 'no id' }), { code: '4040001' })
  const elsewhere = `00000002${id.slice(8)}`
  assert.equal(await server.answerChallenge(elsewhere, '112233'), null)
  assert.equal(await server.cancelChallenge(elsewhere), null)
  assert.equal(await server.cresFor(elsewhere), null)
  assert.equal((await server.challengeOf(creq))?.state, 'open')
})

test('a challenge is found by both of its ids only', async () => {
  const { id } = await challenge()
  const fixed = { messageVersion: '2.2.0', messageType: 'CReq', challengeWindowSize: '05' } as const
  assert.equal(await server.challengeOf(encode({ ...fixed, threeDSServerTransID: id, acsTransID: randomUUID() })), null)
  assert.equal(await server.challengeOf('nothing'), null)
})

test('a card that passes without a challenge has no challenge to answer or cancel', async () => {
  const { id, reply } = await authenticate('4440000042200014')
  assert.equal(await server.answerChallenge(id, '112233'), null)
  assert.equal(await server.cancelChallenge(id), null)
  assert.equal(await server.cresFor(id), null)
  assert.deepEqual(await resultOf(id), reply)
  const unasked = await simulator.start(await anAttempt())
  assert.ok(unasked)
  assert.equal(await server.answerChallenge(unasked.authenticationId, '112233'), null)
  assert.equal(await resultOf(unasked.authenticationId), null)
})

test('an attempt whose card is gone cannot start', async () => {
  const attempt = await anAttempt()
  await vault.erase(opened.database, [{ merchantId: attempt.merchantId, token: attempt.attemptToken }])
  await assert.rejects(simulator.start(attempt), { problem: 'wrong_state' })
})

test('a seed gives the same ids and the same CAVV in each run', async () => {
  const runs: unknown[] = []
  for (const seed of ['a', 'a', 'b']) {
    await opened.database.query(statement('test.forget', 'delete from simulated_authentication'))
    const { simulator, server } = build(seededRandom(seed))
    const started = await simulator.start(await anAttempt(undefined, 'INV-SEEDED'))
    assert.ok(started)
    const reply = await simulator.authenticate(theRequest(started.authenticationId))
    await server.answerChallenge(started.authenticationId, '112233')
    runs.push([started, reply, await simulator.authenticate(theRequest(started.authenticationId))])
  }
  assert.deepEqual(runs[0], runs[1])
  assert.notDeepEqual(runs[0], runs[2])
})

test('the simulator keeps the last four digits of a card and no more', async () => {
  await challenge()
  const rows = await opened.database.query<{ row: string }>(
    statement('test.authentications', 'select a::text as row from simulated_authentication a'),
  )
  assert.ok(rows.length > 0)
  for (const { row } of rows) assert.doesNotMatch(row, /5123450000000008|512345|Budi/)
})
