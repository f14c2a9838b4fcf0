import type { DebitBank } from './acquirer/debit.ts'
import type { Secret } from './base/secret.ts'
import { testOtp } from './card/deck.ts'
import type { DebitDeps } from './debit/deps.ts'
import type { PaymentDeps } from './payment/deps.ts'
import { deriveKey } from './vault/derive-key.ts'

/** What linked accounts need of a gateway. The only bank so far is the sandbox's, which has no phone to send an OTP to. */
export function debitsOf(payments: PaymentDeps, bank: DebitBank | null, masterKey: Secret<Buffer>): DebitDeps {
  const { database, clock, random } = payments
  const otpKey = deriveKey(masterKey, 'one-time passwords')
  return { payments, bank, passwords: { database, clock, random, otpKey, sendsOtp: () => testOtp } }
}
