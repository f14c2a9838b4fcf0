import { connect } from './connect.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const text = { type: 'string' } as const

/** The accounts that a customer has linked with the merchant. */
export async function accountsList(words: readonly string[]): Promise<number> {
  const { values } = read(words, { customer: text, json: { type: 'boolean' } }, 0)
  if (!values.customer) throw new UsageError('--customer says whose accounts.')
  const accounts = await connect().accounts(values.customer)
  print(
    values.json,
    { accounts },
    accounts.length === 0
      ? ['no accounts are linked']
      : accounts.map(({ type, accountId, mask, limit }) =>
          `${type}  ${accountId}  ${mask}  ${limit === undefined ? '' : `limit ${limit}`}`.trim(),
        ),
  )
  return 0
}

/** Links an account through the functions that the bank's pages run. Fails when it is not linked. */
export async function accountsLink(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { account: text, otp: text, json: { type: 'boolean' } }, 1)
  const [link = ''] = positionals
  const { account, otp } = values
  const result = await connect().link(link, {
    ...(account !== undefined && { account }),
    ...(otp !== undefined && { otp }),
  })
  print(values.json, result, [result.accountId === null ? result.status : `${result.status}  ${result.accountId}`])
  return result.accountId === null ? 1 : 0
}

/** Unlinks an account. */
export async function accountsUnlink(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, { json: { type: 'boolean' } }, 2)
  const [type = '', accountId = ''] = positionals
  await connect().unlink(type, accountId)
  print(values.json, { unlinked: accountId }, [`unlinked ${accountId.slice(0, 8)}…`])
  return 0
}
