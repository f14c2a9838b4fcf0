import type { Merchant } from '../merchant/merchant.ts'
import { type AuthenticationInput, authenticate } from './authenticate.ts'
import { askForMoney, authorize, mayAsk } from './authorize.ts'
import type { PaymentDeps } from './deps.ts'
import type { Standing } from './order.ts'

/**
 * Takes the newest attempt as far as it goes without the payer: through 3-D Secure until the browser has
 * something to do, then to the acquirer. It stops at an authenticated attempt whose CVV is gone with the
 * process that took it, and the page asks for it again (invariant 8); and at one of direct 3-D Secure, whose merchant
 * asks for the money itself.
 *
 * The page and the scripted payer both pay through this function. It begins at what its caller has seen, and
 * answers how the order stands after it: of a payment's trips to the database every second would be to
 * read what is known.
 */
export async function proceed(
  deps: PaymentDeps,
  merchant: Merchant,
  seen: Standing,
  attemptNo: number,
  input: AuthenticationInput,
): Promise<Standing> {
  let standing = seen
  // The longest way is started, looked up, authenticated; anything longer is a loop.
  for (let step = 0; step < 4; step += 1) {
    const { order, attempt } = standing
    if (attempt?.attemptNo !== attemptNo || order.state !== 'open') return standing
    // What is paid elsewhere has nobody here to go on with it.
    if (attempt.channel !== 'cc') return standing
    if (attempt.state === 'authenticated') {
      return mayAsk(deps, standing) ? authorize(deps, merchant, standing, attempt) : standing
    }
    const { result: isAsking, standing: after } = await authenticate(deps, merchant, order, attempt, input)
    standing = after
    if (isAsking) return askForMoney(deps, merchant, after)
    if (after.attempt?.attemptNo !== attemptNo) return after
    const lookedUp = after.attempt.authenticationId !== attempt.authenticationId && !after.attempt.authenticationStep
    if (after.attempt.state === attempt.state && !lookedUp) return after
  }
  return standing
}
