import { rupiah } from '../base/money.ts'
import type { Redemption } from '../card/points.ts'
import { list } from '../event/store.ts'
import type { PaymentDeps } from './deps.ts'
import type { Attempt, Order } from './order.ts'

/*
 * Which points an attempt redeems stands in the event that began it and nowhere else: few attempts redeem any, and no
 * amount of ours depends on them.
 */

/** Points as an order's log tells them. */
interface ToldPoints {
  readonly count: string
  readonly worth: string
}

export function toldPoints({ count, worth }: Redemption): ToldPoints {
  return { count: count.toString(), worth: worth.minor.toString() }
}

/** The points that an attempt redeems; null where it redeems none. Orders without points cost nothing. */
export async function pointsOf(
  { database }: Pick<PaymentDeps, 'database'>,
  { merchantId, orderId, details }: Order,
  { attemptNo }: Pick<Attempt, 'attemptNo'>,
): Promise<Redemption | null> {
  if (details.terms.points === null) return null
  const events = await list(database, merchantId, orderId)
  const started = events.find(({ type, data }) => type === 'attempt.started' && data['attemptNo'] === attemptNo)
  // What our own log holds was written by `toldPoints`.
  const told = started?.data['points'] as ToldPoints | undefined
  return told ? { count: BigInt(told.count), worth: rupiah(BigInt(told.worth)) } : null
}
