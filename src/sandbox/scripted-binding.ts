import { findTestAccount, testAccounts } from '../acquirer/account-deck.ts'
import { Problem } from '../base/problem.ts'
import { testOtp } from '../card/deck.ts'
import { maskOf } from '../debit/account.ts'
import { beginConfirming, bindingOfPage, confirm, sendAgain } from '../debit/bind.ts'
import { type Binding, stageOf } from '../debit/binding.ts'
import type { DebitDeps } from '../debit/deps.ts'
import type { Directory } from '../merchant/directory.ts'
import type { Merchant } from '../merchant/merchant.ts'

interface ScriptDeps {
  readonly debits: DebitDeps
  readonly directory: Directory
}

export interface Completed {
  readonly status: 'LINKED' | 'FAILED' | 'EXPIRED' | 'WAITING'
  readonly accountId: string | null
}

/**
 * Links an account as its holder would, through the very functions that the bank's pages run: names the account, and
 * types the one-time password once. What has ended is answered as it is.
 *
 * @throws Problem `order_not_found` for a page that is not the merchant's; `malformed_field` for an account that the
 *   page would not take
 */
export async function completeBinding(
  { debits, directory }: ScriptDeps,
  merchant: Merchant,
  token: string,
  { account, otp }: { readonly account?: string; readonly otp?: string },
): Promise<Completed> {
  const find = async (): Promise<Binding> => {
    const found = await bindingOfPage(debits, directory, token)
    if (found?.merchant.merchantId !== merchant.merchantId) throw new Problem('order_not_found')
    return found.binding
  }
  const now = () => debits.payments.clock.now(merchant.merchantId)
  let binding = await find()
  if (stageOf(binding, now()) === 'open') {
    const known = account === undefined ? testAccounts[0] : findTestAccount(account)
    if (!known) throw new Problem('malformed_field', { field: 'account' })
    await beginConfirming(debits, binding, { mask: maskOf(known.number), bankReference: known.reference })
    binding = await find()
  }
  if (stageOf(binding, now()) === 'confirming') {
    await sendAgain(debits, binding)
    await confirm(debits, merchant, binding, otp ?? testOtp)
    binding = await find()
  }
  const stage = stageOf(binding, now())
  const status =
    stage === 'linked' ? 'LINKED' : stage === 'failed' ? 'FAILED' : stage === 'expired' ? 'EXPIRED' : 'WAITING'
  return { status, accountId: binding.accountId }
}
