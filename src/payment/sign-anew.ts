import { Problem } from '../base/problem.ts'
import { find, restore } from '../callback/store.ts'
import { type Merchant, signingKey } from '../merchant/merchant.ts'
import { signedBody, unsignedBody, verifies } from '../wire/signature.ts'
import { change } from './change.ts'
import type { PaymentDeps } from './deps.ts'

/**
 * After a merchant's key was changed: an open delivery that is signed with a key that signs no more is
 * stored again with the present key's signature, and the order's log says so (design part 5). From then on
 * its stored bytes are the signed and the sent ones again (invariant 7).
 */
export async function signAnew(deps: PaymentDeps, merchant: Merchant, callbackId: string): Promise<void> {
  const { merchantId } = merchant
  const callback = await find(deps.database, { merchantId, callbackId })
  if (callback?.state !== 'pending') return
  const key = signingKey(merchant, deps.clock.machine())
  const body = callback.body.toString('utf8')
  if (verifies(body, key)) return
  const anew = Buffer.from(signedBody(unsignedBody(body), key), 'utf8')
  if (callback.orderId === null) {
    // There is no order, and no log, that could say so.
    await restore(deps.database, { merchantId, callbackId }, anew)
    return
  }
  await change(deps, merchant, callback.orderId, (work) => work.record('callback.signed_anew', { callbackId }), {
    also: async (sql) => {
      // Delivered by hand meanwhile: nothing is signed anew, and the log does not say so.
      if (await restore(sql, { merchantId, callbackId }, anew)) return
      throw new Problem('conflict', { reason: 'The callback was delivered meanwhile' })
    },
  })
}
