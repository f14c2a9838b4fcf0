import { DatabaseError } from 'pg'
import { Problem } from '../base/problem.ts'
import type { Secret } from '../base/secret.ts'
import type { Merchant } from '../merchant/merchant.ts'
import type { OpenNumberRequest } from '../wire/open-number.ts'
import type { PaymentDeps } from './deps.ts'
import { contentHashOf, maxTries } from './initiate.ts'
import { codeOf } from './payment-code.ts'
import {
  endNumber,
  findByContent,
  findNumber,
  insertNumber,
  type NumberKey,
  type OpenNumber,
  updateNumber,
} from './open-number-store.ts'

export interface OpenNumberDeps extends PaymentDeps {
  /** As at `initiate`. */
  readonly contentKey: Secret<string>
}

/**
 * Registers a number for payments of any amount: the merchant's choice, or one that is drawn. The same content again
 * gives the same number.
 *
 * @throws Problem `malformed_field` for a number that is not the merchant's; `conflict` for one that an open order
 *   has, or that was registered with other content; `unavailable`
 */
export async function registerNumber(
  deps: OpenNumberDeps,
  merchant: Merchant,
  wanted: OpenNumberRequest,
): Promise<string> {
  const { channel, paymentCode: chosen, stored } = wanted
  const { merchantId } = merchant
  const format = channel.code
  if (!format) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  const contentHash = hashOf(deps, merchantId, stored)
  const orderId = contentHash.toString('hex')
  for (let n = 0; n < maxTries; n += 1) {
    const paymentCode = codeOf(deps, merchant, { orderId, paymentCode: chosen }, format, n)
    const known = await findByContent(deps.database, merchantId, contentHash)
    if (known) return known.paymentCode
    const key = { merchantId, channel: channel.id, paymentCode }
    if (await inserted(deps, { ...key, members: stored, contentHash })) return paymentCode
    const meanwhile = await findByContent(deps.database, merchantId, contentHash)
    if (meanwhile) return meanwhile.paymentCode
    if (chosen !== null)
      throw new Problem('conflict', {
        reason: 'This sourceOfFunds.paymentCode is registered with other content, or an open order has it',
      })
  }
  throw new Problem('unavailable')
}

async function inserted(deps: OpenNumberDeps, registration: Parameters<typeof insertNumber>[1]): Promise<boolean> {
  try {
    return await insertNumber(deps.database, registration, deps.clock.now(registration.merchantId))
  } catch (error) {
    if (error instanceof DatabaseError && error.code === '23505') return false
    throw error
  }
}

/**
 * Says other things of a number that stands, for the payments that are still to come.
 *
 * @throws Problem `order_not_found`
 */
export async function changeNumber(
  deps: OpenNumberDeps,
  { merchantId }: Merchant,
  { channel, paymentCode, stored }: OpenNumberRequest & { readonly paymentCode: string },
): Promise<void> {
  const key = { merchantId, channel: channel.id, paymentCode }
  const contentHash = hashOf(deps, merchantId, stored)
  if (!(await updateNumber(deps.database, { ...key, members: stored, contentHash })))
    throw new Problem('order_not_found')
}

/** A number that stands; undefined for one that has ended, as for one that was never there. */
export async function standingNumber(
  deps: Pick<PaymentDeps, 'database'>,
  key: NumberKey,
): Promise<OpenNumber | undefined> {
  const found = await findNumber(deps.database, key)
  return found?.endedAt === null ? found : undefined
}

/**
 * Ends a number: it is unknown to payers from now on, and money that comes all the same goes back.
 *
 * @throws Problem `order_not_found`
 */
export async function deleteNumber(deps: PaymentDeps, key: NumberKey): Promise<void> {
  if (!(await endNumber(deps.database, key, deps.clock.now(key.merchantId)))) throw new Problem('order_not_found')
}

function hashOf({ contentKey }: OpenNumberDeps, merchantId: string, stored: string): Buffer {
  return contentHashOf(contentKey, merchantId, `open number\n${stored}`)
}
