import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Acquirer, AuthorizeRequest } from './acquirer.ts'

/** What the suite needs of an adapter under test; each request has a reference of its own. */
export interface Subject {
  readonly acquirer: Acquirer
  readonly approvable: () => Promise<AuthorizeRequest>
  readonly declinable: () => Promise<AuthorizeRequest>
  /** A request whose first answer is lost although the acquirer acts. */
  readonly answeredLate: () => Promise<AuthorizeRequest>
}

/**
 * What every acquirer must do, the simulator and real adapters alike, because `payment/` relies on it
 * whenever an answer is lost.
 */
export function testAcquirer(name: string, subject: () => Subject): void {
  const check = (behaviour: string, run: (subject: Subject) => Promise<void>) =>
    test(`${name}: ${behaviour}`, () => run(subject()))

  void check('an approval carries its code, and inquiring tells the same', async ({ acquirer, approvable }) => {
    const request = await approvable()
    const reply = await acquirer.authorizeAndCapture(request)
    assert.equal(reply.outcome, 'approved')
    assert.match(reply.approvalCode, /^[A-Za-z0-9]{6}$/)
    assert.match(reply.channel, /^\d{3}$/)
    assert.deepEqual(await acquirer.inquire(request), reply)
  })

  void check(
    'a decline carries its code and reason, and inquiring tells the same',
    async ({ acquirer, declinable }) => {
      const request = await declinable()
      const reply = await acquirer.authorizeAndCapture(request)
      assert.equal(reply.outcome, 'declined')
      assert.match(reply.responseCode, /^(?!00)[0-9A-Z]{2}$/)
      assert.match(reply.reason, /^[A-Z_]+$/)
      assert.deepEqual(await acquirer.inquire(request), reply)
    },
  )

  void check('a repeated reference is one authorization, also when all come at once', async (subject) => {
    const request = await subject.approvable()
    const replies = await Promise.all(Array.from({ length: 8 }, () => subject.acquirer.authorizeAndCapture(request)))
    const later = await subject.acquirer.authorizeAndCapture(request)
    for (const reply of replies) assert.deepEqual(reply, later)
    assert.equal(later.outcome, 'approved')
  })

  void check('two references are two authorizations', async ({ acquirer, approvable }) => {
    const [one, other] = [await approvable(), await approvable()]
    await acquirer.authorizeAndCapture(one)
    await acquirer.reverse(one)
    assert.equal((await acquirer.authorizeAndCapture(other)).outcome, 'approved')
  })

  void check('a reversal takes back an approval, and may be repeated', async ({ acquirer, approvable }) => {
    const request = await approvable()
    await acquirer.authorizeAndCapture(request)
    assert.deepEqual(await acquirer.reverse(request), { outcome: 'reversed' })
    assert.deepEqual(await acquirer.reverse(request), { outcome: 'reversed' })
    assert.equal((await acquirer.inquire(request)).outcome, 'declined')
    assert.equal((await acquirer.authorizeAndCapture(request)).outcome, 'declined')
  })

  void check('an authorization that arrives after its reversal takes no effect', async ({ acquirer, approvable }) => {
    const request = await approvable()
    assert.deepEqual(await acquirer.reverse(request), { outcome: 'reversed' })
    assert.equal((await acquirer.authorizeAndCapture(request)).outcome, 'declined')
    assert.equal((await acquirer.inquire(request)).outcome, 'declined')
  })

  void check('inquiring closes a reference that was never seen', async ({ acquirer, approvable }) => {
    const request = await approvable()
    const reply = await acquirer.inquire(request)
    assert.ok(reply.outcome === 'declined' && reply.reason === 'NOT_FOUND')
    assert.equal((await acquirer.authorizeAndCapture(request)).outcome, 'declined')
    assert.deepEqual(await acquirer.inquire(request), reply)
  })

  void check('an answer that is lost is unknown, and inquiring finds it', async ({ acquirer, answeredLate }) => {
    const request = await answeredLate()
    assert.equal((await acquirer.authorizeAndCapture(request)).outcome, 'unknown')
    assert.equal((await acquirer.inquire(request)).outcome, 'approved')
    assert.deepEqual(await acquirer.reverse(request), { outcome: 'reversed' })
    assert.equal((await acquirer.inquire(request)).outcome, 'declined')
  })

  void check('a reference and its reversal at once end reversed', async ({ acquirer, approvable }) => {
    const request = await approvable()
    await Promise.all([acquirer.authorizeAndCapture(request), acquirer.reverse(request)])
    assert.equal((await acquirer.inquire(request)).outcome, 'declined')
  })

  void check(
    "another merchant's reference is not found, and reversing it harms nobody",
    async ({ acquirer, approvable }) => {
      const request = await approvable()
      const reply = await acquirer.authorizeAndCapture(request)
      const other = { ...request, merchantId: 'SOMEBODYELSE' }
      const found = await acquirer.inquire(other)
      assert.ok(found.outcome === 'declined' && found.reason === 'NOT_FOUND')
      await acquirer.reverse(other)
      assert.deepEqual(await acquirer.inquire(request), reply)
    },
  )
}
