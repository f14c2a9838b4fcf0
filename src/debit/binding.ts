import type { DebitChannel } from './account.ts'

/**
 * A payer's way to link an account: `open` until the account is named, `confirming` until the bank's one-time password is
 * typed. One whose time is over links nothing any more.
 */
export interface Binding {
  readonly merchantId: string
  /** Twelve bytes, by time, and sixteen that only the payer's link holds, as those of an order's page. */
  readonly bindingNo: Buffer
  readonly pageSecret: Buffer
  /** The bank's own name of it: `referenceNumber` on the wire. */
  readonly reference: string
  readonly channel: DebitChannel
  readonly customerId: string
  readonly callbackUrl: string | null
  readonly successUrl: string | null
  readonly failUrl: string | null
  readonly backUrl: string | null
  readonly state: 'open' | 'confirming' | 'linked' | 'failed'
  readonly mask: string | null
  readonly bankReference: string | null
  readonly accountId: string | null
  readonly reason: BindingFailure | null
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly endedAt: Date | null
}

export type BindingFailure = 'CANCELLED' | 'OTP_BLOCKED'

/** What its payer can do about it now. */
export function stageOf({ state, expiresAt }: Binding, now: Date): Binding['state'] | 'expired' {
  return (state === 'open' || state === 'confirming') && now >= expiresAt ? 'expired' : state
}

/** Names a binding where a text is needed. */
export function bindingIdOf({ bindingNo }: Pick<Binding, 'bindingNo'>): string {
  return bindingNo.toString('hex')
}
