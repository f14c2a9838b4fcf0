import type { Merchant } from '../merchant/merchant.ts'
import { type AuthenticationInput, authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import type { PaymentDeps } from './deps.ts'

/**
 * Takes the newest attempt as far as it goes without the payer: through 3-D Secure until the browser has
 * something to do, then to the acquirer. It stops at an authenticated attempt whose CVV is gone with the
 * process that took it, and the page asks for it again (invariant 8).
 *
 * The page and the scripted payer both pay through this function.
 */
export async function proceed(
  deps: PaymentDeps,
  merchant: Merchant,
  orderId: string,
  attemptNo: number,
  input: AuthenticationInput,
): Promise<void> {
  let seen = await deps.orders.find(merchant.merchantId, orderId)
  // The longest way is started, looked up, authenticated, asked; anything longer is a loop.
  for (let step = 0; step < 4; step += 1) {
    if (seen?.attempt?.attemptNo !== attemptNo || seen.order.state !== 'open') return
    const { order, attempt } = seen
    if (attempt.state === 'authenticated') {
      if (attempt.attemptToken && deps.cvvs.has(attempt.attemptToken)) await authorize(deps, merchant, order, attempt)
      return
    }
    await authenticate(deps, merchant, order, attempt, input)
    seen = await deps.orders.find(merchant.merchantId, orderId)
    const after = seen?.attempt
    if (after?.attemptNo !== attemptNo) return
    const lookedUp = after.authenticationId !== attempt.authenticationId && !after.authenticationStep
    if (after.state === attempt.state && !lookedUp) return
  }
}
