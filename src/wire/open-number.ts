import { Problem } from '../base/problem.ts'
import { Compile } from '../base/schema.ts'
import { type Channel, findChannel } from '../channel/catalogue.ts'
import type { StoredInitiate } from './initiate.ts'
import { parseBody } from './json.ts'
import { OpenNumberBody } from './open-number-body.ts'
import { canonical, dropAbsent, firstFault, shapeOf } from './shape.ts'

/** What a merchant says of an open number. */
export interface OpenNumberRequest {
  readonly channel: Channel
  /** The number that it has chosen; null where it chose none. */
  readonly paymentCode: string | null
  /** JSON text of all that was said, equal for requests of the same content. Read it with `readStoredNumber`. */
  readonly stored: string
}

/** The members kept with an open number. */
export type StoredNumber = Pick<StoredInitiate, 'customer' | 'url'> & {
  readonly order?: { readonly id?: string; readonly description?: string }
}

const shape = shapeOf(OpenNumberBody)
const checker = Compile(OpenNumberBody)

/** Members that no open number can have: any amount is paid to it, until it is deleted. */
const impossible = ['order.amount', 'order.timeout', 'sourceOfFunds.accountId'] as const

/**
 * Reads `openpayment/register` from its bytes.
 *
 * @throws Problem `malformed_body`; `missing_field` or `malformed_field` naming the first member at fault; after those
 *   `feature_not_allowed` naming what an open number, or the channel, cannot have
 */
export function readRegister(bytes: Buffer): OpenNumberRequest {
  const { value, raw } = parseBody(bytes, ['order.id', 'sourceOfFunds.paymentCode'])
  dropAbsent(shape, value)
  // As it was written: a number of eighteen digits would be rounded.
  for (const [part, member] of [
    ['order', 'id'],
    ['sourceOfFunds', 'paymentCode'],
  ] as const) {
    const holder = value[part] as Record<string, unknown> | undefined
    if (typeof holder?.[member] === 'number') holder[member] = raw.get(`${part}.${member}`)
  }
  if (!checker.Check(value)) {
    const fault = firstFault(shape, value)
    throw new Problem(fault?.missing ? 'missing_field' : 'malformed_field', { field: fault?.field ?? 'body' })
  }
  const { customer, order = {}, sourceOfFunds } = value
  const asked = { ...order, accountId: sourceOfFunds.accountId }
  const unknown = impossible.find(
    (path) => asked[path.slice(path.indexOf('.') + 1) as keyof typeof asked] !== undefined,
  )
  if (unknown !== undefined) throw new Problem('feature_not_allowed', { field: unknown })
  const channel = findChannel(sourceOfFunds.type)
  if (!channel?.code) throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  const paymentCode = sourceOfFunds.paymentCode === undefined ? null : String(sourceOfFunds.paymentCode)
  const { currency: _only, ...said } = order
  const stored = canonical(shape, {
    ...value,
    order: said,
    customer: { ...customer, mobilePhone: customer.mobilePhone.replace(/\s+/g, '') },
    sourceOfFunds: { type: channel.id, ...(paymentCode !== null && { paymentCode }) },
  })
  return { channel, paymentCode, stored }
}

/**
 * Reads `openpayment/update`: the same members, with the number that they are said of.
 *
 * @throws Problem as `readRegister`
 */
export function readUpdate(bytes: Buffer): OpenNumberRequest & { readonly paymentCode: string } {
  const { paymentCode, ...said } = readRegister(bytes)
  if (paymentCode === null) throw new Problem('missing_field', { field: 'sourceOfFunds.paymentCode' })
  return { ...said, paymentCode }
}

/** The members that a reader above gave as `stored`. */
export function readStoredNumber(stored: string): StoredNumber {
  return JSON.parse(stored) as StoredNumber
}
