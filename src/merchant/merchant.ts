import type { Secret } from '../base/secret.ts'
import type { MerchantAcquirer } from './merchant-acquirer.ts'

/** Who is paid. Its key authenticates its requests and signs its callbacks, so it is kept encrypted. */
export interface Merchant {
  readonly merchantId: string
  /** Routing number: the first four bytes of every token that arrives without a merchant (design part 7). */
  readonly route: number
  readonly name: string
  readonly key: Secret<string>
  /** The key before the last rotation, while it is still accepted. */
  readonly previousKey: { readonly key: Secret<string>; readonly until: Date } | null
  /** Callbacks are signed with the previous key until the new one has authenticated a request. */
  readonly newKeyUsed: boolean
  /** Enabled `sourceOfFunds.type` values; `everyChannel` stands for all. */
  readonly channels: readonly string[]
  /** After so many refused attempts an order fails. */
  readonly attemptsPerOrder: number
  /** Adds the documented `card` member to callbacks; off, because it breaks a known client. */
  readonly sendsCardInCallback: boolean
  /** Adds `orderId` and `orderAmount` to return URLs. */
  readonly addsOrderToReturn: boolean
  /** Keeps money that comes when an order's time is over; else it goes back to the payer. */
  readonly keepsLatePayments: boolean
  /** Its acquirers and what goes to each; with none, everything goes to the gateway's first. */
  readonly acquirers: readonly MerchantAcquirer[]
  /** The fraud systems that it may choose. */
  readonly fraudSystems: readonly string[]
}

/** Whether a text can be a merchant's id; the table holds the same rule. */
export function isMerchantId(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,32}$/.test(text)
}

/** In a merchant's channels: whatever the gateway has somebody for. */
export const everyChannel = '*'

/** How a rotated key stays valid, by default. */
export const keyOverlapMs = 24 * 3_600_000

/** The key that signs callbacks now. */
export function signingKey(merchant: Merchant, machine: Date): Secret<string> {
  const { previousKey, newKeyUsed } = merchant
  return previousKey && !newKeyUsed && machine < previousKey.until ? previousKey.key : merchant.key
}

/** Every key that authenticates a request now, the current one first. */
export function acceptedKeys(merchant: Merchant, machine: Date): readonly Secret<string>[] {
  const { previousKey } = merchant
  return previousKey && machine < previousKey.until ? [merchant.key, previousKey.key] : [merchant.key]
}
