import type { DebitBank } from '../acquirer/debit.ts'
import { Problem } from '../base/problem.ts'
import { channelOf } from '../channel/catalogue.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { takes } from '../payment/candidates.ts'
import type { PaymentDeps } from '../payment/deps.ts'
import type { DebitChannel } from './account.ts'
import type { OtpDeps } from './otp.ts'

export interface DebitDeps {
  readonly payments: PaymentDeps
  readonly passwords: OtpDeps
  /** Null where nobody debits accounts. */
  readonly bank: DebitBank | null
}

/**
 * Refuses a channel that the merchant may not use, or that nobody moves money by.
 *
 * @throws Problem `feature_not_allowed`, naming the member
 */
export function requireChannel({ payments, bank }: DebitDeps, merchant: Merchant, channel: DebitChannel): DebitBank {
  if (!bank || !takes(payments, merchant, channelOf(channel)))
    throw new Problem('feature_not_allowed', { field: 'sourceOfFunds.type' })
  return bank
}
