import { Problem } from '../base/problem.ts'
import type { Channel } from '../channel/catalogue.ts'
import type { StoredInitiate } from './initiate.ts'
import { authorizeOnly, type InitiateBody } from './initiate-body.ts'

/**
 * What a channel asks of a request beside the schema, by its row of the catalogue.
 *
 * @throws Problem `missing_field` naming the member, `order.item.0.category` say; `malformed_field` naming
 *   `sourceOfFunds.accountId` or `order.amount`; `feature_not_allowed` naming what only cards can do
 */
export function requireMembers(
  request: InitiateBody,
  channel: Channel,
  { amount, isRecurring }: { readonly amount: bigint; readonly isRecurring: boolean },
): void {
  for (const path of channel.needs) {
    const missing = firstMissing(request, path.split('.'))
    if (missing) throw new Problem('missing_field', { field: missing })
  }
  const { accountId } = request.sourceOfFunds ?? {}
  if (accountId !== undefined && channel.account && !channel.account.test(accountId))
    throw new Problem('malformed_field', { field: 'sourceOfFunds.accountId' })
  if (amount < channel.min || amount > channel.max) throw new Problem('malformed_field', { field: 'order.amount' })
  if (channel.pays === 'card') return
  const { transaction, order } = request
  if (isRecurring) throw new Problem('feature_not_allowed', { field: 'recurring' })
  if (transaction?.mode === authorizeOnly) throw new Problem('feature_not_allowed', { field: 'transaction.mode' })
  if (order.transactionFiltering && Object.keys(order.transactionFiltering).length > 0)
    throw new Problem('feature_not_allowed', { field: 'order.transactionFiltering' })
}

/** Whether an order that leaves its channel open has all that this one needs, but for what its payer is asked for. */
export function hasMembers(sent: StoredInitiate, channel: Channel): boolean {
  return channel.needs.every(
    (path) =>
      (path === 'sourceOfFunds.accountId' && channel.asks !== null) ||
      firstMissing(sent, path.split('.')) === undefined,
  )
}

/** The first member on a path that is not there; a `*` stands for every item of a list. */
function firstMissing(value: unknown, path: readonly string[], found: readonly string[] = []): string | undefined {
  const [name, ...rest] = path
  if (name === undefined) return isThere(value) ? undefined : found.join('.')
  if (name === '*') {
    if (!Array.isArray(value)) return found.join('.')
    for (const [index, each] of value.entries()) {
      const missing = firstMissing(each, rest, [...found, String(index)])
      if (missing) return missing
    }
    return undefined
  }
  // A member of what is not there is missing by its own name.
  const members = (value ?? {}) as Readonly<Record<string, unknown>>
  return firstMissing(members[name], rest, [...found, name])
}

function isThere(value: unknown): boolean {
  if (value === undefined) return false
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0
}
