import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { rupiah } from '../base/money.ts'
import type { Acquirer, AuthorizeRequest, OperationKind, OperationRequest } from './acquirer.ts'

/** What the suite needs of an adapter under test; each request is of 1,000 and has a reference of its own. */
export interface OperationSubject {
  readonly acquirer: Acquirer
  readonly approvable: () => Promise<AuthorizeRequest>
}

/**
 * What every acquirer must do with captures, voids and refunds, because `payment/` relies on it whenever an
 * answer is lost.
 */
export function testOperations(name: string, subject: () => OperationSubject): void {
  const check = (behaviour: string, run: (subject: OperationSubject) => Promise<void>) =>
    test(`${name}: ${behaviour}`, () => run(subject()))

  void check('captures what is authorized in parts, and no more', async ({ acquirer, approvable }) => {
    const authorization = await authorized(acquirer, approvable)
    assert.equal((await acquirer.operate(operation('capture', authorization, 600))).outcome, 'approved')
    assert.equal((await acquirer.operate(operation('capture', authorization, 401))).outcome, 'declined')
    assert.equal((await acquirer.operate(operation('capture', authorization, 400))).outcome, 'approved')
    assert.equal((await acquirer.operate(operation('capture', authorization, 1))).outcome, 'declined')
  })

  void check('refunds what is captured in parts, and no more', async ({ acquirer, approvable }) => {
    const authorization = await authorized(acquirer, approvable)
    assert.equal((await acquirer.operate(operation('refund', authorization, 1))).outcome, 'declined')
    await acquirer.operate(operation('capture', authorization, 500))
    assert.equal((await acquirer.operate(operation('refund', authorization, 501))).outcome, 'declined')
    assert.equal((await acquirer.operate(operation('refund', authorization, 500))).outcome, 'approved')
  })

  void check('refunds what was authorized and captured in one message', async ({ acquirer, approvable }) => {
    const request = await approvable()
    await acquirer.authorizeAndCapture(request)
    assert.equal((await acquirer.operate(operation('capture', request, 1))).outcome, 'declined')
    assert.equal((await acquirer.operate(operation('refund', request, 1_000))).outcome, 'approved')
  })

  void check('a void ends everything', async ({ acquirer, approvable }) => {
    const authorization = await authorized(acquirer, approvable)
    await acquirer.operate(operation('capture', authorization, 300))
    assert.equal((await acquirer.operate(operation('void', authorization, 1_000))).outcome, 'approved')
    for (const kind of ['capture', 'void', 'refund'] as const)
      assert.equal((await acquirer.operate(operation(kind, authorization, 100))).outcome, 'declined')
  })

  for (const kind of ['capture', 'void', 'refund'] as const)
    void check(`a repeated reference is one ${kind}, also when all come at once`, async (tested) => {
      const { acquirer } = tested
      const request = operation(kind, await ready(kind, tested), kind === 'void' ? 1_000 : 100)
      const replies = await Promise.all(Array.from({ length: 8 }, () => acquirer.operate(request)))
      const later = await acquirer.operate(request)
      for (const reply of replies) assert.deepEqual(reply, later)
      assert.equal(later.outcome, 'approved')
      assert.deepEqual(await acquirer.inquireOperation(request), later)
    })

  void check('twenty captures at once stay within the authorization', async ({ acquirer, approvable }) => {
    const authorization = await authorized(acquirer, approvable)
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => acquirer.operate(operation('capture', authorization, 70))),
    )
    assert.equal(replies.filter(({ outcome }) => outcome === 'approved').length, 14)
  })

  void check('an operation on what was never authorized, or was reversed, is declined', async (tested) => {
    const { acquirer, approvable } = tested
    const never = await approvable()
    const reversed = await authorized(acquirer, approvable)
    await acquirer.reverse(reversed)
    for (const authorization of [never, reversed])
      assert.equal((await acquirer.operate(operation('capture', authorization, 1))).outcome, 'declined')
  })

  for (const kind of ['capture', 'refund'] as const) {
    void check(`a reversal takes a ${kind} back, and it may be asked for anew`, async (tested) => {
      const { acquirer } = tested
      const authorization = await ready(kind, tested)
      const request = operation(kind, authorization, 1_000)
      assert.equal((await acquirer.operate(request)).outcome, 'approved')
      assert.deepEqual(await acquirer.reverseOperation(request), { outcome: 'reversed' })
      assert.deepEqual(await acquirer.reverseOperation(request), { outcome: 'reversed' })
      assert.equal((await acquirer.inquireOperation(request)).outcome, 'declined')
      assert.equal((await acquirer.operate(request)).outcome, 'declined', 'nothing is resurrected')
      assert.equal((await acquirer.operate(operation(kind, authorization, 1_000))).outcome, 'approved')
    })

    void check(`a ${kind} and its reversal at once end reversed`, async (tested) => {
      const { acquirer } = tested
      const authorization = await ready(kind, tested)
      for (let round = 0; round < 5; round += 1) {
        const request = operation(kind, authorization, 1_000)
        await Promise.all([acquirer.operate(request), acquirer.reverseOperation(request)])
        assert.equal((await acquirer.inquireOperation(request)).outcome, 'declined')
      }
      assert.equal((await acquirer.operate(operation(kind, authorization, 1_000))).outcome, 'approved')
    })

    void check(`inquiring closes a ${kind} that was never seen`, async (tested) => {
      const { acquirer } = tested
      const request = operation(kind, await ready(kind, tested), 100)
      const reply = await acquirer.inquireOperation(request)
      assert.ok(reply.outcome === 'declined' && reply.reason === 'NOT_FOUND')
      assert.equal((await acquirer.operate(request)).outcome, 'declined')
    })
  }

  void check("another merchant's authorization is not there to be captured", async ({ acquirer, approvable }) => {
    const authorization = await authorized(acquirer, approvable)
    const theirs = { ...operation('capture', authorization, 1_000), merchantId: 'SOMEBODYELSE' }
    assert.equal((await acquirer.operate(theirs)).outcome, 'declined')
    assert.equal((await acquirer.operate(operation('capture', authorization, 1_000))).outcome, 'approved')
  })
}

async function authorized(acquirer: Acquirer, approvable: () => Promise<AuthorizeRequest>): Promise<AuthorizeRequest> {
  const request = await approvable()
  assert.equal((await acquirer.authorize(request)).outcome, 'approved')
  return request
}

/** An authorization that an operation of this kind can be asked of, of 1,000. */
async function ready(kind: OperationKind, { acquirer, approvable }: OperationSubject): Promise<AuthorizeRequest> {
  const authorization = await authorized(acquirer, approvable)
  if (kind === 'refund') await acquirer.operate(operation('capture', authorization, 1_000))
  return authorization
}

function operation(kind: OperationKind, authorization: AuthorizeRequest, amount: number): OperationRequest {
  const { merchantId, orderId, reference } = authorization
  return {
    merchantId,
    orderId,
    kind,
    reference: randomUUID(),
    authorization: reference,
    amount: rupiah(BigInt(amount)),
  }
}
