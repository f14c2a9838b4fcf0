import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import type { Database } from '../postgres/database.ts'
import { type Ending, provesAuthentication, timedOut } from './course.ts'
import * as store from './simulator-store.ts'

export interface FinishDeps {
  readonly database: Database
  readonly clock: Pick<Clock, 'machine'>
  readonly random: Random
}

/** Ends a challenge, unless it has ended already, and answers what stands. */
export async function finish(
  deps: FinishDeps,
  it: store.Authentication,
  ending: Ending,
): Promise<store.Authentication> {
  const finished = await store.finish(deps.database, it, ending, cavvFor(deps.random, it, ending))
  return finished ?? standing(deps, it)
}

/** Ends a challenge whose time is over, whoever looks at it first after that. */
export async function finishOverdue(deps: FinishDeps, it: store.Authentication): Promise<store.Authentication> {
  const isOver = it.challengeUntil !== null && deps.clock.machine() >= it.challengeUntil
  return it.state === 'challenging' && isOver ? finish(deps, it, timedOut) : it
}

/** Reads an authentication again that somebody else moved meanwhile. */
export async function standing(
  { database }: Pick<FinishDeps, 'database'>,
  { merchantId, authenticationId }: store.Authentication,
): Promise<store.Authentication> {
  const found = await store.find(database, merchantId, authenticationId)
  invariant(found, 'an authentication is never deleted')
  return found
}

/** Cardholder authentication verification value: 20 bytes as 28 characters of base64, or none. */
export function cavvFor(random: Random, it: store.Authentication, { transStatus }: Ending): string | null {
  if (!provesAuthentication(transStatus)) return null
  const purpose = { merchant: it.merchantId, order: it.orderId, purpose: 'cavv', n: it.ordinal }
  return random.bytes(20, purpose).toString('base64')
}
