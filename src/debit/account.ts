import type { Money } from '../base/money.ts'
import type { ChannelId } from '../channel/catalogue.ts'

/** A channel by which linked accounts are charged. */
export type DebitChannel = Extract<ChannelId, 'ddisaku' | 'ddbri' | 'ddmandiri'>

export const debitChannels = ['ddisaku', 'ddbri', 'ddmandiri'] as const satisfies readonly DebitChannel[]

export function isDebitChannel(channel: string | null): channel is DebitChannel {
  return (debitChannels as readonly (string | null)[]).includes(channel)
}

export interface AccountKey {
  readonly merchantId: string
  /** The token: `sourceOfFunds.accountId` on the wire. */
  readonly accountId: string
}

/** An account that a customer has linked with a merchant. Its number is nowhere. */
export interface LinkedAccount extends AccountKey {
  readonly channel: DebitChannel
  readonly customerId: string
  /** `xxxxxx7001`. */
  readonly mask: string
  /** What the bank itself calls the account. */
  readonly bankReference: string
  /** By which a limit is set, beside the token; null where the channel has no limits. */
  readonly journeyId: string | null
  readonly chargeToken: string | null
  /** What may be charged at once without a one-time password; null: the bank's own limit. */
  readonly limit: Money | null
  readonly linkedAt: Date
}

/** All of an account's number that is kept. */
export function maskOf(number: string): string {
  return `${'x'.repeat(Math.max(0, number.length - 4))}${number.slice(-4)}`
}
