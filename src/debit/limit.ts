import { rupiah } from '../base/money.ts'
import { Problem } from '../base/problem.ts'
import type { Merchant } from '../merchant/merchant.ts'
import { unlinkAccount, writeLimit } from './account-store.ts'
import type { DebitChannel } from './account.ts'
import { type DebitDeps, requireChannel } from './deps.ts'
import { issueOtp, refusalOf, spendOtp, tryPassword } from './otp.ts'
import type { OtpKey, OtpPurpose } from './otp-store.ts'
import { requireAccount } from './purchase.ts'

/** Asks the bank to send a one-time password for what is to be done with an account. */
export async function sendAccountOtp(
  deps: DebitDeps,
  merchant: Merchant,
  purpose: Extract<OtpPurpose, 'purchase' | 'limit'>,
  channel: DebitChannel,
  accountId: string,
): Promise<void> {
  requireChannel(deps, merchant, channel)
  const { merchantId } = await requireAccount(deps, merchant, channel, accountId)
  await issueOtp(deps.passwords, { merchantId, purpose, subject: accountId })
}

export interface NewLimit {
  readonly accountId: string
  readonly journeyId: string
  readonly chargeToken: string
  readonly limit: bigint
  readonly otp: string
}

/**
 * Sets what may be charged to an account at once without a one-time password.
 *
 * @throws Problem `account_not_found` where the three names are not those of one account; `invalid_otp` and its kin
 */
export async function setLimit(deps: DebitDeps, merchant: Merchant, wanted: NewLimit): Promise<void> {
  requireChannel(deps, merchant, 'ddmandiri')
  const account = await requireAccount(deps, merchant, 'ddmandiri', wanted.accountId)
  const isNamed = account.journeyId === wanted.journeyId.toLowerCase() && account.chargeToken === wanted.chargeToken
  if (!isNamed) throw new Problem('account_not_found')
  const { merchantId, accountId } = account
  const key: OtpKey = { merchantId, purpose: 'limit', subject: accountId }
  const tried = await tryPassword(deps.passwords, key, { password: wanted.otp, reference: null })
  if (tried.outcome === 'used') throw refusalOf('unknown')
  if (tried.outcome !== 'right') throw refusalOf(tried.outcome)
  await deps.payments.database.transaction(async (sql) => {
    await spendOtp(sql, tried.otp)
    if (!(await writeLimit(sql, account, rupiah(wanted.limit)))) throw new Problem('account_not_found')
  })
}

/** @throws Problem `account_not_found` where there is nothing to unlink */
export async function unbind(
  deps: DebitDeps,
  merchant: Merchant,
  channel: DebitChannel,
  accountId: string,
): Promise<void> {
  requireChannel(deps, merchant, channel)
  const { database, clock } = deps.payments
  const { merchantId } = merchant
  if (!(await unlinkAccount(database, { merchantId, accountId }, channel, clock.now(merchantId))))
    throw new Problem('account_not_found')
}
